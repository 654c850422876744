"""Long tasks: their progress for whoever started them."""
