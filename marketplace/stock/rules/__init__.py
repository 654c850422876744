"""What follows from what lies in a depot."""
