"""The counters of a listing, each moved by one conditional UPDATE. And the lot that comes back. Only the exchange calls these."""

from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, case, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.kernel.db import Fixed
from marketplace.market.actions.listings import place_columns
from marketplace.market.models import Listing, Photo, PhotoFile
from marketplace.market.rules.listing import Condition, ListingStatus, Location, returned_title
from marketplace.notices.actions import audit

_amount = bindparam("amount", type_=Fixed(3))
_id: BindParameter[int] = bindparam("listing_id", type_=Integer)
_lot: Any = Listing.__table__
_free = _lot.c.quantity - _lot.c.held - _lot.c.transferred

_HOLD = (
    update(_lot)
    .where(_lot.c.id == _id, _lot.c.status == ListingStatus.PUBLISHED, _free >= _amount)
    .values(held=_lot.c.held + _amount)
    .returning(_lot.c.id)
)
_RELEASE = update(_lot).where(_lot.c.id == _id, _lot.c.held >= _amount).values(held=_lot.c.held - _amount).returning(_lot.c.id)
_TAKE_MORE = update(_lot).where(_lot.c.id == _id, _free >= _amount).values(held=_lot.c.held + _amount).returning(_lot.c.id)
_SURPLUS = (
    update(_lot)
    .where(_lot.c.id == _id, _lot.c.held == bindparam("mine", type_=Fixed(3)), _free < _amount)
    .values(held=_lot.c.held + _amount, quantity=_lot.c.held + _lot.c.transferred + _amount)
    .returning(_lot.c.id)
)
_TRANSFER = (
    update(_lot)
    .where(_lot.c.id == _id, _lot.c.held >= _amount)
    .values(
        held=_lot.c.held - _amount,
        transferred=_lot.c.transferred + _amount,
        status=case(
            (
                (_lot.c.transferred + _amount == _lot.c.quantity) & (_lot.c.status == ListingStatus.PUBLISHED),
                ListingStatus.CLOSED.value,
            ),
            else_=_lot.c.status,
        ),
    )
    .returning(_lot.c.id)
)
_WRITE_OFF = (
    update(_lot)
    .where(_lot.c.id == _id, _lot.c.held >= _amount)
    .values(
        held=_lot.c.held - _amount,
        quantity=_lot.c.quantity - _amount,
        status=case(
            (
                (_lot.c.transferred == _lot.c.quantity - _amount) & (_lot.c.status == ListingStatus.PUBLISHED),
                ListingStatus.CLOSED.value,
            ),
            else_=_lot.c.status,
        ),
    )
    .returning(_lot.c.id)
)
_TAKE_BACK = (
    update(_lot)
    .where(_lot.c.id == _id, _lot.c.transferred >= _amount, _lot.c.quantity >= _amount)
    .values(transferred=_lot.c.transferred - _amount, quantity=_lot.c.quantity - _amount)
    .returning(_lot.c.id)
)


def lock(session: Session, listing_id: int) -> Listing:
    """Lock the listing, read again, until the end of the transaction. It is the first in the order of locks."""
    rows = select(Listing).where(Listing.id == listing_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(rows).one()


def _moved(session: Session, listing_id: int, statement: Any, **figures: Decimal) -> bool:
    session.flush()
    outcome = session.scalar(statement, {"listing_id": listing_id, **figures})
    listing = session.identity_map.get(session.identity_key(Listing, listing_id))
    if listing is not None:
        session.expire(listing, ["quantity", "held", "transferred", "status"])
    return outcome is not None


def hold(session: Session, listing_id: int, amount: Decimal) -> bool:
    """Hold an amount of a published listing. False when less is available, and then nothing has changed."""
    return _moved(session, listing_id, _HOLD, amount=amount)


def release(session: Session, listing_id: int, amount: Decimal) -> bool:
    """Give back what was held."""
    return _moved(session, listing_id, _RELEASE, amount=amount)


def take_more(session: Session, listing_id: int, extra: Decimal, *, mine: Decimal) -> bool:
    """Hold a measured surplus, first from what is available.

    Where nobody else holds any part of the lot the rest raises its quantity.
    """
    if _moved(session, listing_id, _TAKE_MORE, amount=extra):
        return True
    return _moved(session, listing_id, _SURPLUS, amount=extra, mine=mine)


def transfer(session: Session, listing_id: int, amount: Decimal) -> bool:
    """Turn a hold into a transfer. A published listing with nothing left closes in the same stroke."""
    return _moved(session, listing_id, _TRANSFER, amount=amount)


def write_off(session: Session, listing_id: int, amount: Decimal) -> bool:
    """Write off what was held and turns out to be gone. The lot is that much smaller, and closes when nothing is left of it."""
    return _moved(session, listing_id, _WRITE_OFF, amount=amount)


def take_back(session: Session, listing_id: int, amount: Decimal) -> bool:
    """Take back what goes to a lot of its own.

    Less was transferred, and the lot is that much smaller; what is available stays.
    """
    return _moved(session, listing_id, _TAKE_BACK, amount=amount)


_OWN = {"id", "version", "status", "created_by_id", "created_at", "quantity", "held", "transferred", "condition", "parent_id"} | {
    *("listed", "corrected"),
    *("available_from", "available_until", "published_at", "confirmed_on", "minimum_part", "region_from", "partners_from"),
    *("circle", "circle_from", "window_reason", "freshness_reminded_on", "stale_told_on", "turns_told_on"),
}
_COLUMNS = tuple(column.name for column in Listing.__table__.columns)


def make_child_lot(
    session: Session, actor: Actor, parent: Listing, *, quantity: Decimal, condition: Condition, location: Location | None = None
) -> Listing:
    """A published lot of what came back, for everybody at once: it has been offered before. By default at the place of its parent.

    Its title says that it came back. It takes over the quantity from the parent, which was transferred that much less. The photos are
    the parent's: they show how it was before, and say so.
    """
    if not take_back(session, parent.id, quantity):
        raise RuntimeError(f"listing {parent.id} transferred less than came back")
    today = clock.today()
    stored = {name: getattr(parent, name) for name in _COLUMNS if name not in _OWN}
    stored["title"] = returned_title(parent.title)
    if location is not None:
        stored |= {**place_columns(location), "depot_id": None}
    child = Listing(
        **stored,
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
