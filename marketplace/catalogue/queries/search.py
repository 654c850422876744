"""The catalogue search: words, filters, a radius, three orders and facets.

When there are no results, also the nearest lot outside.

It filters and orders on the public point, the same for everyone, and shows whole kilometres, so that nobody can work out the
exact spot by asking from three places. A page of nearest lots is looked for in growing circles, so a million listings cost no
more than the few thousand around the place.
"""

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.catalogue.queries.cards import CardRow, list_card_rows
from marketplace.catalogue.queries.facets import Cube, FacetCount, Facets, Picked, Sums, by_group, remembered, sums
from marketplace.catalogue.queries.statements import COUNT_WORDS, Scope, Shape, Way, cube_statement, rows_statement
from marketplace.catalogue.rules.query import CatalogueQuery, Sort
from marketplace.kernel import clock
from marketplace.kernel.geo import Point, bounding_box, chord2_m2, ecef_m, whole_km
from marketplace.kernel.text import fts5_query, search_prefixes, tsquery
from marketplace.market.models import Listing
from marketplace.market.queries.revision import get_revision
from marketplace.market.rules.listing import CONDITION_LABELS, STALE_AFTER, Condition, ListingStatus
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy

FARTHEST_KM = 600.0  # farther than any two places that the bank knows
FIRST_CIRCLE_KM = 2.0
FEW_MATERIALS = 8  # so few that their rows in the index are read one by one
MANY_ROWS = 4_000  # so many that walking along an order is quicker than collecting them
_LISTINGS = (
    select(Listing)
    .where(Listing.id.in_(bindparam("ids", type_=Integer, expanding=True)))
    .options(joinedload(Listing.organisation), selectinload(Listing.photos), defer(Listing.search_text))
)
_ORGANISATIONS = select(*(Organisation.__table__.c[name] for name in ("id", "slug", "name"))).order_by(
    Organisation.__table__.c.sort_key, Organisation.__table__.c.id
)
NEAREST_MOST = 3  # what stands beside an empty answer
FEW_ROWS = 400  # so few that sorting all of them costs nothing


Shown = TypeVar("Shown", Listing, CardRow)


@dataclass(frozen=True, slots=True)
class CatalogueRow(Generic[Shown]):
    """A listing in the catalogue, in full or as a card. With its distance in whole kilometres when a place was given."""

    listing: Shown
    distance_km: int | None


