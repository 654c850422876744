"""From request to confirmation."""
