"""Questions at the gate: the newest appointment, and the photos that the two sides took."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.models import Appointment, GatePhoto, GatePhotoFile, Reservation
from marketplace.exchange.queries.reservations import SEES_EXACT, get_reservation
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _


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
