"""The registered list of figures over the ledger. Page, API and files all loop over it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter

from marketplace.kernel.language import Text, _
from marketplace.ledger.rules import Totals

Figure = Decimal | int


class Measure(StrEnum):
    """In what a figure is counted, so that each door can write it in its own way."""

    COUNT = "count"
    MASS = "mass"
    CARBON = "carbon"
    TONNE_KM = "tonne_km"
    CENTS = "cents"
    SAVED = "saved"  # cents too, of the exchanges of which it was said


@dataclass(frozen=True, slots=True)
class Statistic:
    """One figure over the ledger.

    Its name in code and API, what it is called, what it means, and how it follows from the sums of the ledger.

    `unknown_mass`: of how many kilograms the factor that it rests on is not known; where that is all of them the figure is unknown too.
    `low` and `high`: by the ends of the factors, where a figure has them.
    """

    name: str
    label: Text
    definition: Text
    measure: Measure
    of: Callable[[Totals], Figure]
    unknown_mass: Callable[[Totals], Decimal] | None = None
    low: Callable[[Totals], Figure] | None = None
    high: Callable[[Totals], Figure] | None = None

    @property
    def may_be_unknown(self) -> bool:
        """Whether it rests on something that may not be known."""
        return self.unknown_mass is not None or self.measure is Measure.SAVED

    def figure(self, totals: Totals) -> Figure | None:
        """The figure, or None where it is unknown.

        It is unknown when something has moved and of nothing of it is known what the figure rests on.
        """
        return None if self.coverage(totals) == 0 else self.of(totals)

    def ends(self, totals: Totals) -> tuple[Figure, Figure] | None:
        """The figure by the low and by the high end of the factors. None where it has none."""
        if self.low is None or self.high is None or self.figure(totals) is None:
            return None
        return self.low(totals), self.high(totals)

    def coverage(self, totals: Totals) -> Decimal | None:
        """Of which share, from 0 to 1, is known what it rests on. None where nothing moved."""
        if self.measure is Measure.SAVED:
            return Decimal(totals.saved_exchanges) / totals.exchanges if totals.exchanges else None
        if not totals.mass_kg:
            return None
        return Decimal(1) if self.unknown_mass is None else 1 - self.unknown_mass(totals) / totals.mass_kg


def _without_factor(totals: Totals) -> Decimal:
    return totals.unknown_factor_mass_kg


def _without_processing(totals: Totals) -> Decimal:
    return totals.unknown_processing_mass_kg


def _avoided(part: str, label: Text, definition: Text) -> Statistic:
    """Avoided carbon by what was said of a purchase."""
    of, low, high = (attrgetter(f"avoided_{part}{end}_kgco2e") for end in ("", "_low", "_high"))
    return Statistic(f"avoided_{part}_kgco2e", label, definition, Measure.CARBON, of, _without_factor, low, high)


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
        lambda totals: totals.avoided_low_kgco2e,
        lambda totals: totals.avoided_high_kgco2e,
    ),
    _avoided(
        "replacing",
        _("Avoided, replaces a purchase"),
        _("The part of the avoided of which the receiver said that it took the place of buying new."),
    ),
    _avoided(
        "not_replacing",
        _("Avoided, replaces no purchase"),
        _("The part of which the receiver said that nothing would have been bought. It stands apart: no purchase was avoided."),
    ),
    _avoided(
        "not_said",
        _("Avoided, not said"),
        _("The part of which the receiver did not say whether it took the place of buying new."),
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
        lambda totals: totals.net_low_kgco2e,
        lambda totals: totals.net_high_kgco2e,
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
    Statistic(
        "price_cents",
        _("Value"),
        _("What was agreed to be paid for everything that changed hands. Free of charge is 0."),
        Measure.CENTS,
        lambda totals: totals.price_cents,
    ),
    Statistic(
        "saved_cents",
        _("Money saved"),
        _("What a new purchase would have cost, as the receiver said at the request, less the price that was agreed."),
        Measure.SAVED,
        lambda totals: totals.saved_cents,
    ),
)
