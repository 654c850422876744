"""How full a depot is, as a bar and in words."""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.depots.rules.capacity import CapacityKind as Kind
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import Amount, Unit
from marketplace.stock.rules.fill import Fill

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
    much = _amount(fill, abs(fill.left))
    return Room(
        KINDS[fill.kind],
        _("%(taken)s of %(room)s", taken=fill.taken, room=_amount(fill, fill.room)),
        min(fill.percent, FULL),
        fill.is_over,
        much,
        _("%(much)s more than fits", much=much)
        if fill.is_over
        else _("%(percent)s%% full, %(much)s free", percent=str(fill.percent), much=much),
    )


def _amount(fill: Fill, amount: Decimal) -> Text | Amount:
    if fill.kind is Kind.PALLET:
        return ngettext("%(num)s pallet place", "%(num)s pallet places", int(amount))
    return Amount(amount, Unit(fill.kind.value))
