"""What a card of the catalogue says of a listing: a row of one statement. Whole listings with all their photos cost four times as much."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, select, type_coerce
from sqlalchemy.orm import Session

from marketplace.market.models import Listing, Photo

_listing, _photo, _first = Listing.__table__, Photo.__table__, Photo.__table__.alias("first")


class Cover(NamedTuple):
    """The first photo of a listing."""

    alt: str
    files: dict[str, Any]


class CardRow(NamedTuple):
    """A listing by the same names, as far as a card needs it; quantities in its unit.

    `available` is what is neither held nor transferred.
    """

    id: int
    title: str
    status: str
    material_id: int
    unit: str
    available: Decimal
    held: Decimal
    kg_per_unit: Decimal | None
    condition: str
    place_name: str
    public_lat: float
    public_lon: float
    available_from: date
    planned: bool
    earliest: date | None
    latest: date | None
    certainty: str | None
    confirmed_on: date | None
    region_from: date | None
    published_at: datetime | None
    cover_alt: str | None
    cover_files: dict[str, Any] | None

    @property
    def is_closed_to_others(self) -> bool:
        """Whether it is on offer within its own organisation only."""
        return self.published_at is not None and self.region_from is None

    @property
    def photos(self) -> tuple[Cover, ...]:
        """Its first photo, where it has one."""
        return () if self.cover_files is None else (Cover(self.cover_alt or "", self.cover_files),)


_COVER = (
    select(_first.c.id)
    .where(_first.c.listing_id == _listing.c.id, _first.c.removed_at.is_(None))
    .order_by(_first.c.position, _first.c.id)
    .limit(1)
    .scalar_subquery()
)
_COLUMNS = {
    **_listing.c,
    "available": type_coerce(_listing.c.quantity - _listing.c.held - _listing.c.transferred, _listing.c.quantity.type),
    "cover_alt": _photo.c.alt,
    "cover_files": _photo.c.files,
}
_CARDS = (
    select(*(_COLUMNS[name] for name in CardRow._fields))
    .select_from(_listing.outerjoin(_photo, _photo.c.id == _COVER))
    .where(_listing.c.id.in_(bindparam("ids", type_=Integer, expanding=True)))
)


def list_card_rows(session: Session, ids: list[int]) -> list[CardRow]:
    """These listings in this order; one that is gone meanwhile is left out."""
    rows = {row[0]: CardRow._make(row) for row in session.connection().execute(_CARDS, {"ids": ids}).all()} if ids else {}
    return [rows[number] for number in ids if number in rows]
