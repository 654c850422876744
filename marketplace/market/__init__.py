"""The market: listings and demands, their states, their photos."""
