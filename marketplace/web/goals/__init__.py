"""How far the goals are, and what was decided about them."""
