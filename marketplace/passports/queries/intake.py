"""What stands there of the assets that a table speaks of. And what was done since with what came of a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.passports.models import Asset, AssetItem, ItemChange, ItemRelease
from marketplace.passports.queries.assets import details_of, draft_of
from marketplace.passports.rules.assets import AssetDraft
from marketplace.passports.rules.intake import Weighed

AssetKey = tuple[str, str]  # the system and the number in it
ItemKey = tuple[int, str, str, int | None]  # material, unit, element and layer tell parts of one asset apart

_FOLLOWED = (
    select(Asset.id)
    .join(AssetItem, AssetItem.asset_id == Asset.id)
    .join(ItemRelease, ItemRelease.item_id == AssetItem.id)
    .join(Listing, Listing.id == ItemRelease.listing_id)
    .where(
        Listing.planned,
        Listing.status.in_([ListingStatus.DRAFT.value, ListingStatus.PUBLISHED.value]),
        Listing.earliest == Asset.release_earliest,
        Listing.latest == Asset.release_latest,
        Listing.certainty == Asset.certainty,
    )
)


@dataclass(frozen=True, slots=True)
class StandingAsset:
    """An asset that stands there, with its parts by what tells them apart. Of twins the first.

    `has_followers`: planned lots have its days, and move along with them.
    """

    asset: Asset
    draft: AssetDraft
    items: Mapping[ItemKey, AssetItem]
    last_number: int
    has_followers: bool = False


def key_of_item(item: AssetItem) -> ItemKey:
    """What tells a part from the others of its asset."""
    return item.material_id, item.unit, item.element.casefold(), item.layer


def key_of_weighed(item: Weighed) -> ItemKey:
    """The same of a part that is to be written down."""
    return item.material.id, item.quantity.unit.value, item.details.element.casefold(), item.details.layer


def is_same_item(item: AssetItem, wanted: Weighed) -> bool:
    """Whether a part stands there as a row says it."""
    return (
        item.quantity == wanted.quantity.amount
        and details_of(item) == wanted.details
        and (item.kg_per_unit, item.kg_basis, item.use_count) == (wanted.kg_per_unit, wanted.kg_basis, wanted.use_count)
    )


@dataclass(frozen=True, slots=True)
class Arrival:
    """A row that was judged. `standing`: the asset where it stands there already; `draft`: what it becomes, None: as it is."""

    key: AssetKey
    draft: AssetDraft | None
    item: Weighed | None
    standing: StandingAsset | None


def find_standing(
    session: Session, organisation_id: int, numbers: Iterable[str], *, lock: bool = False
) -> Mapping[str, list[StandingAsset]]:
    """The assets of an organisation with one of these numbers, by number: of each system one.

    `lock`: nobody else changes them until the end of the transaction.
    """
    mine = select(Asset).where(
        Asset.organisation_id == organisation_id, Asset.external_id.in_(list(numbers)), Asset.ended_at.is_(None)
    )
    if lock:
        session.execute(mine.with_only_columns(Asset.id).order_by(Asset.id).with_for_update())
    whole = mine.options(joinedload(Asset.maintainer), selectinload(Asset.items)).execution_options(populate_existing=True)
    by_number: dict[str, list[StandingAsset]] = {}
    followed = set(session.scalars(_FOLLOWED.where(Asset.id.in_(mine.with_only_columns(Asset.id)))))
    for asset in session.scalars(whole.order_by(Asset.id)):
        items: dict[ItemKey, AssetItem] = {}
        for item in asset.items:
            if item.quantity > 0:  # what came to nought is history
                items.setdefault(key_of_item(item), item)
        last = max((item.number for item in asset.items), default=0)
        by_number.setdefault(asset.external_id, []).append(
            StandingAsset(asset, draft_of(asset), items, last, asset.id in followed)
        )
    return by_number


@dataclass(frozen=True, slots=True)
class Depending:
    """An asset of which something was entered since its table was applied."""

    asset_id: int
    name: str
    number: int


def list_depending(session: Session, import_id: int, *, most: int) -> list[Depending]:
    """Parts that came of a table, or stand in an asset that did, and became more or less since."""
    moved = (
        select(Asset.id, Asset.name, AssetItem.number)
        .join(AssetItem, AssetItem.asset_id == Asset.id)
        .join(ItemChange, ItemChange.item_id == AssetItem.id)
        .where(
            or_(Asset.import_id == import_id, AssetItem.import_id == import_id),
            func.coalesce(ItemChange.import_id, 0) != import_id,
        )
        .group_by(Asset.id, Asset.name, AssetItem.id, AssetItem.number)
        .having(func.sum(ItemChange.quantity) != 0)
        .order_by(AssetItem.id)
        .limit(most)
    )
    return [Depending(*row) for row in session.execute(moved)]


def list_offered(session: Session, import_id: int, *, most: int) -> list[Depending]:
    """Parts that came of a table, or stand in an asset that did, and are on offer or drafted."""
    offered = (
        select(Asset.id, Asset.name, AssetItem.number)
        .join(AssetItem, AssetItem.asset_id == Asset.id)
        .join(ItemRelease, ItemRelease.item_id == AssetItem.id)
        .join(Listing, Listing.id == ItemRelease.listing_id)
        .where(
            or_(Asset.import_id == import_id, AssetItem.import_id == import_id),
            Listing.status.in_((ListingStatus.DRAFT.value, ListingStatus.PUBLISHED.value)),
            ItemRelease.handed_over < ItemRelease.quantity,
        )
        .order_by(AssetItem.id)
        .limit(most)
    )
    return [Depending(*row) for row in session.execute(offered)]


def count_made(session: Session, import_id: int) -> tuple[int, int]:
    """How many assets and how many parts an import made that are still there."""
    assets = select(func.count()).select_from(Asset).where(Asset.import_id == import_id, Asset.ended_at.is_(None))
    parts = select(func.count()).select_from(AssetItem).where(AssetItem.import_id == import_id, AssetItem.quantity > 0)
    return session.scalar(assets) or 0, session.scalar(parts) or 0
