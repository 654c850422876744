"""Offering a lot in four steps."""
