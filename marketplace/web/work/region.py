"""What the region leaves lying, for the broker and the reviewer.

Disputes, silence, objections, near misses, and years that were not reported.
"""

from dataclasses import dataclass

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.queries.reservations import list_choices, list_reservations
from marketplace.exchange.queries.watch import list_disputes, list_objections, list_silent, list_unconfirmed
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.impact.queries.reports import Reporting, get_reporting, list_waiting
from marketplace.kernel.db import Session
from marketplace.market.queries.listings import load_photos
from marketplace.matching.queries.survey import survey
from marketplace.stock.queries.warnings import list_all_troubles
from marketplace.web.ui import watch
from marketplace.web.ui.jobs import Job

SHOWN, MISSES_SHOWN = 5, 4
Rows = tuple[list[Job], int]
NOTHING: Rows = ([], 0)


@dataclass(frozen=True, slots=True)
class Region:
    """The first rows of each, with how many there are. `reporting`: only for whoever answers for the region.

    `to_decide`: how many reports lie with the AO CE.
    """

    disputes: Rows
    silent: Rows
    objections: Rows
    choices: Rows
    misses: Rows
    depots: Rows
    reporting: Reporting | None
    to_decide: int
    by_reviewer: bool = False


def region(session: Session, actor: Actor) -> Region:
    """Gather what this reader may see of it."""
    reporting = get_reporting(session, actor) if may(actor, Can.ASK_FOR_REPORT) else None
    to_decide = len(list_waiting(session, actor)) if reporting else 0
    if may(actor, Can.BROKER):
        surveyed = survey(session, actor)
        misses = surveyed.near_misses(page_size=MISSES_SHOWN)
        load_photos(session, [miss.listing for miss in misses])
        disputes, waiting = list_disputes(session, actor, most=SHOWN), list_unconfirmed(session, actor, most=SHOWN)
        approved, objections = list_silent(session, actor, most=SHOWN), list_objections(session, actor, most=SHOWN)
        troubles = list_all_troubles(session, actor)
        silent = watch.silent(session, waiting[0], approved[0])
        return Region(
            ([watch.dispute(row, watch.DECIDE) for row in disputes[0]], disputes[1]),
            (silent[:SHOWN], waiting[1] + approved[1]),
            ([watch.objection(row) for row in objections[0]], objections[1]),
            NOTHING,
            ([watch.near(miss) for miss in misses], len(surveyed.misses)),
            ([watch.depot_trouble(row) for row in troubles[:SHOWN]], len(troubles)),
            reporting,
            to_decide,
        )
    if may(actor, Can.LIST_RESERVATIONS) and may(actor, Can.READ_CHOICES):
        disputed, number = list_reservations(session, actor, statuses=(ReservationStatus.DISPUTED.value,), page_size=SHOWN)
        choices, chosen = list_choices(session, actor, page_size=SHOWN)
        rows = ([watch.dispute(row) for row in disputed], number)
        return Region(
            rows,
            NOTHING,
            NOTHING,
            ([watch.choice(row) for row in choices], chosen),
            NOTHING,
            NOTHING,
            reporting,
            to_decide,
            by_reviewer=True,
        )
    return Region(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, reporting, to_decide)
