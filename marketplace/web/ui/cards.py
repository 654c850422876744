"""Cards of lots and the fields of the filters, filled into patterns.

Each macro is drawn once for every kind and language, and its places are filled in, escaped.
"""

from functools import cache, lru_cache
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from marketplace.kernel.formats import km, mass, quantity, short_date
from marketplace.kernel.language import _, current_locale
from marketplace.web.ui.lots import Lot
from marketplace.web.ui.search_form import FilterForm

AVAILABLE, NEAREST_KM = _("Available"), 1
PLACES = (
    *("href", "title", "group", "amount", "beside", "place", "distance", "day", "confirmed"),
    *("condition", "state", "tone", "photo_url", "photo_alt"),
)


def card(lot: Lot, *, lazy: bool = True) -> Markup:
    """The card of `macros/card.html`. `lazy`: its photo loads when it comes into view."""
    beside = quantity(lot.also) if lot.also else mass(lot.mass_kg) if lot.mass_kg else ""
    values = {
        "href": lot.href,
        "title": lot.title,
        "group": lot.group,
        "amount": quantity(lot.amount),
        "beside": beside,
        "place": lot.place,
        "distance": "" if lot.distance_km is None else away(lot.distance_km),
        "day": short_date(lot.from_on) if lot.from_on else "",
        "confirmed": short_date(lot.confirmed_on) if lot.confirmed_on else "",
        "condition": lot.condition,
        "state": lot.state or AVAILABLE,
        "tone": lot.tone,
        "photo_url": lot.photo_url or "",
        "photo_alt": lot.photo_alt,
    }
    pattern = _pattern(frozenset(name for name, words in values.items() if words == ""), lazy, current_locale())
    return Markup(pattern % {name: str(escape(words)) for name, words in values.items()})  # noqa: S704 the pattern comes from the macro


def away(distance_km: int) -> str:
    """A distance in whole kilometres; what rounds to none is less than one."""
    return km(distance_km, 0) if distance_km else f"< {km(NEAREST_KM, 0)}"


@cache
def _pattern(empty: frozenset[str], lazy: bool, locale: str) -> str:
    """Draw the macro with `%(name)s` in the places of what differs from lot to lot.

    What is empty here is so for all cards of this kind.
    """
    macros = current_app.jinja_env.get_template("macros/card.html").module
    marks = {name: "" if name in empty else f"\x02{name}\x03" for name in PLACES}
    drawn = str(macros.lot(marks, lazy=lazy)).replace("%", "%%")  # type: ignore[attr-defined]
    for name, mark in marks.items():
        drawn = drawn.replace(mark, f"%({name})s") if mark else drawn
    return drawn


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


def filter_field(form: FilterForm, name: str) -> Markup:
    """One field of the filters as its macro in `catalogue/_fields.html` draws it."""
    return _drawn(_Filled(name, form[name]))


@lru_cache(maxsize=FIELDS_KEPT)
def _drawn(filled: _Filled) -> Markup:
    macros = current_app.jinja_env.get_template("catalogue/_fields.html").module
    drawn: Markup = getattr(macros, filled.name)(filled.field)
    return drawn
