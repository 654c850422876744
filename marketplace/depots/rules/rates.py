"""What may be set as the price of lying in a depot. What was charged before never changes."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.language import Text, _

EUROS_MOST = Decimal(1000)
EURO_PLACES = Decimal("0.0001")
AHEAD_MOST = timedelta(days=731)


class RateUnit(StrEnum):
    """What a price is of: a unit of quantities, or a pallet place."""

    PIECE = "piece"
    M = "m"
    M2 = "m2"
    M3 = "m3"
    TONNE = "tonne"
    KG = "kg"
    PALLET = "pallet"

    @property
    def one(self) -> Text:
        """A single one of it, as a price names it."""
        return _ONE[self]


_ONE: dict[RateUnit, Text] = {
    RateUnit.PIECE: _("piece"),
    RateUnit.M: _("m"),
    RateUnit.M2: _("m²"),
    RateUnit.M3: _("m³"),
    RateUnit.TONNE: _("tonne"),
    RateUnit.KG: _("kg"),
    RateUnit.PALLET: _("pallet place"),
}


@dataclass(frozen=True, slots=True)
class RateDraft:
    """What one unit costs a week, from a day on."""

    unit: RateUnit
    euros_per_week: Decimal
    from_on: date


def check_rate(draft: RateDraft, today: date) -> None:
    """Refuse a price that cannot be, and one that would change what was charged before."""
    errors = [
        FieldError(field, fault)
        for field, fault in (
            ("euros_per_week", _price_fault(draft.euros_per_week)),
            ("from_on", _day_fault(draft.from_on, today)),
        )
        if fault is not None
    ]
    if errors:
        raise Invalid.all(errors)


def check_can_withdraw(from_on: date, today: date) -> None:
    """Only a price that does not count yet goes away again."""
    if from_on <= today:
        raise Conflict(
            _("This price counts already, and what it charged stays. Set a new price from today or a later day."), "from_on"
        )


def _price_fault(euros: Decimal) -> Text | None:
    if not euros.is_finite() or euros < 0:
        return _("A price is 0 or more. Type 0 if storage is free.")
    if euros > EUROS_MOST:
        return _("A price is at most €%(most)s per unit per week. Check the unit and the decimal point.", most=EUROS_MOST)
    if euros != euros.quantize(EURO_PLACES):
        return _("A price has at most four decimals, for example 0.15.")
    return None


def _day_fault(from_on: date, today: date) -> Text | None:
    if from_on < today:
        return _("A price counts from today or later: what was charged before does not change.")
    if from_on > today + AHEAD_MOST:
        return _("This day is more than two years ahead. Check the year.")
    return None
