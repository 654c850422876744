"""The fields of a listing as JSON properties, by their kinds in the table of the market."""

from collections.abc import Callable
from functools import partial

from marketplace.api.fields import Amount, Choice, Day, Given, Integer, Line, Lines, Number, Property, Quantity, Whole, YesNo
from marketplace.market.rules.fields import Kind, ListingField, Needed
from marketplace.market.rules.values import plain_fields

CENTS_MAX = 2**31 - 1
YEAR_MAX = 9999
PLACES = 6

TAKEN: dict[Kind, Callable[..., Given]] = {
    Kind.LINE: Line,
    Kind.TEXT: Lines,
    Kind.NUMBER: partial(Number, places=PLACES),
    Kind.AMOUNT: Amount,
    Kind.CENTS: partial(Whole, most=CENTS_MAX),
    Kind.YEAR: partial(Whole, most=YEAR_MAX),
    Kind.DAY: Day,
    Kind.YES_NO: YesNo,
    Kind.FLAG: YesNo,
}
GIVEN: dict[Kind, Callable[..., Property]] = {
    Kind.LINE: Line,
    Kind.TEXT: Line,
    Kind.NUMBER: Number,
    Kind.AMOUNT: Quantity,
    Kind.CENTS: Integer,
    Kind.YEAR: Integer,
    Kind.DAY: Day,
    Kind.YES_NO: YesNo,
    Kind.FLAG: YesNo,
}


def taken_fields() -> dict[str, Property]:
    """What a body may say in the fields that are one value, by name."""
    return {row.name: _taken(row) for row in plain_fields()}


def given_fields() -> dict[str, Property]:
    """How an answer writes the fields that are one value, by name."""
    return {row.name: _given(row) for row in plain_fields()}


def _taken(row: ListingField) -> Property:
    required = _is_always_there(row) and row.default is None
    if row.kind is Kind.CHOICE:
        return Choice(row.choices or (), row.meaning, required=required)
    limits = dict(row.limits or {}) if row.longest is None else {"maxLength": row.longest}
    return TAKEN[row.kind](row.meaning, required=required, shape=limits)


def _given(row: ListingField) -> Property:
    allow_none = row.empty is None and not _is_always_there(row)
    if row.kind is Kind.CHOICE:
        return Choice(row.choices or (), allow_none=allow_none)
    return GIVEN[row.kind](allow_none=allow_none)


def _is_always_there(row: ListingField) -> bool:
    return row.needed is Needed.DRAFT
