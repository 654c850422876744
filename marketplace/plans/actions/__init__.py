"""Make a plan, keep it, and act on its lines."""
