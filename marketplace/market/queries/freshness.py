"""Listings and demands that need confirmation, or were not confirmed in time. Questions of the clock and of the desk."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.freshness import DEMAND_REMIND_AFTER, DEMAND_STALE_AFTER, REMIND_AFTER
from marketplace.market.rules.listing import STALE_AFTER, ListingStatus

Conditions = tuple[ColumnElement[bool], ...]


def _unasked(asked_on: Any, confirmed_on: Any) -> ColumnElement[bool]:
    return or_(asked_on.is_(None), asked_on <= confirmed_on)


def listing_reminder_due() -> Conditions:
    """On offer, 45 days without a word, not stale yet, and not reminded in this round.

    Of a plan whose period is over it is asked whether it is there, and nothing else.
    """
    due = Listing.confirmed_on.between(clock.today() - STALE_AFTER, clock.today() - REMIND_AFTER)
    is_not_over = or_(Listing.planned.is_(False), Listing.latest >= clock.today())
    return (
        Listing.status == ListingStatus.PUBLISHED,
        due,
        is_not_over,
        _unasked(Listing.freshness_reminded_on, Listing.confirmed_on),
    )


def listing_stale_due() -> Conditions:
    """The condition of a lot on offer, 60 days without an answer, not notified in this round."""
    due = Listing.confirmed_on < clock.today() - STALE_AFTER
    return Listing.status == ListingStatus.PUBLISHED, due, _unasked(Listing.stale_told_on, Listing.confirmed_on)


def _sought() -> Conditions:
    """Open, with a period that is not over: those that are over lapse by themselves."""
    return Demand.status == DemandStatus.OPEN, Demand.needed_until >= clock.today()


def demand_reminder_due() -> Conditions:
    """Open, 75 days without a word, not stale yet, and not reminded in this round."""
    due = Demand.confirmed_on.between(clock.today() - DEMAND_STALE_AFTER, clock.today() - DEMAND_REMIND_AFTER)
    return *_sought(), due, _unasked(Demand.freshness_reminded_on, Demand.confirmed_on)


def demand_stale_due() -> Conditions:
    """The condition of an open demand, 90 days without an answer, not notified in this round."""
    due = Demand.confirmed_on < confirmed_since()
    return *_sought(), due, _unasked(Demand.stale_told_on, Demand.confirmed_on)


def plan_overdue_due() -> Conditions:
    """Conditions of a planned lot whose period is over without a word of its owner."""
    unasked = or_(Listing.freshness_reminded_on.is_(None), Listing.freshness_reminded_on <= Listing.latest)
    return Listing.status == ListingStatus.PUBLISHED, Listing.planned.is_(True), Listing.latest < clock.today(), unasked


def list_overdue_plans(session: Session) -> list[int]:
    """Ids of planned lots whose owner is due that question, for the clock."""
    return list(session.scalars(select(Listing.id).where(*plan_overdue_due()).order_by(Listing.id)))


def list_listings_to_remind(session: Session) -> list[int]:
    """Ids of the listings whose owner is to be asked now, the oldest word first."""
    return list(session.scalars(select(Listing.id).where(*listing_reminder_due()).order_by(Listing.confirmed_on, Listing.id)))


def list_listings_gone_stale(session: Session) -> list[int]:
    """Ids of the listings that left the catalogue without their owner knowing."""
    return list(session.scalars(select(Listing.id).where(*listing_stale_due()).order_by(Listing.confirmed_on, Listing.id)))


def list_demands_to_remind(session: Session) -> list[int]:
    """Ids of the demands whose asker is to be asked now, the oldest word first."""
    return list(session.scalars(select(Demand.id).where(*demand_reminder_due()).order_by(Demand.confirmed_on, Demand.id)))


def list_demands_gone_stale(session: Session) -> list[int]:
    """Ids of the demands that are matched no more without their asker knowing."""
    return list(session.scalars(select(Demand.id).where(*demand_stale_due()).order_by(Demand.confirmed_on, Demand.id)))


def list_demands_to_refresh(session: Session, actor: Actor) -> list[Demand]:
    """List the organisation's open demands not confirmed for 75 days, oldest first."""
    own = select(Demand).where(Demand.organisation_id == actor.organisation_id, *_sought())
    due = own.where(Demand.confirmed_on <= clock.today() - DEMAND_REMIND_AFTER)
    return list(session.scalars(due.options(joinedload(Demand.organisation)).order_by(Demand.confirmed_on, Demand.id)))


def confirmed_since() -> date:
    """The earliest confirmation with which a demand is still matched and shown to others."""
    return clock.today() - DEMAND_STALE_AFTER
