"""What advisers find of lots, and lots that must meet a new rule."""
