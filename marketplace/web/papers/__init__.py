"""The papers of a lot: added, put in the place of another, taken away, and looked at."""
