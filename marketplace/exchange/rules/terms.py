"""The terms of one transfer: frozen at approval, changed only by an accepted proposal."""

from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from marketplace.exchange.rules.reservation import BETWEEN_SIGNATURES, REASON_LENGTH_MAX, STATUS_LABELS, ReservationStatus
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import check_length
from marketplace.market.rules.listing import Condition, Location

OPEN_TO_CHANGE = (ReservationStatus.APPROVED, *BETWEEN_SIGNATURES)  # after completion nothing about a transfer changes


class TermsStatus(StrEnum):
    """Where one version of the terms stands: what counts is the newest that was agreed."""

    AGREED = "agreed"
    PROPOSED = "proposed"
    DECLINED = "declined"
    FALLEN = "fallen"  # nobody answered it before another took its place, or before the transfer was over


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the note prints and the ledger books.

    `kg_basis`: measured or taxonomy. `destination_basis`: demand, reservation or main_place. `replaces_purchase`: None was not said.
    """

    price_cents_per_unit: int
    kg_per_unit: Decimal
    kg_basis: str
    place_name: str
    address: str | None
    lot: Point
    available_from: date
    condition: str
    destination_name: str
    destination: Point
    destination_basis: str
    replaces_purchase: bool | None
    factor_version: int

    def price_cents(self, quantity: Decimal) -> int:
        """The price of a quantity, rounded half up once; 0 is free of charge."""
        return int((quantity * self.price_cents_per_unit).quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """What one side proposes to change, and why. None leaves a term as it is; a price of 0 is free of charge."""

    reason: str
    price_cents_per_unit: int | None = None
    kg_per_unit: Decimal | None = None
    available_from: date | None = None
    condition: Condition | None = None
    place: Location | None = None
    destination: Location | None = None
    replaces_purchase: bool | None = None

    def applied_to(self, terms: Terms) -> Terms:
        """The terms with what the draft changes."""
        new: dict[str, Any] = {
            name: value
            for name in ("price_cents_per_unit", "available_from", "replaces_purchase")
            if (value := getattr(self, name)) is not None
        }
        if self.kg_per_unit is not None:
            new |= {"kg_per_unit": self.kg_per_unit, "kg_basis": "measured"}
        if self.condition is not None:
            new["condition"] = self.condition.value
        if self.place is not None:
            new |= {"place_name": self.place.place_name, "address": self.place.address, "lot": self.place.point}
        if self.destination is not None:
            new |= {
                "destination_name": self.destination.place_name,
                "destination": self.destination.point,
                "destination_basis": "reservation",
            }
        return replace(terms, **new)


TERM_LABELS: dict[str, Text] = {
    "price_cents_per_unit": _("Price per unit"),
    "kg_per_unit": _("Kilograms per unit"),
    "place_name": _("Place of the lot"),
    "available_from": _("First day"),
    "condition": _("Condition"),
    "destination_name": _("Destination"),
    "replaces_purchase": _("Replaces a new purchase"),
}
_SHOWN_AS = {
    "address": "place_name",
    "lot": "place_name",
    "destination": "destination_name",
    "destination_basis": "destination_name",
    "kg_basis": "kg_per_unit",
}


def changed_terms(before: Terms, after: Terms) -> tuple[str, ...]:
    """The names of the terms that differ, in the order in which a reader looks for them."""
    different = {field.name for field in fields(Terms) if getattr(before, field.name) != getattr(after, field.name)}
    names = {_SHOWN_AS.get(name, name) for name in different}
    return tuple(name for name in TERM_LABELS if name in names)


def check_open_to_change(status: ReservationStatus) -> None:
    """Terms are fixed at approval and final once the transfer is completed."""
    if status in OPEN_TO_CHANGE:
        return
    if status in (ReservationStatus.WAITING, ReservationStatus.OFFERED, ReservationStatus.REQUESTED):
        sentence = _(
            "The terms are fixed when the owner approves. Until then the owner can change the lot, and whoever asked the demand."
        )
    else:
        sentence = _("This reservation is “%(status)s”: its terms cannot change any more.", status=STATUS_LABELS[status])
    raise Conflict(sentence, currentStatus=status.value)


def check_proposal(before: Terms, after: Terms, reason: str) -> None:
    """A proposal changes something, and says why."""
    if not changed_terms(before, after):
        raise Invalid(_("These are the terms as they are. Change at least one of them."), "price_cents_per_unit")
    if not reason.strip():
        raise Invalid(_("Say why, in one sentence. The other side reads it."), "reason")
    check_length(reason, REASON_LENGTH_MAX, "reason")


def check_first_day(handed_over_on: date | None) -> None:
    """What has been handed over has no first day any more."""
    if handed_over_on is not None:
        raise Conflict(
            _("It was handed over on %(day)s, so its first day cannot change any more.", day=handed_over_on), "available_from"
        )
