"""Reason: pure functions over plain values."""
