"""Impact: tonnes, carbon, tonne-kilometres, goals and indicators."""
