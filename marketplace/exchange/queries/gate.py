"""Questions at the gate: the newest appointment, photos of both sides, a week at a depot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.depots.models import Arrival, Depot, Lot
from marketplace.exchange.models import Appointment, GatePhoto, GatePhotoFile, Reservation
from marketplace.exchange.queries.reservations import SEES_EXACT, get_reservation
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.stock.queries.lying import Ending, list_endings
from marketplace.stock.queries.warnings import list_arrivals

WEEK = timedelta(days=7)


def list_gate_photos(session: Session, actor: Actor, *, reservation_id: int) -> list[GatePhoto]:
    """List the photos of a transfer in order of arrival.

    For both sides, the reviewer and the broker; Missing for everyone else.
    """
    get_reservation(session, actor, reservation_id)
    rows = select(GatePhoto).where(GatePhoto.reservation_id == reservation_id).options(joinedload(GatePhoto.organisation))
    return list(session.scalars(rows.order_by(GatePhoto.id)))


def get_gate_photo(session: Session, actor: Actor, *, reservation_id: int, photo_id: int) -> GatePhoto:
    """One of them, or Missing."""
    for photo in list_gate_photos(session, actor, reservation_id=reservation_id):
        if photo.id == photo_id:
            return photo
    raise Missing(_("This photo does not exist any more. Open the reservation again."))


def may_see_gate_photo(session: Session, actor: Actor, file_name: str) -> bool:
    """Whether this picture was taken at the gate of a transfer that the actor may follow."""
    if not actor.is_member:
        return False
    rows = select(Reservation).join(GatePhoto, GatePhoto.reservation_id == Reservation.id)
    rows = rows.join(GatePhotoFile, GatePhotoFile.gate_photo_id == GatePhoto.id).where(GatePhotoFile.name == file_name)
    return any(may(actor, Can.READ_RESERVATION, reservation) for reservation in session.scalars(rows))


@dataclass(frozen=True, slots=True)
class Call:
    """A transfer for which somebody drives to a depot: to collect there, or to bring."""

    reservation: Reservation
    depot: Depot
    is_bringing: bool
    at: datetime | None

    @property
    def on(self) -> date | None:
        """The day that was agreed; None: no time was."""
        return None if self.at is None else clock.local(self.at).date()

    @property
    def order(self) -> tuple[bool, datetime]:
        """What comes first, by the time that was agreed. Without one last, the longest approved first."""
        return self.at is None, self.at or self.reservation.approved_at or self.reservation.requested_at


def list_depot_calls(session: Session, actor: Actor, depots: Sequence[Depot]) -> list[Call]:
    """List the approved transfers out of these depots and into them, the next appointment first."""
    for depot in depots:
        require(actor, Can.READ_STOCK, depot)
    if not depots:
        return []
    by_id = {depot.id: depot for depot in depots}
    rows = (
        select(Reservation, Lot.depot_id)
        .join(Reservation.listing)
        .outerjoin(Lot, Lot.id == Listing.lot_id)
        .where(
            Reservation.status == ReservationStatus.APPROVED,
            or_(Lot.depot_id.in_(by_id), Reservation.depot_id.in_(by_id)),
        )
        .options(
            contains_eager(Reservation.listing).selectinload(Listing.photos),
            joinedload(Reservation.organisation),
            joinedload(Reservation.owner),
            selectinload(Reservation.appointments),
        )
    )
    calls = []
    for reservation, lies_in in session.execute(rows):
        latest = newest(reservation)
        at = latest.agreed_time if latest else None
        calls += [
            Call(reservation, by_id[place], place != lies_in, at) for place in {lies_in, reservation.depot_id} if place in by_id
        ]
    return sorted(calls, key=lambda call: call.order)


@dataclass(frozen=True, slots=True)
class DepotWeek:
    """What comes to a depot and leaves it, and where the longest stay ends.

    From one day up to and including another. What is late, or has no day, stands in the week that begins today or before.
    `later`: how much comes or goes after it.
    """

    first: date
    last: date
    arrivals: list[Arrival]
    calls: list[Call]
    later: int
    endings: list[Ending]


def get_depot_week(session: Session, actor: Actor, depot: Depot, first: date) -> DepotWeek:
    """What is expected at a depot from a day on, for seven days and that day of the next week."""
    require(actor, Can.READ_STOCK, depot)
    last, is_now = first + WEEK, first <= clock.today()

    def is_in(day: date | None) -> bool:
        return is_now if day is None or day < first else day <= last

    def is_later(day: date | None) -> bool:
        return day is not None and day > last

    arrivals, calls = list_arrivals(session, depot.id), list_depot_calls(session, actor, [depot])
    days = [*(arrival.expected_on for arrival in arrivals), *(call.on for call in calls)]
    return DepotWeek(
        first,
        last,
        [arrival for arrival in arrivals if is_in(arrival.expected_on)],
        [call for call in calls if is_in(call.on)],
        sum(map(is_later, days)),
        [ending for ending in list_endings(session, actor, depot, until=last) if ending.on >= first],
    )


def list_gate_photo_files(session: Session) -> set[str]:
    """Every file name in use here: what the sweep of orphans must leave alone."""
    return set(session.scalars(select(GatePhotoFile.name).distinct()))


def newest(reservation: Reservation) -> Appointment | None:
    """The proposal that counts; None when there is no proposal."""
    return reservation.appointments[-1] if reservation.appointments else None


def may_read_gate(actor: Actor, reservation: Reservation) -> bool:
    """Whether the reader may see where to meet and what to know at the gate.

    The owner's side may, and the holder as long as the reservation stands.
    """
    if not may(actor, Can.MEET, reservation):
        return False
    return actor.organisation_id == reservation.owner_id or reservation.status in SEES_EXACT
