"""The verbs of what is planned."""
