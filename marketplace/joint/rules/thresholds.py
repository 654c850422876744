"""The European thresholds: from which value on a contract is put out in the whole Union."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.language import Named, Words
from marketplace.kernel.units import Unit


class Contract(StrEnum):
    """As what something is bought: delivered, or as part of a work."""

    SUPPLIES = "supplies"
    WORKS = "works"


class Standing(StrEnum):
    """How an estimate stands to a threshold. `either`: its low end is below, its high end is not."""

    BELOW = "below"
    EITHER = "either"
    REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Threshold(Named):
    """A threshold with the days on which it holds, both counted. Without VAT. `law`: where it is laid down."""

    contract: Contract
    amount_cents: int
    first_on: date
    last_on: date
    law: Words
    is_verified: bool
    source: str
    dated_on: date


def find_threshold(thresholds: Iterable[Threshold], contract: Contract, day: date) -> Threshold | None:
    """The threshold of a day. None: none is known, which is not that there is none."""
    return next(
        (
            threshold
            for threshold in thresholds
            if threshold.contract is contract and threshold.first_on <= day <= threshold.last_on
        ),
        None,
    )


def standing_of(threshold: Threshold, low_cents: int, high_cents: int) -> Standing:
    """How an estimate stands to a threshold, which is reached from its amount on."""
    if low_cents >= threshold.amount_cents:
        return Standing.REACHED
    return Standing.BELOW if high_cents < threshold.amount_cents else Standing.EITHER


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit costs new, from low to high, as the table of prices in use says."""

    unit: Unit
    low_cents: Decimal
    high_cents: Decimal
    source: str
    priced_on: date


@dataclass(frozen=True, slots=True)
class Estimate:
    """What buying is thought to cost, from low to high. `price` is None where the reader said so themselves."""

    low_cents: int
    high_cents: int
    price: UnitPrice | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A kind of contract with the threshold of the day, and how the estimate stands to it.

    `threshold` is None where none is known, `standing` where one of the two is not known.
    """

    contract: Contract
    threshold: Threshold | None
    standing: Standing | None
