"""What the clock does, how often, and by which question and verb."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import cast

from flask import Flask

from marketplace.accounts.policy import CLOCK
from marketplace.advice.actions import requirements
from marketplace.advice.queries import requirements as mending
from marketplace.depots.actions.settling import settle_quarters
from marketplace.depots.queries.attached import list_lot_photo_files
from marketplace.depots.queries.costs import list_depots_to_settle
from marketplace.documents.queries import list_paper_files
from marketplace.dossiers import actions as dossiers
from marketplace.dossiers.queries import list_papers_to_remind
from marketplace.exchange.actions import booking, deadlines
from marketplace.exchange.queries import reservations
from marketplace.exchange.queries.gate import list_gate_photo_files
from marketplace.impact.actions import reminders
from marketplace.impact.queries import adopted as reported
from marketplace.jobs.plans import plan_the_week
from marketplace.jobs.post import post_due
from marketplace.jobs.queue import database, settings
from marketplace.jobs.retention import retention
from marketplace.jobs.searches import notify_favourites, notify_saved_searches
from marketplace.jobs.tasks import wake_waiting
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.files import Media
from marketplace.kernel.language import Text, _
from marketplace.ledger.queries import HEAD_LOGGED
from marketplace.market.actions import demands, freshness
from marketplace.market.queries import demands as demands_queries
from marketplace.market.queries import freshness as asked
from marketplace.market.queries import listings
from marketplace.matching.actions import publish as matching
from marketplace.messages.queries import list_message_files
from marketplace.notices.queries import is_recorded_since
from marketplace.planned import queries as plans
from marketplace.planned.actions import dates
from marketplace.published.queries.published import list_report_files

log = logging.getLogger(__name__)
EVERY_MINUTE = timedelta(minutes=1)
EVERY_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the timetable. `run` gives how many things were done, and may be called twice, late and side by side.

    `by_wall_clock`: what must not believe a clock that was turned by hand, because it throws away what is old.
    `does`: what it does, in a sentence for the administrator.
    """

    name: str
    every: timedelta
    run: Callable[[Flask], int]
    by_wall_clock: bool = False
    does: Text = Text("")


def each(question: Callable[[Session], list[int]], verb: Callable[[Session, int], bool]) -> Callable[[Flask], int]:
    """Ask what is due, then do the verb per row, each in a transaction of its own. Another worker may have been first."""

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


def list_files_in_use(session: Session) -> set[str]:
    """The name of every file of a listing, its papers, a lot, a transfer, a message or a report."""
    return (
        listings.list_photo_files(session)
        | list_gate_photo_files(session)
        | list_message_files(session)
        | list_report_files(session)
        | list_paper_files(session)
        | list_lot_photo_files(session)
    )


def sweep_photos(app: Flask) -> int:
    """Remove files that belong to no listing, lot, transfer, message or report any more."""
    with database(app).read() as reading:
        in_use = list_files_in_use(reading)
    return len(cast(Media, app.extensions["media"]).sweep(in_use))


def forget(app: Flask) -> int:
    """Drop what is stored for a limited time (`jobs/retention.py`)."""
    return sum(database(app).run(item.drop) for item in retention(settings(app)))


def check_lots(app: Flask) -> int:
    """Hold lots against the rules that came, part by part, and then tell each owner once."""
    check = each(mending.list_lots_to_check, lambda session, row: requirements.check_lot(session, listing_id=row))
    done = part = check(app)
    while part:
        part = check(app)
        done += part
    tell = each(mending.list_owners_to_tell, lambda session, row: requirements.tell_owner(session, organisation_id=row))
    return done + tell(app)


def log_head(app: Flask) -> int:
    """Log the ledger's last hash once a day. Whoever changes the database cannot change it there too."""
    midnight = datetime.combine(clock.today(), time(), clock.AMSTERDAM)
    with database(app).read() as reading:
        if is_recorded_since(reading, action=HEAD_LOGGED, since=midnight):
            return 0
    seq, digest = database(app).run(booking.log_head)
    log.info("ledger head: seq %s hash %s", seq, digest)
    return 1


