"""Lots that were published before a rule came.

Found once, told once, and withdrawn when nobody mends them in time.
"""

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK
from marketplace.advice.models import GateCheck, Requirement
from marketplace.advice.queries.requirements import list_lots_to_check
from marketplace.advice.rules.opinions import mend_until
from marketplace.exchange.actions.decide import withdraw
from marketplace.kernel import clock
from marketplace.kernel.db import insert_or
from marketplace.kernel.language import _, in_default_locale
from marketplace.market.actions import counters
from marketplace.market.models import Listing
from marketplace.market.queries.gates import find_blocking, list_findings
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.queries import find_newest_version
from marketplace.materials.rules.gates import Moment
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def check_lot(session: Session, *, listing_id: int) -> bool:
    """Hold a published lot against the rules of the version in use, once for each version. Returns whether that was still to be done."""
    version = find_newest_version(session)
    if version is None:
        return False
    row = insert_or(session, GateCheck).values(listing_id=listing_id, version_id=version.id)
    taken = row.on_conflict_do_update(
        index_elements=["listing_id"], set_={"version_id": version.id}, where=GateCheck.version_id < version.id
    )
    if session.scalar(taken.returning(GateCheck.listing_id)) is None:
        return False
    listing = session.get_one(Listing, listing_id)
    stops = find_blocking(list_findings(session, listing), Moment.PUBLISH)
    if listing.status != ListingStatus.PUBLISHED or not stops:
        return True
    values = {
        "listing_id": listing_id,
        "organisation_id": listing.organisation_id,
        "version_id": version.id,
        "rules": [finding.rule for finding in stops],
        "found_at": clock.now(),
        "until": mend_until(clock.today()),
    }
    made = session.scalar(insert_or(session, Requirement).values(**values).on_conflict_do_nothing().returning(Requirement.id))
    if made is not None:
        audit.record(
            session, CLOCK, action="requirement.find", object_type="listing", object_id=listing_id, rules=values["rules"]
        )
    return True


def tell_owner(session: Session, *, organisation_id: int) -> bool:
    """Tell an owner once of all its lots that a new rule stops. They have thirty days from now. False: there was nothing to tell."""
    if list_lots_to_check(session, most=1):
        return False
    until = mend_until(clock.today())
    untold = update(Requirement).where(
        Requirement.organisation_id == organisation_id, Requirement.told_at.is_(None), Requirement.ended_at.is_(None)
    )
    statement = untold.values(told_at=clock.now(), until=until).returning(Requirement.id)
    number = len(session.scalars(statement.execution_options(synchronize_session=False)).all())
    if number == 0:
        return False
    notify(session, Notice.REQUIREMENT_NEW, organisation_id=organisation_id, count=number, until=until.isoformat())
    return True


def settle_requirement(session: Session, *, requirement_id: int) -> bool:
    """End it where the lot was mended or left; withdraw a lot whose time is over. Returns whether anything happened."""
    requirement = session.get_one(Requirement, requirement_id)
    listing = counters.lock(session, requirement.listing_id)
    session.refresh(requirement)
    if requirement.ended_at is not None:
        return False
    if listing.status != ListingStatus.PUBLISHED:
        return _end(session, requirement, "left")
    stops = find_blocking(list_findings(session, listing), Moment.PUBLISH)
    if not stops:
        return _end(session, requirement, "mended")
    if clock.today() <= requirement.until:
        return False
    rules = ", ".join(dict.fromkeys(finding.rule for finding in stops))
    reason = in_default_locale(_("The lot did not meet a rule that came after it was published (%(rules)s).", rules=rules))
    withdraw(session, CLOCK, listing_id=listing.id, reason=reason)
    notify(
        session,
        Notice.REQUIREMENT_MISSED,
        person_id=listing.created_by_id,
        organisation_id=listing.organisation_id,
        listing_id=listing.id,
        listing_title=listing.title,
        reason=reason,
    )
    return _end(session, requirement, "withdrawn")


def _end(session: Session, requirement: Requirement, ending: str) -> bool:
    requirement.ended_at, requirement.ending = clock.now(), ending
    session.flush()
    return True
