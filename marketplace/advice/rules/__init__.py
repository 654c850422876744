"""Reason: what an opinion must say, how long an owner has, and what is reported when."""
