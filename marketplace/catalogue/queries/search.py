"""The catalogue search: words, filters, a radius, three orders and facets.

It filters and orders on the public point, the same for everyone, and shows whole kilometres, so that nobody finds the exact spot by asking from three places.
Columns in memory say which listings fit, how many, and which stand on the page; what is shown of those is read from the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from sqlalchemy import Integer, bindparam, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.catalogue.queries.cards import CardRow, list_card_rows
from marketplace.catalogue.queries.columns import (
    Columns,
    FacetCount,
    Facets,
    FieldFacet,
    Ids,
    Mask,
    Near,
    Picked,
    Sums,
    View,
    sums,
)
from marketplace.catalogue.queries.memory import title_words, up_to_date
from marketplace.catalogue.rules.answers import Answers
from marketplace.catalogue.rules.fields import bound_of, fields_to_filter
from marketplace.catalogue.rules.query import SUPPLY_LABELS, CatalogueQuery, Sort, Supply
from marketplace.kernel import clock, spelling
from marketplace.kernel.geo import Point, whole_km
from marketplace.kernel.text import search_prefixes, tokens
from marketplace.market.models import Listing
from marketplace.market.rules.listing import CONDITION_LABELS, Condition, ListingStatus
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.fields import Field
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.places.queries.gazetteer import gazetteer
from marketplace.questions.queries import find_asked_listings

FARTHEST_KM = 600.0  # farther than any two places that the bank knows
_LISTINGS = (
    select(Listing)
    .where(Listing.id.in_(bindparam("ids", type_=Integer, expanding=True)))
    .options(joinedload(Listing.organisation), selectinload(Listing.photos), defer(Listing.search_text))
)
_ORGANISATIONS = select(*(Organisation.__table__.c[name] for name in ("id", "slug", "name"))).order_by(
    Organisation.__table__.c.sort_key, Organisation.__table__.c.id
)
NEAREST_MOST = 3  # what stands beside an empty answer


Shown = TypeVar("Shown", Listing, CardRow)


class CatalogueRow(NamedTuple, Generic[Shown]):
    """A listing in the catalogue, whole or as a card, and how far away it is.

    In whole kilometres, when a place was given.
    """

    listing: Shown
    distance_km: int | None


@dataclass(frozen=True, slots=True)
class CataloguePage(Generic[Shown]):
    """One page of the catalogue. `corrected`: the words that were searched for, where nothing was found for those that were typed."""

    rows: tuple[CatalogueRow[Shown], ...]
    total: int
    page: int
    page_size: int
    facets: Facets | None
    corrected: str | None = None

    @property
    def pages(self) -> int:
        """Count the pages; one when there are no results."""
        return max(1, -(-self.total // self.page_size))


@dataclass(frozen=True, slots=True)
class ResolvedQuery:
    """The question with its names looked up: ids, prefixes, who looks, and the order."""

    query: CatalogueQuery
    view: View
    prefixes: tuple[str, ...]
    materials: frozenset[int] | None  # by `materials`, which has no facet
    picked: Picked
    sort: Sort
    question_hits: Mapping[str, list[int]]  # by word, where it stands in a question or an answer

    def near(self, columns: Columns) -> Near | None:
        """The distances from the place; None without a place."""
        point, radius = self.query.point, self.query.radius_km
        if point is None:
            return None
        return columns.near(point, None if radius is None else min(max(float(radius), 0.0), FARTHEST_KM))

    def picked_kinds(self, columns: Columns) -> Mask | None:
        """What fits the filters that have facets; None without any."""
        return columns.kinds_with(
            materials=self.picked.materials,
            conditions=self.picked.conditions,
            owners=self.picked.organisations,
            supplies=self.picked.supplies,
        )

    def find(self, columns: Columns, near: Near | None) -> Ids:
        """The ids of what fits the filters without facets."""
        box = None if self.query.box is None else columns.spots_within(self.query.box)
        return columns.find(
            self.view,
            spots=(None if near is None else near.spots, box),
            kinds=columns.kinds_with(materials=self.materials),
            on_day=self.query.available_from,
            words=self.prefixes,
            question_hits=self.question_hits,
        )

    def find_all(self, columns: Columns, near: Near | None) -> Ids:
        """The ids of what fits every filter."""
        ids, picked = columns.answering(self.find(columns, near), self.query.fields), self.picked_kinds(columns)
        return ids if picked is None else ids[picked[columns.kinds_of(ids)]]


def search(session: Session, actor: Actor, query: CatalogueQuery) -> CataloguePage[Listing]:
    """One page of what fits, in a stable order, with the total and the facets."""
    ids, total, facets, corrected = _answer_as_meant(session, actor, query, with_facets=True)
    return CataloguePage(
        rows_of(session, ids, query.point), total, query.offset // query.limit + 1, query.limit, facets, corrected
    )


def browse(session: Session, actor: Actor, query: CatalogueQuery, *, with_facets: bool = True) -> CataloguePage[CardRow]:
    """As `search`, with of each listing only what a card says."""
    ids, total, facets, corrected = _answer_as_meant(session, actor, query, with_facets=with_facets)
    return CataloguePage(
        cards_of(session, ids, query.point), total, query.offset // query.limit + 1, query.limit, facets, corrected
    )


def _answer_as_meant(
    session: Session, actor: Actor, query: CatalogueQuery, *, with_facets: bool
) -> tuple[list[int], int, Facets | None, str | None]:
    """The answer, and where there is none the one to the words without typing errors."""
    answer = _answer(session, actor, query, with_facets=with_facets)
    if not answer[1] and (meant := mended(session, actor, query)):
        other = _answer(session, actor, replace(query, q=meant), with_facets=with_facets)
        if other[1]:
            return (*other, meant)
    return (*answer, None)


def mended(session: Session, actor: Actor, query: CatalogueQuery) -> str | None:
    """The words without typing errors. None where there is none, or where no lot in sight has a word that is near."""
    if query.is_literal or not query.q:
        return None
    taxonomy = get_taxonomy(session)
    view = resolve_query(session, actor, query, taxonomy, {}).view

    def helps(word: str) -> bool:
        prefixes = search_prefixes(word)
        with up_to_date(session, prefixes) as columns:
            return bool(prefixes) and len(columns.find(view, words=prefixes)) > 0

    with title_words(session) as titles:
        vocabularies = (taxonomy.vocabulary, titles)
        return spelling.mend(
            query.q,
            is_known=lambda word: word in _place_words() or any(word in vocabulary for vocabulary in vocabularies),
            near=lambda word: spelling.nearest(word, *vocabularies),
            helps=helps,
        )


@cache
def _place_words() -> frozenset[str]:
    return frozenset(word for place in gazetteer().places for word in tokens(place.name))


def _answer(session: Session, actor: Actor, query: CatalogueQuery, *, with_facets: bool) -> tuple[list[int], int, Facets | None]:
    require(actor, Can.READ_CATALOGUE)
    taxonomy = get_taxonomy(session)
    places = organisations_by_id(session) if with_facets or query.organisations else {}
    resolved = resolve_query(session, actor, query, taxonomy, places)
    facets: Facets | None = None
    with up_to_date(session, resolved.prefixes) as columns:
        near = resolved.near(columns)
        candidates = resolved.find(columns, near)
        ids = columns.answering(candidates, query.fields)
        kinds, picked = columns.kinds_of(ids), resolved.picked_kinds(columns)
        if with_facets:
            counted = sums(columns, kinds, resolved.picked, taxonomy.group_slugs)
        if picked is not None:
            ids = ids[picked[kinds]]
        if with_facets:
            if query.fields and picked is not None:
                candidates = candidates[picked[columns.kinds_of(candidates)]]
            by_field = _field_facets(columns, query, candidates if query.fields else ids, taxonomy)
            facets = replace(_facets(query, taxonomy, places, counted), fields=by_field)
        return columns.page(ids, resolved.sort, near, query.offset, query.limit), len(ids), facets


def numbers(session: Session, actor: Actor, query: CatalogueQuery) -> tuple[list[int], int]:
    """Find the ids on the page and the total, without rows and facets: the core of the search."""
    ids, total, _facets = _answer(session, actor, query, with_facets=False)
    return ids, total


def nearest_outside(
    session: Session, actor: Actor, query: CatalogueQuery, most: int = NEAREST_MOST
) -> tuple[CatalogueRow[CardRow], ...]:
    """Find the nearest listings that fit less.

    First everything but the radius, then also not the condition, the organisation, the fields and the day, then
    also not the words, and at last not the material either. Without a place: the newest. Nothing where the whole bank is empty.
    """
    sort = Sort.NEWEST if query.point is None else Sort.DISTANCE
    wider = replace(query, radius_km=None, sort=sort, page=1, page_size=most)
    widest = replace(wider, conditions=(), organisations=(), supplies=(), fields=(), available_from=None)
    wordless = replace(widest, q="")
    for item in (wider, widest, wordless, replace(wordless, groups=(), materials=())):
        result = browse(session, actor, item, with_facets=False).rows if item != replace(query, page=1, page_size=most) else ()
        if result:
            return result
    return ()


def organisations_by_id(session: Session) -> dict[int, tuple[str, str]]:
    """Slug and name of every organisation by its id, in the order of the facet."""
    return {row[0]: (row[1], row[2]) for row in session.connection().execute(_ORGANISATIONS).all()}


def resolve_query(
    session: Session, actor: Actor, query: CatalogueQuery, taxonomy: Taxonomy, places: dict[int, tuple[str, str]]
) -> ResolvedQuery:
    """Look up the names in a question, and what this actor may see."""
    looks_inside = query.mine or query.statuses not in ((), (ListingStatus.PUBLISHED,))
    may_look = may(actor, Can.READ_LISTING_INSIDE, actor.organisation_id)
    finds_none = looks_inside and not may_look and (query.mine or ListingStatus.PUBLISHED not in query.statuses)
    sees_all = not query.mine and may(actor, Can.READ_LISTING_INSIDE, 0)
    wanted = frozenset(query.organisations)
    prefixes = tuple(search_prefixes(query.q))
    return ResolvedQuery(
        query=query,
        view=View(
            today=clock.today(),
            is_member=actor.is_member,
            everything=(looks_inside and may_look) or finds_none,
            own_id=0 if finds_none else None if sees_all else actor.organisation_id or 0,
            statuses=tuple(status.value for status in query.statuses),
        ),
        prefixes=prefixes,
        question_hits=find_asked_listings(session, actor, prefixes),
        materials=taxonomy.ids_of(slugs=query.materials) if query.materials else None,
        picked=Picked(
            taxonomy.ids_of(groups=query.groups) if query.groups else None,
            frozenset(condition.value for condition in query.conditions) if query.conditions else None,
            frozenset(number for number, (slug, _name) in places.items() if slug in wanted) if wanted else None,
            frozenset(query.supplies) or None,
        ),
        sort=Sort.NEWEST if query.sort is Sort.DISTANCE and query.point is None else query.sort,
    )


def cards_of(session: Session, ids: list[int], point: Point | None) -> tuple[CatalogueRow[CardRow], ...]:
    """These listings as far as a card needs them, in this order."""
    return tuple(CatalogueRow(card, _away_km(point, card)) for card in list_card_rows(session, ids))


def rows_of(session: Session, ids: list[int], point: Point | None) -> tuple[CatalogueRow[Listing], ...]:
    """These listings whole, in this order; one that is gone meanwhile is left out."""
    if not ids:
        return ()
    by_id = {listing.id: listing for listing in session.scalars(_LISTINGS, {"ids": ids})}
    return tuple(CatalogueRow(by_id[number], _away_km(point, by_id[number])) for number in ids if number in by_id)


def _away_km(point: Point | None, listing: Listing | CardRow) -> int | None:
    return None if point is None else whole_km(point, Point(listing.public_lat, listing.public_lon))


def _facets(
    query: CatalogueQuery,
    taxonomy: Taxonomy,
    places: dict[int, tuple[str, str]],
    counted: Sums,
) -> Facets:
    groups = (FacetCount(group.slug, group.name, counted.by_group.get(group.slug, 0)) for group in taxonomy.groups)
    conditions = (FacetCount(item.value, CONDITION_LABELS[item], counted.by_condition.get(item.value, 0)) for item in Condition)
    organisations = (FacetCount(slug, name, counted.by_organisation.get(number, 0)) for number, (slug, name) in places.items())
    return Facets(
        tuple(item for item in groups if item.count or item.key in query.groups),
        tuple(condition for condition in conditions if condition.count or condition.key in query.conditions),
        tuple(organisation for organisation in organisations if organisation.count or organisation.key in query.organisations),
        _supplies(query, counted),
    )


def _supplies(query: CatalogueQuery, counted: Sums) -> tuple[FacetCount, ...]:
    """What is there and what is planned; no choice where nothing is planned."""
    if not query.supplies and not counted.by_supply.get(Supply.PLANNED):
        return ()
    return tuple(FacetCount(supply.value, SUPPLY_LABELS[supply], counted.by_supply.get(supply, 0)) for supply in Supply)


def _field_facets(columns: Columns, query: CatalogueQuery, ids: Ids, taxonomy: Taxonomy) -> tuple[FieldFacet, ...]:
    """What these listings say of the fields of the material or group that was chosen.

    They fit every filter but those by field. Fields of which none says anything are left out.
    """
    fields = fields_to_filter(taxonomy, query.groups, query.materials, query.fields)
    if not fields:
        return ()
    filters = {field_filter.slug: field_filter for field_filter in query.fields}
    by_all = columns.answer_sets_of(columns.answering(ids, query.fields))
    rows = []
    for field in fields:
        own = filters.get(field.slug)
        others = (field_filter for field_filter in query.fields if field_filter is not own)
        sets = by_all if own is None else columns.answer_sets_of(columns.answering(ids, others))
        facet = _field_facet(columns.answers, field, sets, () if own is None else own.one_of)
        if own is not None or facet.silent < len(sets):
            rows.append(facet)
    return tuple(rows)


def _field_facet(answers: Answers, field: Field, sets: Ids, ticked: Sequence[str]) -> FieldFacet:
    """What the listings with these sets of answers say of a field. Choices that are ticked stand there always."""
    if field.kind.has_order:
        figures = answers.figures(field.slug)[sets]
        figures = figures[~np.isnan(figures)]
        least, most = (bound_of(field, float(end)) for end in (figures.min(), figures.max())) if len(figures) else (None, None)
        return FieldFacet(field, (), least, most, len(sets) - len(figures))
    counts = answers.counted(field.slug, sets)
    visible = (choice for choice in field.choices if choice.slug in counts or choice.slug in ticked)
    choices = tuple(FacetCount(choice.slug, choice.name, counts.get(choice.slug, 0)) for choice in visible)
    return FieldFacet(field, choices, None, None, len(sets) - sum(counts.values()))
