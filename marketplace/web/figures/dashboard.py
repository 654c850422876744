"""What stands on the page of figures.

A period, four tiles, two charts, who gave and received, and who gave to whom.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marketplace.impact.queries.statistics import FEW_TRANSFERS, Pair, Statistics, StatisticsRow
from marketplace.impact.rules.statistics import Statistic
from marketplace.kernel.formats import KG_PER_TONNE, NO_BREAK_SPACE, carbon, km, mass, number, percent, rounded
from marketplace.kernel.language import Text, _
from marketplace.ledger.rules import Totals
from marketplace.web.figures.tables import KNOWN
from marketplace.web.ui.charts import Chart, Column, Step, share_of, waterfall
from marketplace.web.ui.flow_map import Flow as Arrowed
from marketplace.web.ui.flow_map import FlowMap, flow_map
from marketplace.web.ui.period import Period, written
from marketplace.web.ui.tonnes import in_tonnes, places_of, tonnes

MONTHS_SHOWN = 24
FLOWS_SHOWN = 14
BALANCE_LENGTH = 150
CO2E = _("tonnes CO₂e")
SAME_BELOW = Decimal("0.005")
TWICE = 2


@dataclass(frozen=True, slots=True)
class Trend:
    """How a figure stands beside the same months of the year before.

    More, less or the same, and by how much in words.
    """

    kind: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A large figure; its name leads to what it means."""

    name: str
    label: Text
    figure: str
    trend: Trend | None = None


def tiles_of(totals: Totals, before: Totals | None) -> list[Tile]:
    """The four figures that answer most questions. A trend only where both periods have enough transfers."""
    is_comparable = before is not None and min(totals.exchanges, before.exchanges) >= FEW_TRANSFERS

    def tile(name: str, label: Text, of: Callable[[Totals], Decimal | None], write: Callable[[Decimal | None], str]) -> Tile:
        return Tile(name, label, write(of(totals)), _trend(of(totals), of(before)) if before and is_comparable else None)

    return [
        tile("exchanges", KNOWN["exchanges"].label, lambda sums: Decimal(sums.exchanges), number),
        tile("mass_kg", KNOWN["mass_kg"].label, lambda sums: sums.mass_kg, mass),
        tile("avoided_replacing_kgco2e", KNOWN["avoided_replacing_kgco2e"].label, _replacing, _carbon),
        tile("average_km", _("Driven by the average tonne"), lambda sums: sums.average_km, km),
    ]


def _carbon(kg: Decimal | None) -> str:
    """With the one decimal of the chart below it; what is less than a tonne in kilograms."""
    return carbon(kg) if kg is None or abs(kg) < KG_PER_TONNE else f"{in_tonnes(kg, 1)}{NO_BREAK_SPACE}{CO2E}"


def _replacing(totals: Totals) -> Decimal | None:
    """What was avoided by what replaces a purchase. Unknown while nobody said so of anything, or its factors are."""
    is_known = totals.replacing_mass_kg or totals.not_replacing_mass_kg or not totals.mass_kg
    return _figure(KNOWN["avoided_replacing_kgco2e"])(totals) if is_known else None


def _figure(statistic: Statistic) -> Callable[[Totals], Decimal | None]:
    def of(totals: Totals) -> Decimal | None:
        value = statistic.figure(totals)
        return None if value is None else Decimal(value)

    return of


def _trend(now: Decimal | None, before: Decimal | None) -> Trend | None:
    if now is None or before is None or before <= 0 or now < 0:
        return None
    change = (now - before) / before
    if abs(change) < SAME_BELOW:
        return Trend("same")
    if now / before >= TWICE:
        return Trend("times", number(rounded(now / before, 1)))
    return Trend("more" if change > 0 else "less", percent(abs(change), 0))


def from_avoided_to_net(totals: Totals) -> Chart:
    """Avoided less transport less processing, as far as each is known.

    What is not counted is never drawn as zero.
    """
    avoided, transport, processing, net = (
        _figure(KNOWN[name])(totals) for name in ("avoided_kgco2e", "transport_kgco2e", "processing_kgco2e", "net_kgco2e")
    )
    places = places_of(max(abs(value) for value in (avoided, transport, processing, net, Decimal(0)) if value is not None))
    partly = _("partly counted") if totals.unknown_processing_mass_kg else _("making fit")
    return waterfall(
        "net",
        [
            _step("avoided_kgco2e", avoided, "plus", _("new product"), places),
            _step("transport_kgco2e", transport, "less", _("by road"), places),
            _step("processing_kgco2e", processing, "less", _("not counted") if processing is None else partly, places),
            _step("net_kgco2e", net, "sum", _("saved"), places),
        ],
    )


def _step(name: str, kg: Decimal | None, kind: str, note: Text, places: int) -> Step:
    label = _("Net") if kind == "sum" else KNOWN[name].label
    missing = _("not counted yet") if name == "processing_kgco2e" else _("unknown")
    value = None if kg is None else kg / KG_PER_TONNE
    sign = "" if kind != "less" or not value else "− " if value > 0 else "+ "
    figure = "?" if value is None else f"{sign}{number(abs(value) if sign else value, places).replace('-', '−')}"
    in_words = str(missing) if value is None else f"{figure}{NO_BREAK_SPACE}{CO2E}"
    return Step(name, label, str(note), value, kind, figure, in_words)  # type: ignore[arg-type]


