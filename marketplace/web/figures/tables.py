"""The figures as tables. Rounded on the page, exact in the file, out of one list."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.impact.queries.statistics import Statistics, StatisticsRow
from marketplace.impact.rules.statistics import STATISTICS, Figure, Measure, Statistic
from marketplace.kernel.errors import Missing
from marketplace.kernel.formats import euros, km, money, number, percent
from marketplace.kernel.language import Text, _
from marketplace.ledger.rules import Reach, Totals
from marketplace.sheets.writing import Cell
from marketplace.web.ui.tonnes import in_tonnes, places_of

FILE_UNITS = {
    Measure.MASS: _("kg"),
    Measure.CARBON: _("kg CO₂e"),
    Measure.TONNE_KM: _("tonne-km"),
    **dict.fromkeys((Measure.CENTS, Measure.SAVED), _("euro")),
}
CENTS_OF_A_EURO = 100
SHOWN_BY_GROUP = ("exchanges", "mass_kg", "avoided_kgco2e", "transport_kgco2e", "processing_kgco2e", "net_kgco2e")
ON_A_PHONE = {"mass_kg", "net_kgco2e"}
PAGE_UNITS = {Measure.MASS: _("tonnes"), Measure.CARBON: _("tonnes CO₂e")}


AVOIDED = ("avoided_replacing_kgco2e", "avoided_not_replacing_kgco2e", "avoided_not_said_kgco2e")
KNOWN = {item.name: item for item in STATISTICS}
REACH: dict[Reach, Text] = {
    Reach.WITHIN: _("Within one organisation"),
    Reach.REGION: _("Between municipalities of the region"),
    Reach.OUTSIDE: _("From or to a partner"),
}
GRADES: tuple[tuple[str, Text], ...] = (
    ("a", _("A: for this very product")),
    ("b", _("B: for its class of material")),
    ("c", _("C: an estimate")),
    ("unknown", _("unknown")),
)


@dataclass(frozen=True, slots=True)
class Ranged:
    """A figure in tonnes CO₂e. `ends`: by the lowest and the highest factor, empty where there are none; `part`: of the whole."""

    name: str
    label: Text
    figure: str
    ends: str
    part: str


def avoided_of(totals: Totals) -> list[Ranged]:
    """What was avoided in three parts, by what was said of a purchase, and the net."""
    places = places_of(max(abs(totals.avoided_high_kgco2e), abs(totals.avoided_kgco2e)))

    def ranged(name: str) -> Ranged:
        item = KNOWN[name]
        value, ends = item.figure(totals), item.ends(totals)
        is_part = name in AVOIDED and value is not None and totals.avoided_kgco2e > 0
        return Ranged(
            name,
            item.label,
            in_tonnes(value, places),
            ""
            if ends is None
            else str(_("%(low)s to %(high)s", low=in_tonnes(ends[0], places), high=in_tonnes(ends[1], places))),
            percent(Decimal(value or 0) / totals.avoided_kgco2e, 0) if is_part else "",
        )

    return [ranged(name) for name in (*AVOIDED, "net_kgco2e")]


@dataclass(frozen=True, slots=True)
class Sure:
    """How much of the mass has a factor of one quality, in words and as a block on a bar."""

    grade: str
    label: Text
    part: str
    x: float
    width: float


def sure_of(totals: Totals) -> list[Sure]:
    """On how sure a factor the tonnes rest. None where nothing moved."""
    if totals.mass_kg <= 0:
        return []
    blocks, x = list[Sure](), 0.0
    for grade, label in GRADES:
        share = max(getattr(totals, f"confidence_{grade}_mass_kg"), Decimal(0)) / totals.mass_kg
        width = round(float(share) * 100, 1)
        blocks.append(Sure(grade, label, percent(share, 0), round(x, 1), width))
        x += width
    return blocks


@dataclass(frozen=True, slots=True)
class Reached:
    """How much stayed near, and how far the average tonne of it was driven."""

    label: Text
    tonnes: str
    part: str
    average_km: str


def reach_of(statistics: Statistics) -> list[Reached]:
    """What stayed within an organisation, went between municipalities, or had a partner."""
    whole = statistics.totals.mass_kg
    places = places_of(whole)
    return [
        Reached(
            label,
            in_tonnes(of.mass_kg, places),
            percent(of.mass_kg / whole, 0) if whole > 0 else "–",
            km(of.average_km) if of.average_km is not None else "–",
        )
        for reach, label in REACH.items()
        for of in [statistics.by_reach[reach]]
    ]


@dataclass(frozen=True, slots=True)
class Settled:
    """What one organisation is to get for what it gave and to pay for what it got, in euros."""

    slug: str
    name: str
    to_get: str
    to_pay: str
    balance: str


def settlement_of(rows: Sequence[StatisticsRow]) -> list[Settled]:
    """Whoever has something to get from or to pay to another, who gets most first."""
    sums = [(row, row.to_get_cents, row.to_pay_cents) for row in rows]
    return [
        Settled(row.key, row.name, money(to_get), money(to_pay), euros(to_get - to_pay))
        for row, to_get, to_pay in sorted(sums, key=lambda entry: entry[2] - entry[1])
        if to_get or to_pay
    ]


@dataclass(frozen=True, slots=True)
class GroupTable:
    """Material groups in tonnes. `columns`: label, and whether a phone shows it; the rows add up to `total`."""

    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]
    total: tuple[str, ...]


def group_table(statistics: Statistics) -> GroupTable:
    """By material group, one precision in the whole table. Processing has a column as soon as any of it is known."""
    columns = [item for item in STATISTICS if item.name in SHOWN_BY_GROUP]
    if not any(item.name == "processing_kgco2e" and item.figure(statistics.totals) is not None for item in columns):
        columns = [item for item in columns if item.name != "processing_kgco2e"]
    places = places_of(statistics.totals.mass_kg)

    def cells(totals: Totals) -> tuple[str, ...]:
        return tuple(
            number(item.figure(totals))
            if item.measure is Measure.COUNT
            else str(_("not counted"))
            if item.name == "processing_kgco2e" and item.figure(totals) is None
            else in_tonnes(item.figure(totals), places)
            for item in columns
        )

    return GroupTable(
        tuple(
            (
                f"{item.label} ({PAGE_UNITS[item.measure]})" if item.measure in PAGE_UNITS else str(item.label),
                item.name in ON_A_PHONE,
            )
            for item in columns
        ),
        tuple((row.key, row.name, cells(row.totals)) for row in statistics.by_material_group),
        cells(statistics.totals),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """One way of cutting the totals, as a file. No total in it, so that a column adds up to one."""

    header: list[str]
    lines: list[list[Cell]]


TABLES: dict[str, Text] = {
    "totals": _("Totals"),
    "municipalities": _("By municipality"),
    "groups": _("By material group"),
    "months": _("By month"),
    "pairs": _("Who gave to whom"),
}


def tables_of(statistics: Statistics) -> dict[str, Text]:
    """The tables that the reader may have, by key."""
    if statistics.is_public:
        return {"totals": TABLES["totals"]}
    return {key: label for key, label in TABLES.items() if key != "pairs" or statistics.has_pairs}


def table_for(statistics: Statistics, key: str) -> Table:
    """The table that was asked for as a file.

    Missing for one that does not exist, or that the reader does not see.
    """
    if key == "municipalities":
        extra_labels = [
            str(_("Given away (%(unit)s)", unit=FILE_UNITS[Measure.MASS])),
            str(_("Kept within (%(unit)s)", unit=FILE_UNITS[Measure.MASS])),
        ]
        return Table(
            [str(_("Receiver")), *_labels(_("Received")), *extra_labels],
            [[row.name, *_figures(row.totals), row.given_mass_kg, row.kept_mass_kg] for row in statistics.by_municipality],
        )
    if key == "pairs" and statistics.has_pairs:
        return Table(
            [str(_("From")), str(_("To")), *_labels()],
            [[pair.giver_name, pair.receiver_name, *_figures(pair.totals)] for pair in statistics.by_pair],
        )
    named: dict[str, tuple[Text, Sequence[StatisticsRow]]] = {
        "totals": (_("What"), (StatisticsRow("totals", str(_("Total")), statistics.totals),)),
        "groups": (_("Material group"), statistics.by_material_group),
        "months": (_("Month"), statistics.by_month),
    }
    if key not in named:
        raise Missing(_("There is no such table. Choose totals, municipalities, groups, months or, for the region, pairs."))
    first, rows = named[key]
    return Table([str(first), *_labels()], [[row.name, *_figures(row.totals)] for row in rows])


def _labels(mass_label: Text | None = None) -> list[str]:
    """The heads of the figures, each with its unit."""
    return [
        f"{label} ({FILE_UNITS[item.measure]})" if item.measure in FILE_UNITS else str(label)
        for item in STATISTICS
        for label in [mass_label if mass_label and item.name == "mass_kg" else item.label]
    ]


def _figures(totals: Totals) -> list[Cell]:
    """Every figure of the list, exact; empty where it is not known."""
    return [_exact(item, item.figure(totals)) for item in STATISTICS]


def _exact(item: Statistic, value: Figure | None) -> Cell:
    """As a file says it: money in euro."""
    return value / Decimal(CENTS_OF_A_EURO) if value is not None and item.measure in (Measure.CENTS, Measure.SAVED) else value
