"""Depots: named storage places."""
