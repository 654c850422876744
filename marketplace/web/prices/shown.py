"""Prices as a page and a file show them, and what a table changes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from marketplace.http.written import Written
from marketplace.kernel.formats import NO_BREAK_SPACE, euros, number, percent, short_date
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.sheets.writing import Cell
from marketplace.valuations.models import PriceRow
from marketplace.valuations.rules.changes import Ends, PriceChange
from marketplace.valuations.rules.prices import NAMES

CENTS_PER_EURO, EXACT_PLACES = 100, 4
UNITS = {Unit.PIECE: "stuk", Unit.M: "m", Unit.M2: "m2", Unit.M3: "m3", Unit.TONNE: "ton", Unit.KG: "kg"}
HEADER = tuple(names[0] for names in NAMES.values())


def price(cents: Decimal | None) -> str:
    """A price for one unit, with parts of a cent where it has them; a dash where unknown."""
    if cents is None:
        return "–"
    if cents == cents.to_integral_value():
        return euros(int(cents))
    return f"€{NO_BREAK_SPACE}{number(cents / CENTS_PER_EURO, EXACT_PLACES)}"


def condition_label(condition: str) -> Text:
    """The condition that a price is of."""
    return CONDITION_LABELS[Condition(condition)] if condition else _("any")


@dataclass(frozen=True, slots=True)
class PriceShown:
    """A row of a table."""

    material: str
    condition: Text
    unit: str
    low: str
    high: str
    costs: tuple[tuple[Text, str], ...]
    source: Written
    day: str


def prices_shown(rows: Iterable[PriceRow], taxonomy: Taxonomy) -> list[PriceShown]:
    """Some rows of a table."""
    return [
        PriceShown(
            taxonomy.material_by_id(row.material_id).name,
            condition_label(row.condition),
            str(Unit(row.unit).one),
            price(row.low_cents),
            price(row.high_cents),
            tuple((label, price(cents)) for label, cents in _costs(row) if cents is not None),
            Written(row.source),
            short_date(row.priced_on),
        )
        for row in rows
    ]


def _costs(row: PriceRow) -> tuple[tuple[Text, Decimal | None], ...]:
    return (
        (_("taking out"), row.taking_out_cents),
        (_("cleaning"), row.cleaning_cents),
        (_("transport"), row.transport_cents),
    )


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """A price that a table changes, and of how many parts in passports it is."""

    material: str
    condition: Text
    unit: str
    before: str
    after: str
    percent: str
    is_much: bool
    parts: str


def changes_shown(changes: Collection[PriceChange], taxonomy: Taxonomy, parts: Mapping[int, int]) -> list[ChangeShown]:
    """What a table changes, what changes most first."""
    return [
        ChangeShown(
            taxonomy.material_by_id(change.key.material_id).name,
            condition_label(change.key.condition),
            str(change.key.unit.one),
            _ends(change.before, _("was not there")),
            _ends(change.after, _("no price any more")),
            _percent(change.share),
            change.is_much,
            number(parts.get(change.key.material_id, 0)),
        )
        for change in changes
    ]


def _ends(of: Ends | None, nothing: Text) -> str:
    if of is None:
        return str(nothing)
    prices = price(of.low_cents) if of.low_cents == of.high_cents else f"{price(of.low_cents)} – {price(of.high_cents)}"
    if of.known_costs_cents is None:
        return prices
    return str(_("%(price)s, costs %(costs)s", price=prices, costs=price(of.known_costs_cents)))


def _percent(share: Decimal | None) -> str:
    if share is None:
        return "–"
    return f"{'+' if share > 0 else ''}{percent(share)}".replace("-", "−")


def file_lines(rows: Iterable[PriceRow], taxonomy: Taxonomy) -> Iterator[list[Cell]]:
    """A table as the rows of a file that can be loaded again."""
    for row in rows:
        costs = (row.taking_out_cents, row.cleaning_cents, row.transport_cents)
        yield [
            taxonomy.material_by_id(row.material_id).slug,
            row.condition or None,
            UNITS[Unit(row.unit)],
            row.low_cents / CENTS_PER_EURO,
            row.high_cents / CENTS_PER_EURO,
            row.source,
            row.priced_on,
            *(None if cents is None else cents / CENTS_PER_EURO for cents in costs),
        ]
