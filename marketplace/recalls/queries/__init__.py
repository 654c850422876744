"""Questions about recalls and about where lots went."""
