"""Reason about an allocation: pure functions over columns of whole numbers."""
