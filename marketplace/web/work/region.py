"""What the region leaves lying, for the broker and the reviewer.

Disputes, silence, objections, near misses, and years that were not reported.
"""

from dataclasses import dataclass

from flask import url_for

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import list_choices, list_reservations
from marketplace.exchange.queries.watch import list_disputes, list_objections, list_silent, list_unconfirmed
from marketplace.exchange.rules.reservation import CONFIRM_WITHIN, ReservationStatus
from marketplace.http.written import Written
from marketplace.impact.queries.reports import Reporting, get_reporting
from marketplace.kernel.clock import today
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import Amount, Unit
from marketplace.market.queries.listings import load_photos
from marketplace.matching.queries.survey import NearMiss, survey
from marketplace.web.ui.jobs import Job, day_of, of_transfer, picture_of, quantity_of, sides_of

SHOWN, MISSES_SHOWN = 5, 4
Rows = tuple[list[Job], int]
NOTHING: Rows = ([], 0)
READ, DECIDE = _("Read"), _("Read and decide")


@dataclass(frozen=True, slots=True)
class Region:
    """The first rows of each, with how many there are. `reporting`: only for whoever answers for the region."""

    disputes: Rows
    silent: Rows
    objections: Rows
    choices: Rows
    misses: Rows
    reporting: Reporting | None
    by_reviewer: bool = False


def region(session: Session, actor: Actor) -> Region:
    """Gather what this reader may see of it."""
    reporting = get_reporting(session, actor) if may(actor, Can.ASK_FOR_REPORT) else None
    if may(actor, Can.BROKER):
        found = survey(session, actor)
        misses = found.near_misses(page_size=MISSES_SHOWN)
        load_photos(session, [miss.listing for miss in misses])
        disputes, unconfirmed = list_disputes(session, actor, most=SHOWN), list_unconfirmed(session, actor, most=SHOWN)
        approved, objections = list_silent(session, actor, most=SHOWN), list_objections(session, actor, most=SHOWN)
        silent = [*map(_unconfirmed, unconfirmed[0]), *map(_unmet, approved[0])]
        return Region(
            ([dispute(row, DECIDE) for row in disputes[0]], disputes[1]),
            (silent[:SHOWN], unconfirmed[1] + approved[1]),
            ([_objection(row) for row in objections[0]], objections[1]),
            NOTHING,
            ([near(miss) for miss in misses], len(found.misses)),
            reporting,
        )
    if may(actor, Can.LIST_RESERVATIONS) and may(actor, Can.READ_CHOICES):
        disputed, number = list_reservations(session, actor, statuses=(ReservationStatus.DISPUTED.value,), page_size=SHOWN)
        choices, chosen = list_choices(session, actor, page_size=SHOWN)
        rows = ([dispute(row) for row in disputed], number)
        return Region(rows, NOTHING, NOTHING, ([_choice(row) for row in choices], chosen), NOTHING, reporting, by_reviewer=True)
    return Region(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, reporting)


def dispute(row: Reservation, label: Text = READ) -> Job:
    """Two figures that do not agree."""
    unit, title = Unit(row.unit), Written(row.listing.title)
    one, other = row.owner_figure, row.receiver_figure
    what = quantity_of(row)
    if one is not None and other is not None:
        what = _("%(one)s or %(other)s of “%(title)s”", one=Amount(one, unit), other=Amount(other, unit), title=title)
    return of_transfer(row, what, also=(sides_of(row),), since=day_of(row.disputed_at), label=label)


def _unconfirmed(row: Reservation) -> Job:
    days = _days(row.unconfirmed_since) + CONFIRM_WITHIN.days
    also = (
        sides_of(row),
        _("not confirmed for %(days)s days", days=days),
    )
    return of_transfer(row, quantity_of(row), also=also, label=DECIDE)


def _unmet(row: Reservation) -> Job:
    days = _days(row.approved_at)
    also = (sides_of(row), ngettext("approved, one day without a time", "approved, %(num)s days without a time", days))
    return of_transfer(row, quantity_of(row), also=also, label=_("Look at it"))


def _objection(row: Reservation) -> Job:
    what = _("%(asker)s objects to a no-show for “%(title)s”", asker=row.organisation.name, title=Written(row.listing.title))
    return of_transfer(row, what, also=(Written(row.objection),), since=day_of(row.objected_at), label=DECIDE)


def _choice(row: Reservation) -> Job:
    what = _(
        "%(owner)s chose %(asker)s for “%(title)s”",
        owner=row.owner.name,
        asker=row.organisation.name,
        title=Written(row.listing.title),
    )
    return of_transfer(row, what, also=(Written(row.choice_reason),))


def near(miss: NearMiss) -> Job:
    """A lot that would serve a demand but for one thing, with the way to propose it."""
    lot, demand = miss.listing, miss.demand
    what = _(
        "%(owner)s %(lot)s → %(asker)s %(demand)s",
        owner=lot.organisation.name,
        lot=Written(lot.title),
        asker=demand.organisation.name,
        demand=Written(demand.title),
    )
    also = (_("proposed"),) if miss.proposed else ()
    return Job(what, url_for("broker.propose", lot=lot.id, vraag=demand.id), picture_of(lot), also, near=miss.brief)


def _days(at: object) -> int:
    day = day_of(at)  # type: ignore[arg-type]
    return 0 if day is None else (today() - day).days
