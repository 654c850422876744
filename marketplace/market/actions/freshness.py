"""Saying that it is still so, and being asked whether it is. What the clock does here it does once a round, however often it is called."""

from datetime import date

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.market.actions.demands import withdraw_demand
from marketplace.market.actions.listings import close_listing
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import get_demand
from marketplace.market.queries.freshness import (
    Conditions,
    demand_reminder_due,
    demand_stale_due,
    listing_reminder_due,
    listing_stale_due,
    plan_overdue_due,
)
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.demand import DEMAND_STATUS_LABELS, DemandStatus
from marketplace.market.rules.freshness import Outcome, Refreshed, demand_holds_until, listing_holds_until
from marketplace.market.rules.listing import LISTING_STATUS_LABELS, ListingStatus
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def record_listing_refresh(
    session: Session,
    actor: Actor,
    *,
    listing_id: int,
    answer: Refreshed,
    outcome: Outcome | None = None,
    reason: str = "",
) -> Listing:
    """Record the owner's answer about a listing on offer.

    Still, changed: confirmed today, and back in the catalogue where it had left it; what changed is entered in its own form.
    Gone: closed, with what became of the rest; refused while something of it is held.
    """
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    if answer == Refreshed.GONE:
        return close_listing(session, actor, listing_id=listing_id, outcome=outcome, reason=reason)
    today = clock.today()
    if listing.status == ListingStatus.PUBLISHED and listing.confirmed_on == today:
        return listing
    statement = update(Listing).where(Listing.id == listing_id, Listing.status == ListingStatus.PUBLISHED)
    confirmed = session.scalar(
        statement.values(confirmed_on=today).returning(Listing.id).execution_options(synchronize_session=False)
    )
    session.expire(listing)
    listing = get_listing(session, actor, listing_id)
    if confirmed is None:
        label = LISTING_STATUS_LABELS[ListingStatus(listing.status)]
        raise Conflict(_("Only a published listing can be confirmed. This listing is %(status)s.", status=label))
    audit.record(session, actor, action="listing.refresh", object_type="listing", object_id=listing_id, answer=answer.value)
    bump_catalogue(session)
    return get_listing(session, actor, listing_id)


def record_demand_refresh(session: Session, actor: Actor, *, demand_id: int, answer: Refreshed) -> Demand:
    """What its asker says of an open demand. Still: confirmed today, and matched again where it was not any more. Gone: withdrawn."""
    demand = get_demand(session, actor, demand_id)
    require(actor, Can.EDIT_DEMAND, demand)
    if answer == Refreshed.GONE:
        return withdraw_demand(session, actor, demand_id=demand_id)
    if answer == Refreshed.CHANGED:
        raise Invalid(_("For a demand, say still or gone; change it to say what is different."), "answer")
    today = clock.today()
    if demand.status == DemandStatus.OPEN and demand.confirmed_on == today:
        return demand
    statement = update(Demand).where(Demand.id == demand_id, Demand.status == DemandStatus.OPEN)
    confirmed = session.scalar(
        statement.values(confirmed_on=today).returning(Demand.id).execution_options(synchronize_session=False)
    )
    session.expire(demand)
    demand = get_demand(session, actor, demand_id)
    if confirmed is None:
        label = DEMAND_STATUS_LABELS[DemandStatus(demand.status)]
        raise Conflict(_("Only an open demand can be confirmed. This demand is %(status)s.", status=label))
    audit.record(session, actor, action="demand.refresh", object_type="demand", object_id=demand_id, answer=answer.value)
    return demand


def remind_of_listing(session: Session, *, listing_id: int) -> bool:
    """Ask the owner whether it is still there, 45 days after the last answer.

    Returns whether it was still to be asked in this round.
    """
    marked = _mark(session, Listing, listing_id, listing_reminder_due(), freshness_reminded_on=clock.today())
    kind = Notice.PLAN_FRESHNESS if session.get_one(Listing, listing_id).planned else Notice.LISTING_FRESHNESS
    return marked and _tell_owner(session, kind, listing_id)


def remind_of_plan(session: Session, *, listing_id: int) -> bool:
    """Ask the owner whether it is there, once its period is over. Returns whether that was still to be asked of this period."""
    if not _mark(session, Listing, listing_id, plan_overdue_due(), freshness_reminded_on=clock.today()):
        return False
    listing = session.get_one(Listing, listing_id, populate_existing=True)
    notify(
        session,
        Notice.PLAN_OVERDUE,
        person_id=listing.created_by_id,
        organisation_id=listing.organisation_id,
        listing_id=listing.id,
        listing_title=listing.title,
        until=listing.latest.isoformat() if listing.latest else None,
    )
    return True


def notify_listing_stale(session: Session, *, listing_id: int) -> bool:
    """Notify the owner that it has left the catalogue, 60 days after the last answer.

    Returns whether that notice was still due.
    """
    if not _mark(session, Listing, listing_id, listing_stale_due(), stale_told_on=clock.today()):
        return False
    _tell_owner(session, Notice.LISTING_STALE, listing_id)
    bump_catalogue(session)
    return True


def remind_of_demand(session: Session, *, demand_id: int) -> bool:
    """Ask whether it is still needed, 75 days after the last answer. Returns whether it was still to be asked in this round."""
    marked = _mark(session, Demand, demand_id, demand_reminder_due(), freshness_reminded_on=clock.today())
    return marked and _tell_asker(session, Notice.DEMAND_FRESHNESS, demand_id)


def notify_demand_stale(session: Session, *, demand_id: int) -> bool:
    """Notify the asker that it is matched no more, 90 days after the last answer. Returns whether that notice was still due."""
    marked = _mark(session, Demand, demand_id, demand_stale_due(), stale_told_on=clock.today())
    return marked and _tell_asker(session, Notice.DEMAND_STALE, demand_id)


def _mark(session: Session, table: type[Listing] | type[Demand], row_id: int, due: Conditions, **values: date) -> bool:
    """Remember that somebody was asked, where that was still due: of two workers one gets True."""
    statement = update(table).where(table.id == row_id, *due).values(**values).returning(table.id)
    marked = session.scalar(statement.execution_options(synchronize_session=False)) is not None
    if marked:
        name = table.__tablename__
        audit.record(session, CLOCK, action=f"{name}.{next(iter(values))}", object_type=name, object_id=row_id)
    return marked


def _tell_owner(session: Session, kind: Notice, listing_id: int) -> bool:
    listing = session.get_one(Listing, listing_id, populate_existing=True)
    notify(
        session,
        kind,
        person_id=listing.created_by_id,
        organisation_id=listing.organisation_id,
        listing_id=listing.id,
        listing_title=listing.title,
        until=listing_holds_until(listing.confirmed_on).isoformat() if listing.confirmed_on else None,
    )
    return True


def _tell_asker(session: Session, kind: Notice, demand_id: int) -> bool:
    demand = session.get_one(Demand, demand_id, populate_existing=True)
    notify(
        session,
        kind,
        person_id=demand.created_by_id,
        organisation_id=demand.organisation_id,
        demand_id=demand.id,
        demand_title=demand.title,
        until=demand_holds_until(demand.confirmed_on).isoformat() if demand.confirmed_on else None,
    )
    return True
