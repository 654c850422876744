"""People, organisations, turns, and the clock."""
