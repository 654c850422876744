"""Rules that a civil servant could check with a pencil; no database."""
