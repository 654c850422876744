"""Tokens for the API, and the accounts of programs."""
