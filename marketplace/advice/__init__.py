"""What must be reported, what advisers find of lots, and lots that a later rule stops."""
