"""The clock asks once a round whether it is still so, however often and late it comes by."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from marketplace.jobs.timetable import TIMETABLE
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.notices.models import NoticeRow
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy

KINDS = {"listing_freshness", "listing_stale", "demand_freshness", "demand_stale"}


def play(app: Flask, at: datetime) -> int:
    """The jobs of freshness at one moment; how many were told something."""
    with clock.frozen(at), app.app_context():
        return sum(job.run(app) for job in TIMETABLE if job.name.endswith(("to confirm", "gone stale")))


def test_each_owner_is_asked_and_told_once_a_round(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        seed_taxonomy(session)
        hengelo = make_actor(session, "hengelo")
        make_listing(session, hengelo, available_until=None)
        make_demand(session, hengelo, needed_until=clock.today() + timedelta(days=300))
    now = clock.now()
    days = (44, 45, 45, 60, 61, 61, 75, 75, 90, 91, 200)
    assert [play(app, now + timedelta(days=day)) for day in days] == [0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0]
    with database.read() as session:
        kinds = session.scalars(select(NoticeRow.kind).where(NoticeRow.kind.in_(KINDS)).order_by(NoticeRow.id)).all()
    assert kinds == ["listing_freshness", "listing_stale", "demand_freshness", "demand_stale"]


def test_a_clock_that_comes_too_late_tells_that_it_left_and_does_not_ask_any_more(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        seed_taxonomy(session)
        make_listing(session, make_actor(session, "hengelo"), available_until=None)
    assert play(app, clock.now() + timedelta(days=70)) == 1
    with database.read() as session:
        assert session.scalars(select(NoticeRow.kind).where(NoticeRow.kind.in_(KINDS))).all() == ["listing_stale"]
