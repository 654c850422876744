"""What the roll-ups say of a part of the ledger is what the rows of the ledger add up to, whatever filters are set."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.impact.queries.sums import sums_by, sums_by_pair, sums_by_reach_and_group
from marketplace.impact.rules.cut import EVERYTHING, Between, Cut
from marketplace.ledger.actions import append, rebuild_rollups
from marketplace.ledger.models import ROLLUP_PAIR, Exchange
from marketplace.ledger.queries import entry_of, find_rollup_breach, get_head
from marketplace.ledger.rules import Reach, RowKind, Through, Totals
from tests.entries import append_entry, append_reversal
from tests.factories import make_organisation, seed_taxonomy

SAND = {"material": "ophoogzand", "group": "grond", "is_bulk": True}
LAST = Cut(kinds=tuple(kind.value for kind in RowKind))  # every kind: all rows, read from the book


@pytest.fixture
def book(session: Session) -> Session:
    """Seven rows over three years, one of them taken back and one a way back."""
    seed_taxonomy(session)
    make_organisation(session, "sloper-bv", "partner")
    append_entry(session, "hengelo", "borne", mass_kg="1000", happened_on=date(2024, 12, 31), through="depot")
    append_entry(session, "hengelo", "borne", mass_kg="250", happened_on=date(2025, 2, 1), **SAND)
    append_entry(session, "borne", "borne", mass_kg="40", happened_on=date(2025, 3, 1))
    append_entry(session, "sloper-bv", "almelo", mass_kg="700", happened_on=date(2025, 12, 31), carbon_factor=None)
    append_entry(session, "almelo", "hengelo", mass_kg="60", happened_on=date(2026, 1, 1), **SAND)
    append_reversal(session, seq=1, happened_on=date(2025, 2, 3))
    haul = replace(entry_of(session, session.get_one(Exchange, 2)), kind="haul", from_slug="borne", to_slug="hengelo")
    nothing = {"mass_kg": Decimal(0), "avoided_kgco2e": Decimal(0), "net_kgco2e": Decimal(0), "period": None}
    append(session, replace(haul, happened_on=date(2026, 2, 1), **nothing))
    return session


def masses(session: Session, cut: Cut, key: str = "month") -> dict[str, Decimal]:
    return {name: totals.mass_kg for name, totals in sums_by(session, cut, key).items()}


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (EVERYTHING, {"2024-12": 1000, "2025-02": -750, "2025-03": 40, "2025-12": 700, "2026-01": 60, "2026-02": 0}),
        (Cut("2025-01", "2025-12"), {"2025-02": -750, "2025-03": 40, "2025-12": 700}),
        (Cut("2025-03"), {"2025-03": 40, "2025-12": 700, "2026-01": 60, "2026-02": 0}),
        (Cut(municipalities=("borne",)), {"2024-12": 1000, "2025-02": -750, "2025-03": 40, "2026-02": 0}),
        (
            Cut(municipalities=("borne", "hengelo")),
            {"2024-12": 1000, "2025-02": -750, "2025-03": 40, "2026-01": 60, "2026-02": 0},
        ),
        (Cut(groups=("grond",)), {"2025-02": 250, "2026-01": 60, "2026-02": 0}),
        (Cut(through=Through.DEPOT), {"2024-12": 1000, "2025-02": -1000}),
        (Cut(between=Between.WITHIN), {"2025-03": 40}),
        (Cut(between=Between.BETWEEN), {"2024-12": 1000, "2025-02": -750, "2025-12": 700, "2026-01": 60, "2026-02": 0}),
        (Cut(without_bulk=True), {"2024-12": 1000, "2025-02": -1000, "2025-03": 40, "2025-12": 700}),
        (Cut(kinds=("reversal",)), {"2025-02": -1000}),
        (Cut("2025-01", "2025-12", ("borne",), ("grond",)), {"2025-02": 250}),
    ],
)
def test_each_filter_leaves_these_kilograms(book: Session, cut: Cut, expected: dict[str, int]) -> None:
    assert masses(book, cut) == expected
    assert sum(totals.mass_kg for totals in sums_by_pair(book, cut).values()) == sum(expected.values())


def test_a_transfer_reaches_within_one_organisation_within_the_region_or_outside(book: Session) -> None:
    assert masses(book, EVERYTHING, "reach") == {Reach.WITHIN: 40, Reach.REGION: 310, Reach.OUTSIDE: 700}


@pytest.mark.slow
def test_any_three_filters_leave_what_the_rows_themselves_add_up_to(book: Session) -> None:
    """The book is read by naming every kind of row, which is no filter: no roll-up knows kinds."""
    choices = product(("", "2025-02"), ("", "2026-01"), ((), ("borne",)), ((), ("grond",)), (None, *Through), (None, *Between))
    count = 0
    for first, last, municipalities, groups, through, between in choices:
        cut = Cut(first, last, municipalities, groups, (), through, between, without_bulk=bool(first))
        of_rows = replace(cut, kinds=LAST.kinds)
        for key in ("month", "group_slug", "reach"):
            assert sums_by(book, cut, key) == sums_by(book, of_rows, key), cut
        assert sums_by_pair(book, cut) == sums_by_pair(book, of_rows), cut
        assert sums_by_reach_and_group(book, cut) == sums_by_reach_and_group(book, of_rows), cut
        count += 1
    assert count == 144


def test_the_roll_ups_are_what_the_rows_add_up_to_and_a_wrong_one_is_found_and_counted_again(book: Session) -> None:
    assert find_rollup_breach(book) is None
    before = set(book.execute(select(ROLLUP_PAIR)).all())
    book.execute(update(ROLLUP_PAIR).where(ROLLUP_PAIR.c.span == "2025").values(price_cents=1))
    assert find_rollup_breach(book) == "rollup_pair of 2025 is not the sum of the ledger"
    assert rebuild_rollups(book) == 7
    assert find_rollup_breach(book) is None
    assert set(book.execute(select(ROLLUP_PAIR)).all()) == before


def test_what_replaces_a_purchase_is_told_apart_each_with_a_low_and_a_high_end(session: Session) -> None:
    """100 t that replace a purchase, 50 t that do not, 20 t of which nobody said: 0.1188 kg per kg, from 0.081 to 0.165."""
    seed_taxonomy(session)
    ends = ("0.081", "0.165")
    append_entry(session, "hengelo", "borne", mass_kg="100000", replaces_purchase="yes", carbon_range=ends, confidence="A")
    append_entry(session, "hengelo", "borne", mass_kg="50000", replaces_purchase="no", carbon_range=ends, confidence="C")
    append_entry(session, "hengelo", "borne", mass_kg="20000", replaces_purchase="not_said")
    totals = Totals.over(sums_by(session, EVERYTHING, "month").values())
    assert (totals.mass_kg, totals.replacing_mass_kg, totals.not_replacing_mass_kg) == (170_000, 100_000, 50_000)
    assert (totals.avoided_replacing_kgco2e, totals.avoided_replacing_low_kgco2e, totals.avoided_replacing_high_kgco2e) == (
        11_880, 8_100, 16_500,
    )  # fmt: skip
    assert (totals.avoided_not_replacing_kgco2e, totals.avoided_not_replacing_low_kgco2e) == (5_940, 4_050)
    assert (totals.avoided_not_said_kgco2e, totals.avoided_not_said_low_kgco2e, totals.avoided_not_said_high_kgco2e) == (
        2_376, 2_376, 2_376,
    )  # fmt: skip
    assert totals.no_range_mass_kg == 20_000
    assert (totals.confidence_a_mass_kg, totals.confidence_b_mass_kg, totals.confidence_c_mass_kg) == (100_000, 20_000, 50_000)
    assert totals.confidence_unknown_mass_kg == 0


def test_money_saved_is_of_the_exchanges_of_which_it_was_said(session: Session) -> None:
    seed_taxonomy(session)
    append_entry(session, "hengelo", "borne", mass_kg="1", price_cents=10_000, purchase_cents=45_000)
    append_entry(session, "hengelo", "borne", mass_kg="1", price_cents=5_000, purchase_cents=4_000)
    append_entry(session, "hengelo", "borne", mass_kg="1", price_cents=700)
    totals = Totals.over(sums_by(session, EVERYTHING, "month").values())
    assert (totals.price_cents, totals.saved_cents, totals.saved_exchanges, totals.exchanges) == (15_700, 34_000, 2, 3)
    append_reversal(session, seq=1, happened_on=date(2026, 2, 1))
    totals = Totals.over(sums_by(session, EVERYTHING, "month").values())
    assert (totals.price_cents, totals.saved_cents, totals.saved_exchanges) == (5_700, -1_000, 2)


def totals_by_hand(rows: list[Exchange]) -> dict[str, Decimal]:
    """A few sums in plain Python, without a word of the program."""
    return {
        "exchanges": sum(row.kind == "transfer" for row in rows),
        "mass_kg": sum(row.mass_kg for row in rows),
        "tonne_km": sum(row.tonne_km for row in rows),
        "avoided_kgco2e": sum(row.avoided_kgco2e or 0 for row in rows),
        "avoided_replacing_low_kgco2e": sum(
            (row.avoided_kgco2e or 0) if row.avoided_low_kgco2e is None else row.avoided_low_kgco2e
            for row in rows
            if row.replaces_purchase == "yes"
        ),
        "confidence_b_mass_kg": sum(row.mass_kg for row in rows if row.carbon_confidence == "B"),
        "late_mass_kg": sum(row.mass_kg for row in rows if row.period > f"{row.happened_on:%Y-%m}"),
        "price_cents": sum(row.price_cents for row in rows),
        "saved_cents": sum(row.saved_cents or 0 for row in rows),
    }


SIDES = ("hengelo", "borne", "almelo")
STEP = st.tuples(
    st.sampled_from(("transfer", "transfer", "reversal", "haul", "correction")),
    st.sampled_from(SIDES),
    st.sampled_from(SIDES),
    st.dates(date(2025, 11, 1), date(2026, 2, 28)),
    st.integers(1, 10**9),
    st.sampled_from(("yes", "no", "not_said")),
    st.booleans(),
    st.sampled_from(("", "2026-03")),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=1, max_size=8))
def test_after_any_mix_of_rows_the_roll_ups_are_the_ledger(session: Session, steps: list[tuple]) -> None:
    """Each example goes on where the one before ended: the ledger only grows."""
    if get_head(session)[0] == 0:
        append_entry(session, "hengelo", "borne", mass_kg="1")
    for kind, giver, receiver, day, grams, use, is_bulk, period in steps:
        first = session.get_one(Exchange, 1 + grams % get_head(session)[0])
        if kind == "transfer":
            append_entry(
                session,
                giver,
                receiver,
                mass_kg=str(Decimal(grams) / 1000),
                happened_on=day,
                replaces_purchase=use,
                is_bulk=is_bulk,
                carbon_factor=None if grams % 5 == 0 else Decimal("0.1188"),
                carbon_range=("0.081", "0.165") if grams % 2 else None,
                through="depot" if grams % 3 else "direct",
                price_cents=grams % 1000,
                purchase_cents=grams % 7000 if grams % 2 else None,
                period=period or None,
            )
        elif kind == "haul":
            values = {
                "mass_kg": Decimal(0),
                "avoided_kgco2e": Decimal(0),
                "price_cents": 0,
                "saved_cents": None,
                "reverses": None,
            }
            append(session, replace(entry_of(session, first), kind="haul", happened_on=day, period=None, **values))
        elif first.kind == "transfer":
            append_reversal(session, seq=first.seq, happened_on=day)
            if kind == "correction":
                again = replace(entry_of(session, first), reservation_id=10**8 + get_head(session)[0])
                append(session, replace(again, happened_on=day, period=period or None))
        session.expire_all()
    assert find_rollup_breach(session) is None
    rows = list(session.scalars(select(Exchange)))
    for key, of in (("month", lambda row: row.month), ("group_slug", lambda row: row.group_slug)):
        sums = sums_by(session, EVERYTHING, key)
        assert set(sums) == {of(row) for row in rows}
        for name, totals in sums.items():
            expected = totals_by_hand([row for row in rows if of(row) == name])
            assert {column: getattr(totals, column) for column in expected} == expected
    pairs = sums_by_pair(session, Cut("2025-12", "2026-02"))
    inside = [row for row in rows if "2025-12" <= row.month <= "2026-02"]
    assert {pair: totals.mass_kg for pair, totals in pairs.items()} == {
        (giver, receiver): sum(row.mass_kg for row in inside if (row.from_slug, row.to_slug) == (giver, receiver))
        for giver, receiver in {(row.from_slug, row.to_slug) for row in inside}
    }
