"""The counters of a listing, each moved by one conditional UPDATE. Only rooms that move quantity call these."""

from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, case, exists, select, update
from sqlalchemy.orm import Session

from marketplace.depots.models import Lot
from marketplace.kernel.db import Fixed
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus

_amount = bindparam("amount", type_=Fixed(3))
_id: BindParameter[int] = bindparam("listing_id", type_=Integer)
_lot: Any = Listing.__table__
_free = _lot.c.quantity - _lot.c.held - _lot.c.transferred

_BLOCKED = exists().where(Lot.id == _lot.c.lot_id, Lot.blocked_at.is_not(None))
_HOLD = (
    update(_lot)
    .where(_lot.c.id == _id, _lot.c.status == ListingStatus.PUBLISHED, _free >= _amount, ~_BLOCKED)
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
_WITHDRAW = (
    update(_lot)
    .where(_lot.c.id == _id, _lot.c.status == ListingStatus.PUBLISHED)
    .values(status=ListingStatus.WITHDRAWN.value)
    .returning(_lot.c.id)
)
_TAKE_BACK = (
    update(_lot)
    .where(_lot.c.id == _id, _lot.c.transferred >= _amount, _lot.c.quantity >= _amount)
    .values(transferred=_lot.c.transferred - _amount, quantity=_lot.c.quantity - _amount)
    .returning(_lot.c.id)
)
_LIVE = (ListingStatus.DRAFT.value, ListingStatus.PUBLISHED.value)
_CORRECT = (
    update(_lot)
    .where(_lot.c.id == _id, _lot.c.status.in_(_LIVE), _lot.c.held + _lot.c.transferred <= _lot.c.quantity + _amount)
    .values(
        quantity=_lot.c.quantity + _amount,
        corrected=_lot.c.corrected + _amount,
        status=case(
            (
                (_lot.c.transferred == _lot.c.quantity + _amount) & (_lot.c.status == ListingStatus.PUBLISHED),
                ListingStatus.CLOSED.value,
            ),
            else_=_lot.c.status,
        ),
    )
    .returning(_lot.c.id)
)


_LOCK = select(Listing).where(Listing.id == _id).with_for_update().execution_options(populate_existing=True)


def lock(session: Session, listing_id: int) -> Listing:
    """Lock the listing, read again, until the end of the transaction. It is the first in the order of locks."""
    return session.scalars(_LOCK, {"listing_id": listing_id}).one()


def lock_offer(session: Session, lot_id: int) -> Listing | None:
    """Lock the listing that offers this lot, or is a draft of it, read again. None without one."""
    rows = select(Listing).where(Listing.lot_id == lot_id, Listing.status.in_(_LIVE)).with_for_update()
    return session.scalars(rows.execution_options(populate_existing=True)).one_or_none()


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


def withdraw_recalled(session: Session, listing_id: int) -> bool:
    """Take an offer off the market because its lot is recalled. Whatever holds part of it ends next; nothing is lost: it lies there, blocked."""
    return _moved(session, listing_id, _WITHDRAW)


def take_back(session: Session, listing_id: int, amount: Decimal) -> bool:
    """Take back what goes to a lot of its own.

    Less was transferred, and the lot is that much smaller; what is available stays.
    """
    return _moved(session, listing_id, _TAKE_BACK, amount=amount)


def correct(session: Session, listing_id: int, delta: Decimal) -> bool:
    """Let a listing say more or less, as its lot was counted. False when that is less than is held and transferred.

    A published listing with nothing left closes in the same stroke.
    """
    return _moved(session, listing_id, _CORRECT, amount=delta)
