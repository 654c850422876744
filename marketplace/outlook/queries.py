"""What comes free and what is needed, from listings, passports and demands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.kernel import clock
from marketplace.kernel.units import Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.listings import is_open_to
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import STALE_AFTER, Certainty, ListingStatus
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.outlook.rules import Mass, Outlook, Source, sum_up, totals_of
from marketplace.passports.models import Asset, AssetItem, ItemRelease
from marketplace.passports.rules.items import mass_kg

ZERO = Decimal(0)
_FREE = func.sum(Listing.quantity - Listing.held - Listing.transferred, type_=Listing.quantity.type)
_WANTED = func.sum(Demand.quantity - Demand.fulfilled, type_=Demand.quantity.type)


@dataclass(frozen=True, slots=True)
class OutlookFilter:
    """A group of materials and a municipality by their slugs; empty: all."""

    group: str = ""
    municipality: str = ""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Four years ahead as seen today. A row for each quarter, group and municipality, and the sum of each quarter."""

    as_of: date
    rows: list[Outlook]
    totals: list[Outlook]


def get_outlook(session: Session, actor: Actor, wanted: OutlookFilter) -> Ahead:
    """What is there, comes free and is needed in each quarter of four years.

    Members see all that is planned; everybody else what the catalogue shows and what comes free of public passports.
    """
    require(actor, Can.READ_PUBLIC_FIGURES)
    today, taxonomy = clock.today(), get_taxonomy(session)
    masses = (
        mass
        for mass in _masses(session, actor, taxonomy, today)
        if wanted.group in ("", mass.group) and wanted.municipality in ("", mass.municipality)
    )
    rows = sum_up(masses, today)
    return Ahead(today, rows, totals_of(rows, today))


def _masses(session: Session, actor: Actor, taxonomy: Taxonomy, today: date) -> Iterator[Mass]:
    is_member = may(actor, Can.READ_MEMBER_FIGURES)
    yield from _of_listings(session, actor, taxonomy, today, is_member=is_member)
    yield from _of_passports(session, taxonomy, is_member=is_member)
    yield from _of_demands(session, taxonomy, today)


def _not_before(day: ColumnElement[date] | InstrumentedAttribute[date], today: date) -> ColumnElement[date]:
    return case((day < today, literal(today)), else_=day)


def _of_listings(session: Session, actor: Actor, taxonomy: Taxonomy, today: date, *, is_member: bool) -> Iterator[Mass]:
    on = _not_before(case((Listing.planned, Listing.latest), else_=Listing.available_from), today)
    what = (Listing.material_id, Listing.unit, Listing.kg_per_unit, Listing.municipality, Listing.certainty, on)
    rows = select(*what, _FREE).where(Listing.status == ListingStatus.PUBLISHED.value).group_by(*what)
    rows = rows.where(is_open_to(actor) if is_member else Listing.region_from <= today)
    on_show = and_(
        Listing.confirmed_on >= today - STALE_AFTER, or_(Listing.available_until.is_(None), Listing.available_until >= today)
    )
    rows = rows.where(or_(Listing.planned, on_show) if is_member else on_show)
    for row in session.execute(rows):
        source = Source.PRESENT if row.certainty is None else Source.PLANNED
        certainty = None if row.certainty is None else Certainty(row.certainty)
        material, amount = taxonomy.material_by_id(row.material_id), row[-1]
        if amount > 0:
            kg = material.mass_kg(amount, Unit(row.unit), row.kg_per_unit)
            yield Mass(source, _day(row[-2]), material.group.slug, row.municipality, kg, certainty)


def _of_demands(session: Session, taxonomy: Taxonomy, today: date) -> Iterator[Mass]:
    on = _not_before(Demand.needed_from, today)
    what = (Demand.material_id, Demand.unit, Demand.municipality, on)
    open_ones = (Demand.status == DemandStatus.OPEN.value, Demand.needed_until >= today)
    for row in session.execute(select(*what, _WANTED).where(*open_ones).group_by(*what)):
        material, amount = taxonomy.material_by_id(row.material_id), row[-1]
        if amount > 0:
            kg = material.mass_kg(amount, Unit(row.unit))
            yield Mass(Source.NEEDED, _day(row[-2]), material.group.slug, row.municipality, kg)


def _of_passports(session: Session, taxonomy: Taxonomy, *, is_member: bool) -> Iterator[Mass]:
    """What assets hold that come free and that no listing was made of yet."""
    left = func.sum(ItemRelease.quantity - ItemRelease.handed_over, type_=ItemRelease.quantity.type)
    released = (
        select(ItemRelease.item_id, left.label("amount"))
        .join(Listing, Listing.id == ItemRelease.listing_id)
        .where(Listing.status.in_((ListingStatus.DRAFT.value, ListingStatus.PUBLISHED.value)))
        .group_by(ItemRelease.item_id)
        .subquery()
    )
    columns = (AssetItem.material_id, AssetItem.quantity, AssetItem.kg_per_unit, released.c.amount)
    rows = (
        select(*columns, Asset.municipality, Asset.certainty, Asset.release_latest)
        .join(Asset, Asset.id == AssetItem.asset_id)
        .outerjoin(released, released.c.item_id == AssetItem.id)
        .where(Asset.release_latest.is_not(None), Asset.ended_at.is_(None), AssetItem.quantity > 0)
    )
    if not is_member:
        rows = rows.where(Asset.is_public)
    for row in session.execute(rows):
        amount = row.quantity - (row.amount or ZERO)
        if amount > 0:
            group = taxonomy.material_by_id(row.material_id).group.slug
            kg = mass_kg(amount, row.kg_per_unit)
            yield Mass(Source.EXPECTED, row.release_latest, group, row.municipality, kg, Certainty(row.certainty))


def _day(stored: date | str) -> date:
    """SQLite gives the outcome of a CASE as it is stored."""
    return stored if isinstance(stored, date) else date.fromisoformat(stored)
