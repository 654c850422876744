"""What comes free later: its days move, it is there, and whoever reserved it agrees or lets go."""
