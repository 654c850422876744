"""What everybody may read of each municipality: how far it is, by its adopted years."""
