"""Verbs: loading a sheet, mending it, applying it, taking it back."""
