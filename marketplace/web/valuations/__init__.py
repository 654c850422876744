"""What material is worth: valuing it, what that found, and the statement of a year."""
