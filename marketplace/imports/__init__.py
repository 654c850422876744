"""Sheets that people load: what stands in them, what is wrong with it, what came of it, and taking it back."""
