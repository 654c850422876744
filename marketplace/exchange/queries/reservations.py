"""Questions about reservations."""

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, inspect, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor, Can, is_broker, may, require
from marketplace.accounts.queries import people
from marketplace.accounts.rules.accounts import Role
from marketplace.accounts.rules.phones import PhoneShown
from marketplace.catalogue.queries.copying import Copied, changes, start
from marketplace.depots.models import Depot, Lot
from marketplace.exchange.models import Appointment, Reservation, TermsVersion
from marketplace.exchange.rules.gate import check_dossier
from marketplace.exchange.rules.reservation import OPEN, REMIND_DAYS, TIMED, ReservationStatus, reminder
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.models import Listing, ObjectChange
from marketplace.market.rules.listing import ListingStatus, Spot

SEES_EXACT = (
    ReservationStatus.APPROVED,
    ReservationStatus.HANDED_OVER,
    ReservationStatus.DISPUTED,
    ReservationStatus.COMPLETED,
)
OPEN_MOST = 200
_PARTS = {"organisation", "owner", "demand", "listing", "appointments", "terms_versions"}
_PARTS_OF_LISTING = {"organisation", "lot", "photos"}


@cache
def _reservations() -> Select[Reservation]:
    return select(Reservation).options(
        joinedload(Reservation.organisation),
        joinedload(Reservation.owner),
        joinedload(Reservation.demand),
        selectinload(Reservation.appointments).joinedload(Appointment.proposed_by),
        selectinload(Reservation.terms_versions).joinedload(TermsVersion.proposed_by),
        joinedload(Reservation.listing).options(joinedload(Listing.organisation), selectinload(Listing.photos)),
    )


_WITH_LOT = joinedload(Reservation.listing).joinedload(Listing.lot)
_ONE = (
    _reservations()
    .options(_WITH_LOT)
    .where(Reservation.id == bindparam("id", type_=Integer))
    .execution_options(populate_existing=True)
)


def get_reservation(session: Session, actor: Actor, reservation_id: int) -> Reservation:
    """Get a reservation with both sides, listing and demand. Missing for anyone who may not follow it."""
    reservation = find_reservation(session, reservation_id)
    require(actor, Can.READ_RESERVATION, reservation, hidden=True)
    return reservation


def get_for_dossier(session: Session, actor: Actor, reservation_id: int) -> Reservation:
    """Get a reservation for its dossier. Missing for anyone who may not read that; refused where there is none (Conflict)."""
    reservation = find_reservation(session, reservation_id)
    require(actor, Can.READ_DOSSIER, reservation, hidden=True)
    check_dossier(ReservationStatus(reservation.status))
    return reservation


def find_reservation(session: Session, reservation_id: int) -> Reservation:
    """The same for the clock and for a verb that has asked what the actor may."""
    reservation = session.scalars(_ONE, {"id": reservation_id}).one_or_none()
    if reservation is None:
        raise Missing(_("This reservation does not exist, or you may not see it. Look at your own reservations."))
    return reservation


def read_again(session: Session, reservation: Reservation) -> Reservation:
    """Read a reservation, its listing and that one's lot as a verb has changed them.

    Both sides, the photos, the times and the terms stay as they were read; where one of them was not read, everything is.
    """
    if inspect(reservation).unloaded & _PARTS or inspect(reservation.listing).unloaded & _PARTS_OF_LISTING:
        return find_reservation(session, reservation.id)
    for row in (reservation, reservation.listing, reservation.listing.lot):
        if row is not None:
            session.refresh(row, _column_names(type(row)))
    return reservation


@cache
def _column_names(model: type[Reservation | Listing | Lot]) -> list[str]:
    return [column.key for column in model.__mapper__.column_attrs]


def list_claims(session: Session, listing_id: int) -> list[Reservation]:
    """List the requests for a lot that nobody has approved yet, in the order of asking.

    Those on the waiting list are among them.
    """
    claims = (ReservationStatus.WAITING, ReservationStatus.OFFERED, ReservationStatus.REQUESTED)
    rows = _reservations().options(_WITH_LOT).where(Reservation.listing_id == listing_id, Reservation.status.in_(claims))
    return list(session.scalars(rows.order_by(Reservation.id).execution_options(populate_existing=True)).unique())


def list_reservations(
    session: Session,
    actor: Actor,
    *,
    statuses: tuple[str, ...] = (),
    side: str = "",
    listing_id: int | None = None,
    page: int = 1,
    page_size: int = 25,
) -> tuple[list[Reservation], int]:
    """List reservations of the actor's organisation on either side, newest first.

    `side`: asking or owning. The reviewer and the broker see all of them.
    """
    require(actor, Can.LIST_RESERVATIONS)
    rows = _reservations()
    mine, owned = Reservation.organisation_id == actor.organisation_id, Reservation.owner_id == actor.organisation_id
    if side == "asking":
        rows = rows.where(mine)
    elif side == "owning":
        rows = rows.where(owned)
    elif actor.role != Role.REVIEWER and not is_broker(actor):
        rows = rows.where(mine | owned)
    if statuses:
        rows = rows.where(Reservation.status.in_(statuses))
    if listing_id is not None:
        rows = rows.where(Reservation.listing_id == listing_id)
    counted = rows.with_only_columns(Reservation.id).order_by(None).subquery()
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    result = session.scalars(rows.order_by(Reservation.id.desc()).limit(page_size).offset((page - 1) * page_size))
    return list(result.unique()), total


