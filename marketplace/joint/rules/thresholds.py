"""The European thresholds: from which value on a contract is put out in the whole Union."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.kernel.language import Named, Text, _


class Contract(StrEnum):
    """As what something is bought: delivered, or as part of a work."""

    SUPPLIES = "supplies"
    WORKS = "works"


CONTRACT_LABELS: dict[Contract, Text] = {Contract.SUPPLIES: _("Supplies and services"), Contract.WORKS: _("Works")}


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
    law: str
    is_verified: bool
    source: str
    dated_on: date


def find_threshold(thresholds: Iterable[Threshold], contract: Contract, day: date) -> Threshold | None:
    """The threshold of a day. None: none is known, which is not that there is none."""
    return next((one for one in thresholds if one.contract is contract and one.first_on <= day <= one.last_on), None)


def standing_of(threshold: Threshold, low_cents: int, high_cents: int) -> Standing:
    """How an estimate stands to a threshold, which is reached from its amount on."""
    if low_cents >= threshold.amount_cents:
        return Standing.REACHED
    return Standing.BELOW if high_cents < threshold.amount_cents else Standing.EITHER
