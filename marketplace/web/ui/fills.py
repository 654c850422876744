"""How full a depot is, as a bar and in words, and what is said when more comes than fits."""

from dataclasses import dataclass

from flask import flash

from marketplace.depots.queries.depots import get_depot
from marketplace.depots.rules.capacity import CapacityKind as Kind
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount
from marketplace.stock.queries.warnings import list_over
from marketplace.stock.rules.fill import Fill, amount_of, warning_of

FULL = 100
KINDS: dict[Kind, Text] = {
    Kind.M2: _("Floor"),
    Kind.M3: _("Volume"),
    Kind.TONNE: _("Weight"),
    Kind.PALLET: _("Pallet places"),
}


@dataclass(frozen=True, slots=True)
class Room:
    """One kind of room as people read it.

    Its name, what is taken of it, how full that is, and what is too much or still fits.
    """

    name: Text
    figure: Text
    percent: int
    is_over: bool
    too_much: Text | Amount
    words: Text


def room_of(fill: Fill) -> Room:
    """Write it out. A bar ends where the depot is full; what is too much stands in words."""
    much = amount_of(fill, abs(fill.left))
    return Room(
        KINDS[fill.kind],
        _("%(taken)s of %(room)s", taken=fill.taken, room=amount_of(fill, fill.room)),
        min(fill.percent, FULL),
        fill.is_over,
        much,
        _("%(much)s more than fits", much=much)
        if fill.is_over
        else _("%(percent)s%% full, %(much)s free", percent=str(fill.percent), much=much),
    )


def warn_of_full(session: Session, depot_id: int | None) -> None:
    """Say on the next page of what more lies in a depot now than fits. It is allowed."""
    if depot_id is not None:
        depot = get_depot(session, depot_id)
        for fill in list_over(session, depot):
            flash(str(warning_of(fill, depot.name)), "warning")
