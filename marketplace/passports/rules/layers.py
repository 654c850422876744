"""The layers of an asset from the top down. How much of each, how thick, and how high it is drawn."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from marketplace.kernel.units import Unit

HIGHEST = 6  # the steps of height of a drawn layer


@dataclass(frozen=True, slots=True)
class Lying:
    """What of one part lies in a layer."""

    number: int
    layer: int
    amount: Decimal
    unit: Unit
    mass_kg: Decimal


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer. `thickness_cm` where it can be worked out; `height`: 1 to 6, as it is drawn, by its mass."""

    layer: int
    numbers: tuple[int, ...]
    mass_kg: Decimal
    thickness_cm: Decimal | None
    height: int


def find_layers(parts: Iterable[Lying]) -> tuple[Layer, ...]:
    """The layers in which something lies, the top one first.

    What is counted in cubic metres is as thick as it lies over the largest layer that is counted in square metres. The heaviest
    layer is drawn six steps high, the others in proportion, one at least.
    """
    by_layer: dict[int, list[Lying]] = {}
    for part in parts:
        if part.amount:
            by_layer.setdefault(part.layer, []).append(part)
    if not by_layer:
        return ()
    area_m2 = max(_total(held, Unit.M2) for held in by_layer.values())
    masses = {layer: sum((part.mass_kg for part in held), Decimal(0)) for layer, held in by_layer.items()}
    heaviest = max(masses.values())
    return tuple(
        Layer(
            layer,
            tuple(part.number for part in held),
            masses[layer],
            _thickness_cm(held, area_m2),
            max(1, math.ceil(HIGHEST * masses[layer] / heaviest)) if heaviest else 1,
        )
        for layer, held in sorted(by_layer.items())
    )


def _total(parts: Iterable[Lying], unit: Unit) -> Decimal:
    return sum((part.amount for part in parts if part.unit is unit), Decimal(0))


def _thickness_cm(parts: list[Lying], area_m2: Decimal) -> Decimal | None:
    volume_m3 = _total(parts, Unit.M3)
    if not area_m2 or not volume_m3 or any(part.unit is not Unit.M3 for part in parts):
        return None
    return (volume_m3 * 100 / area_m2).quantize(Decimal(1), rounding=ROUND_HALF_UP) or None
