"""Offering and editing a lot."""
