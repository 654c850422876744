"""Rows of every version verify for ever, and what a row's version does not know cannot be slipped into it."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import inspect, select, text, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, CLOCK
from marketplace.impact.queries.statistics import get_statistics
from marketplace.kernel import clock
from marketplace.ledger.actions import log_head, rebuild_rollups
from marketplace.ledger.models import ROLLUP_PAIR, ROLLUP_SIDE, Exchange, LedgerHead
from marketplace.ledger.queries import find_breach, find_lost_head, find_rollup_breach, get_head
from marketplace.ledger.rules import FIELDS_OF_VERSION, FIRST_HASH, VERSION_1
from tests.entries import append_entry, append_reversal
from tests.factories import seed_taxonomy
from tests.house.source import PROJECT

LEDGER = json.loads((PROJECT / "tests" / "files" / "ledger-c986f87.json").read_text(encoding="utf-8"))


def without_guards(session: Session, *tables: str) -> None:
    """Let this session do what the triggers refuse: that is what somebody with the rights of an operator can do."""
    for table in tables:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text(f"DROP TRIGGER {table}_no_update"))
            session.execute(text(f"DROP TRIGGER {table}_no_delete"))
        else:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


@pytest.fixture
def old(session: Session) -> Session:
    """The ledger that commit c986f87 wrote, in a database of today."""
    kinds = {column["name"]: column["type"].python_type for column in inspect(session.get_bind()).get_columns("exchange")}
    read = {date: date.fromisoformat, datetime: datetime.fromisoformat} if session.get_bind().dialect.name != "sqlite" else {}
    for row in LEDGER["rows"]:
        values = {
            name: read.get(kinds[name], lambda value: value)(value) if value is not None else None for name, value in row.items()
        }
        marks = ", ".join(f":{name}" for name in values)
        session.execute(text(f"INSERT INTO exchange ({', '.join(values)}) VALUES ({marks})"), values)
    session.execute(text("UPDATE ledger_head SET seq = :seq, hash = :hash"), LEDGER["head"])
    rebuild_rollups(session)
    return session


def test_the_fields_of_version_1_are_those_that_c986f87_wrote_down() -> None:
    camel = {"".join(part.replace("kgco2e", "KgCo2e") for part in name.split("_")).lower() for name in VERSION_1}
    assert len(VERSION_1) == 33
    for row in LEDGER["rows"]:
        assert {key.lower() for key in json.loads(row["canonical"])} == camel | {"seq", "bookedat"}


def test_a_ledger_of_before_verifies_and_goes_on_in_the_newest_version(old: Session) -> None:
    assert find_breach(old) is None
    assert {row.row_version for row in old.query(Exchange)} == {1}
    row = append_entry(old, "hengelo", "borne", mass_kg="1000")
    assert (row.seq, row.row_version, row.previous_hash) == (46, 4, LEDGER["head"]["hash"])
    assert find_breach(old) is None
    assert find_rollup_breach(old) is None


def test_a_row_of_before_counts_in_the_month_in_which_it_happened_and_its_processing_is_unknown(old: Session) -> None:
    totals = get_statistics(old, ANONYMOUS).totals
    assert totals.mass_kg == totals.unknown_processing_mass_kg
    assert (totals.processing_kgco2e, totals.late_rows) == (0, 0)
    first = old.get_one(Exchange, 1)
    assert (first.period, first.month) == (None, "2024-12")


@pytest.mark.parametrize(
    "forged",
    [
        "processing_kgco2e = 5000",
        "processing_factor = 100",
        "origin = 'recycled'",
        "replaces_purchase = 'yes'",
        "row_version = 2, period = '2024-12'",
        "row_version = 3, period = '2024-12'",
        "row_version = 4, period = '2024-12'",
        "row_version = 5, period = '2024-12'",
        "lot_id = 12",
        "carbon_confidence = 'A'",
        "saved_cents = 100",
    ],
)
def test_what_version_1_does_not_know_cannot_be_slipped_into_its_rows(old: Session, forged: str) -> None:
    without_guards(old, "exchange")
    old.execute(text(f"UPDATE exchange SET {forged} WHERE seq = 7"))
    old.expire_all()
    assert find_breach(old).seq == 7


@pytest.mark.parametrize(
    "forged",
    [
        "processing_kgco2e = 5000",
        "origin = 'recycled'",
        "replaces_purchase = 'yes'",
        "period = '2025-12'",
        "row_version = 1, period = NULL",
        "row_version = 2",
        "carbon_confidence = 'A'",
        "carbon_low = 1",
        "carbon_high = 1",
        "avoided_low_kgco2e = 1",
        "avoided_high_kgco2e = 1",
        "through = 'depot'",
        "purchase_cents = 1",
        "saved_cents = 1",
        "is_bulk = (1 = 1)",
        "lot_id = 12",
        "row_version = 3",
    ],
)
def test_every_field_of_the_newest_version_is_in_its_hash(session: Session, forged: str) -> None:
    append_entry(session, "hengelo", "borne", mass_kg="1000")
    without_guards(session, "exchange")
    session.execute(text(f"UPDATE exchange SET {forged} WHERE seq = 1"))
    session.expire_all()
    assert find_breach(session).seq == 1


def test_a_version_adds_fields_and_never_takes_one_away() -> None:
    assert {*VERSION_1} < {*FIELDS_OF_VERSION[2]}
    assert {*FIELDS_OF_VERSION[2]} - {*VERSION_1} == {
        "row_version", "replaces_purchase", "processing_factor", "processing_kgco2e", "origin", "period",
    }  # fmt: skip
    assert {*FIELDS_OF_VERSION[3]} - {*FIELDS_OF_VERSION[2]} == {
        "carbon_confidence", "carbon_low", "carbon_high", "avoided_low_kgco2e", "avoided_high_kgco2e", "through", "purchase_cents",
        "saved_cents", "is_bulk",
    }  # fmt: skip
    assert {*FIELDS_OF_VERSION[4]} - {*FIELDS_OF_VERSION[3]} == {"lot_id", "cause", "recall_id"}


@pytest.fixture
def book(session: Session) -> Session:
    seed_taxonomy(session)
    for mass_kg in ("100", "200", "300"):
        append_entry(session, "hengelo", "borne", mass_kg=mass_kg)
    return session


def cut_off(session: Session, after: int) -> None:
    """Take the last rows out of the ledger, and make head and roll-ups agree with what is left."""
    without_guards(session, "exchange")
    session.execute(text("DELETE FROM exchange WHERE seq > :after"), {"after": after})
    last = session.get(Exchange, after)
    session.execute(
        text("UPDATE ledger_head SET seq = :seq, hash = :hash"), {"seq": after, "hash": last.hash if last else FIRST_HASH}
    )
    session.expire_all()
    rebuild_rollups(session)


def test_a_ledger_cut_short_with_its_head_is_found_by_the_head_that_was_logged(book: Session) -> None:
    log_head(book, CLOCK)
    append_entry(book, "hengelo", "borne", mass_kg="400")
    assert find_breach(book) is None
    cut_off(book, 2)
    breach = find_breach(book)
    assert (breach.seq, breach.reason) == (3, "the chain is shorter than the head that was logged: this row is gone")
    assert find_rollup_breach(book) is None  # nothing else tells


def test_a_row_written_anew_at_the_place_of_a_logged_one_is_found(book: Session) -> None:
    log_head(book, CLOCK)
    cut_off(book, 2)
    append_entry(book, "hengelo", "borne", mass_kg="3")
    assert find_breach(book).reason == "the row is another than the head that was logged"


def test_a_ledger_emptied_altogether_is_found_and_one_that_was_always_empty_is_sound(session: Session) -> None:
    log_head(session, CLOCK)
    assert find_breach(session) is None
    append_entry(session, "hengelo", "borne", mass_kg="1")
    log_head(session, CLOCK)
    cut_off(session, 0)
    assert find_breach(session).seq == 1


def test_a_head_that_was_kept_elsewhere_finds_it_when_the_audit_was_cut_too(book: Session) -> None:
    head = get_head(book)
    cut_off(book, 2)
    assert find_breach(book) is None
    assert find_lost_head(book, [head]).seq == 3


def test_what_is_booked_late_counts_in_the_period_of_the_booking_and_is_told_apart(session: Session) -> None:
    append_entry(session, "hengelo", "borne", mass_kg="1000", happened_on=date(2025, 11, 3), period="2026-02")
    append_entry(session, "hengelo", "borne", mass_kg="250", happened_on=date(2026, 2, 9))
    pairs = {(row.span, row.mass_kg, row.late_mass_kg, row.late_rows) for row in session.execute(select(ROLLUP_PAIR))}
    assert pairs == {("2026-02", 1250, 1000, 1), ("2026", 1250, 1000, 1)}
    totals = get_statistics(session, ANONYMOUS).totals
    assert (totals.late_rows, totals.late_mass_kg) == (1, 1000)
    assert find_rollup_breach(session) is None
    session.execute(update(ROLLUP_SIDE).values(late_mass_kg=7))
    assert find_rollup_breach(session) == "rollup_side of 2026-02 is not the sum of the ledger"
    rebuild_rollups(session)
    assert find_rollup_breach(session) is None


def test_processing_goes_off_the_net_as_far_as_it_is_known_and_a_reversal_takes_it_back(session: Session) -> None:
    append_entry(session, "hengelo", "borne", mass_kg="2000", processing_factor=Decimal("0.00221"))
    append_entry(session, "hengelo", "borne", mass_kg="500")
    totals = get_statistics(session, ANONYMOUS).totals
    assert (totals.processing_kgco2e, totals.unknown_processing_mass_kg) == (Decimal("4.42"), 500)
    assert totals.net_kgco2e == totals.avoided_kgco2e - totals.transport_kgco2e - Decimal("4.42")
    append_reversal(session, seq=1, happened_on=clock.today())
    assert get_statistics(session, ANONYMOUS).totals.processing_kgco2e == 0
    assert find_rollup_breach(session) is None


def test_the_head_of_an_empty_ledger_is_sixty_four_zeros(session: Session) -> None:
    assert session.query(LedgerHead).one().hash == FIRST_HASH
