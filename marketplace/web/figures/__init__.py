"""Figures and goals."""
