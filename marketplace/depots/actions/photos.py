"""Photos of a lot as it lies. The picture is developed and stored before any transaction; the verb writes the rows."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.depots.models import LotPhoto, LotPhotoFile
from marketplace.depots.queries.lots import get_lot, lock
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.kernel.text import check_length
from marketplace.notices.actions import audit

PHOTOS_MAX = 24
ALT_LENGTH_MAX = 300
Files = Mapping[str, tuple[str, int, int]]  # variant (webp-480 … jpeg-1200) to file name, width and height


def require_photographing(session: Session, actor: Actor, lot_id: int) -> None:
    """Refuse whoever neither handles the lot nor owns it, before a picture is developed."""
    lot = get_lot(session, actor, lot_id)
    if not may(actor, Can.OFFER_LOT, lot):
        require(actor, Can.HANDLE_LOT, lot)


def add_lot_photo(session: Session, actor: Actor, *, lot_id: int, files: Files, alt: str = "") -> LotPhoto:
    """Put a photo with a lot, as whoever handles it or owns it. Refused: more than 24 of one lot."""
    require_photographing(session, actor, lot_id)
    lock(session, lot_id)
    check_length(alt, ALT_LENGTH_MAX, "alt")
    present = session.scalar(select(func.count()).where(LotPhoto.lot_id == lot_id)) or 0
    if present >= PHOTOS_MAX:
        raise Conflict(_("A lot has at most %(most)s photos here.", most=PHOTOS_MAX), "photo")
    photo = LotPhoto(
        lot_id=lot_id,
        files={name: {"name": file, "width": width, "height": height} for name, (file, width, height) in files.items()},
        alt=alt,
        person_id=actor.person_id,
        created_at=clock.now(),
    )
    session.add(photo)
    session.flush()
    names = {file for file, _width, _height in files.values()}
    session.add_all([LotPhotoFile(name=name, lot_photo_id=photo.id) for name in sorted(names)])
    audit.record(session, actor, action="lot_photo.add", object_type="lot", object_id=lot_id, photo=photo.id)
    session.flush()
    return photo
