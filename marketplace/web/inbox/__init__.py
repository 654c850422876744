"""Notices for the reader, and how often they want mail about them."""
