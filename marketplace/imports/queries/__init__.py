"""Questions: what was loaded, what it would change, and the outflow."""
