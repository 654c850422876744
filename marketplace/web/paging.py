"""Pages of a list: which one was asked for, and which is the last."""

from flask import request

PAGE_SIZE = 25
PAGE_MAX = 1000


def asked_page() -> int:
    """The page in the address; 1 for what is none, never past the thousandth."""
    return min(max(1, request.args.get("page", 1, type=int) or 1), PAGE_MAX)


def last_page(total: int) -> int:
    """The number of the last page of so many."""
    return -(-total // PAGE_SIZE)
