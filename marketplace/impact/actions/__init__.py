"""Verbs: goals and reports."""
