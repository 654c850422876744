"""What an exchange weighs, how far it goes, and what carbon that costs and saves.

Figures that a civil servant can redo on paper.

Everything is a Decimal in the unit of its name, rounded half up to three places; each figure is computed from the rounded ones
before it, so a row of the ledger can be redone from what stands in that row. What is unknown stays unknown (None), never zero.

Sources: domain.md, "The ledger". Carbon factors of new products and of vehicles are data (`materials.csv`, `transport.csv`: DEFRA
2025, well to wheel) and come in as arguments. There is no published Dutch figure for the detour factor: 1.3 is the middle of the
published 1.2 to 1.4.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from marketplace.materials.rules.taxonomy import DETOUR_FACTOR

PLACES = Decimal("0.001")
KG_PER_TONNE = Decimal(1000)
VAN = "bestelbus-diesel"  # diesel van up to 3.5 tonnes, average load
LORRY = "vrachtauto-zwaar-50"  # rigid lorry above 17 tonnes, full out and empty back
VAN_MASS_KG_MAX = Decimal(1000)  # what a van carries; more goes by lorry


class RoadBasis(StrEnum):
    """Whether the kilometres were driven and entered, or estimated as 1.3 times the distance."""

    DRIVEN = "driven"
    ESTIMATED = "estimated"


class VehicleBasis(StrEnum):
    """Whether the vehicle class was entered at hand-over, or is the default for the mass."""

    ENTERED = "entered"
    DEFAULT = "default"


def rounded(value: Decimal) -> Decimal:
    """To three places, half up (half away from zero for a reversal)."""
    return value.quantize(PLACES, rounding=ROUND_HALF_UP)


def mass_kg(amount: Decimal, kg_per_unit: Decimal) -> Decimal:
    """Compute the mass that follows from a quantity, so that nobody enters it twice."""
    return rounded(amount * kg_per_unit)


def road_km(distance_km: Decimal, driven_km: Decimal | None = None) -> Decimal:
    """The driven kilometres where they were entered, else the geodesic times 1.3."""
    return rounded(distance_km * DETOUR_FACTOR) if driven_km is None else rounded(driven_km)


def tonne_km(mass_in_kg: Decimal, road_in_km: Decimal) -> Decimal:
    """Tonnes times driven kilometres."""
    return rounded(mass_in_kg / KG_PER_TONNE * road_in_km)


def default_vehicle(mass_in_kg: Decimal) -> str:
    """The vehicle class of every estimate: a van up to and with one tonne, a lorry above."""
    return VAN if abs(mass_in_kg) <= VAN_MASS_KG_MAX else LORRY


def transport_kgco2e(mass_in_kg: Decimal, road_in_km: Decimal, factor_kgco2e_per_tonne_km: Decimal) -> Decimal:
    """Tonnes × driven kilometres × the factor of the vehicle class."""
    return rounded(mass_in_kg / KG_PER_TONNE * road_in_km * factor_kgco2e_per_tonne_km)


def avoided_kgco2e(mass_in_kg: Decimal, factor_kgco2e_per_kg: Decimal | None) -> Decimal | None:
    """Compute the emissions of making the new product that is replaced. Unknown where the material has no factor."""
    return None if factor_kgco2e_per_kg is None else rounded(mass_in_kg * factor_kgco2e_per_kg)


def processing_kgco2e(mass_in_kg: Decimal, factor_kgco2e_per_kg: Decimal | None) -> Decimal | None:
    """What making it fit for reuse emits; unknown where the material has no factor for that."""
    return None if factor_kgco2e_per_kg is None else rounded(mass_in_kg * factor_kgco2e_per_kg)


def net_kgco2e(avoided: Decimal | None, transport: Decimal, processing: Decimal | None = None) -> Decimal | None:
    """Avoided less transport and processing. May be below zero.

    Unknown where the avoided carbon is. Processing that is not known lowers nothing: whoever shows the figure says so beside it.
    """
    return None if avoided is None else avoided - transport - (processing or 0)


def break_even_km(
    avoided: Decimal | None, mass_in_kg: Decimal, factor_kgco2e_per_tonne_km: Decimal, processing: Decimal | None = None
) -> Decimal | None:
    """Compute the straight-line distance at which transport emits all that is saved.

    (Avoided − processing) ÷ (tonnes × factor × 1.3).

    Unknown where the avoided carbon is, or where nothing is carried.
    """
    per_km = mass_in_kg / KG_PER_TONNE * factor_kgco2e_per_tonne_km * DETOUR_FACTOR
    return None if avoided is None or per_km <= 0 else rounded(max(avoided - (processing or 0), Decimal(0)) / per_km)


@dataclass(frozen=True, slots=True)
class Impact:
    """The figures of one transport of one mass, with what they came from."""

    mass_kg: Decimal
    distance_km: Decimal
    road_km: Decimal
    road_basis: RoadBasis
    tonne_km: Decimal
    vehicle_class: str
    vehicle_basis: VehicleBasis
    vehicle_factor: Decimal
    carbon_factor: Decimal | None
    transport_kgco2e: Decimal
    avoided_kgco2e: Decimal | None
    processing_factor: Decimal | None
    processing_kgco2e: Decimal | None
    net_kgco2e: Decimal | None


def impact(
    *,
    mass_in_kg: Decimal,
    distance_in_km: Decimal,
    vehicle_factors: dict[str, Decimal],
    carbon_factor: Decimal | None,
    processing_factor: Decimal | None = None,
    vehicle_class: str | None = None,
    driven_km: Decimal | None = None,
) -> Impact:
    """Every figure of a transport. `vehicle_factors`: kg CO₂e per tonne-km by vehicle class; `carbon_factor`: kg CO₂e per kg of new product;
    `processing_factor`: kg CO₂e per kg of making it fit for reuse.

    A vehicle class without a factor raises KeyError: the door checks what it takes.
    """
    chosen = vehicle_class or default_vehicle(mass_in_kg)
    road = road_km(distance_in_km, driven_km)
    factor = vehicle_factors[chosen]
    transport = transport_kgco2e(mass_in_kg, road, factor)
    avoided = avoided_kgco2e(mass_in_kg, carbon_factor)
    processing = processing_kgco2e(mass_in_kg, processing_factor)
    return Impact(
        mass_kg=mass_in_kg,
        distance_km=distance_in_km,
        road_km=road,
        road_basis=RoadBasis.ESTIMATED if driven_km is None else RoadBasis.DRIVEN,
        tonne_km=tonne_km(mass_in_kg, road),
        vehicle_class=chosen,
        vehicle_basis=VehicleBasis.ENTERED if vehicle_class else VehicleBasis.DEFAULT,
        vehicle_factor=factor,
        carbon_factor=carbon_factor,
        transport_kgco2e=transport,
        avoided_kgco2e=avoided,
        processing_factor=processing_factor,
        processing_kgco2e=processing,
        net_kgco2e=net_kgco2e(avoided, transport, processing),
    )
