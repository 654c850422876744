"""What somebody is told, and how often they want mail about it."""
