"""What comes free later: its days as they move, until it is there."""
