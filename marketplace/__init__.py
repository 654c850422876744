"""Twentse Materialenbank: a regional bank for surplus construction material."""
