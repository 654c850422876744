"""Opinions and lifted rules as each reader may see them, and lots that a new rule concerns."""
