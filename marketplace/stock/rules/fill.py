"""How full a depot is, for each kind of room, and what is said where more lies than fits."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from marketplace.depots.rules.capacity import CapacityKind as Kind
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import Amount, Unit

PERCENT = 100


@dataclass(frozen=True, slots=True)
class Fill:
    """One kind of room: how much of it is taken."""

    kind: Kind
    taken: Decimal
    room: Decimal

    @property
    def is_over(self) -> bool:
        """Whether more lies there than fits."""
        return self.taken > self.room

    @property
    def left(self) -> Decimal:
        """What still fits; below nought what is too much."""
        return self.room - self.taken

    @property
    def percent(self) -> int:
        """How full it is, in whole percents.

        What holds anything is never at nought, and only what is full is at a hundred.
        """
        exact = self.taken * PERCENT / self.room
        rounded = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        if self.taken and self.taken < self.room:
            return max(1, min(rounded, PERCENT - 1))
        return rounded


def amount_of(fill: Fill, amount: Decimal) -> Text | Amount:
    """An amount of this kind of room, with its unit."""
    if fill.kind is Kind.PALLET:
        return ngettext("%(num)s pallet place", "%(num)s pallet places", int(amount))
    return Amount(amount, Unit(fill.kind.value))


def warning_of(fill: Fill, depot: str) -> Text:
    """What its keepers read where more lies in a depot than fits. It is allowed."""
    return _(
        "There is more in %(depot)s than fits: %(taken)s of %(room)s, so %(much)s too much.",
        depot=depot,
        taken=amount_of(fill, fill.taken),
        room=amount_of(fill, fill.room),
        much=amount_of(fill, -fill.left),
    )
