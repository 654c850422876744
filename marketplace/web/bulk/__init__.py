"""Several own lots changed at once."""
