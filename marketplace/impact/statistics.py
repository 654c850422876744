"""The registered list of figures over the ledger: page, API and export all loop over this list, so a new figure is one line here."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.language import Text, _
from marketplace.ledger.queries import Totals

Figure = Decimal | int


class Measure(StrEnum):
    """In what a figure is counted, so that each door can write it in its own way."""

    COUNT = "count"
    MASS = "mass"
    CARBON = "carbon"
    TONNE_KM = "tonne_km"


@dataclass(frozen=True, slots=True)
class Statistic:
    """One figure: its name in code and API, what it is called, what it means, and how it follows from the sums of the ledger.

    `needs_factor`: it rests on carbon factors of materials, and is unknown where no kilogram has one.
    """

    name: str
    label: Text
    definition: Text
    measure: Measure
    of: Callable[[Totals], Figure]
    needs_factor: bool = False

    def known(self, totals: Totals) -> Figure | None:
        """The figure, or None where it is unknown: mass has moved and not one kilogram of it has a carbon factor."""
        nothing_known = self.needs_factor and totals.mass_kg and totals.unknown_factor_mass_kg == totals.mass_kg
        return None if nothing_known else self.of(totals)


STATISTICS = (
    Statistic(
        "exchanges",
        _("Exchanges"),
        _("Completed transfers that both sides confirmed. A correction changes the sums, and not this number."),
        Measure.COUNT,
        lambda totals: totals.exchanges,
    ),
    Statistic(
        "mass_kg",
        _("Used again"),
        _("The mass of everything that changed hands: the measured quantity times the weight of one unit."),
        Measure.MASS,
        lambda totals: totals.mass_kg,
    ),
    Statistic(
        "tonne_km",
        _("Transport work"),
        _("Tonnes times driven kilometres. Where no kilometres were entered: the straight line times 1.3."),
        Measure.TONNE_KM,
        lambda totals: totals.tonne_km,
    ),
    Statistic(
        "avoided_kgco2e",
        _("Avoided"),
        _("What making the same mass of new product would have emitted: mass times the carbon factor of the material."),
        Measure.CARBON,
        lambda totals: totals.avoided_kgco2e,
        needs_factor=True,
    ),
    Statistic(
        "transport_kgco2e",
        _("Transport"),
        _("What driving emitted: tonnes times driven kilometres times the factor of the vehicle, from well to wheel."),
        Measure.CARBON,
        lambda totals: totals.transport_kgco2e,
    ),
    Statistic(
        "net_kgco2e",
        _("Net saved"),
        _("Avoided less all transport, also the transport of material whose carbon factor is unknown."),
        Measure.CARBON,
        lambda totals: totals.net_kgco2e,
        needs_factor=True,
    ),
    Statistic(
        "unknown_factor_mass_kg",
        _("Without a carbon factor"),
        _("Mass of materials for which no carbon factor is known. It is in the tonnes and not in the avoided carbon."),
        Measure.MASS,
        lambda totals: totals.unknown_factor_mass_kg,
    ),
)
