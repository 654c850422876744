"""Sheets that people load: looked at, mended, applied and taken back."""
