"""How full a depot is, for each kind of room that it counts."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from marketplace.depots.rules.capacity import CapacityKind as Kind

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
        if self.taken > 0 and rounded == 0:
            return 1
        return PERCENT - 1 if rounded == PERCENT and self.taken < self.room else rounded
