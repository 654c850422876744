"""What municipalities report of a year."""