def list_own_open(session: Session, actor: Actor, *, most: int = OPEN_MOST) -> list[Reservation]:
    """List what the own organisation has open on either side. What ends first comes first; what has no term, such as a dispute, last."""
    require(actor, Can.LIST_RESERVATIONS)
    mine, owned = Reservation.organisation_id == actor.organisation_id, Reservation.owner_id == actor.organisation_id
    rows = _reservations().where(mine | owned, Reservation.status.in_(OPEN))
    in_order = rows.order_by(Reservation.expires_at.is_(None), Reservation.expires_at, Reservation.id)
    return list(session.scalars(in_order.limit(most)).unique())


def reservation_changes(session: Session, actor: Actor, *, since: str | datetime, size: int) -> Copied[Reservation]:
    """What to change in a copy of the reservations that the actor follows. None of them ever leaves it."""
    require(actor, Can.LIST_RESERVATIONS)
    followed: ColumnElement[bool] = true()
    if actor.role != Role.REVIEWER and not is_broker(actor):
        sides = or_(Reservation.organisation_id == actor.organisation_id, Reservation.owner_id == actor.organisation_id)
        followed = ObjectChange.object_id.in_(select(Reservation.id).where(sides))
    cursor = start(session, "reservation", actor, since=since)
    part = changes(session, "reservation", cursor, size=size, wanted=followed)
    rows = session.scalars(_reservations().where(Reservation.id.in_([change.object_id for change in part.rows]))).unique()
    by_id = {row.id: row for row in rows}
    return Copied([by_id[change.object_id] for change in part.rows], [], part.cursor, part.left)


def list_open_of_listing(session: Session, listing_id: int) -> list[Reservation]:
    """The open reservations of a listing, oldest first: what withdrawing it would end."""
    rows = _reservations().where(Reservation.listing_id == listing_id, Reservation.status.in_(OPEN)).order_by(Reservation.id)
    return list(session.scalars(rows).unique())


def sees_names(session: Session, actor: Actor, listing: Listing) -> bool:
    """Whether the reader sees names at a lot.

    The owner's organisation, the holder of an approved reservation, and the reviewer do; nobody else.
    """
    if actor.role == Role.REVIEWER or (actor.is_member and actor.organisation_id == listing.organisation_id):
        return True
    if not actor.is_member:
        return False
    rows = select(Reservation.id).where(
        Reservation.listing_id == listing.id,
        Reservation.organisation_id == actor.organisation_id,
        Reservation.status.in_(SEES_EXACT),
    )
    return session.scalar(rows.limit(1)) is not None


def sees_exact_place(session: Session, actor: Actor, listing: Listing) -> bool:
    """Whether the reader sees the exact place: whoever sees names does, with one exception.

    A lot that lies in a depot has its place from there, so its owner sees it only by the rule of the depot.
    """
    return sees_names(session, actor, listing) and not _list_lent_places(session, actor, [listing])


def _list_lent_places(session: Session, actor: Actor, listings: list[Listing]) -> set[int]:
    """List the actor's own listings in a depot whose exact place is not theirs to see."""
    lying = {item.id: item.depot_id for item in listings if item.depot_id and item.organisation_id == actor.organisation_id}
    if not lying:
        return set()
    depots = session.scalars(select(Depot).where(Depot.id.in_(lying.values())))
    closed = {depot.id for depot in depots if not may(actor, Can.READ_LISTING_INSIDE, depot)}
    return {listing_id for listing_id, depot_id in lying.items() if depot_id in closed}


def find_spot(session: Session, actor: Actor, listing: Listing) -> Spot | None:
    """Where a lot lies, as far as the reader may know; None where that is nothing."""
    return list_spots(session, actor, [listing]).get(listing.id)


def list_spots(session: Session, actor: Actor, listings: list[Listing]) -> dict[int, Spot]:
    """Where these lots lie, as far as the reader may know, by their ids.

    Colleagues know the point of what is published; the address is for whoever sees the exact place.
    """
    whole = _list_exact_places(session, actor, listings)
    return {
        listing.id: Spot(listing.lat, listing.lon, listing.address if listing.id in whole else None)
        for listing in listings
        if listing.id in whole or (listing.status == ListingStatus.PUBLISHED and may(actor, Can.READ_POINTS))
    }


