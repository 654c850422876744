"""Two years of fourteen municipalities, and every indicator of them worked out by hand.

It shares no code with the product: the weights and factors are read from the files that it ships, the rest is arithmetic on what was
typed. `tests/web/test_worked_example.py` plays the same events through the product and compares.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random

FILES = Path(__file__).parents[1] / "marketplace" / "data"


def table(name: str) -> list[dict[str, str]]:
    """The rows of a file of reference data."""
    with (FILES / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


MATERIALS = {row["slug"]: row for row in table("materials.csv")}
VEHICLES = {row["slug"]: Decimal(row["waarde"]) for row in table("transport.csv") if row["soort"] == "tkm"}
MUNICIPALITIES = [row["slug"] for row in table("region.csv")]
INHABITANTS = {row["slug"]: int(row["inwoners"]) for row in table("region.csv")}
USED = (  # material, its unit, and the column with the kilograms of one
    ("betonstraatsteen-kei-8cm", "m2", "kg_per_m2"),
    ("trottoirband-13-15x25", "m", "kg_per_m"),
    ("menggranulaat-0-31-5", "tonne", "kg_per_ton"),
    ("zwerfkeien", "m3", "kg_per_m3"),
    ("hardhouten-balk", "m", "kg_per_m"),
)
YEARS = (2024, 2025)
LORRY = "vrachtauto-zwaar-50"


@dataclass(frozen=True)
class Event:
    """A transfer as people typed it, and what of it came back."""

    giver: str
    receiver: str
    material: str
    unit: str
    quantity: Decimal
    driven_km: Decimal
    handed_over_on: date
    cents_per_unit: int
    replaces: bool | None
    returned: Decimal = Decimal(0)
    back_km: Decimal = Decimal(0)
    back_on: date | None = None


def events(number: int = 400, seed: int = 14) -> Iterator[Event]:
    """So many transfers over the two years, in order of time. One in ten comes back in part, one in eight stays at home."""
    chance = Random(seed)
    first = date(YEARS[0], 1, 12)
    for index in range(number):
        giver = chance.choice(MUNICIPALITIES)
        receiver = giver if index % 8 == 3 else chance.choice([slug for slug in MUNICIPALITIES if slug != giver])
        material, unit, _column = chance.choice(USED)
        quantity = Decimal(chance.randint(20, 900))
        on = first + timedelta(days=index * 700 // number)
        is_back = index % 10 == 6
        yield Event(
            giver, receiver, material, unit, quantity, Decimal(chance.randint(300, 620)) / 10, on,
            chance.choice((0, 0, 150, 425)), chance.choice((True, True, False, None)),
            Decimal(chance.randint(1, int(quantity) // 2)) if is_back else Decimal(0),
            Decimal(chance.randint(300, 620)) / 10 if is_back else Decimal(0),
            on + timedelta(days=chance.randint(3, 20)) if is_back else None,
        )  # fmt: skip


def thousandth(value: Decimal) -> Decimal:
    """To three places, half up."""
    return value.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Booked:
    """What one event adds to a month, in kilograms, tonne-kilometres and cents."""

    giver: str
    receiver: str
    group: str
    month: str
    sums: dict[str, Decimal]


def booked(all_events: Iterable[Event]) -> Iterator[Booked]:
    """The rows that follow: a transfer, what a return takes back of it, and the kilometres of the way back."""
    columns = {material: column for material, _unit, column in USED}
    for event in all_events:
        row = MATERIALS[event.material]
        kg, factor = Decimal(row[columns[event.material]]), Decimal(row["co2_nieuw_kg_per_kg"] or "NaN")
        reuse = Decimal(row["co2_hergebruik_kg_per_kg"] or "NaN")
        mass = thousandth(event.quantity * kg)
        replacing = {True: "yes", False: "no", None: "not_said"}[event.replaces]

        def sums(
            sign: int, mass: Decimal, avoided: Decimal, processing: Decimal, cents: Decimal, replacing: str = replacing
        ) -> dict[str, Decimal]:
            carbon = {f"avoided_{replacing}": sign * avoided} if avoided.is_finite() else {"unknown_mass": sign * mass}
            carbon |= {"processing": sign * processing} if processing.is_finite() else {"unknown_processing_mass": sign * mass}
            return {"mass": sign * mass, "cents": sign * cents, **carbon}

        def driven(mass: Decimal, km: Decimal) -> dict[str, Decimal]:
            tonnes = mass / 1000
            return {"tonne_km": thousandth(tonnes * km), "transport": thousandth(tonnes * km * VEHICLES[LORRY])}

        avoided, processing = thousandth(mass * factor), thousandth(mass * reuse)
        cents = event.quantity * event.cents_per_unit
        once = {"exchanges": Decimal(1), **sums(1, mass, avoided, processing, cents), **driven(mass, event.driven_km)}
        yield Booked(event.giver, event.receiver, row["groep"], f"{event.handed_over_on:%Y-%m}", once)
        if event.back_on is None:
            continue
        month, part = f"{event.back_on:%Y-%m}", event.returned / event.quantity
        taken = sums(
            -1,
            *(thousandth(figure * part) for figure in (mass, avoided, processing)),
            (cents * part).quantize(Decimal(1), rounding=ROUND_HALF_UP),
        )
        yield Booked(event.giver, event.receiver, row["groep"], month, taken)
        back = driven(thousandth(event.returned * kg), event.back_km)
        yield Booked(event.receiver, event.giver, row["groep"], month, back)


def added(rows: Iterable[Booked]) -> dict[str, Decimal]:
    """The sums of these rows."""
    total: Counter[str] = Counter()
    for row in rows:
        for name, value in row.sums.items():
            total[name] += value  # type: ignore[assignment]
    return {name: Decimal(value) for name, value in total.items()}


@dataclass(frozen=True)
class Report:
    """What a municipality reports of a year, in kilograms, and how much of it came through the bank."""

    municipality: str
    year: int
    primary: Decimal
    biobased: Decimal
    reused: Decimal
    recycled: Decimal
    includes: Decimal


def reports(rows: list[Booked], seed: int = 3) -> Iterator[Report]:
    """Of 2024 by all; of 2025 by the four smallest. Every third includes what the bank brought."""
    chance = Random(seed)
    smallest = sorted(MUNICIPALITIES, key=lambda slug: INHABITANTS[slug])[:4]
    for year in YEARS:
        for index, slug in enumerate(MUNICIPALITIES if year == YEARS[0] else smallest):
            primary, biobased, reused, recycled = (
                Decimal(chance.randint(*span)) * 1000 for span in ((4000, 9000), (0, 400), (4000, 9000), (0, 900))
            )
            bank = received(rows, slug, year)
            yield Report(slug, year, primary, biobased, reused, recycled, bank if index % 3 == 0 else Decimal(0))


def received(rows: Iterable[Booked], slug: str, year: int) -> Decimal:
    """What a municipality received in a year, less what went back."""
    return added(row for row in rows if row.receiver == slug and row.month[:4] == str(year)).get("mass", Decimal(0))


def fraction(of: Iterable[Report], rows: list[Booked]) -> tuple[Decimal, Decimal]:
    """What is not primary, and everything, of these reports together: what they leave out of the bank's mass is in both."""
    above = below = Decimal(0)
    for report in of:
        left_out = received(rows, report.municipality, report.year) - report.includes
        renewable = report.biobased + report.reused + report.recycled + left_out
        above, below = above + renewable, below + renewable + report.primary
    return above, below


def inhabitants_percent(of: Iterable[Report]) -> Decimal:
    """How many of the region's inhabitants live where was reported."""
    return thousandth(Decimal(sum(INHABITANTS[report.municipality] for report in of)) * 100 / sum(INHABITANTS.values()))
