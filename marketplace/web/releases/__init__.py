"""A part of a passport becomes a planned lot, and what was received becomes a part."""
