"""The address of a search: what was chosen, and the links that add or remove one choice."""

from collections.abc import Iterable
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from marketplace.catalogue.queries.columns import FacetCount
from marketplace.catalogue.rules.fields import LEAST, MOST, PREFIX
from marketplace.kernel.dates import parse_date
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, current_locale
from marketplace.kernel.units import as_typed, in_every_notation, parse_number

KEYS = (
    "q",
    "literal",
    "materialGroup",
    "material",
    "condition",
    "organisation",
    "supply",
    "place",
    "radiusKm",
    "now",
    "availableFrom",
    "sort",
    "weergave",
    "page",
    PREFIX,
)
PAST_DAY = "as_of"  # a day without a year is the last one
DAYS = ("availableFrom", "neededBy", "freeBefore", "van", "tot", PAST_DAY)
NUMBERS = ("km", "waarde")
MANY = ("materialGroup", "material", "condition", "organisation", "supply", "fits")
LONGEST_VALUE = 200
MOST_VALUES = 40
LAST_PAGE = 10_000
PAIRS_KEPT = 1024  # a page has dozens of addresses, each with nearly the same pairs


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was chosen, and the address without it."""

    label: Text | str
    href: str


@dataclass(slots=True)
class Choice:
    """One line of a facet. Not frozen, for a page has sixty."""

    value: str
    label: Text | str
    count: int
    chosen: bool


class Question:
    """What stands in the query of the address, by the keys of this search. `veld-` among them: every key that begins so."""

    def __init__(self, path: str, args: MultiDict[str, str], keys: tuple[str, ...] = KEYS) -> None:
        self.path, self.keys = path, keys
        self.pairs = [
            (key, value.strip()[:LONGEST_VALUE])
            for key in keys
            for value in args.getlist(key)[: MOST_VALUES if key in MANY else 1]
            if value.strip()
        ]
        self.pairs += _by_field(args) if PREFIX in keys else []

    def all(self, key: str) -> tuple[str, ...]:
        """Every value of a key, each once."""
        return tuple(dict.fromkeys(value for name, value in self.pairs if name == key))

    def one(self, key: str) -> str:
        """The value of a key, or nothing."""
        return next((value for name, value in self.pairs if name == key), "")

    @property
    def page(self) -> int:
        """The page asked for: 1 where it is no number."""
        typed = self.one("page")
        return max(1, min(int(typed), LAST_PAGE)) if typed.isascii() and typed.isdigit() and len(typed) < 8 else 1

    def query(self) -> str:
        """What to keep of this search: everything but the page and the way of looking. A day as a date: `morgen` is another day tomorrow."""
        pairs = [pair for pair in self.pairs if pair[0] not in ("page", "weergave", "literal")]
        return urlencode([(key, in_any_language(key, value)) for key, value in pairs])

    def as_typed(self) -> str:
        """The whole query, to come back to this very page."""
        return urlencode(self.pairs)

    def elsewhere(self, path: str) -> "Question":
        """The same question at another address that knows the same keys."""
        other = copy(self)
        other.path = path
        return other

    def asking(self, words: str) -> "Question":
        """The same question with other words."""
        return Question(self.path, MultiDict([*(pair for pair in self.pairs if pair[0] != "q"), ("q", words)]), self.keys)

    def at(self, page: int) -> str:
        """The address of another page of the same search."""
        return self._address([pair for pair in self.pairs if pair[0] != "page"] + ([("page", str(page))] if page > 1 else []))

    def without(self, *dropped: tuple[str, str | None]) -> str:
        """The address with less chosen; a value of None drops the key."""
        keys = {key for key, value in dropped if value is None} | {"page"}
        return self._address([pair for pair in self.pairs if pair[0] not in keys and pair not in dropped])

    def with_one(self, key: str, value: str) -> str:
        """The address with another value for a key, from the first page."""
        return self._address([pair for pair in self.pairs if pair[0] not in (key, "page")] + [(key, value)])

    def hidden(self, *keys: str) -> list[tuple[str, str]]:
        """What a form must carry along that does not show these keys itself."""
        return [pair for pair in self.pairs if pair[0] not in (*keys, "page", *(("literal",) if "q" in keys else ()))]

    def choices(self, key: str, counts: Iterable[FacetCount]) -> list[Choice]:
        """A facet: what was chosen first, then what there is most of."""
        chosen = self.all(key)
        rows = [Choice(count.key, count.name, count.count, count.key in chosen) for count in counts]
        return sorted(rows, key=lambda row: (not row.chosen, -row.count, str(row.label)))

    def _address(self, pairs: list[tuple[str, str]]) -> str:
        return f"{self.path}?{'&'.join(map(_encoded, pairs))}" if pairs else self.path


def _by_field(args: MultiDict[str, str]) -> list[tuple[str, str]]:
    keys = [key for key in args if key.startswith(PREFIX) and len(key) <= LONGEST_VALUE][:MOST_VALUES]
    values = ((key, value.strip()[:LONGEST_VALUE]) for key in keys for value in args.getlist(key)[:MOST_VALUES])
    return [(key, value) for key, value in values if value]


def in_any_language(key: str, typed: str, locale: str = "") -> str:
    """A value of an address as every language reads it.

    `locale`: the language that will read it, so a number has its decimal sign.
    """
    is_figure = key in NUMBERS or (key.startswith(PREFIX) and key.endswith((LEAST, MOST)))
    if is_figure:
        with suppress(Invalid):
            amount = parse_number(typed, current_locale())
            return as_typed(amount, locale) if locale else in_every_notation(amount)
    if is_figure or key in DAYS:
        with suppress(Invalid):
            return parse_date(typed, current_locale(), is_past=key == PAST_DAY).isoformat()
    return typed


@lru_cache(maxsize=PAIRS_KEPT)
def _encoded(pair: tuple[str, str]) -> str:
    return urlencode([pair])