def _list_exact_places(session: Session, actor: Actor, listings: list[Listing]) -> set[int]:
    """Of which of these listings `sees_exact_place` says yes, in two questions."""
    if not actor.is_member:
        return set()
    if actor.role == Role.REVIEWER:
        return {listing.id for listing in listings}
    own = {listing.id for listing in listings if listing.organisation_id == actor.organisation_id}
    rows = select(Reservation.listing_id).where(
        Reservation.listing_id.in_({listing.id for listing in listings} - own),
        Reservation.organisation_id == actor.organisation_id,
        Reservation.status.in_(SEES_EXACT),
    )
    return (own - _list_lent_places(session, actor, listings)) | set(session.scalars(rows.distinct()))


def list_due(session: Session, at: datetime | None = None) -> list[int]:
    """Ids of the reservations on which the clock must act: lapse, or count as confirmed."""
    rows = select(Reservation.id).where(Reservation.status.in_(TIMED), Reservation.expires_at <= (at or clock.now()))
    return list(session.scalars(rows.order_by(Reservation.expires_at, Reservation.id)))


def list_to_remind(session: Session) -> list[int]:
    """List ids of reservations that are due a reminder. Their last day is near and no reminder was sent at this distance."""
    rows = select(Reservation.id, Reservation.expires_at, Reservation.reminded_days).where(
        Reservation.status.in_(TIMED), Reservation.expires_at <= clock.now() + timedelta(days=max(REMIND_DAYS) + 1)
    )
    return [number for number, until, reminded_days in session.execute(rows) if is_reminder_due(until, reminded_days)]


def is_reminder_due(until: datetime | None, reminded_days: int | None) -> bool:
    """Whether a nearer reminder is due than the one that was sent."""
    if until is None or until <= clock.now():
        return False
    due = reminder(clock.local(until).date(), clock.today())
    return due is not None and (reminded_days is None or due < reminded_days)


def list_waiting_to_expire(session: Session, reservation_id: int | None = None) -> list[int]:
    """List ids of waiting requests (or of this one) that the lot can no longer serve.

    The lot is no longer on offer, its period is over, or the need's is.
    """
    today = clock.today()
    over = (
        (Listing.status != ListingStatus.PUBLISHED)
        | ((Listing.available_until < today) & ~Listing.planned)
        | (Reservation.needed_by < today)
        | (Reservation.quantity > Listing.quantity - Listing.transferred)
    )
    rows = select(Reservation.id).join(Listing).where(Reservation.status == ReservationStatus.WAITING, over)
    if reservation_id is not None:
        rows = rows.where(Reservation.id == reservation_id)
    return list(session.scalars(rows.order_by(Reservation.id)))


def list_listings_to_offer(session: Session) -> list[int]:
    """Ids of the lots of which something is free that somebody waits for."""
    rows = (
        select(Listing.id)
        .join(Reservation, Reservation.listing_id == Listing.id)
        .where(
            Reservation.status == ReservationStatus.WAITING,
            Reservation.dates_declined.is_(False),
            Listing.status == ListingStatus.PUBLISHED,
            Listing.quantity - Listing.held - Listing.transferred >= Reservation.quantity,
        )
    )
    return list(session.scalars(rows.distinct().order_by(Listing.id)))


def list_choices(session: Session, actor: Actor, *, page: int = 1, page_size: int = 25) -> tuple[list[Reservation], int]:
    """List the owner's choices of another than the highest, with the reason, newest first."""
    require(actor, Can.READ_CHOICES)
    rows = _reservations().where(Reservation.choice_reason != "")
    total = (
        session.scalar(select(func.count()).select_from(rows.with_only_columns(Reservation.id).order_by(None).subquery())) or 0
    )
    result = session.scalars(
        rows.order_by(Reservation.approved_at.desc(), Reservation.id.desc()).limit(page_size).offset((page - 1) * page_size)
    )
    return list(result.unique()), total


def find_contact(session: Session, reservation: Reservation, actor: Actor, *, of_owner: bool) -> Person | None:
    """Find the contact on the other side. Once the reservation is approved, and only for the two sides."""
    if ReservationStatus(reservation.status) not in SEES_EXACT or actor.organisation_id not in (
        reservation.organisation_id,
        reservation.owner_id,
    ):
        return None
    return people.find_contact(session, reservation.listing.created_by_id if of_owner else reservation.person_id)


def phone_shown_to(actor: Actor, person: Person | None, reservation: Reservation | None = None) -> str | None:
    """The phone number of a person, as far as that person shows it to this reader.

    As `+31655551234`; None where it is not shown.

    To members: to everybody who is signed in. To the other side of a transfer: to colleagues, and to the people of both sides of this
    reservation once it is approved.
    """
    if person is None or not person.phone or not person.is_active or not actor.is_member:
        return None
    visibility = PhoneShown(person.phone_shown)
    if person.id == actor.person_id or visibility is PhoneShown.MEMBERS:
        return person.phone
    if visibility is PhoneShown.NEVER:
        return None
    if person.organisation_id == actor.organisation_id:
        return person.phone
    sides = () if reservation is None else (reservation.organisation_id, reservation.owner_id)
    is_between = actor.organisation_id in sides and person.organisation_id in sides
    return person.phone if is_between and reservation is not None and reservation.status in SEES_EXACT else None
