"""The dashboard over a long ledger, beside the same sums made of the book itself.

And what a row costs more for it.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import Integer, cast, func, insert, literal, select, text
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.accounts.rules.accounts import Role
from marketplace.bench.bank import Bank
from marketplace.bench.table import Row, at_most, timed
from marketplace.bench.towns import towns
from marketplace.impact.queries.statistics import get_statistics
from marketplace.impact.rules.cut import Between, Cut
from marketplace.kernel import clock
from marketplace.kernel.units import THOUSANDTH
from marketplace.ledger.actions import count, rebuild_rollups, write
from marketplace.ledger.models import KEYS, Exchange, LedgerHead, book
from marketplace.ledger.rules import ENTRY_FIELDS, Entry, Through
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material

ROWS_OF_A_LISTING, COPIES = 10, 10
BATCH, MONTHS, PARTNERS, WRITES = 2_000, 96, 16, 300
ONE = {
    "no filter": Cut(),
    "a year": Cut("2024-01", "2024-12"),
    "a period": Cut("2024-09", "2026-02"),
    "a municipality": Cut(municipalities=("enschede",)),
    "a group": Cut(groups=("bestrating",)),
    "through a depot": Cut(through=Through.DEPOT),
    "between organisations": Cut(between=Between.BETWEEN),
    "without sand and soil": Cut(without_bulk=True),
}
THREE = {
    "year, municipality, group": Cut("2024-01", "2024-12", ("enschede",), ("bestrating",)),
    "period, municipality, depot": Cut("2024-09", "2026-02", ("enschede",), through=Through.DEPOT),
    "period, between, no sand": Cut("2024-09", "2026-02", between=Between.BETWEEN, without_bulk=True),
    "depot, between, no sand": Cut(through=Through.DEPOT, between=Between.BETWEEN, without_bulk=True),
    "municipality, group, depot": Cut(municipalities=("hengelo",), groups=("bestrating",), through=Through.DEPOT),
}


FIXED: dict[str, Any] = {
    "kind": "transfer",
    "unit": "kg",
    "kg_per_unit": Decimal(1),
    "kg_basis": "taxonomy",
    "distance_km": Decimal(10),
    "distance_basis": "main_place",
    "road_km": Decimal(13),
    "road_basis": "estimated",
    "vehicle_class": "vrachtauto-zwaar-50",
    "vehicle_basis": "default",
    "vehicle_factor": Decimal("0.2"),
    "factor_version": 1,
    "row_version": 4,
    "previous_hash": "",
    "canonical": "",
}


def dashboard(banks: list[Bank]) -> Iterator[Row]:
    """Ask all that the page of figures asks, with one filter and with three, and of the book."""
    for bank in banks:
        rows = bank.listings * ROWS_OF_A_LISTING
        with bank.database.transaction() as session:
            fill(session, rows)
        began = time.perf_counter()
        with bank.database.transaction() as session:
            rebuild_rollups(session)
        yield Row(f"counting {rows} rows into the roll-ups, {bank.name}", f"{time.perf_counter() - began:.0f} s", "", None)
        if not bank.database.is_sqlite:
            with bank.database.engine.connect() as connection:
                connection.execute(text("SET statement_timeout = 0"))
                connection.execute(text("VACUUM ANALYZE"))
        reader = replace(bank.actor("regio-twente"), role=Role.REVIEWER)
        for cuts, bar_ms, named in ((ONE, 100, "one filter"), (THREE, 300, "three filters")):
            for name, cut in cuts.items():
                yield at_most(f"dashboard, {named}: {name}, {bank.name}", timed(partial(_ask, bank, reader), [cut]), bar_ms)
        yield Row(f"one raw GROUP BY of the book, {bank.name}", str(timed(partial(_raw, bank), [0], times=1)), "", None)
        yield _write_cost(bank)


def _ask(bank: Bank, reader: Actor, cut: Cut) -> None:
    with bank.database.read(one_moment=True) as session:
        get_statistics(session, reader, cut)


def _raw(bank: Bank, _number: int) -> None:
    with bank.database.read() as session:
        session.execute(book({name: KEYS[name] for name in ("from_slug", "to_slug")})).all()


def _write_cost(bank: Bank) -> Row:
    """What a row with its roll-ups costs, against a row alone."""
    with bank.database.read() as session:
        row = session.scalars(select(Exchange).limit(1)).one()
        entry = Entry(**{name: getattr(row, name) for name in ENTRY_FIELDS})
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(2 * WRITES):
        new = replace(entry, reservation_id=-1 - number, period=None, happened_on=clock.today())
        began = time.perf_counter()
        with bank.database.transaction() as session:
            seq = write(session, new).seq
            if number % 2:
                count(session, seq)
        taken[number % 2].append(time.perf_counter() - began)
    alone, with_counting = (sorted(times)[WRITES // 2] for times in taken)
    ratio = with_counting / alone
    figure = f"{ratio:.2f} × ({alone * 1000:.2f} ms alone)"
    return Row(f"a row with its roll-ups against one alone, {bank.name}", figure, "≤ 1.3 ×", ratio <= 1.3)


def fill(session: Session, rows: int) -> None:
    """A ledger of so many rows over eight years.

    A tenth is drawn, the others are as these in other months.

    Written past the verbs, without a chain: for speed only.
    """
    random, drawn = Random(3), max(1, rows // COPIES)
    materials = get_taxonomy(session).materials
    sides = _sides(session)
    names, weights = [slug for slug, _kind, _weight in sides], [weight for _slug, _kind, weight in sides]
    kinds = {slug: kind for slug, kind, _weight in sides}
    for start in range(0, drawn, BATCH):
        values = []
        for seq in range(start + 1, min(start + BATCH, drawn) + 1):
            giver, receiver = random.choices(names, weights, k=2)
            values.append(_row(random, seq, (giver, kinds[giver]), (receiver, kinds[receiver]), random.choice(materials)))
        session.execute(insert(Exchange), values)
    columns = {column.name: column for column in Exchange.__table__.c}
    for copy in range(1, COPIES):
        number = columns["seq"] + copy * drawn
        index = (columns["seq"] * 7 + copy * 29) % MONTHS
        year, month = cast(index / 12, Integer) + 2019, index % 12 + 101
        period = cast(year, columns["period"].type) + literal("-") + func.substr(cast(month, columns["period"].type), 2, 2)
        new: dict[str, Any] = {
            "seq": number,
            "reservation_id": number,
            "period": period,
            "hash": cast(number, columns["hash"].type),
        }
        chosen = [new.get(name, column).label(name) for name, column in columns.items()]
        session.execute(insert(Exchange).from_select(list(columns), select(*chosen).where(columns["seq"] <= drawn)))
    session.execute(text("UPDATE ledger_head SET seq = :seq"), {"seq": drawn * COPIES})
    assert session.get(LedgerHead, 1) is not None


def _sides(session: Session) -> list[tuple[str, str, float]]:
    """The municipalities by their people, the region, and some made-up partners."""
    people: dict[str, float] = {}
    for town in towns():
        people[town.municipality] = people.get(town.municipality, 0) + town.weight
    sides = [
        (organisation.slug, organisation.kind, people.get(organisation.slug, 1.0)) for organisation in list_organisations(session)
    ]
    least = min(weight for _slug, _kind, weight in sides)
    return [*sides, *((f"partner-{number}", "partner", least) for number in range(PARTNERS))]


def _row(random: Random, seq: int, giver: tuple[str, str], receiver: tuple[str, str], material: Material) -> dict[str, Any]:
    mass, index = Decimal(random.randrange(100_000, 50_000_000)) / 1000, random.randrange(MONTHS)
    carbon = material.carbon
    avoided = None if carbon is None else (mass * carbon.kgco2e_per_kg).quantize(THOUSANDTH)
    low = avoided if carbon is None or carbon.low is None else (mass * carbon.low).quantize(THOUSANDTH)
    sides = {
        f"{side}_{name}": value
        for side, (slug, kind) in (("from", giver), ("to", receiver))
        for name, value in (("slug", slug), ("name", slug), ("kind", kind))
    }
    return (
        FIXED
        | sides
        | {
            "seq": seq,
            "reservation_id": seq,
            "listing_id": seq,
            "material_slug": material.slug,
            "group_slug": material.group.slug,
            "quantity": mass,
            "mass_kg": mass,
            "tonne_km": (mass * 13 / 1000).quantize(THOUSANDTH),
            "transport_kgco2e": (mass / 400).quantize(THOUSANDTH),
            "carbon_factor": carbon.kgco2e_per_kg if carbon else None,
            "carbon_confidence": carbon.confidence if carbon else None,
            "avoided_kgco2e": avoided,
            "avoided_low_kgco2e": low,
            "avoided_high_kgco2e": avoided,
            "net_kgco2e": avoided,
            "price_cents": random.randrange(500_000),
            "origin": material.origin.value,
            "happened_on": date(2019 + index // 12, index % 12 + 1, 15),
            "period": f"{2019 + index // 12}-{index % 12 + 1:02d}",
            "replaces_purchase": random.choice(("yes", "no", "not_said")),
            "through": random.choice(("direct", "direct", "depot")),
            "is_bulk": material.is_bulk,
            "booked_at": clock.now(),
            "hash": f"drawn-{seq}",
        }
    )
