"""Storage places: where they are, when they are open, what can be collected there."""
