"""A lot that comes out of a lot: what was transferred and came back. Only the exchange calls this."""

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.market import counters
from marketplace.market.models import Listing, Photo, PhotoFile
from marketplace.market.rules import Condition, ListingStatus
from marketplace.notices import audit

_OWN = {"id", "version", "status", "created_by_id", "created_at", "quantity", "held", "transferred", "condition", "parent_id"} | {
    *("available_from", "available_until", "published_at", "confirmed_on", "minimum_part", "region_from", "partners_from"),
    *("circle", "circle_from", "window_reason", "freshness_reminded_on", "stale_told_on", "turns_told_on"),
}
_COLUMNS = tuple(column.name for column in Listing.__table__.columns)


def take_back(session: Session, actor: Actor, parent: Listing, *, quantity: Decimal, condition: Condition) -> Listing:
    """A published lot of what came back, at the place of its parent and for everybody at once: it has been offered before.

    It takes over the quantity from the parent, which was transferred that much less. The photos are the parent's: they show how it was
    before, and say so.
    """
    if not counters.take_back(session, parent.id, quantity):
        raise RuntimeError(f"listing {parent.id} transferred less than came back")
    today = clock.today()
    kept = {name: getattr(parent, name) for name in _COLUMNS if name not in _OWN}
    child = Listing(
        **kept,
        status=ListingStatus.PUBLISHED.value,
        created_by_id=parent.created_by_id,
        created_at=clock.now(),
        quantity=quantity,
        held=Decimal(0),
        transferred=Decimal(0),
        condition=condition.value,
        available_from=today,
        available_until=None,
        region_from=today,
        partners_from=today,
        published_at=clock.now(),
        confirmed_on=today,
        parent_id=parent.id,
    )
    session.add(child)
    session.flush()
    _copy_photos(session, parent, child)
    audit.record(
        session, actor, action="listing.return", object_type="listing", object_id=child.id, parent=parent.id, quantity=quantity
    )
    return child


def _copy_photos(session: Session, parent: Listing, child: Listing) -> None:
    for photo in parent.photos:
        copy = Photo(listing_id=child.id, position=photo.position, alt=photo.alt, files=photo.files, created_at=photo.created_at)
        session.add(copy)
        session.flush()
        names: set[Any] = {file["name"] for file in photo.files.values()}
        session.add_all(PhotoFile(name=name, photo_id=copy.id) for name in sorted(names))
    session.flush()
