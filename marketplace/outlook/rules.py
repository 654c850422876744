"""Per quarter what is there, what comes free and what is needed, and what lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.depots.rules.quarter import Quarter, quarter_of
from marketplace.kernel.language import Text, _
from marketplace.market.rules.listing import Certainty

QUARTERS = 16  # four years, this quarter among them
ZERO = Decimal(0)


class Source(StrEnum):
    """Where a mass comes from, or that it is needed."""

    PRESENT = "present"
    PLANNED = "planned"
    EXPECTED = "expected"
    NEEDED = "needed"

    @property
    def label(self) -> Text:
        """The word as people read it."""
        return _LABELS[self]


_LABELS: dict[Source, Text] = {
    Source.PRESENT: _("On offer now"),
    Source.PLANNED: _("Planned, on offer"),
    Source.EXPECTED: _("Expected from passports"),
    Source.NEEDED: _("Needed"),
}


@dataclass(frozen=True, slots=True)
class Mass:
    """Something that is there, comes free or is needed, on a day. What is planned counts on its last day, as nobody may count on an earlier one.

    `municipality`: slug; empty: outside the region.
    """

    source: Source
    on: date
    group: str
    municipality: str
    kg: Decimal
    certainty: Certainty | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """A quarter of a group of materials in a municipality; or of all of them. `by_certainty`: of what comes free."""

    quarter: Quarter
    group: str
    municipality: str
    present_kg: Decimal = ZERO
    planned_kg: Decimal = ZERO
    expected_kg: Decimal = ZERO
    needed_kg: Decimal = ZERO
    by_certainty: dict[Certainty, Decimal] = field(default_factory=dict)

    @property
    def supply_kg(self) -> Decimal:
        """All that is there or comes free."""
        return self.present_kg + self.planned_kg + self.expected_kg

    @property
    def gap_kg(self) -> Decimal:
        """What is left over in this quarter; below nought: what lacks. What was left of the quarter before is not in it."""
        return self.supply_kg - self.needed_kg


def quarters_ahead(today: date) -> list[Quarter]:
    """The quarters that are looked at, this one first."""
    quarters = [quarter_of(today)]
    for _later in range(QUARTERS - 1):
        quarters.append(quarters[-1].following)
    return quarters


def sum_up(masses: Iterable[Mass], today: date) -> list[Outlook]:
    """Sum by quarter, group and municipality, in that order. What should have come or was needed before today counts in this quarter.

    What lies beyond the last quarter is not counted.
    """
    last = quarters_ahead(today)[-1]
    outlooks: dict[tuple[Quarter, str, str], Outlook] = {}
    for mass in masses:
        quarter = quarter_of(max(mass.on, today))
        if quarter > last:
            continue
        key = (quarter, mass.group, mass.municipality)
        outlooks[key] = _add(outlooks.get(key) or Outlook(*key), mass)
    return [outlooks[key] for key in sorted(outlooks)]


def totals_of(rows: Sequence[Outlook], today: date) -> list[Outlook]:
    """The sum of each quarter, also of those in which nothing stands."""
    return [_total(quarter, [row for row in rows if row.quarter == quarter]) for quarter in quarters_ahead(today)]


def _add(row: Outlook, mass: Mass) -> Outlook:
    name = f"{mass.source.value}_kg"
    by_certainty = row.by_certainty
    if mass.certainty is not None and mass.source is not Source.NEEDED:
        by_certainty = {**by_certainty, mass.certainty: by_certainty.get(mass.certainty, ZERO) + mass.kg}
    changes = {name: getattr(row, name) + mass.kg, "by_certainty": by_certainty}
    return replace(row, **changes)


def _total(quarter: Quarter, rows: Sequence[Outlook]) -> Outlook:
    names = [f"{source.value}_kg" for source in Source]
    sums = {name: sum((getattr(row, name) for row in rows), ZERO) for name in names}
    kinds = {certainty: sum((row.by_certainty.get(certainty, ZERO) for row in rows), ZERO) for certainty in Certainty}
    by_certainty = {certainty: kg for certainty, kg in kinds.items() if kg}
    return Outlook(quarter, "", "", **sums, by_certainty=by_certainty)
