"""The terms of a transfer: as they were agreed, or as they would be today. And what was paid."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import OrganisationKind, Role
from marketplace.exchange.models import Reservation, TermsVersion
from marketplace.exchange.queries.destination import destination
from marketplace.exchange.queries.reservations import SEES_EXACT, sees_exact_place
from marketplace.exchange.rules.measure import does_silence_confirm
from marketplace.exchange.rules.terms import OPEN_TO_CHANGE, Terms, TermsStatus
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Unit
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import RowKind
from marketplace.materials.queries import get_taxonomy


def terms_of(session: Session, reservation: Reservation) -> Terms:
    """What was agreed; before approval what would be frozen today."""
    return reservation.terms or terms_today(session, reservation)


def terms_today(session: Session, reservation: Reservation) -> Terms:
    """The terms that an approval at this moment would freeze."""
    listing, demand, taxonomy = reservation.listing, reservation.demand, get_taxonomy(session)
    material = taxonomy.material_by_id(listing.material_id)
    point, basis = destination(reservation, demand, reservation.organisation)
    given = demand.place_name if demand and reservation.depot_id is None else reservation.place_name
    return Terms(
        price_cents_per_unit=listing.price_cents_per_unit or 0,
        kg_per_unit=listing.kg_per_unit or material.kg_per_unit(Unit(reservation.unit)),
        kg_basis="measured" if listing.kg_per_unit else "taxonomy",
        place_name=listing.place_name,
        address=listing.address,
        lot=Point(listing.lat, listing.lon),
        available_from=listing.available_from,
        condition=listing.condition,
        destination_name=given or reservation.organisation.main_place,
        destination=point,
        destination_basis=basis,
        replaces_purchase=reservation.replaces_purchase,
        factor_version=taxonomy.version,
    )


def ordered_of(reservation: Reservation) -> Decimal:
    """What was approved, which may be a part of what was asked."""
    return reservation.asked if reservation.ordered is None else reservation.ordered


def is_confirmed_by_silence(session: Session, reservation: Reservation) -> bool:
    """Whether 14 days without an answer count as a yes to the owner's figure."""
    material = get_taxonomy(session).material_by_id(reservation.listing.material_id)
    return does_silence_confirm(
        ordered=ordered_of(reservation),
        figure=reservation.quantity,
        tolerance_percent=material.tolerance_percent,
        price_cents_per_unit=terms_of(session, reservation).price_cents_per_unit,
        surplus=reservation.surplus,
        has_proposal=reservation.proposed_terms is not None,
    )


def find_ordered_to_confirm(session: Session, reservation: Reservation) -> dict[str, str] | None:
    """What was ordered, where silence does not confirm the owner's figure: for a notice."""
    if is_confirmed_by_silence(session, reservation):
        return None
    return {"amount": str(ordered_of(reservation)), "unit": reservation.unit}


def may_read_terms_place(session: Session, actor: Actor, reservation: Reservation) -> bool:
    """Whether this reader may know exactly where the lot lies.

    The owner, the reviewer, and the holder while the reservation stands.
    """
    if actor.role == Role.REVIEWER or actor.organisation_id == reservation.owner_id:
        return sees_exact_place(session, actor, reservation.listing)
    return actor.organisation_id == reservation.organisation_id and reservation.status in SEES_EXACT


def count_fixed_terms(session: Session, listing_id: int) -> int:
    """How many transfers under way keep their own terms, whatever is changed in the lot."""
    rows = select(func.count()).where(
        Reservation.listing_id == listing_id, Reservation.status.in_([status.value for status in OPEN_TO_CHANGE])
    )
    return session.scalar(rows) or 0


def last_number(session: Session, reservation_id: int) -> int:
    """The number of the newest version of the terms; 0 where there is none."""
    rows = select(func.max(TermsVersion.number)).where(TermsVersion.reservation_id == reservation_id)
    return session.scalar(rows) or 0


class Paid(NamedTuple):
    """What was paid for a quantity in a condition, less what was reversed of both."""

    material_slug: str
    condition: str
    unit: Unit
    quantity: Decimal
    price_cents: int
    happened_on: date


def list_paid(session: Session, first: date, last: date) -> Iterator[Paid]:
    """List what was paid in the region between two days, row by row of the ledger.

    Both sides are in the region and not the same: what an organisation charges itself is no price, nor is "om niet".
    """
    reversal = (
        select(
            Exchange.reverses.label("seq"),
            func.sum(Exchange.quantity, type_=Exchange.quantity.type).label("quantity"),
            func.sum(Exchange.price_cents).label("price_cents"),
        )
        .where(Exchange.reverses.is_not(None))
        .group_by(Exchange.reverses)
        .subquery()
    )
    agreed = (TermsVersion.reservation_id == Exchange.reservation_id, TermsVersion.status == TermsStatus.AGREED.value)
    condition = select(TermsVersion.condition).where(*agreed).order_by(TermsVersion.number.desc()).limit(1).scalar_subquery()
    kinds = [kind.value for kind in (OrganisationKind.MUNICIPALITY, OrganisationKind.REGION)]
    columns = (Exchange.material_slug, condition, Exchange.unit, Exchange.quantity, Exchange.price_cents, Exchange.happened_on)
    rows = (
        select(*columns, reversal.c.quantity, reversal.c.price_cents)
        .outerjoin(reversal, reversal.c.seq == Exchange.seq)
        .where(
            Exchange.kind == RowKind.TRANSFER.value,
            Exchange.price_cents > 0,
            Exchange.happened_on.between(first, last),
            Exchange.from_kind.in_(kinds),
            Exchange.to_kind.in_(kinds),
            Exchange.from_slug != Exchange.to_slug,
        )
        .order_by(Exchange.seq)
    )
    for slug, agreed_condition, unit, quantity, cents, day, back, back_cents in session.execute(rows):
        left, price = quantity + (back or Decimal(0)), cents + int(back_cents or 0)
        if agreed_condition is not None and left > 0 and price > 0:
            yield Paid(slug, agreed_condition, Unit(unit), left, price, day)
