"""What the coordinator of the region keeps together."""
