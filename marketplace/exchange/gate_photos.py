"""Photos that the two sides take at the gate. Developing and storing the files comes first, outside any transaction."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.exchange import gate_rules as rules
from marketplace.exchange.models import GatePhoto, GatePhotoFile, Reservation
from marketplace.exchange.queries import get_reservation
from marketplace.exchange.rules import ReservationStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market import counters
from marketplace.market.rules import StoredPicture, check_alt
from marketplace.notices import audit


def add_gate_photo(session: Session, actor: Actor, *, reservation_id: int, picture: StoredPicture, alt: str = "") -> GatePhoto:
    """Put a photo with the transfer, as the side that adds it. Refused before approval, and more than six of one side."""
    reservation = get_reservation(session, actor, reservation_id)
    require(actor, Can.MEET, reservation)
    counters.lock(session, reservation.listing_id)
    reservation = get_reservation(session, actor, reservation_id)
    status = ReservationStatus(reservation.status)
    mine = select(func.count()).where(
        GatePhoto.reservation_id == reservation_id, GatePhoto.organisation_id == actor.organisation_id
    )
    rules.check_gate_photo(status, present=session.scalar(mine) or 0)
    check_alt(alt)
    photo = GatePhoto(
        reservation_id=reservation_id,
        organisation_id=actor.organisation_id,
        moment=rules.photo_moment(status, is_owner=actor.organisation_id == reservation.owner_id).value,
        alt=alt,
        files={name: {"name": file, "width": width, "height": height} for name, (file, width, height) in picture.files.items()},
        created_at=clock.now(),
    )
    session.add(photo)
    session.flush()
    session.add_all(
        [GatePhotoFile(name=name, gate_photo_id=photo.id) for name in {file for file, _w, _h in picture.files.values()}]
    )
    audit.record(session, actor, action="gate_photo.add", object_type="reservation", object_id=reservation_id, photo=photo.id)
    return get_gate_photo(session, actor, reservation_id=reservation_id, photo_id=photo.id)


def list_gate_photos(session: Session, actor: Actor, *, reservation_id: int) -> list[GatePhoto]:
    """The photos of a transfer in the order in which they came, for both sides, the reviewer and the broker; Missing for anybody else."""
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
