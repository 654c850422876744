"""What is watched: holds about to lapse, disputes, unwanted lots, what newer factors count."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.models import Appointment, Reservation
from marketplace.exchange.rules.reservation import HOLDING, STEPS, ReservationStatus, Step
from marketplace.kernel import clock
from marketplace.market.models import Listing
from marketplace.market.rules.listing import STALE_AFTER, ListingStatus
from marketplace.notices.models import AuditRow

SOON = timedelta(days=7)
UNWANTED_AFTER = timedelta(days=30)
SILENT_AFTER = timedelta(days=14)
REMINDED = "reservation.remind"
NOT_APPROVED = (ReservationStatus.WAITING, ReservationStatus.OFFERED, ReservationStatus.REQUESTED)
_LAPSING = STEPS[Step.EXPIRE][0]


def list_about_to_lapse(session: Session, actor: Actor, *, most: int = 25) -> tuple[list[Reservation], int]:
    """List holds of the whole region that end within seven days, with their number. The first to end comes first."""
    require(actor, Can.BROKER)
    rows = select(Reservation).where(Reservation.status.in_(_LAPSING), Reservation.expires_at <= clock.now() + SOON)
    return _first(session, rows.order_by(Reservation.expires_at, Reservation.id), most)


def list_disputes(session: Session, actor: Actor, *, most: int = 25) -> tuple[list[Reservation], int]:
    """Hand-overs about which the two sides disagree, the longest open first, and their number."""
    require(actor, Can.BROKER)
    rows = select(Reservation).where(Reservation.status == ReservationStatus.DISPUTED)
    return _first(session, rows.order_by(Reservation.disputed_at, Reservation.id), most)


def list_unconfirmed(session: Session, actor: Actor, *, most: int = 25) -> tuple[list[Reservation], int]:
    """List the hand-overs that silence did not confirm, longest waiting first, and their number."""
    require(actor, Can.BROKER)
    rows = select(Reservation).where(Reservation.unconfirmed_since.is_not(None))
    return _first(session, rows.order_by(Reservation.unconfirmed_since, Reservation.id), most)


def list_silent(session: Session, actor: Actor, *, most: int = 25) -> tuple[list[Reservation], int]:
    """List the transfers for which no time was agreed in 14 days, and their number.

    The longest approved first.
    """
    require(actor, Can.BROKER)
    agreed = select(Appointment.id).where(Appointment.reservation_id == Reservation.id, Appointment.agreed_time.is_not(None))
    rows = select(Reservation).where(
        Reservation.status == ReservationStatus.APPROVED, Reservation.approved_at <= clock.now() - SILENT_AFTER, ~agreed.exists()
    )
    return _first(session, rows.order_by(Reservation.approved_at, Reservation.id), most)


def list_objections(session: Session, actor: Actor, *, most: int = 25) -> tuple[list[Reservation], int]:
    """List the objections that the broker has not decided, oldest first, and their number."""
    require(actor, Can.BROKER)
    rows = select(Reservation).where(Reservation.objected_at.is_not(None), Reservation.objection_upheld.is_(None))
    return _first(session, rows.order_by(Reservation.objected_at, Reservation.id), most)


def days_open(reservation: Reservation) -> int | None:
    """For how many calendar days a dispute is open; None where it is none."""
    if reservation.disputed_at is None:
        return None
    return (clock.today() - clock.local(reservation.disputed_at).date()).days


def find_reminders(session: Session, reservation_ids: Iterable[int]) -> dict[int, date]:
    """The last day on which the broker reminded the sides of each of these transfers, by id."""
    rows = select(AuditRow.object_id, func.max(AuditRow.at)).where(
        AuditRow.object_type == "reservation", AuditRow.object_id.in_(list(reservation_ids)), AuditRow.action == REMINDED
    )
    latest = session.execute(rows.group_by(AuditRow.object_id))
    return {number: clock.local(at).date() for number, at in latest if number is not None}


def list_unwanted(session: Session, actor: Actor, *, most: int = 25) -> tuple[list[Listing], int]:
    """List lots that nobody wanted in 30 days, the longest on offer first, with their number.

    They have been on offer for 30 days, and nobody holds or asked for them in the last 30.
    """
    require(actor, Can.BROKER)
    since = clock.now() - UNWANTED_AFTER
    requested = select(Reservation.id).where(
        Reservation.listing_id == Listing.id, (Reservation.requested_at > since) | Reservation.status.in_(HOLDING)
    )
    rows = select(Listing).where(
        Listing.status == ListingStatus.PUBLISHED,
        Listing.region_from.is_not(None),
        Listing.published_at <= since,
        Listing.confirmed_on >= clock.today() - STALE_AFTER,
        Listing.available_until.is_(None) | (Listing.available_until >= clock.today()),
        Listing.held + Listing.transferred < Listing.quantity,
        ~requested.exists(),
    )
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(Listing.id).subquery())) or 0
    result = session.scalars(
        rows.options(joinedload(Listing.organisation), selectinload(Listing.photos))
        .order_by(Listing.published_at, Listing.id)
        .limit(most)
    )
    return list(result), total


def _first(session: Session, rows: Select[Reservation], most: int) -> tuple[list[Reservation], int]:
    total = (
        session.scalar(select(func.count()).select_from(rows.with_only_columns(Reservation.id).order_by(None).subquery())) or 0
    )
    listing = joinedload(Reservation.listing).options(selectinload(Listing.photos))
    sides = (joinedload(Reservation.organisation), joinedload(Reservation.owner), listing)
    return list(session.scalars(rows.options(*sides).limit(most))), total


def count_counting(session: Session, actor: Actor, material_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Count by material what newer figures will count: lots on offer, and open requests.

    What was approved is counted by the version that was agreed on.
    """
    require(actor, Can.READ_FACTORS)
    ids = list(material_ids)
    lots = select(Listing.material_id, func.count()).where(
        Listing.material_id.in_(ids), Listing.status == ListingStatus.PUBLISHED, Listing.transferred < Listing.quantity
    )
    requests = (
        select(Listing.material_id, func.count())
        .join(Reservation, Reservation.listing_id == Listing.id)
        .where(Listing.material_id.in_(ids), Reservation.status.in_(NOT_APPROVED))
    )
    offered = {row[0]: row[1] for row in session.execute(lots.group_by(Listing.material_id))}
    requested = {row[0]: row[1] for row in session.execute(requests.group_by(Listing.material_id))}
    return {material_id: (offered.get(material_id, 0), requested.get(material_id, 0)) for material_id in ids}
