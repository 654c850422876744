"""The figures and the rows of the ledger as tables. Rounded on the page, exact in the file, out of one list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from marketplace.impact.queries.statistics import STATISTICS, Figure, Measure, Statistic, Statistics, StatisticsRow
from marketplace.kernel.errors import Missing
from marketplace.kernel.formats import carbon, km, mass, month, number, quantity, short_date, tonne_km, unknown
from marketplace.kernel.language import Text, _
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import Totals
from marketplace.ledger.rules import RowKind
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.sheets.writing import Cell

COLUMNS: list[tuple[Text, str]] = [
    (_("Row"), "text"),
    (_("Date"), "text"),
    (_("From"), "text"),
    (_("To"), "text"),
    (_("Material"), "text"),
    (_("Quantity"), "number"),
    (_("Mass"), "number"),
    (_("Road"), "number"),
    (_("Net saved"), "number"),
]


def cells(found: Sequence[Exchange], reference: Taxonomy) -> list[list[object]]:
    """What a reader compares; a reversing row says which row it takes back."""
    return [
        [
            _numbered(row),
            short_date(row.happened_on),
            row.from_name,
            row.to_name,
            material.name if (material := reference.find_material(row.material_slug)) else row.material_slug,
            quantity(row.quantity, row.unit),
            mass(row.mass_kg),
            km(row.road_km),
            carbon(row.net_kgco2e),
        ]
        for row in found
    ]


def _numbered(row: Exchange) -> str:
    if row.kind == RowKind.HAUL:
        return str(_("%(seq)s, way back", seq=row.seq))
    return str(row.seq) if row.reverses is None else str(_("%(seq)s, reverses %(reverses)s", seq=row.seq, reverses=row.reverses))


T = TypeVar("T")
KG_PER_TONNE = 1000
SHORT_TONNES = {10_000: 3, 1_000_000: 2}  # below so many kilograms in all: this many decimals of a tonne
PAGE_UNITS = {Measure.MASS: _("tonnes"), Measure.CARBON: _("tonnes CO₂e"), Measure.TONNE_KM: _("tonne-km")}
FILE_UNITS = {Measure.MASS: _("kg"), Measure.CARBON: _("kg CO₂e"), Measure.TONNE_KM: _("tonne-km")}
AVOIDED_BY: tuple[tuple[Text, str], ...] = (  # what was said: does it replace a purchase
    (_("Avoided, replaces a purchase"), "avoided_replacing_kgco2e"),
    (_("Avoided, replaces no purchase"), "avoided_not_replacing_kgco2e"),
    (_("Avoided, not said"), "avoided_not_said_kgco2e"),
)
IN_FULL: dict[Measure, Callable[[Figure | None], str]] = {
    Measure.COUNT: number,
    Measure.MASS: mass,
    Measure.CARBON: carbon,
    Measure.TONNE_KM: tonne_km,
}


@dataclass(frozen=True, slots=True)
class Table:
    """One way of cutting the totals. `rows` add up to `totals`."""

    key: str
    caption: Text
    first_column: Text
    rows: tuple[StatisticsRow, ...]
    totals: Totals
    has_given: bool = False

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Labels and kinds for the table macro."""
        return [(str(self.first_column), "text"), *((label, "number") for label in self._labels(PAGE_UNITS))]

    @property
    def cells(self) -> list[list[str]]:
        """The rows as a page shows them."""
        return [self._shown(self._title(row), row.totals, row.given_mass_kg) for row in self.rows]

    @property
    def total(self) -> list[str]:
        """The foot."""
        return self._shown(str(_("Total")), self.totals, self.totals.mass_kg)

    @property
    def header(self) -> list[str]:
        """The first line of the file."""
        split = (f"{label} ({FILE_UNITS[Measure.CARBON]})" for label, _name in AVOIDED_BY)
        return [str(self.first_column), *self._labels(FILE_UNITS), *split]

    @property
    def lines(self) -> list[list[Cell]]:
        """The rows of the file; no total, so that a column adds up to it."""
        return [
            [
                row.name,
                *self._with_given([item.known(row.totals) for item in STATISTICS], row.given_mass_kg or 0),
                *(getattr(row.totals, name) for _label, name in AVOIDED_BY),
            ]
            for row in self.rows
        ]

    def _title(self, row: StatisticsRow) -> str:
        return month(row.key) if self.key == "months" else row.name

    def _labels(self, units: dict[Measure, Text]) -> list[str]:
        named = [
            f"{label} ({units[item.measure]})" if item.measure in units else str(label)
            for item in STATISTICS
            for label in [_("Received") if self.has_given and item.name == "mass_kg" else item.label]
        ]
        given = _("Given away (%(unit)s)", unit=units[Measure.MASS])
        return self._with_given(named, str(given))

    def _with_given(self, cells: list[T], given: T) -> list[T]:
        """What was given stands right after what was received."""
        if not self.has_given:
            return cells
        after = next(index for index, one in enumerate(STATISTICS) if one.name == "mass_kg") + 1
        return [*cells[:after], given, *cells[after:]]

    def _shown(self, title: str, totals: Totals, given: Decimal | None) -> list[str]:
        cells = [self._cell(item, item.known(totals)) for item in STATISTICS]
        return [title, *self._with_given(cells, self._tonnes(given or Decimal(0)))]

    def _cell(self, statistic: Statistic, value: Figure | None) -> str:
        if value is None:
            return unknown()
        if statistic.measure in (Measure.MASS, Measure.CARBON):
            return self._tonnes(value)
        return number(value, 0)

    def _tonnes(self, kg: Figure) -> str:
        places = next((places for limit, places in SHORT_TONNES.items() if abs(self.totals.mass_kg) < limit), 1)
        return number(Decimal(kg) / KG_PER_TONNE, places) if kg else "0"


@dataclass(frozen=True, slots=True)
class Fact:
    """One big figure with its meaning. `sign` shows how it follows from the ones before it: avoided − transport − processing = net."""

    label: Text
    figure: str
    definition: Text
    sign: str = ""


SIGNS = {"transport_kgco2e": "−", "processing_kgco2e": "−", "net_kgco2e": "="}
ASIDE = {"unknown_factor_mass_kg", "unknown_processing_mass_kg"}  # said in sentences of their own


def facts_of(totals: Totals) -> list[Fact]:
    """The totals as big figures."""
    return [
        Fact(item.label, IN_FULL[item.measure](item.known(totals)), item.definition, SIGNS.get(item.name, ""))
        for item in STATISTICS
        if item.name not in ASIDE
    ]


def tables_of(statistics: Statistics) -> list[Table]:
    """The three ways in which the totals are cut."""
    return [
        Table(
            "municipalities", _("By municipality"), _("Receiver"), statistics.by_municipality, statistics.totals, has_given=True
        ),
        Table("groups", _("By material group"), _("Material group"), statistics.by_material_group, statistics.totals),
        Table("months", _("By month"), _("Month"), statistics.by_month, statistics.totals),
    ]


def table_for(statistics: Statistics, key: str) -> Table:
    """The table that was asked for as a file; Missing for one that does not exist."""
    if key == "totals":
        return Table(
            key, _("Totals"), _("What"), (StatisticsRow("totals", str(_("Total")), statistics.totals),), statistics.totals
        )
    for table in tables_of(statistics):
        if table.key == key:
            return table
    raise Missing(_("There is no such table. Choose totals, municipalities, groups or months."))
