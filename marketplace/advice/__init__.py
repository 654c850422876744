"""What must be reported, what advisers find of lots, and lots that were published before a rule came."""
