"""Questions about plans: how their days moved, what waits, and how they turned out."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import BEFORE_HAND_OVER
from marketplace.kernel import clock
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import Certainty, ListingStatus
from marketplace.planned.models import DateChange
from marketplace.planned.rules import Plan, PlanOutcome, Reliability, reliability


def plan_of(listing: Listing) -> Plan:
    """The period of a planned lot, and how sure it is."""
    if listing.earliest is None or listing.latest is None or listing.certainty is None:
        raise RuntimeError(f"listing {listing.id} is not planned")
    return Plan(listing.earliest, listing.latest, Certainty(listing.certainty))


def list_date_changes(session: Session, actor: Actor, listing_id: int) -> list[DateChange]:
    """Every time that the days of a lot moved, oldest first, and the day on which it was there. For whoever may see the lot."""
    require(actor, Can.READ_CATALOGUE)
    listing = get_listing(session, actor, listing_id)
    return list(session.scalars(select(DateChange).where(DateChange.listing_id == listing.id).order_by(DateChange.id)))


@dataclass(frozen=True, slots=True)
class Source:
    """Plans of one organisation: all together, and by how sure they were first said to be."""

    organisation: Organisation
    together: Reliability
    by_certainty: tuple[tuple[Certainty, Reliability], ...]


def get_reliability(session: Session, actor: Actor, organisation_id: int) -> Reliability:
    """How the plans of one organisation turned out against what was first said."""
    require(actor, Can.READ_CATALOGUE)
    return reliability(_outcomes(session, organisation_id).get(organisation_id, []), clock.today())


def list_sources(session: Session, actor: Actor) -> tuple[Reliability, list[Source]]:
    """The same of everybody together, and of each organisation by name.

    Of which a plan was due or withdrawn.
    """
    require(actor, Can.READ_CATALOGUE)
    outcomes, today = _outcomes(session, None), clock.today()
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(list(outcomes))).order_by(Organisation.sort_key))
    sources = [_source(row, outcomes[row.id], today) for row in rows]
    everybody = reliability([outcome for group in outcomes.values() for outcome in group], today)
    return everybody, [source for source in sources if source.together.is_known or source.together.withdrawn]


def _source(organisation: Organisation, outcomes: list[PlanOutcome], today: date) -> Source:
    by_certainty = (
        (sure, reliability([outcome for outcome in outcomes if outcome.plan.certainty is sure], today)) for sure in Certainty
    )
    rated = tuple((sure, record) for sure, record in by_certainty if record.is_known or record.withdrawn)
    return Source(organisation, reliability(outcomes, today), rated)


def _outcomes(session: Session, organisation_id: int | None) -> dict[int, list[PlanOutcome]]:
    """What became of every plan that was ever on offer, by organisation. What was first said stands in its oldest change, or still in the
    listing. What is closed to others was told to nobody, and does not count yet."""
    of_one = [] if organisation_id is None else [Listing.organisation_id == organisation_id]
    changes: dict[int, list[DateChange]] = {}
    moved = select(DateChange).join(Listing, Listing.id == DateChange.listing_id).where(*of_one).order_by(DateChange.id)
    for change in session.scalars(moved):
        changes.setdefault(change.listing_id, []).append(change)
    was_on_offer = (Listing.published_at.is_not(None), Listing.region_from.is_not(None))
    listings = select(Listing).where(*of_one, *was_on_offer, Listing.planned | Listing.id.in_(list(changes)))
    outcomes: dict[int, list[PlanOutcome]] = {}
    for listing in session.scalars(listings.order_by(Listing.id)):
        rows = changes.get(listing.id, [])
        first = Plan(rows[0].old_earliest, rows[0].old_latest, Certainty(rows[0].old_certainty)) if rows else plan_of(listing)
        came_on = rows[-1].came_on if rows else None
        outcome = PlanOutcome(first, came_on, listing.status != ListingStatus.PUBLISHED)
        outcomes.setdefault(listing.organisation_id, []).append(outcome)
    return outcomes


def list_unanswered(session: Session) -> list[int]:
    """Ids of reservations of which the holder did not agree with other days in time. For the clock."""
    rows = select(Reservation.id).where(
        Reservation.confirm_until <= clock.now(), Reservation.status.in_([status.value for status in BEFORE_HAND_OVER])
    )
    return list(session.scalars(rows.order_by(Reservation.id)))
