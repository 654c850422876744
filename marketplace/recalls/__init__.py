"""Recalls: what was found in a lot, all that came from it, and who was told."""
