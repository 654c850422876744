"""The registered list of figures over the ledger. Page, API and files all loop over it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.language import Text, _
from marketplace.ledger.rules import Totals

Figure = Decimal | int


class Measure(StrEnum):
    """In what a figure is counted, so that each door can write it in its own way."""

    COUNT = "count"
    MASS = "mass"
    CARBON = "carbon"
    TONNE_KM = "tonne_km"


@dataclass(frozen=True, slots=True)
class Statistic:
    """One figure over the ledger.

    Its name in code and API, what it is called, what it means, and how it follows from the sums of the ledger.

    `unknown_mass`: of how many kilograms the factor that it rests on is not known; where that is all of them the figure is unknown too.
    """

    name: str
    label: Text
    definition: Text
    measure: Measure
    of: Callable[[Totals], Figure]
    unknown_mass: Callable[[Totals], Decimal] | None = None

    @property
    def may_be_unknown(self) -> bool:
        """Whether it rests on a factor that a material may not have."""
        return self.unknown_mass is not None

    def known(self, totals: Totals) -> Figure | None:
        """The figure, or None where it is unknown.

        It is unknown when mass has moved and not one kilogram of it has the factor that the figure rests on.
        """
        nothing_known = self.unknown_mass is not None and totals.mass_kg and self.unknown_mass(totals) == totals.mass_kg
        return None if nothing_known else self.of(totals)


def _without_factor(totals: Totals) -> Decimal:
    return totals.unknown_factor_mass_kg


def _without_processing(totals: Totals) -> Decimal:
    return totals.unknown_processing_mass_kg


STATISTICS = (
    Statistic(
        "exchanges",
        _("Exchanges"),
        _("Completed transfers that both sides confirmed. A correction changes the sums, but not this number."),
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
        _without_factor,
    ),
    Statistic(
        "transport_kgco2e",
        _("Transport"),
        _("What driving emitted: tonnes times driven kilometres times the factor of the vehicle, from well to wheel."),
        Measure.CARBON,
        lambda totals: totals.transport_kgco2e,
    ),
    Statistic(
        "processing_kgco2e",
        _("Processing"),
        _("What making material fit for reuse emitted: mass times a factor of the material, as far as one is known."),
        Measure.CARBON,
        lambda totals: totals.processing_kgco2e,
        _without_processing,
    ),
    Statistic(
        "net_kgco2e",
        _("Net saved"),
        _(
            "Avoided less all transport, including that of material without a carbon factor, and less the processing that is known."
        ),
        Measure.CARBON,
        lambda totals: totals.net_kgco2e,
        _without_factor,
    ),
    Statistic(
        "unknown_factor_mass_kg",
        _("Without a carbon factor"),
        _("Mass of materials for which no carbon factor is known. It is in the tonnes but not in the avoided carbon."),
        Measure.MASS,
        _without_factor,
    ),
    Statistic(
        "unknown_processing_mass_kg",
        _("Processing not known"),
        _(
            "Mass of materials for which it is not known what processing emits. Nothing is taken off for it: the net saved is at most this."
        ),
        Measure.MASS,
        _without_processing,
    ),
)
