"""How full a depot is: what lies there beside what fits, for each kind of room that it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from marketplace.kernel.units import Unit

KG_PER_TONNE = 1000
PERCENT = 100


class Kind(StrEnum):
    """A kind of room that a depot counts."""

    M2 = "m2"
    M3 = "m3"
    TONNE = "tonne"
    PALLET = "pallet"


@dataclass(frozen=True, slots=True)
class Sums:
    """What lies in one depot: how many lots, how much in square and cubic metres, its mass, and the pallet places it takes."""

    lots: int = 0
    by_unit: dict[Unit, Decimal] = field(default_factory=dict)
    mass_kg: Decimal = Decimal(0)
    pallets: int = 0

    def of(self, kind: Kind) -> Decimal:
        """How much of one kind of room it takes: tonnes are the mass of everything, whatever its unit."""
        if kind is Kind.TONNE:
            return self.mass_kg / KG_PER_TONNE
        if kind is Kind.PALLET:
            return Decimal(self.pallets)
        return self.by_unit.get(Unit(kind.value), Decimal(0))


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
        """How full it is, in whole percents; a depot that holds anything is never at nought, and a full one only at what fits."""
        exact = self.taken * PERCENT / self.room
        rounded = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        if self.taken > 0 and rounded == 0:
            return 1
        return PERCENT - 1 if rounded == PERCENT and self.taken < self.room else rounded


def fills_of(capacity: Mapping[Kind, Decimal], sums: Sums) -> tuple[Fill, ...]:
    """How full a depot is, for each kind that it counts."""
    return tuple(Fill(kind, sums.of(kind), room) for kind, room in capacity.items())