def over_time(statistics: Statistics, period: Period) -> list[Column]:
    """Tonnes used again: by month of a year or of some months, else by year."""
    received = {row.key: row.totals.mass_kg for row in statistics.by_month}
    months = months_of(period, received)
    if months:
        with_year = months[0][:4] != months[-1][:4]
        named = [(key, *_named(key, with_year=with_year), received.get(key, Decimal(0))) for key in months]
    else:
        years = sorted({key[:4] for key in received})
        sums = [(year, sum((kg for key, kg in received.items() if key[:4] == year), Decimal(0))) for year in years]
        named = [(year, year, year, year, kg) for year, kg in sums]
    places = places_of(max((kg for *_names, kg in named), default=Decimal(0)))
    return [
        Column(key, name, short, shortest, kg, in_tonnes(kg, 0 if places == 1 else places), tonnes(kg, places))
        for key, name, short, shortest, kg in named
    ]


def months_of(period: Period, received: Iterable[str]) -> list[str]:
    """The months that stand in the chart. None where there would be too many: then it shows years."""
    if period.months and not period.year:
        return period.months if len(period.months) <= MONTHS_SHOWN else []
    year = period.year or _only_year(received)
    return [] if year is None else [f"{year}-{number_of:02d}" for number_of in range(1, 13)]


def _only_year(received: Iterable[str]) -> int | None:
    years = {key[:4] for key in received}
    return int(years.pop()) if len(years) == 1 else None


def _named(key: str, *, with_year: bool) -> tuple[str, str, str]:
    """A month in full, as an abbreviation and as a letter."""
    day = date.fromisoformat(f"{key}-01")
    return written(day, "MMMM y" if with_year else "MMMM"), written(day, "MMM"), written(day, "MMMMM")


@dataclass(frozen=True, slots=True)
class Balance:
    """What one organisation gave to others and received from them, as figures and as bars."""

    slug: str
    name: str
    given: str
    got: str
    given_length: float
    got_length: float


def balance_of(rows: Sequence[StatisticsRow]) -> list[Balance]:
    """Givers above, receivers below, and all fourteen also where nothing moved. What stayed within an organisation counts for neither."""
    sums = [(row, row.given_to_others_kg, row.received_from_others_kg) for row in rows]
    largest = max((kg for _row, *both in sums for kg in both), default=Decimal(0))
    places = _chart_places(largest)
    return [
        Balance(
            row.key,
            row.name,
            in_tonnes(given, places),
            in_tonnes(got, places),
            share_of(given, largest, BALANCE_LENGTH),
            share_of(got, largest, BALANCE_LENGTH),
        )
        for row, given, got in sorted(sums, key=lambda entry: entry[2] - entry[1])
    ]


@dataclass(frozen=True, slots=True)
class Flow:
    """From whom to whom, how much, and the length of its bar."""

    pair: Pair
    figure: str
    length: float


def flows_of(pairs: Sequence[Pair]) -> list[Flow]:
    """The largest flows, heaviest first."""
    moved = [pair for pair in pairs if pair.totals.mass_kg > 0][:FLOWS_SHOWN]
    largest = max((pair.totals.mass_kg for pair in moved), default=Decimal(0))
    places = _chart_places(largest)
    return [Flow(pair, in_tonnes(pair.totals.mass_kg, places), share_of(pair.totals.mass_kg, largest)) for pair in moved]


def map_of(pairs: Sequence[Pair]) -> FlowMap | None:
    """The largest flows between municipalities, as arrows on the map."""
    between = [pair for pair in pairs if not pair.is_within and pair.totals.mass_kg > 0][:FLOWS_SHOWN]
    return flow_map(Arrowed(pair.giver, pair.receiver, pair.totals.mass_kg) for pair in between)


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a row and a column meet.

    The figure, empty where nothing moved, and its shade from 0 to 3.
    """

    figure: str = ""
    shade: int = 0
    is_within: bool = False


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """What one organisation gave to each other one."""

    slug: str
    name: str
    cells: tuple[Cell, ...]
    given: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who gave to whom. What stayed within an organisation is shown and not in the sums."""

    rows: tuple[MatrixRow, ...]
    got: tuple[str, ...]
    total: str


def matrix_of(rows: Sequence[StatisticsRow], pairs: Sequence[Pair]) -> Matrix:
    """From every organisation to every one, in the order of the rows."""
    moved = {(pair.giver, pair.receiver): pair.totals.mass_kg for pair in pairs}
    between = {sides: kg for sides, kg in moved.items() if sides[0] != sides[1]}
    largest = max(between.values(), default=Decimal(0))
    places = _chart_places(largest)

    def cell(giver: str, receiver: str) -> Cell:
        kg = moved.get((giver, receiver), Decimal(0))
        if giver == receiver:
            return Cell(in_tonnes(kg, places) if kg else "", is_within=True)
        return Cell(in_tonnes(kg, places), _shade(kg, largest)) if kg else Cell()

    return Matrix(
        tuple(
            MatrixRow(
                row.key,
                row.name,
                tuple(cell(row.key, other.key) for other in rows),
                in_tonnes(row.given_to_others_kg, places),
            )
            for row in rows
        ),
        tuple(in_tonnes(row.received_from_others_kg, places) for row in rows),
        in_tonnes(sum(between.values(), Decimal(0)), places),
    )


def _shade(kg: Decimal, largest: Decimal) -> int:
    """Three shades: from half of the largest, from a tenth, and less."""
    return 0 if kg <= 0 else 3 if kg * 2 >= largest else 2 if kg * 10 >= largest else 1


def _chart_places(largest_kg: Decimal) -> int:
    """No decimals in a chart, unless all of it is small."""
    places = places_of(largest_kg)
    return 0 if places == 1 else places
