"""Recalls on the site: the list, one of them, and what is done with the lot itself."""