@dataclass(frozen=True, slots=True)
class Found(Generic[Shown]):
    """One page of the catalogue."""

    rows: tuple[CatalogueRow[Shown], ...]
    total: int
    page: int
    page_size: int
    facets: Facets | None

    @property
    def pages(self) -> int:
        """Count the pages; one when there are no results."""
        return max(1, -(-self.total // self.page_size))


@dataclass(frozen=True, slots=True)
class Asked:
    """The question with its names looked up: ids, prefixes, the actor's scope and the day."""

    query: CatalogueQuery
    dialect: str
    scope: Scope
    own_id: int | None
    statuses: tuple[str, ...]
    today: date
    prefixes: tuple[str, ...]
    materials: frozenset[int] | None  # by `materials`, which has no facet
    picked: Picked
    terms: Taxonomy
    sort: Sort

    @property
    def wanted_materials(self) -> frozenset[int] | None:
        """Both by name and by group; None: all."""
        named, grouped = self.materials, self.picked.materials
        return named if grouped is None else grouped if named is None else named & grouped

    @property
    def is_impossible(self) -> bool:
        """Whether a filter holds only unknown slugs."""
        wanted = (self.wanted_materials, self.picked.conditions, self.picked.organisations)
        return any(item is not None and not item for item in wanted)


def search(session: Session, actor: Actor, query: CatalogueQuery) -> Found[Listing]:
    """One page of what fits, in a stable order, with the total and the facets."""
    ids, total, facets = _answer(session, actor, query, with_facets=True)
    return Found(rows_of(session, ids, query.point), total, query.offset // query.limit + 1, query.limit, facets)


def browse(session: Session, actor: Actor, query: CatalogueQuery, *, with_facets: bool = True) -> Found[CardRow]:
    """As `search`, with of each listing only what a card says."""
    ids, total, facets = _answer(session, actor, query, with_facets=with_facets)
    rows = tuple(CatalogueRow(item, _away_km(query.point, item)) for item in list_card_rows(session, ids))
    return Found(rows, total, query.offset // query.limit + 1, query.limit, facets)


def _answer(session: Session, actor: Actor, query: CatalogueQuery, *, with_facets: bool) -> tuple[list[int], int, Facets | None]:
    require(actor, Can.READ_CATALOGUE)
    terms = taxonomy(session)
    places = organisations_by_id(session) if with_facets or query.organisations else {}
    requested = resolve_query(session, actor, query, terms, places)
    total: int | None = None
    facets: Facets | None = None
    if with_facets:
        counted = sums(_cube(session, requested), requested.picked)
        total, facets = counted.total, _facets(query, terms, places, counted)
    ids, total = ([], 0) if requested.is_impossible else page_of_ids(session, requested, total)
    return ids, total, facets


def numbers(session: Session, actor: Actor, query: CatalogueQuery) -> tuple[list[int], int]:
    """Search the ids on the page and the total, without the rows and the facets. The core of the search."""
    require(actor, Can.READ_CATALOGUE)
    requested = resolve_query(
        session, actor, query, taxonomy(session), organisations_by_id(session) if query.organisations else {}
    )
    return ([], 0) if requested.is_impossible else page_of_ids(session, requested, None)


def nearest_outside(
    session: Session, actor: Actor, query: CatalogueQuery, most: int = NEAREST_MOST
) -> tuple[CatalogueRow[CardRow], ...]:
    """Search the nearest listings that fit less.

    First everything but the radius, then also not the condition, the organisation and the day, then also not the words, and at
    last not the material either. Without a place: the newest. Nothing where the whole bank is empty.
    """
    sort = Sort.NEWEST if query.point is None else Sort.DISTANCE
    wider = replace(query, radius_km=None, sort=sort, page=1, page_size=most)
    widest = replace(wider, conditions=(), organisations=(), available_from=None)
    wordless = replace(widest, q="")
    for item in (wider, widest, wordless, replace(wordless, groups=(), materials=())):
        result = browse(session, actor, item, with_facets=False).rows if item != replace(query, page=1, page_size=most) else ()
        if result:
            return result
    return ()


def organisations_by_id(session: Session) -> dict[int, tuple[str, str]]:
    def look() -> dict[int, tuple[str, str]]:
        return {row[0]: (row[1], row[2]) for row in session.execute(_ORGANISATIONS).all()}

    return remembered(session, ("organisations", get_revision(session)), look)


def resolve_query(
    session: Session, actor: Actor, query: CatalogueQuery, terms: Taxonomy, places: dict[int, tuple[str, str]]
) -> Asked:
    inside = actor.is_member and (query.mine or query.statuses not in ((), (ListingStatus.PUBLISHED,)))
    sees_all = not query.mine and may(actor, Can.READ_LISTING_INSIDE, 0)
    wanted = frozenset(query.organisations)
    return Asked(
        query=query,
        dialect=session.get_bind().dialect.name,
        scope=Scope.INSIDE if inside else Scope.MEMBERS if actor.is_member else Scope.PUBLIC,
        own_id=None if sees_all else actor.organisation_id or 0,
        statuses=tuple(status.value for status in query.statuses),
        today=clock.today(),
        prefixes=tuple(search_prefixes(query.q)),
        materials=terms.ids_of(slugs=query.materials) if query.materials else None,
        terms=terms,
        picked=Picked(
            frozenset(query.groups) if query.groups else None,
            terms.ids_of(groups=query.groups) if query.groups else None,
            frozenset(condition.value for condition in query.conditions) if query.conditions else None,
            frozenset(number for number, (slug, _name) in places.items() if slug in wanted) if wanted else None,
        ),
        sort=Sort.NEWEST if query.sort is Sort.DISTANCE and query.point is None else query.sort,
    )


def is_few(materials: frozenset[int] | None) -> bool:
    """Whether these are so few materials that their part of the index is read as a whole."""
    return materials is not None and len(materials) <= FEW_MATERIALS


def shape_of(asked: Asked, way: Way, *, materials: frozenset[int] | None, picked: bool, near: bool) -> Shape:
    return Shape(
        dialect=asked.dialect,
        scope=asked.scope,
        way=Way.ANY if asked.scope is Scope.INSIDE else way,
        words=len(asked.prefixes),
        has_words_indexed=bool(asked.prefixes) and is_few(materials) and asked.scope is not Scope.INSIDE,
        is_near=near,
        has_materials=materials is not None,
        has_organisations=picked and asked.picked.organisations is not None,
        has_conditions=picked and asked.picked.conditions is not None,
        has_day=asked.query.available_from is not None,
        has_statuses=bool(asked.statuses),
        is_own=asked.own_id is not None,
        has_box=asked.query.box is not None,
    )


def figures_of(asked: Asked, radius_km: float | None, materials: frozenset[int] | None) -> dict[str, Any]:
    query = asked.query
    figures: dict[str, Any] = {
        "today": asked.today,
        "confirmed_since": asked.today - STALE_AFTER,
        "own": asked.own_id,
        "statuses": asked.statuses,
        "day": query.available_from,
        "materials": sorted(materials or ()),
        "organisations": sorted(asked.picked.organisations or ()),
        "conditions": sorted(asked.picked.conditions or ()),
        "words": words_of(asked, materials),
        "limit": query.limit,
        "offset": query.offset,
    }
    for number, prefix in enumerate(asked.prefixes):  # a number stands alone, a word begins so
        figures[f"word_{number}"] = f" {prefix} " if prefix.isdigit() else f" {prefix}"
    if query.box is not None:
        figures |= {f"box_{side}": degrees for side, degrees in query.box._asdict().items()}
    if query.point is not None:
        figures["x"], figures["y"], figures["z"] = map(float, ecef_m(query.point))
        if radius_km is not None:
            figures |= {**bounding_box(query.point, radius_km)._asdict(), "chord2": chord2_m2(radius_km)}
    return figures


def words_of(asked: Asked, materials: frozenset[int] | None) -> str:
    """The question to the full-text index. SQLite's knows each listing's material as a word (`0m12`), so that two long lists are cut to a short one there."""
    if asked.dialect != "sqlite":
        return tsquery(list(asked.prefixes))
    words = fts5_query(list(asked.prefixes))
    either = " OR ".join(f'"0m{number}"' for number in sorted(materials or ()))
    return f"{words} AND ({either})" if either else words


def radius_of(asked: Asked) -> float | None:
    query = asked.query
    return None if query.point is None or query.radius_km is None else min(max(float(query.radius_km), 0.0), FARTHEST_KM)


def _cube(session: Session, asked: Asked) -> Cube:
    radius = radius_of(asked)
    named = asked.materials
    way = Way.WORDS if asked.prefixes and not is_few(named) else Way.COVERING
    shape = shape_of(asked, way, materials=named, picked=False, near=radius is not None)
    place = asked.query.point if radius is not None else None
    key = (
        get_revision(session),
        asked.terms.version,
        asked.today,
        shape,
        asked.prefixes,
        named,
        place,
        radius,
        asked.query.box,
        asked.query.available_from,
        asked.own_id,
        asked.statuses,
    )

    def count() -> Cube:
        rows = session.execute(cube_statement(shape), figures_of(asked, radius, named)).all()
        return by_group(rows, lambda number: asked.terms.material_by_id(number).group.slug)

    if asked.scope is Scope.INSIDE:  # the catalogue's revision says nothing about drafts
        return count()
    return remembered(session, key, count)


def page_of_ids(session: Session, asked: Asked, total: int | None) -> tuple[list[int], int]:
    """The numbers on the page and the total. Without a total: everything that fits is visited once and counted on the way."""
    radius, materials = radius_of(asked), asked.wanted_materials
    few = is_few(materials)
    if total is None and not few:
        total = sums(_cube(session, asked), asked.picked).total
    if total is not None and total <= asked.query.offset:
        return [], total
    if total is not None and asked.sort is Sort.DISTANCE and total > FEW_ROWS and asked.scope is not Scope.INSIDE:
        return _nearest(session, asked, total, radius), total
    way = way_to(session, asked, total, few=few)
    rows = _ask(session, asked, way, radius, counted=total is None)
    if total is None:  # a page past the end has no row to say it
        total = rows[0][1] if rows else sums(_cube(session, asked), asked.picked).total if asked.query.offset else 0
    return [row[0] for row in rows], total


def _ask(session: Session, asked: Asked, way: Way, radius: float | None, *, counted: bool = False) -> list[Any]:
    materials = asked.wanted_materials
    shape = shape_of(asked, way, materials=materials, picked=True, near=radius is not None)
    return list(session.execute(rows_statement(shape, asked.sort, counted=counted), figures_of(asked, radius, materials)).all())


def way_to(session: Session, asked: Asked, total: int | None, *, few: bool) -> Way:
    """SQLite's way to the rows. PostgreSQL, which keeps statistics, decides by itself."""
    if asked.dialect != "sqlite" or few:
        return Way.COVERING
    walk = {Sort.NEWEST: Way.NEWEST, Sort.AVAILABLE_FROM: Way.FREE}.get(asked.sort, Way.COVERING)
    if asked.prefixes:
        holding = session.scalar(COUNT_WORDS, {"words": words_of(asked, asked.wanted_materials), "most": MANY_ROWS}) or 0
        return Way.WORDS if holding < MANY_ROWS or (total or 0) < FEW_ROWS else walk
    return walk if (total or 0) > FEW_ROWS else Way.COVERING


def _nearest(session: Session, asked: Asked, total: int, radius: float | None) -> list[int]:
    """A page of the nearest, from circles that grow until one holds the whole page."""
    farthest = FARTHEST_KM if radius is None else radius
    wanted = min(asked.query.offset + asked.query.limit, total) - asked.query.offset
    share = (asked.query.offset + asked.query.limit) / total
    circle = min(farthest, max(FIRST_CIRCLE_KM, farthest * math.sqrt(share) / 4))
    rows = _ask(session, asked, Way.COVERING, circle)
    while len(rows) < wanted and circle < farthest:
        circle = min(farthest, circle * 2)
        rows = _ask(session, asked, Way.COVERING, circle)
    return [row[0] for row in rows]


def rows_of(session: Session, ids: list[int], point: Point | None) -> tuple[CatalogueRow[Listing], ...]:
    if not ids:
        return ()
    by_id = {listing.id: listing for listing in session.scalars(_LISTINGS, {"ids": ids})}
    return tuple(CatalogueRow(by_id[number], _away_km(point, by_id[number])) for number in ids if number in by_id)


def _away_km(point: Point | None, listing: Listing | CardRow) -> int | None:
    return None if point is None else whole_km(point, Point(listing.public_lat, listing.public_lon))


def _facets(
    query: CatalogueQuery,
    terms: Taxonomy,
    places: dict[int, tuple[str, str]],
    counted: Sums,
) -> Facets:
    groups = (FacetCount(group.slug, group.name, counted.by_group.get(group.slug, 0)) for group in terms.groups)
    conditions = (FacetCount(item.value, CONDITION_LABELS[item], counted.by_condition.get(item.value, 0)) for item in Condition)
    organisations = (FacetCount(slug, name, counted.by_organisation.get(number, 0)) for number, (slug, name) in places.items())
    return Facets(
        tuple(item for item in groups if item.count or item.key in query.groups),
        tuple(condition for condition in conditions if condition.count or condition.key in query.conditions),
        tuple(organisation for organisation in organisations if organisation.count or organisation.key in query.organisations),
    )
