"""What stands on somebody's device: the icon on its home screen, and what works without a network."""
