"""Passports: what is owned or maintained, of which materials, and when they come free."""
