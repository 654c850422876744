"""Ask what a plan is made of, and what plans have come to."""
