"""Somebody leaves: the account ends, and what the person worked on becomes the organisation's."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts import actions as accounts
from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules import OPEN
from marketplace.market.models import Demand, Listing
from marketplace.market.rules import DemandStatus, ListingStatus
from marketplace.notices import audit


def release_person(session: Session, actor: Actor, *, person_id: int) -> Person:
    """Deactivate a person: sessions and tokens end, and open listings, demands and reservations belong to the organisation alone.

    From then on the coordinators get what the person would have been told. What is finished keeps its maker's id: it is history.
    """
    person = accounts.deactivate(session, actor, person_id=person_id)
    listings = update(Listing).where(
        Listing.created_by_id == person_id, Listing.status.in_((ListingStatus.DRAFT.value, ListingStatus.PUBLISHED.value))
    )
    demands = update(Demand).where(
        Demand.created_by_id == person_id, Demand.status.in_((DemandStatus.DRAFT.value, DemandStatus.OPEN.value))
    )
    reservations = update(Reservation).where(
        Reservation.person_id == person_id, Reservation.status.in_([one.value for one in OPEN])
    )
    offered = len(session.scalars(listings.values(created_by_id=None).returning(Listing.id)).all())
    asked = len(session.scalars(demands.values(created_by_id=None).returning(Demand.id)).all())
    held = len(session.scalars(reservations.values(person_id=None).returning(Reservation.id)).all())
    if offered or asked or held:
        audit.record(
            session,
            actor,
            action="person.release",
            object_type="person",
            object_id=person_id,
            listings=offered,
            demands=asked,
            reservations=held,
        )
    return person
