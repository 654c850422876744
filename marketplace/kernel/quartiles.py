"""The median and the quartiles, by the inclusive method.

The smallest and the largest value count as 0 and 100 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Quartiles:
    """Below which a quarter, half and three quarters of so many values lie."""

    count: int
    first: Decimal
    median: Decimal
    third: Decimal


def quartiles(counts: Mapping[int, int]) -> Quartiles | None:
    """Of whole values, each so many times; None where there are none."""
    values = sorted((value, count) for value, count in counts.items() if count > 0)
    total = sum(count for _value, count in values)
    if not total:
        return None

    def at(place: int) -> int:
        """The value at this place, from 0."""
        for value, count in values:
            if place < count:
                return value
            place -= count
        raise AssertionError("unreachable")

    def part(quarter: int) -> Decimal:
        below, rest = divmod((total - 1) * quarter, 4)
        return at(below) + (at(below + 1) - at(below)) * Decimal(rest) / 4 if rest else Decimal(at(below))

    return Quartiles(total, part(1), part(2), part(3))
