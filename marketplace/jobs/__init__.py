"""The jobs door: what the clock does."""
