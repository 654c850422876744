"""The verbs of recalls: block a tree of lots, confirm, and set free on a paper."""
