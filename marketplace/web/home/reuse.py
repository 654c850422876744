"""What the region used again, in the few figures that a visitor remembers. Where each comes from stands behind `/cijfers`."""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.impact.queries.statistics import Statistics
from marketplace.impact.rules.statistics import STATISTICS
from marketplace.kernel.formats import carbon, km, mass, number
from marketplace.kernel.language import Text, _

MASS, NET = (next(item for item in STATISTICS if item.name == name) for name in ("mass_kg", "net_kgco2e"))


@dataclass(frozen=True, slots=True)
class Reuse:
    """Figures in words: what, how much, and how that was counted. `since`: the first month, `YYYY-MM`."""

    since: str
    figures: list[tuple[Text, str, Text]]
    unknown_factor_mass_kg: Decimal
    unknown_processing_mass_kg: Decimal


def reuse_of(statistics: Statistics) -> Reuse | None:
    """Sum up the reuse; None where nothing has changed hands yet. Then there is nothing to count, and no zero either."""
    totals = statistics.totals
    if statistics.since is None or not totals.mass_kg:
        return None
    figures = [
        (
            _("used again"),
            mass(totals.mass_kg),
            _("in %(count)s transfers", count=number(totals.exchanges)),
        ),
        (
            _("less CO₂ emitted"),
            carbon(NET.figure(totals)),
            _("what new material would have emitted, less transport and, where known, processing"),
        ),
        (
            _("driven by the average tonne"),
            km(totals.average_km, 0),
            _("from the giver to the receiver, and back where it was returned"),
        ),
    ]
    return Reuse(statistics.since, figures, totals.unknown_factor_mass_kg, totals.unknown_processing_mass_kg)
