"""What the clock does, how often, and by which question and verb."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import cast

from flask import Flask

from config import Config
from marketplace.accounts import actions as accounts
from marketplace.accounts import entry, kept_forms
from marketplace.accounts.policy import CLOCK
from marketplace.exchange import actions as exchange
from marketplace.exchange import queries as reservations
from marketplace.jobs.post import post_due
from marketplace.jobs.searches import tell_searches
from marketplace.kernel import clock
from marketplace.kernel.db import Database, Session
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.files import Media
from marketplace.ledger.queries import get_head
from marketplace.market import demand_actions, sketch_actions
from marketplace.market import queries as market
from marketplace.notices import audit
from marketplace.notices.queries import is_recorded_since

log = logging.getLogger(__name__)
HEAD = "ledger.head"
EVERY_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the timetable. `run` gives how many things were done.

    `by_wall_clock`: what must not believe a clock that was turned by hand, because it throws away what is old.
    """

    name: str
    every: timedelta
    run: Callable[[Flask], int]
    by_wall_clock: bool = False


def database(app: Flask) -> Database:
    """The application's database."""
    return cast(Database, app.extensions["database"])


def settings(app: Flask) -> Config:
    """The application's settings."""
    return cast(Config, app.extensions["settings"])


def each(question: Callable[[Session], list[int]], verb: Callable[[Session, int], bool]) -> Callable[[Flask], int]:
    """Ask what is due, then do the verb per row, each in a transaction of its own; somebody else may have been first."""

    def run(app: Flask) -> int:
        with database(app).read() as reading:
            due = question(reading)
        return sum(_once(app, verb, row_id) for row_id in due)

    return run


def _once(app: Flask, verb: Callable[[Session, int], bool], row_id: int) -> bool:
    try:
        return database(app).run(lambda session: verb(session, row_id))
    except (Conflict, Missing) as refusal:
        log.info("row %s was left alone: %s", row_id, type(refusal).__name__)
        return False


def sweep_photos(app: Flask) -> int:
    """Remove photo files that belong to no listing any more."""
    with database(app).read() as reading:
        in_use = market.list_photo_files(reading)
    return len(cast(Media, app.extensions["media"]).sweep(in_use))


def forget(app: Flask) -> int:
    """Drop what is kept for some time only: write keys, failed attempts, ended sessions, drafts that nobody went on with."""
    config = settings(app)
    idle, lifetime = timedelta(minutes=config.session_idle_minutes), timedelta(hours=config.session_hours)
    return (
        database(app).run(accounts.forget_keys)
        + database(app).run(entry.forget_attempts)
        + database(app).run(lambda session: entry.forget_sessions(session, idle=idle, lifetime=lifetime))
        + database(app).run(kept_forms.forget_forms)
        + database(app).run(sketch_actions.forget_sketches)
    )


def log_head(app: Flask) -> int:
    """Once a day: the ledger's last hash to the log, where nobody who changes the database can change it too."""
    midnight = datetime.combine(clock.today(), time(), clock.AMSTERDAM)
    with database(app).read() as reading:
        if is_recorded_since(reading, action=HEAD, since=midnight):
            return 0
        seq, digest = get_head(reading)
    database(app).run(lambda session: audit.record(session, CLOCK, action=HEAD, object_type="ledger", object_id=seq, hash=digest))
    log.info("ledger head: seq %s hash %s", seq, digest)
    return 1


TIMETABLE = (
    Job(
        "reservations",
        EVERY_MINUTE,
        each(reservations.list_due, lambda session, row: exchange.expire(session, reservation_id=row)),
    ),
    Job(
        "demands",
        EVERY_MINUTE,
        each(market.list_lapsed_demands, lambda session, row: demand_actions.lapse_demand(session, CLOCK, demand_id=row)),
    ),
    Job("searches", timedelta(minutes=10), tell_searches),
    Job("post", EVERY_MINUTE, post_due),
    Job("photos", timedelta(hours=6), sweep_photos, by_wall_clock=True),
    Job("forget", timedelta(minutes=10), forget, by_wall_clock=True),
    Job("ledger head", timedelta(hours=1), log_head, by_wall_clock=True),
)
