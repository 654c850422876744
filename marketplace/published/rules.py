"""When a report may be published, and how a row of the ledger reads with other factors."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from marketplace.impact.rules.impact import avoided_kgco2e, mass_kg, processing_kgco2e, transport_kgco2e
from marketplace.impact.rules.material_use import FIRST_YEAR
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _

ZERO = Decimal(0)


def check_year_over(year: int, *, today_year: int) -> None:
    """Refuse a year that is not over yet, or that nobody can have measured."""
    if not FIRST_YEAR <= year < today_year:
        raise Invalid(
            _(
                "Choose a year that is over, from %(first)s to %(last)s.",
                first=str(FIRST_YEAR),
                last=str(today_year - 1),
            ),
            "year",
        )


def check_adopted(adopted: int, *, year: int, name: str | None) -> None:
    """Refuse to publish where nothing was adopted: a report says what was decided."""
    if adopted:
        return
    if name is not None:
        raise Conflict(
            _(
                "%(year)s of %(name)s is not adopted yet. Adopt it first; then its report can be published.",
                year=str(year),
                name=name,
            )
        )
    raise Conflict(
        _(
            "No municipality has adopted figures for %(year)s yet. Adopt one first; then the report can be published.",
            year=str(year),
        )
    )


class Booked(Protocol):
    """What is read of a row of the ledger."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def kg_per_unit(self) -> Decimal: ...
    @property
    def mass_kg(self) -> Decimal: ...
    @property
    def road_km(self) -> Decimal: ...
    @property
    def tonne_km(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Factors:
    """The factors of one row: of its material and of what drove it. None: unknown."""

    carbon: Decimal | None
    processing: Decimal | None
    vehicle: Decimal


@dataclass(frozen=True, slots=True)
class Carbon:
    """What was avoided, driven and processed, in kg CO₂e, and the mass that lacks a factor."""

    avoided_kgco2e: Decimal = ZERO
    transport_kgco2e: Decimal = ZERO
    processing_kgco2e: Decimal = ZERO
    unknown_factor_mass_kg: Decimal = ZERO
    unknown_processing_mass_kg: Decimal = ZERO

    @property
    def net_kgco2e(self) -> Decimal:
        """Avoided less transport and processing."""
        return self.avoided_kgco2e - self.transport_kgco2e - self.processing_kgco2e

    def __add__(self, other: "Carbon") -> "Carbon":
        return Carbon(
            self.avoided_kgco2e + other.avoided_kgco2e,
            self.transport_kgco2e + other.transport_kgco2e,
            self.processing_kgco2e + other.processing_kgco2e,
            self.unknown_factor_mass_kg + other.unknown_factor_mass_kg,
            self.unknown_processing_mass_kg + other.unknown_processing_mass_kg,
        )


def restated(row: Booked, factors: Factors) -> Carbon:
    """Work out a row once more with these factors. Its mass and its road stay as they were booked.

    What came back takes off mass times factor; only where the road was taken back too it takes off transport. A haul has no mass of its own.
    """
    carried, road, mass = mass_kg(row.quantity, row.kg_per_unit), row.road_km, row.mass_kg
    return Carbon(
        avoided_kgco2e(mass, factors.carbon) or ZERO,
        transport_kgco2e(carried, road, factors.vehicle) if row.tonne_km else ZERO,
        processing_kgco2e(mass, factors.processing) or ZERO,
        mass if factors.carbon is None else ZERO,
        mass if factors.processing is None else ZERO,
    )
