"""Recalls on the site: the list, one of them, blocking and freeing a lot, and where every part of a lot went."""
