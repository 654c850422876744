"""Accounts: organisations, people, sessions, tokens, and permissions."""
