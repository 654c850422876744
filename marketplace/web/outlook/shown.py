"""The years ahead as the page shows them. A bar for what comes, one for what is needed, and the groups that lack."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from marketplace.kernel.language import Text, _
from marketplace.market.rules.listing import CERTAINTY_LABELS, Certainty
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.outlook.queries import Ahead
from marketplace.outlook.rules import ZERO, Outlook
from marketplace.web.ui.charts import share_of
from marketplace.web.ui.tonnes import in_tonnes, places_of, tonnes

BAR = 100
GROUPS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class QuarterShown:
    """A quarter: its name, its figures, how long its bars are, and what lacks most."""

    name: Text
    supply: str
    needed: str
    gap: str
    is_lacking: bool
    parts: tuple[float, float, float]
    needed_length: float
    sure: tuple[tuple[Text, str], ...]
    lacking: tuple[tuple[str, str], ...]
    is_empty: bool


def years_of(ahead: Ahead, taxonomy: Taxonomy) -> list[tuple[int, list[QuarterShown]]]:
    """The quarters by year."""
    largest = max((max(row.supply_kg, row.needed_kg) for row in ahead.totals), default=ZERO)
    places = places_of(largest)
    by_quarter: defaultdict[str, list[Outlook]] = defaultdict(list)
    for row in ahead.rows:
        by_quarter[str(row.quarter)].append(row)
    quarters_shown = [
        (row.quarter.year, _quarter_shown(row, by_quarter[str(row.quarter)], taxonomy, largest=largest, places=places))
        for row in ahead.totals
    ]
    return [
        (year, [quarter for _year, quarter in quarters]) for year, quarters in groupby(quarters_shown, key=lambda item: item[0])
    ]


def _quarter_shown(row: Outlook, parts: list[Outlook], taxonomy: Taxonomy, *, largest: Decimal, places: int) -> QuarterShown:
    sure = [(CERTAINTY_LABELS[certainty], row.by_certainty.get(certainty, ZERO)) for certainty in reversed(Certainty)]
    gaps: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        gaps[part.group] += part.gap_kg
    worst = sorted(((kg, slug) for slug, kg in gaps.items() if kg < 0))[:GROUPS_SHOWN]
    names = [(getattr(taxonomy.group(slug), "name", slug), tonnes(-kg, places)) for kg, slug in worst]
    lengths = [share_of(kg, largest, BAR) for kg in (row.present_kg, row.planned_kg, row.expected_kg)]
    return QuarterShown(
        name=_("Quarter %(number)s", number=row.quarter.number),
        supply=in_tonnes(row.supply_kg, places),
        needed=in_tonnes(row.needed_kg, places),
        gap=in_tonnes(row.gap_kg, places),
        is_lacking=row.gap_kg < 0,
        parts=(lengths[0], lengths[1], lengths[2]),
        needed_length=share_of(row.needed_kg, largest, BAR),
        sure=tuple((label, tonnes(kg, places)) for label, kg in sure if kg),
        lacking=tuple(names),
        is_empty=not row.supply_kg and not row.needed_kg,
    )
