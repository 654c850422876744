"""How it works, for the people who use it."""
