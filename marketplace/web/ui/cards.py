"""Cards of lots and the fields of the filters, filled into patterns.

Each macro is drawn once for every kind and language, and its places are filled in, escaped.
"""

import re
from collections.abc import Container, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup, escape

from marketplace.kernel.formats import km, mass, number, quantity, short_date
from marketplace.kernel.language import _, current_locale
from marketplace.web.ui.lots import Lot
from marketplace.web.ui.search_address import Choice
from marketplace.web.ui.search_form import SearchForm

AVAILABLE, NEAREST_KM = _("Available"), 1
BETWEEN = "\x1f"  # the unit separator, which hardly any text holds
Pattern = tuple[tuple[str, ...], tuple[int, ...]]
PLACES = (
    *("href", "title", "group", "amount", "beside", "place", "distance", "day", "confirmed"),
    *("period", "condition", "state", "tone", "photo_url", "photo_alt", "id"),
    *("keep", "drop", "keep_at", "drop_at"),
)


def cards(
    lots: Iterable[Lot], *, eager: int = 0, tools: bool = False, favourites: Container[int] | None = None, shape: str = "card"
) -> list[Markup]:
    """Lots as `macros/card.html` draws them, each a `card`, or a `line` of the compact list.

    The photos of the first so many (`eager`) load at once, the others when they come into view. `tools`: they can be chosen to compare, and where
    `favourites` says which lots this reader keeps, kept or let go.
    """
    locale = current_locale()
    rows = [_values(lot, tools, favourites, shape) for lot in lots]
    written = _escaped([value for row in rows for value in row])
    drawn = []
    for place, row in enumerate(rows):
        pattern = _card_pattern(shape, tuple(map(bool, row)), place >= eager, locale)
        drawn.append(_filled(pattern, written[place * len(PLACES) : (place + 1) * len(PLACES)]))
    return drawn


def _values(lot: Lot, tools: bool, favourites: Container[int] | None, shape: str) -> list[str]:
    """What stands in the places of the pattern, as text."""
    return [
        lot.href,
        lot.title,
        lot.group,
        quantity(lot.amount),
        quantity(lot.also) if lot.also else mass(lot.mass_kg) if lot.mass_kg else "",
        lot.place,
        "" if lot.distance_km is None else away(lot.distance_km),
        short_date(lot.from_on) if lot.from_on else "",
        short_date(lot.confirmed_on) if lot.confirmed_on else "",
        lot.period,
        str(lot.condition),
        str(lot.state or (AVAILABLE if shape == "card" else "")),
        lot.tone,
        lot.photo_url or "",
        lot.photo_alt,
        str(lot.id) if tools else "",
        *_keeping(lot.id, favourites if tools else None),
    ]


def _keeping(listing_id: int, favourites: Container[int] | None) -> tuple[str, str, str, str]:
    """Where to send that a lot is kept or let go, each where that changes something. Then the way back of each."""
    if favourites is None:
        return "", "", "", ""
    keep, drop = (url_for(f"favourites.{verb}", listing_id=listing_id) for verb in ("keep", "drop"))
    return ("", drop, keep, "") if listing_id in favourites else (keep, "", "", drop)


def _escaped(values: list[str]) -> list[str]:
    """All of them escaped together, which takes a fourth of the time. One by one where a text holds the mark between them."""
    escaped = str(escape(BETWEEN.join(values))).split(BETWEEN)
    return escaped if len(escaped) == len(values) else [str(escape(value)) for value in values]


def away(distance_km: int) -> str:
    """A distance in whole kilometres; what rounds to none is less than one."""
    return km(distance_km, 0) if distance_km else f"< {km(NEAREST_KM, 0)}"


@cache
def _card_pattern(shape: str, present: tuple[bool, ...], lazy: bool, locale: str) -> Pattern:
    """Draw the macro with a mark in the places of what differs from lot to lot.

    What is empty here is so for all cards of this kind.
    """
    macros = current_app.jinja_env.get_template("macros/card.html").module
    marks = {
        name: _mark(number) if is_present else "" for number, (name, is_present) in enumerate(zip(PLACES, present, strict=True))
    }
    return _cut(str(getattr(macros, shape)(marks, lazy=lazy)))


def _mark(number: int) -> str:
    return f"\x02{number}\x03"


def _cut(drawn: str) -> Pattern:
    """What stands around the marks, and the numbers in them. Putting these together takes a third of what `%` takes."""
    parts = re.split("\x02([0-9]+)\x03", drawn)
    return tuple(parts), tuple(map(int, parts[1::2]))


def _filled(pattern: Pattern, values: Sequence[str]) -> Markup:
    """Draw a pattern with these values, escaped already, in its places."""
    parts, places = pattern
    drawn = list(parts)
    drawn[1::2] = [values[place] for place in places]
    return Markup("".join(drawn))  # noqa: S704 the parts come from the macro


def ticks(key: str, choices: Iterable[Choice]) -> Markup:
    """The boxes of one facet, as `tick` in `macros/filters.html` draws each."""
    locale, choices = current_locale(), tuple(choices)
    texts = _escaped([text for choice in choices for text in (choice.value, str(choice.label), number(choice.count))])
    drawn = [
        _filled(_tick_pattern(key, choice.chosen, locale), texts[3 * place : 3 * place + 3])
        for place, choice in enumerate(choices)
    ]
    return Markup("".join(drawn))  # noqa: S704 the pattern comes from the macro


@lru_cache(maxsize=512)  # of every facet and field, ticked or not, in each language
def _tick_pattern(key: str, chosen: bool, locale: str) -> Pattern:
    macros = current_app.jinja_env.get_template("macros/filters.html").module
    marks = {name: _mark(number) for number, name in enumerate(("value", "label", "count"))}
    return _cut(str(macros.tick(key, marks, chosen)))  # type: ignore[attr-defined]


FIELDS_KEPT = 256


class _Filled:
    """A field that is the same as another when it looks the same.

    Its name, what stands in it, what is wrong with it, the language.
    """

    def __init__(self, name: str, field: Any) -> None:
        self.name, self.field = name, field
        self._looks = (name, str(field.raw_data), str(field.data), tuple(str(error) for error in field.errors), current_locale())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Filled) and self._looks == other._looks

    def __hash__(self) -> int:
        return hash(self._looks)


def filter_field(form: SearchForm, name: str) -> Markup:
    """One field of the filters as its macro in `macros/filters.html` draws it."""
    return _drawn(_Filled(name, form[name]))


@lru_cache(maxsize=FIELDS_KEPT)
def _drawn(filled: _Filled) -> Markup:
    macros = current_app.jinja_env.get_template("macros/filters.html").module
    drawn: Markup = getattr(macros, filled.name)(filled.field)
    return drawn
