"""Lots that a later rule stops: which to look at, whom to tell, what to mend."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.advice.models import GateCheck, Requirement
from marketplace.market.models import Listing
from marketplace.market.queries.gates import find_blocking, list_findings_of
from marketplace.market.queries.listings import listings_with_parts
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.models import TaxonomyVersion
from marketplace.materials.rules.gates import Finding, Moment

CHECKED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class ToMend:
    """A lot of the own organisation that a rule stops which came after it was published."""

    requirement: Requirement
    listing: Listing
    findings: tuple[Finding, ...]


def list_lots_to_check(session: Session, most: int = CHECKED_AT_ONCE) -> list[int]:
    """Ids of published lots not yet held against the rules of the version in use, oldest first."""
    newest = select(func.max(TaxonomyVersion.id)).scalar_subquery()
    rows = select(Listing.id).outerjoin(GateCheck, GateCheck.listing_id == Listing.id)
    rows = rows.where(
        Listing.status == ListingStatus.PUBLISHED, or_(GateCheck.version_id.is_(None), GateCheck.version_id < newest)
    )
    return list(session.scalars(rows.order_by(Listing.id).limit(most)))


def list_owners_to_tell(session: Session) -> list[int]:
    """Ids of the organisations that have not heard of some lot. None while lots are still to be looked at: each hears once of all."""
    if list_lots_to_check(session, most=1):
        return []
    rows = select(Requirement.organisation_id).where(Requirement.told_at.is_(None), Requirement.ended_at.is_(None)).distinct()
    return list(session.scalars(rows.order_by(Requirement.organisation_id)))


def list_requirements_to_settle(session: Session) -> list[int]:
    """Ids of the open ones of which the owner has heard: mended, gone, or out of time?"""
    rows = select(Requirement.id).where(Requirement.told_at.is_not(None), Requirement.ended_at.is_(None))
    return list(session.scalars(rows.order_by(Requirement.id)))


def list_lots_to_mend(session: Session, actor: Actor) -> list[ToMend]:
    """The lots of the actor's organisation that a later rule stops, the first to leave first. What was mended is not among them."""
    require(actor, Can.OFFER)
    rows = select(Requirement).where(Requirement.organisation_id == actor.organisation_id, Requirement.ended_at.is_(None))
    requirements = {row.listing_id: row for row in session.scalars(rows)}
    wanted = listings_with_parts().where(Listing.id.in_(requirements), Listing.status == ListingStatus.PUBLISHED)
    lots = session.scalars(wanted).unique().all()
    findings_by_lot = list_findings_of(session, lots)
    mended = ((lot, tuple(find_blocking(findings_by_lot[lot.id], Moment.PUBLISH))) for lot in lots)
    left = [ToMend(requirements[lot.id], lot, findings) for lot, findings in mended if findings]
    return sorted(left, key=lambda row: (row.requirement.until, row.listing.id))
