"""The fields of a lot as facts for a page, in the reader's language. Each is a name and what the lot says."""

from dataclasses import dataclass
from typing import Any

from marketplace.http.written import Written
from marketplace.kernel.formats import NO_BREAK_SPACE, long_date, money, number, quantity
from marketplace.kernel.language import Text, _
from marketplace.market.models import Listing
from marketplace.market.rules.fields import Kind, ListingField
from marketplace.market.rules.values import plain_fields, stored_value

YES_OR_NO = {True: _("Yes"), False: _("No")}


@dataclass(frozen=True, slots=True)
class Feature:
    """What a lot says in one field. `is_inside`: not for everybody."""

    name: Text
    value: str
    is_inside: bool


def features_of(listing: Listing) -> tuple[Feature, ...]:
    """What the page of a lot shows under its features; what was left empty is none."""
    return _features(listing, [row for row in plain_fields() if row.is_feature])


def checked_of(listing: Listing, step: int) -> list[tuple[Text, str]]:
    """What of a step is shown once more before publishing."""
    rows = [row for row in plain_fields() if row.is_checked and row.step == step]
    return [(feature.name, feature.value) for feature in _features(listing, rows)]


def _features(listing: Listing, rows: list[ListingField]) -> tuple[Feature, ...]:
    values = [(row, stored_value(listing, row)) for row in rows]
    return tuple(
        Feature(row.heading or row.label, _words(row, value, listing.unit), row.is_inside)
        for row, value in values
        if value not in (None, "")
    )


def _words(row: ListingField, value: Any, unit: str) -> str:
    match row.kind:
        case Kind.LINE | Kind.TEXT:
            return Written(value)
        case Kind.NUMBER:
            return f"{number(value)}{NO_BREAK_SPACE}{row.unit}" if row.unit else number(value)
        case Kind.AMOUNT:
            return quantity(value, unit)
        case Kind.CENTS:
            return money(value)
        case Kind.DAY:
            return long_date(value)
        case Kind.CHOICE:
            return str((row.choices or {})[value])
        case Kind.YES_NO:
            return str((row.spoken_as or row.choices or YES_OR_NO)[value])
    return str(value)
