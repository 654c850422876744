"""Matching: which listing serves which demand, and why."""