# In this order within a minute: what a line produces, the lines below it find. Post comes after all that writes notices.
TIMETABLE = (
    Job(
        "reservations",
        EVERY_MINUTE,
        each(reservations.list_due, lambda session, row: deadlines.expire(session, reservation_id=row)),
        does=_("Ends reservations whose time is over, and counts a hand-over without an answer as confirmed."),
    ),
    Job(
        "waiting lists",
        EVERY_MINUTE,
        each(reservations.list_waiting_to_expire, lambda session, row: deadlines.expire_waiting(session, reservation_id=row)),
        does=_("Ends waiting requests for a lot that will not come any more."),
    ),
    Job(
        "offers",
        EVERY_MINUTE,
        each(reservations.list_listings_to_offer, lambda session, row: deadlines.offer(session, listing_id=row)),
        does=_("Offers what is free again to the next on the waiting list."),
    ),
    Job(
        "reminders",
        EVERY_MINUTE,
        each(reservations.list_to_remind, lambda session, row: deadlines.remind(session, reservation_id=row)),
        does=_("Reminds of a last day, three days and one day before it and on the day."),
    ),
    Job(
        "demands",
        EVERY_MINUTE,
        each(demands_queries.list_lapsed_demands, lambda session, row: demands.lapse_demand(session, CLOCK, demand_id=row)),
        does=_("Ends demands whose period is over."),
    ),
    Job(
        "matches",
        timedelta(minutes=10),
        each(matching.list_turns_to_notify, lambda session, row: matching.notify_turn(session, listing_id=row)),
        does=_("Notifies both sides of matches that become possible because somebody’s turn has begun."),
    ),
    Job(
        "listings to confirm",
        EVERY_HOUR,
        each(asked.list_listings_to_remind, lambda session, row: freshness.remind_of_listing(session, listing_id=row)),
        does=_("Asks owners after 45 days whether a lot is still there."),
    ),
    Job(
        "plans to be there",
        EVERY_HOUR,
        each(asked.list_overdue_plans, lambda session, row: freshness.remind_of_plan(session, listing_id=row)),
        does=_("Asks owners of planned lots whether it is there, once the period is over."),
    ),
    Job(
        "plans to agree with",
        EVERY_MINUTE,
        each(plans.list_unanswered, lambda session, row: dates.release_unanswered(session, reservation_id=row)),
        does=_("Lets go of reservations whose holder did not agree with other days in time; they keep their place."),
    ),
    Job(
        "regional plan",
        EVERY_HOUR,
        plan_the_week,
        does=_("Makes a plan for the region once a week: which lot serves which need best. Nothing is asked for."),
    ),
    Job(
        "listings gone stale",
        EVERY_HOUR,
        each(asked.list_listings_gone_stale, lambda session, row: freshness.notify_listing_stale(session, listing_id=row)),
        does=_("Notifies owners after 60 days that a lot has left the catalogue."),
    ),
    Job(
        "demands to confirm",
        EVERY_HOUR,
        each(asked.list_demands_to_remind, lambda session, row: freshness.remind_of_demand(session, demand_id=row)),
        does=_("Asks after 75 days whether a demand still stands."),
    ),
    Job(
        "demands gone stale",
        EVERY_HOUR,
        each(asked.list_demands_gone_stale, lambda session, row: freshness.notify_demand_stale(session, demand_id=row)),
        does=_("Notifies askers after 90 days that a demand is no longer matched."),
    ),
    Job(
        "papers to renew",
        EVERY_HOUR,
        each(list_papers_to_remind, lambda session, row: dossiers.remind(session, paper_id=row)),
        does=_("Reminds of a paper that expires, 30 and 7 days before its last day."),
    ),
    Job(
        "lots to check",
        timedelta(minutes=10),
        check_lots,
        does=_("Holds lots on offer against the rules of a new version, and tells each owner once what a new rule stops."),
    ),
    Job(
        "depot settlements",
        EVERY_HOUR,
        each(list_depots_to_settle, lambda session, row: settle_quarters(session, depot_id=row)),
        does=_("Keeps what a quarter of a depot came to, sixty days after its end: from then on it does not change."),
    ),
    Job(
        "lots to mend",
        EVERY_HOUR,
        each(
            mending.list_requirements_to_settle, lambda session, row: requirements.settle_requirement(session, requirement_id=row)
        ),
        does=_("Withdraws lots that did not meet a new rule within 30 days, and tells their owners."),
    ),
    Job(
        "reports to submit",
        EVERY_HOUR,
        each(
            reported.list_municipalities_to_remind,
            lambda session, row: reminders.remind_municipality(session, organisation_id=row),
        ),
        does=_("Reminds municipalities, from March on and once a month, of a year that they have not submitted."),
    ),
    Job(
        "reports to review",
        EVERY_HOUR,
        each(reported.list_reports_to_remind, lambda session, row: reminders.remind_reviewers(session, report_id=row)),
        does=_("Reminds the AO CE of reports that were submitted more than 14 days ago."),
    ),
    Job(
        "searches",
        timedelta(minutes=10),
        notify_saved_searches,
        does=_("Notifies people with a saved search that there is something new."),
    ),
    Job(
        "kept lots",
        timedelta(minutes=10),
        notify_favourites,
        does=_("Notifies people who keep a lot that its price or quantity has changed, or that it is gone."),
    ),
    Job("long tasks", EVERY_MINUTE, wake_waiting, does=_("Wakes a worker for background tasks that nobody is working on.")),
    Job("post", EVERY_MINUTE, post_due, does=_("Sends emails that are waiting.")),
    Job(
        "photos",
        timedelta(hours=6),
        sweep_photos,
        by_wall_clock=True,
        does=_("Removes photo files that belong to no lot."),
    ),
    Job(
        "forget",
        timedelta(minutes=10),
        forget,
        by_wall_clock=True,
        does=_("Removes what has been stored long enough."),
    ),
    Job(
        "ledger head",
        timedelta(hours=1),
        log_head,
        by_wall_clock=True,
        does=_("Once a day, writes the last hash of the ledger to the audit and the log."),
    ),
)
