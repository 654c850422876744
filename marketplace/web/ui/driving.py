"""How a load was driven.

Asked with the same choices, and worked out in the same words, wherever something moves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wtforms import SelectField

from marketplace.impact.rules.impact import RoadBasis, VehicleBasis
from marketplace.kernel.formats import carbon, km, mass, number, tonne_km
from marketplace.kernel.language import Text, _
from marketplace.ledger.models import Exchange
from marketplace.materials.rules.taxonomy import VehicleClass
from marketplace.web.ui.choices import Choices, or_nothing
from marketplace.web.ui.forms import DecimalField

FACTOR_PLACES = 5


def vehicle_field(label: Text | None = None, **more: Any) -> SelectField:
    """With which vehicle; `vehicle_choices` fills it."""
    return SelectField(label or _("With which vehicle?"), validate_choice=False, default="", **more)  # type: ignore[arg-type]


def driven_field(label: Text | None = None, **more: Any) -> DecimalField:
    """How far, with the load."""
    return DecimalField(label or _("Kilometres driven with the load"), **more)  # type: ignore[arg-type]


VEHICLE_HINT = _(
    "It determines the carbon of the transport. Not known? Then we assume a van up to 1 tonne and a heavy lorry above."
)
DRIVEN_HINT = _("Leave empty if you do not know. Then we use the straight line times 1.3.")


def vehicle_choices(vehicles: Iterable[VehicleClass]) -> Choices:
    """The classes of vehicles, after the one that nobody knows."""
    return or_nothing(_("Not known"), ((vehicle.slug, vehicle.name) for vehicle in vehicles))


@dataclass(frozen=True, slots=True)
class Driven:
    """How the transport of one row of the ledger was worked out, each figure in a sentence."""

    work: str
    distance: Text
    road: Text
    vehicle: Text | str
    carbon: Text

    @property
    def facts(self) -> list[tuple[Text, Text | str]]:
        """All of it as terms and what they are, in the order in which they follow from each other."""
        return [
            (_("Distance"), self.distance),
            (_("By road"), self.road),
            (_("Transport work"), self.work),
            (_("Vehicle"), self.vehicle),
            (_("Carbon of the transport"), self.carbon),
        ]


def driven_of(row: Exchange, vehicle: str) -> Driven:
    """The arithmetic of a transfer or a leg. `vehicle`: the name of its class."""
    carried: Decimal = row.mass_kg or row.quantity * row.kg_per_unit
    by_road = _("%(km)s, as driven") if row.road_basis == RoadBasis.DRIVEN else _("%(km)s: the straight line times 1.3")
    carried_over = _("%(mass)s over %(km)s", mass=mass(carried), km=km(row.road_km))
    is_entered = row.vehicle_basis == VehicleBasis.ENTERED
    return Driven(
        work=f"{carried_over}: {tonne_km(row.tonne_km)}",
        distance=_("%(km)s in a straight line", km=km(row.distance_km)),
        road=_(by_road.message, km=km(row.road_km)),
        vehicle=vehicle if is_entered else _("%(vehicle)s (not entered, so estimated)", vehicle=vehicle),
        carbon=_(
            "%(work)s × %(factor)s kg = %(carbon)s",
            work=tonne_km(row.tonne_km),
            factor=number(row.vehicle_factor, FACTOR_PLACES),
            carbon=carbon(row.transport_kgco2e),
        ),
    )
