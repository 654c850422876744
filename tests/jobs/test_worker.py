"""What the clock does, once, however often it is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.actions import sessions
from marketplace.accounts.models import WebSession
from marketplace.accounts.policy import ANONYMOUS
from marketplace.exchange.actions import reserve as exchange
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.jobs import timetable
from marketplace.jobs.worker import run_all, run_due_jobs
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing
from marketplace.notices.models import AuditRow
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.visitors import settle_in


@pytest.fixture
def bank(database: Database) -> Database:
    with database.transaction() as session:
        seed_taxonomy(session)
        owner, asker = make_actor(session, "hengelo"), make_actor(session, "borne")
        listing, demand = make_listing(session, owner), make_demand(session, asker)
        draft = ReservationDraft(Quantity(listing.quantity, Unit.M2), demand_id=demand.id)
        exchange.reserve(session, asker, listing_id=listing.id, draft=draft)
    return database


def counts(app: Flask, days: float) -> dict[str, int]:
    """What each job did at a moment so many days from now."""
    outcomes = run_all(app, clock.now() + timedelta(days=days))
    assert [outcome.failure for outcome in outcomes] == [""] * len(outcomes)
    return {outcome.name: outcome.count for outcome in outcomes}


def test_a_request_without_an_answer_lapses_once_after_ten_days(app: Flask, bank: Database) -> None:
    assert counts(app, 9.9)["reservations"] == 0  # the tenth day counts whole
    assert counts(app, 11.1)["reservations"] == 1
    assert counts(app, 11.2)["reservations"] == 0
    with bank.read() as session:
        assert session.scalars(select(Reservation.status)).one() == "expired"
        assert session.scalars(select(Listing.held)).one() == 0


def test_a_demand_whose_period_is_over_lapses_once(app: Flask, bank: Database) -> None:
    assert counts(app, 60)["demands"] == 0
    assert counts(app, 62)["demands"] == 1
    assert counts(app, 62)["demands"] == 0
    with bank.read() as session:
        assert session.scalars(select(Demand.status)).one() == "lapsed"


def test_what_the_clock_did_is_mailed_in_the_same_run(app: Flask, bank: Database) -> None:
    counts(app, 0)
    counts(app, 11.1)
    kinds = sorted(path.stem.rpartition("-")[2] for path in app.extensions["settings"].mail_path.glob("*.eml"))
    assert kinds == ["reservation_expired", "reservation_expired", "reservation_requested"]


def test_a_clock_turned_by_hand_ends_no_sessions(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        sessions.start_session(session, ANONYMOUS, person=settle_in(session), agent="")
    counts(app, 30)
    with database.read() as session:
        assert len(session.scalars(select(WebSession)).all()) == 1


def test_the_ledgers_head_is_written_down_once_a_day(app: Flask, database: Database, caplog: pytest.LogCaptureFixture) -> None:
    assert [counts(app, 0)["ledger head"], counts(app, 0)["ledger head"]] == [1, 0]
    with database.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "ledger.head")).one()
        assert row.facts == {"hash": "0" * 64}
    assert [line for line in caplog.messages if line.startswith("ledger head: ")] == [f"ledger head: seq 0 hash {'0' * 64}"]


def test_a_job_that_fails_leaves_the_others_alone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_app: Flask) -> int:
        raise RuntimeError("out of order")

    broken = timetable.Job("broken", timetable.EVERY_MINUTE, fail)
    monkeypatch.setattr("marketplace.jobs.worker.TIMETABLE", (broken, *timetable.TIMETABLE))
    outcomes = run_all(app)
    assert outcomes[0].failure == "RuntimeError: out of order"
    assert {outcome.failure for outcome in outcomes[1:]} == {""}


def test_each_job_keeps_its_own_pace(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def job(name: str, minutes: int) -> timetable.Job:
        return timetable.Job(name, timedelta(minutes=minutes), lambda _app: ran.append(name) or 1)

    monkeypatch.setattr("marketplace.jobs.worker.TIMETABLE", (job("often", 1), job("seldom", 60)))
    begun = datetime(2026, 12, 15, 12, 0, tzinfo=UTC)
    for minute in range(3):
        with clock.frozen(begun + timedelta(minutes=minute)):
            run_due_jobs(app)
    assert ran == ["often", "seldom", "often", "often"]
