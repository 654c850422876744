"""Decide who gets what, exactly."""
