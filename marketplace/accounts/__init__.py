"""Accounts: organisations, people, sessions, tokens, and who may do what."""
