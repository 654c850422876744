"""Photos of lots: those of one, who may see a picture, and which files are in use."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.models import Lot, LotPhoto, LotPhotoFile
from marketplace.depots.queries.lots import get_lot, lots_with_parts


def list_lot_photos(session: Session, actor: Actor, lot_id: int) -> list[LotPhoto]:
    """The photos of a lot that the actor may see, the newest first."""
    get_lot(session, actor, lot_id)
    return list(session.scalars(select(LotPhoto).where(LotPhoto.lot_id == lot_id).order_by(LotPhoto.id.desc())))


def may_see_lot_photo(session: Session, actor: Actor, file_name: str) -> bool:
    """Whether this picture is of a lot that the actor may see."""
    if not actor.is_member:
        return False
    rows = lots_with_parts().join(LotPhoto, LotPhoto.lot_id == Lot.id)
    rows = rows.join(LotPhotoFile, LotPhotoFile.lot_photo_id == LotPhoto.id).where(LotPhotoFile.name == file_name)
    return any(may(actor, Can.READ_LOT, lot) for lot in session.scalars(rows).unique())


def list_lot_photo_files(session: Session) -> set[str]:
    """Every file name in use here: what the sweep of orphans must leave alone."""
    return set(session.scalars(select(LotPhotoFile.name).distinct()))
