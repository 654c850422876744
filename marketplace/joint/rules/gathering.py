"""Which needs fall together: one material, units that convert, one stretch of time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from marketplace.kernel.units import Unit
from marketplace.materials.rules.taxonomy import Material, conversion

ASKERS_NEEDED = 2


@dataclass(frozen=True, slots=True)
class Want:
    """What of a need is still to be found, as far as it is gathered. `amount` is in its own unit."""

    demand_id: int
    asker_id: int
    material_id: int
    amount: Decimal
    unit: Unit
    first: date
    last: date

    def is_in(self, first: date | None, last: date | None) -> bool:
        """Whether it is needed on a day of this period; a side without a day is open."""
        return (last is None or self.first <= last) and (first is None or self.last >= first)


@dataclass(frozen=True, slots=True)
class Group:
    """Needs of one stretch of time by their number, and the unit in which they are added up."""

    material: Material
    unit: Unit
    wants: tuple[Want, ...]

    @property
    def askers(self) -> frozenset[int]:
        """Whose needs they are."""
        return frozenset(want.asker_id for want in self.wants)

    @property
    def is_joint(self) -> bool:
        """Whether several organisations ask."""
        return len(self.askers) >= ASKERS_NEEDED

    @property
    def first(self) -> date:
        """The first day on which any of it is needed."""
        return min(want.first for want in self.wants)

    @property
    def last(self) -> date:
        """The last day on which any of it is needed."""
        return max(want.last for want in self.wants)

    @property
    def shared(self) -> tuple[date, date] | None:
        """The days on which all of it is needed; None where there is no such day."""
        first, last = max(want.first for want in self.wants), min(want.last for want in self.wants)
        return (first, last) if first <= last else None

    def counted(self, amount: Decimal, unit: Unit) -> Decimal:
        """An amount in the unit of the group."""
        return in_unit(amount, unit, self.unit, self.material)

    @property
    def amount(self) -> Decimal:
        """All that is still to be found: what each need is in the unit of the group, added up."""
        return sum((self.counted(want.amount, want.unit) for want in self.wants), Decimal(0))


def in_unit(amount: Decimal, unit: Unit, wanted: Unit, material: Material) -> Decimal:
    """An amount in another unit of the material: to a whole piece or a thousandth, halves up."""
    if unit is wanted:
        return amount
    exact = Fraction(amount) * conversion(unit, wanted, material)
    steps: Fraction = exact * 10**wanted.places
    return (Decimal(steps.numerator) / steps.denominator).quantize(Decimal(1), ROUND_HALF_UP).scaleb(-wanted.places)


def added_in(material: Material, units: Iterable[Unit]) -> Unit:
    """The unit in which needs are added up. Their own where it is one, else that of the material."""
    unit, *others = set(units)
    return material.default_unit if others else unit


def gather(material: Material, wants: Iterable[Want]) -> list[Group]:
    """Every stretch of time in which this material is needed, the first first.

    Two needs belong together when they share a day, or another joins them. What the material does not go by (any more) adds up
    with its own unit alone.
    """
    by_measure: defaultdict[Unit, list[Want]] = defaultdict(list)
    for want in wants:
        by_measure[material.default_unit if material.takes(want.unit) else want.unit].append(want)
    groups = [group_of(material, stretch) for same in by_measure.values() for stretch in _stretches(same)]
    return sorted(groups, key=lambda group: (group.first, group.last, group.unit))


def group_of(material: Material, wants: Iterable[Want]) -> Group:
    """These needs as one group, by their number."""
    ordered = tuple(sorted(wants, key=lambda want: want.demand_id))
    return Group(material, added_in(material, (want.unit for want in ordered)), ordered)


def _stretches(wants: Iterable[Want]) -> list[list[Want]]:
    stretches: list[list[Want]] = []
    last = date.min
    for want in sorted(wants, key=lambda want: (want.first, want.last, want.demand_id)):
        if not stretches or want.first > last:
            stretches.append([])
        stretches[-1].append(want)
        last = max(last, want.last)
    return stretches
