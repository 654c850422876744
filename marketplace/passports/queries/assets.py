"""Questions about assets and their parts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.policy import Actor, Can, may
from marketplace.accounts.rules.accounts import Role
from marketplace.kernel.errors import Missing
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.kernel.text import fold
from marketplace.market.rules.listing import Answer, Certainty, Condition
from marketplace.passports.models import Asset, AssetItem, ItemChange
from marketplace.passports.rules.assets import AssetDraft, AssetFilter, AssetKind, Coming
from marketplace.passports.rules.items import Detachability, ItemDetails, KnownBy

FEW_ASSETS = 2_000
WHOSE = (joinedload(Asset.organisation), joinedload(Asset.maintainer))


@dataclass(frozen=True, slots=True)
class Holding:
    """How much an asset holds: of how many parts, and their mass."""

    parts: int
    mass_kg: Decimal


NOTHING_HELD = Holding(0, Decimal(0))


def _visible(actor: Actor) -> ColumnElement[bool]:
    """The assets that the actor may see.

    The own organisation's and what it maintains; all for the AO CE; the public ones for everybody.
    """
    if actor.role == Role.REVIEWER:
        return Asset.id.is_not(None)
    own = false() if not may(actor, Can.READ_ASSET) else or_(*(column == actor.organisation_id for column in _SIDES))
    return or_(own, Asset.is_public)


_SIDES = (Asset.organisation_id, Asset.maintainer_id)


def list_assets(session: Session, actor: Actor, wanted: AssetFilter) -> tuple[Sequence[Asset], int]:
    """List the assets that the actor may see by name, a page of them, and how many there are."""
    rows = seen(select(Asset), actor, wanted)
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(Asset.id).subquery())) or 0
    page = rows.options(*WHOSE).order_by(*order_of(wanted)).limit(wanted.page_size)
    return session.scalars(page.offset((wanted.page - 1) * wanted.page_size)).all(), total


def order_of(wanted: AssetFilter) -> tuple[Any, ...]:
    """By name, or what comes free first and then the rest by name."""
    by_name = (Asset.sort_key, Asset.id)
    return (Asset.release_latest.is_(None), Asset.release_latest, *by_name) if wanted.soonest else by_name


def sum_held(session: Session, actor: Actor, wanted: AssetFilter) -> Holding:
    """How much is held by all the assets that the actor may see and that are asked for."""
    which = seen(select(Asset.id), actor, wanted)
    sums = select(func.count(), func.sum(AssetItem.mass_kg, type_=AssetItem.mass_kg.type))
    parts, kg = session.execute(sums.where(AssetItem.asset_id.in_(which), AssetItem.quantity > 0)).one()
    return Holding(parts, kg or Decimal(0))


def list_held_materials(session: Session, actor: Actor) -> Sequence[int]:
    """List the ids of the materials in the assets that the actor may see.

    Of few assets their parts are read. Of many the index steps from one material to the next, and each looks for one part that is
    seen, which stops at the first: the database would else read every part of every asset.
    """
    few = seen(select(Asset.id), actor, AssetFilter()).limit(FEW_ASSETS + 1).subquery()
    if (session.scalar(select(func.count()).select_from(few)) or 0) <= FEW_ASSETS:
        parts = select(AssetItem.material_id).where(AssetItem.asset_id.in_(select(few.c.id)), AssetItem.quantity > 0)
        return session.scalars(parts.distinct().order_by(AssetItem.material_id)).all()
    there = select(AssetItem.id).join(Asset, Asset.id == AssetItem.asset_id).where(AssetItem.quantity > 0)
    used = _used_materials()
    first_part = seen(there, actor, AssetFilter()).where(AssetItem.material_id == used.c.id).limit(1).correlate(used)
    return session.scalars(select(used.c.id).where(first_part.scalar_subquery().is_not(None)).order_by(used.c.id)).all()


def _used_materials() -> CTE:
    """Each material of any part, one after the other by its index; a row without one ends it."""
    parts = AssetItem.__table__.alias()
    used = select(func.min(AssetItem.material_id).label("id")).cte("used", recursive=True)
    following = select(func.min(parts.c.material_id)).where(parts.c.material_id > used.c.id).scalar_subquery()
    return used.union_all(select(following).where(used.c.id.is_not(None)))


def seen(rows: Select[Any], actor: Actor, wanted: AssetFilter) -> Select[Any]:
    """Leave of these rows only the assets that the actor may see and that are asked for."""
    return _wanted(rows, wanted).where(_visible(actor))


def _wanted(rows: Select[Any], wanted: AssetFilter) -> Select[Any]:
    rows = rows.where(Asset.ended_at.is_(None))
    if wanted.organisation_id is not None:
        rows = rows.where(or_(*(column == wanted.organisation_id for column in _SIDES)))
    if wanted.kind is not None:
        rows = rows.where(Asset.kind == wanted.kind.value)
    if wanted.municipality:
        rows = rows.where(Asset.municipality == wanted.municipality)
    if wanted.material_id is not None:
        holding = select(AssetItem.asset_id).where(AssetItem.material_id == wanted.material_id, AssetItem.quantity > 0)
        rows = rows.where(Asset.id.in_(holding))
    if wanted.free_before is not None:
        rows = rows.where(Asset.release_latest < wanted.free_before)
    for word in fold(wanted.words).split():
        rows = rows.where(or_(Asset.sort_key.contains(word, autoescape=True), func.lower(Asset.external_id) == word))
    return rows


def get_asset(session: Session, actor: Actor, asset_id: int) -> Asset:
    """The asset with this id for whoever may see it, with its parts. Missing for others, and once it is gone."""
    row = session.scalars(
        select(Asset)
        .where(Asset.id == asset_id, Asset.ended_at.is_(None), _visible(actor))
        .options(*WHOSE, selectinload(Asset.items))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise Missing(_("This asset does not exist, or you may not see it. Choose one from the list."))
    return row


def get_item(session: Session, actor: Actor, asset_id: int, number: int) -> AssetItem:
    """A part of an asset by its number, with everything that happened to it. Missing for whoever may not see the asset."""
    asset = get_asset(session, actor, asset_id)
    row = session.scalars(
        select(AssetItem)
        .where(AssetItem.asset_id == asset.id, AssetItem.number == number)
        .options(joinedload(AssetItem.asset), selectinload(AssetItem.changes))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise Missing(_("This asset has no part with that number. Choose one from its list."))
    return row


def list_items(session: Session, asset: Asset, *, offset: int = 0, limit: int = 500) -> Sequence[AssetItem]:
    """List the parts of an asset from the top layer down, with what happened to each."""
    rows = select(AssetItem).where(AssetItem.asset_id == asset.id).options(selectinload(AssetItem.changes))
    order = (AssetItem.layer.is_(None), AssetItem.layer, AssetItem.number)
    return session.scalars(rows.order_by(*order).offset(offset).limit(limit)).all()


def holdings_of(session: Session, asset_ids: Iterable[int]) -> Mapping[int, Holding]:
    """How much each of these assets holds; one without parts is not in the answer."""
    sums = (
        select(AssetItem.asset_id, func.count(), func.sum(AssetItem.mass_kg, type_=AssetItem.mass_kg.type))
        .where(AssetItem.asset_id.in_(list(asset_ids)), AssetItem.quantity > 0)
        .group_by(AssetItem.asset_id)
    )
    return {asset_id: Holding(parts, kg) for asset_id, parts, kg in session.execute(sums)}


def lock_asset(session: Session, asset_id: int) -> None:
    """Let nobody else change this asset or its parts until the end of the transaction."""
    session.execute(select(Asset.id).where(Asset.id == asset_id).with_for_update())


def list_changes(session: Session, asset_id: int) -> Sequence[ItemChange]:
    """List what happened to all parts of an asset, the newest first."""
    rows = select(ItemChange).join(AssetItem, AssetItem.id == ItemChange.item_id).where(AssetItem.asset_id == asset_id)
    return session.scalars(rows.order_by(ItemChange.id.desc())).all()


def draft_of(asset: Asset) -> AssetDraft:
    """An asset as its owner described it, to change one thing of it."""
    certainty = None if asset.certainty is None else Certainty(asset.certainty)
    return AssetDraft(
        name=asset.name,
        kind=AssetKind(asset.kind),
        point=Point(asset.lat, asset.lon),
        place_name=asset.place_name,
        municipality=asset.municipality,
        shape=asset.shape,
        maintainer=asset.maintainer.slug,
        external_id=asset.external_id,
        external_system=asset.external_system,
        built_year=asset.built_year,
        coming=Coming(asset.release_earliest, asset.release_latest, certainty),
        nen_2767=asset.nen_2767,
        is_public=asset.is_public,
    )


def details_of(item: AssetItem) -> ItemDetails:
    """What is said of a part, to change one thing of it."""
    return ItemDetails(
        element=item.element,
        layer=item.layer,
        known_by=KnownBy(item.known_by),
        source=item.source,
        detachability=None if item.detachability is None else Detachability(item.detachability),
        condition=None if item.condition is None else Condition(item.condition),
        hazards={code: Answer(word) for code, word in item.hazards.items()},
    )
