"""Reason about a joint need."""
