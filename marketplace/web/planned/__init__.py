"""What comes free later: its days move, and it is there."""
