"""Questions about what was released of a part, and what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.kernel.units import Amount
from marketplace.ledger.models import Exchange
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.models import Asset, AssetItem, ItemChange, ItemRelease
from marketplace.passports.rules.items import ChangeKind

_OPEN = (ListingStatus.DRAFT.value, ListingStatus.PUBLISHED.value)


def released_of(session: Session, item_ids: Iterable[int]) -> Mapping[int, Decimal]:
    """How much of each part is released and not handed over.

    Of listings that are drafts or on offer.
    """
    waiting = func.sum(ItemRelease.quantity - ItemRelease.handed_over, type_=ItemRelease.quantity.type)
    rows = (
        select(ItemRelease.item_id, waiting)
        .join(Listing, Listing.id == ItemRelease.listing_id)
        .where(ItemRelease.item_id.in_(list(item_ids)), Listing.status.in_(_OPEN), ItemRelease.handed_over < ItemRelease.quantity)
        .group_by(ItemRelease.item_id)
    )
    return dict(iter(session.execute(rows)))


@dataclass(frozen=True, slots=True)
class Free:
    """A part of which something can come free still: its name, and how much."""

    item: AssetItem
    name: str
    left: Amount


def list_free(session: Session, asset: Asset) -> list[Free]:
    """List the parts of an asset of which not everything was released, by number."""
    taxonomy, waiting = get_taxonomy(session), released_of(session, [item.id for item in asset.items])
    rows = [(item, item.quantity - waiting.get(item.id, Decimal(0))) for item in asset.items]
    return [
        Free(item, item.element or taxonomy.material_by_id(item.material_id).name, Amount(left, item.unit_of))
        for item, left in rows
        if left > 0
    ]


def list_releases(session: Session, listing_id: int) -> Sequence[ItemRelease]:
    """List the parts that a listing was made of, in the order in which they were named."""
    rows = select(ItemRelease).where(ItemRelease.listing_id == listing_id).options(joinedload(ItemRelease.item))
    return session.scalars(rows.order_by(ItemRelease.id)).all()


def open_listings_of_asset(session: Session, asset_id: int) -> Sequence[int]:
    """The listings made of parts of an asset that are drafts or on offer."""
    rows = (
        select(ItemRelease.listing_id)
        .join(AssetItem, AssetItem.id == ItemRelease.item_id)
        .join(Listing, Listing.id == ItemRelease.listing_id)
        .where(AssetItem.asset_id == asset_id, Listing.status.in_(_OPEN))
    )
    return session.scalars(rows.distinct().order_by(ItemRelease.listing_id)).all()


def find_use_count(session: Session, row: Exchange) -> tuple[int, int | None]:
    """How often what a ledger row moved was used before, and the part that it was.

    Never, where no passport knows it.
    """
    counts = (
        select(AssetItem.use_count, AssetItem.id)
        .join(ItemRelease, ItemRelease.item_id == AssetItem.id)
        .where(ItemRelease.listing_id == row.listing_id)
        .order_by(AssetItem.use_count.desc(), AssetItem.id)
        .limit(1)
    )
    part = session.execute(counts).first()
    return (0, None) if part is None else (part.use_count, part.id)


def find_left_of_row(session: Session, row: Exchange) -> Decimal:
    """What of a ledger row has not been taken back, and has not been put into an asset yet."""
    net = select(func.sum(Exchange.quantity, type_=Exchange.quantity.type)).where(
        (Exchange.seq == row.seq) | (Exchange.reverses == row.seq)
    )
    put = select(func.sum(ItemChange.quantity, type_=ItemChange.quantity.type)).where(
        ItemChange.exchange_seq == row.seq, ItemChange.kind == ChangeKind.PUT_IN.value
    )
    return (session.scalar(net) or Decimal(0)) - (session.scalar(put) or Decimal(0))
