"""What an address asks of a list: which page, and which of its rows."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from flask import request

from marketplace.kernel.paging import PAGE_MAX

T = TypeVar("T")

PAGE_SIZE = 25
NUMBER_DIGITS_MAX = 9


def read_page_number() -> int:
    """The page in the address; 1 for what is none, never past the farthest."""
    return min(max(1, request.args.get("page", 1, type=int) or 1), PAGE_MAX)


def last_page(total: int, page_size: int = PAGE_SIZE) -> int:
    """The number of the last page of so many."""
    return -(-total // page_size)


def paged(ask: Callable[[int], tuple[Sequence[T], int]], page_size: int = PAGE_SIZE) -> tuple[Sequence[T], dict[str, int]]:
    """Give the rows of the page that was asked for, where it stands, and the total. Past the end it is the last page."""
    number = read_page_number()
    result, total = ask(number)
    last = last_page(total, page_size)
    if number > last > 0:
        number = last
        result, total = ask(number)
    return result, {"current": number, "last": last, "total": total}


def numbers_of(typed: Iterable[str]) -> list[int]:
    """The numbers of the lots in an address, each once: `lots=1&lots=2` and `lots=1,2` alike. What is no number is left out."""
    parts = (part.strip() for text in typed for part in text.split(","))
    numbers = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) <= NUMBER_DIGITS_MAX]
    return list(dict.fromkeys(numbers))
