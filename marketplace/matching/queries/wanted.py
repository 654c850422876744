"""The search in the demands, and what of one's own lots fits them.

Words, filters, a radius, four orders, counts, and the map.

Everything that is wanted is a few thousand rows, so one narrow question of the database brings what filters, counts and orders ask for, and only the demands of
the page are read whole. Words are found as in the catalogue. Distances are to the public point; for visitors, who are not told where a
demand lies, to the main place of whoever asks.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Integer, Select, String, bindparam, select, type_coerce
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.catalogue.queries.columns import FacetCount
from marketplace.catalogue.queries.search import FARTHEST_KM
from marketplace.catalogue.rules.clusters import Cluster, Spot, clusters_of
from marketplace.exchange.queries.destination import list_served_demands, totals_under_way
from marketplace.kernel import clock
from marketplace.kernel.geo import Point, chord2_between_m2, chord2_m2, ecef_m, whole_km
from marketplace.market.models import Demand
from marketplace.market.queries.demands import visible_demands
from marketplace.market.rules.windows import Asker
from marketplace.matching.models import ProposalMade
from marketplace.matching.queries.own_lots import (
    EPOCH,
    NOTHING,
    WORDS,
    Fitting,
    Needs,
    OwnFit,
    OwnLot,
    days,
    fitting,
    list_own_lots,
    own_fit,
)
from marketplace.matching.rules.wanted import FIT_LABELS, WantedQuery, WantedSort, find_words
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.questions.queries import list_demand_texts

NEAREST_MOST = 3  # what stands below an empty answer
_demand = Demand.__table__.c
_NARROW = (
    *("id", "material_id", "organisation_id", "needed_from", "needed_until"),
    *("public_lat", "public_lon", "public_x_m", "public_y_m", "public_z_m"),
)
_FOR_THE_RULE = (
    *("status", "quantity", "fulfilled", "unit", "min_condition", "max_distance_km", "accepts_hazards"),
    *("accepts_unknown_hazards", "confirmed_on", "fields"),
)
_EXACT = ("lat", "lon", "x_m", "y_m", "z_m")
_AS_STORED: dict[
    str, Any
] = {  # thousandths, and a list as its text: turning ten thousand of them takes longer than asking for them
    **dict.fromkeys(("quantity", "fulfilled", "max_distance_km"), Integer),
    **dict.fromkeys(("accepts_hazards", "fields"), String),
    **dict.fromkeys(("needed_from", "needed_until", "confirmed_on"), String),
}
_DEMANDS = (
    select(Demand).where(Demand.id.in_(bindparam("ids", type_=Integer, expanding=True))).options(joinedload(Demand.organisation))
)
_PROPOSED = select(ProposalMade.listing_id, ProposalMade.demand_id).where(
    ProposalMade.demand_id.in_(bindparam("ids", type_=Integer, expanding=True))
)
_organisation = Organisation.__table__.c
_ORGANISATIONS = select(*(_organisation[name] for name in ("id", "slug", "name", "kind", "main_lat", "main_lon"))).order_by(
    _organisation.sort_key, _organisation.id
)
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class WantedRow:
    """A demand in the results. What of it is neither there nor under way, how far away in whole kilometres, and what fits it."""

    demand: Demand
    to_find: Decimal
    distance_km: int | None
    own: OwnFit | None


@dataclass(frozen=True, slots=True)
class WantedFacets:
    """Counts of each filter with the other filters applied and not its own. `fits`: none without lots of one's own."""

    groups: tuple[FacetCount, ...]
    organisations: tuple[FacetCount, ...]
    fits: tuple[FacetCount, ...]


@dataclass(frozen=True, slots=True)
class WantedFound:
    """One page of the demands. `sort`: the order in which they stand. `compared`: how many lots of one's own were looked at.

    `corrected`: the words that were searched for, where nothing was found for those that were typed.
    """

    rows: tuple[WantedRow, ...]
    total: int
    page: int
    page_size: int
    sort: WantedSort
    facets: WantedFacets
    compared: int
    corrected: str | None = None

    @property
    def pages(self) -> int:
        """Count the pages; one when there are no results."""
        return max(1, -(-self.total // self.page_size))


@dataclass(frozen=True, slots=True)
class WantedOnMap:
    """What is in view. `alone` holds the demands that are a mark by themselves, `rows` one page with the mark that each is in."""

    total: int
    outside: int
    clusters: tuple[Cluster, ...]
    alone: dict[int, Demand]
    rows: tuple[tuple[WantedRow, str], ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """An organisation as the search knows it."""

    slug: str
    name: str
    kind: str
    main: Point


@dataclass(frozen=True)
class _Look:
    """Every demand that an actor may see and that has the words, as columns."""

    session: Session
    actor: Actor
    query: WantedQuery
    taxonomy: Taxonomy
    places: dict[int, _Place]
    own: list[OwnLot]
    columns: dict[str, Sequence[Any]]
    fitting: Fitting

    def __len__(self) -> int:
        return len(self.columns["id"])

    def numbers(self, name: str) -> NDArray[np.intp]:
        """A column of whole numbers."""
        return np.array(self.columns[name], np.intp)

    @cached_property
    def squared_m2(self) -> NDArray[np.float64]:
        """The squared distances to the place that was asked for, which is there."""
        here = np.array(ecef_m(self.query.point or Point(0, 0)), np.float64)
        if self.actor.is_member:
            axes = [self.columns[name] for name in ("public_x_m", "public_y_m", "public_z_m")]
            steps = np.array(axes, np.float64).reshape(3, len(self)).T - here
            squared: NDArray[np.float64] = (steps * steps).sum(axis=1)
            return squared
        by_asker = {
            number: float(chord2_between_m2(place.main, self.query.point or place.main)) for number, place in self.places.items()
        }
        return np.array([by_asker[number] for number in self.columns["organisation_id"]], np.float64)

    def point(self, place: int) -> Point:
        """Where the reader is told that it lies."""
        if self.actor.is_member:
            return Point(self.columns["public_lat"][place], self.columns["public_lon"][place])
        return self.places[self.columns["organisation_id"][place]].main

    def masks(self) -> dict[str, Mask]:
        """What fits each filter that has a facet, and (`rest`) all the others. Those that are not asked for let everything through."""
        query = self.query
        every: Mask = np.ones(len(self), np.bool_)
        rest = every
        if query.point is not None and query.radius_km is not None:
            rest = self.squared_m2 <= chord2_m2(min(max(float(query.radius_km), 0.0), FARTHEST_KM))
        wanted = frozenset(query.organisations)
        chosen = [number for number, place in self.places.items() if place.slug in wanted]
        kinds = [number for number, fit in WORDS.items() if fit in query.fits]
        groups = list(self.taxonomy.ids_of(groups=query.groups))
        return {
            "rest": rest,
            "groups": np.isin(self.numbers("material_id"), groups) if query.groups else every,
            "organisations": np.isin(self.numbers("organisation_id"), chosen) if wanted else every,
            "fits": np.isin(self.fitting.how, kinds) if query.fits else every,
        }

    def order(self, at: NDArray[np.intp]) -> tuple[NDArray[np.intp], WantedSort]:
        """The demands at these places in their order, and which order that is. Equal ones stand by number, the newest first."""
        sort, point = self.query.sort, self.query.point
        if (sort is WantedSort.FITS and not self.own) or (sort is WantedSort.DISTANCE and point is None):
            sort = WantedSort.NEEDED_FROM
        keys: list[NDArray[Any]] = [-self.numbers("id")[at]]
        if sort is not WantedSort.NEWEST:
            today = clock.today().toordinal() - EPOCH
            keys += [days(self.columns["needed_until"])[at], np.maximum(days(self.columns["needed_from"]), today)[at]]
        if sort in (WantedSort.DISTANCE, WantedSort.FITS) and point is not None:
            keys.append(self.squared_m2[at])
        if sort is WantedSort.FITS:
            keys.append(-self.fitting.how[at])
        return at[np.lexsort(keys)], sort

    def facets(self, masks: dict[str, Mask]) -> WantedFacets:
        """The counts, each without its own filter."""
        query = self.query
        groups, askers, fits = (self.places_of(masks, without) for without in ("groups", "organisations", "fits"))
        by_group = Counter(map(self.taxonomy.group_slugs.__getitem__, self.numbers("material_id")[groups].tolist()))
        by_asker = Counter(self.numbers("organisation_id")[askers].tolist())
        by_fit = Counter(self.fitting.how[fits].tolist())
        return WantedFacets(
            tuple(
                FacetCount(group.slug, group.name, by_group[group.slug])
                for group in self.taxonomy.groups
                if by_group[group.slug] or group.slug in query.groups
            ),
            tuple(
                FacetCount(place.slug, place.name, by_asker[number])
                for number, place in self.places.items()
                if by_asker[number] or place.slug in query.organisations
            ),
            tuple(
                FacetCount(fit.value, FIT_LABELS[fit], by_fit[number])
                for number, fit in reversed(WORDS.items())
                if by_fit[number] or fit in query.fits
            ),
        )

    def places_of(self, masks: dict[str, Mask], without: str = "") -> NDArray[np.intp]:
        """Where what fits stands, by every filter but one."""
        return np.flatnonzero(np.logical_and.reduce([mask for name, mask in masks.items() if name != without]))

    def written(self, places: list[int]) -> tuple[WantedRow, ...]:
        """These demands whole, in this order, with what fits them. One that is gone is left out."""
        ids = [self.columns["id"][place] for place in places]
        if not ids:
            return ()
        demands = {demand.id: demand for demand in self.session.scalars(_DEMANDS, {"ids": ids})}
        under_way = totals_under_way(self.session, demands.values())
        fitting_ids = [self.columns["id"][place] for place in places if self.fitting.how[place] != NOTHING]
        offered = {(row[0], row[1]) for row in self.session.execute(_PROPOSED, {"ids": fitting_ids})} if fitting_ids else set()
        result = []
        for place, number in zip(places, ids, strict=True):
            demand = demands.get(number)
            if demand is None:
                continue
            to_find = max(demand.remaining - under_way.get(number, Decimal(0)), Decimal(0))
            away = None if self.query.point is None else whole_km(self.query.point, self.point(place))
            result.append(WantedRow(demand, to_find, away, self._own_fit(place, demand, to_find, offered)))
        return tuple(result)

    def _own_fit(self, place: int, demand: Demand, to_find: Decimal, offered: set[tuple[int, int]]) -> OwnFit | None:
        if self.fitting.how[place] == NOTHING:
            return None
        own = self.own[int(self.fitting.lots[place])]
        return own_fit(self.actor, own, demand, to_find, self.taxonomy, is_offered=(own.listing_id, demand.id) in offered)


def search_wanted(session: Session, actor: Actor, query: WantedQuery) -> WantedFound:
    """One page of the demands that fit, in a stable order, with the total and the counts.

    Where there are none, those for the words without typing errors.
    """
    result = _search(session, actor, query)
    meant = get_taxonomy(session).mend(query.q) if query.q and not result.total and not query.is_literal else None
    other = _search(session, actor, replace(query, q=meant)) if meant else result
    return replace(other, corrected=meant) if other.total and meant else result


def _search(session: Session, actor: Actor, query: WantedQuery) -> WantedFound:
    look = _look(session, actor, query)
    at, sort = look.order(look.places_of(masks := look.masks()))
    places = at[query.offset : query.offset + query.limit].tolist()
    page = query.offset // query.limit + 1
    return WantedFound(look.written(places), len(at), page, query.limit, sort, look.facets(masks), len(look.own))


def nearest_wanted(session: Session, actor: Actor, query: WantedQuery, most: int = NEAREST_MOST) -> tuple[WantedRow, ...]:
    """Find the demands that fit less, where nothing fits.

    First everything but the radius, then also not the organisation, the period and what one has, then also not the words, and at last
    not the material either.
    """
    sort = WantedSort.NEEDED_FROM if query.point is None else WantedSort.DISTANCE
    wider = replace(query, radius_km=None, sort=sort, page=1, page_size=most)
    widest = replace(wider, organisations=(), municipalities=(), first=None, last=None, fits=())
    wordless = replace(widest, q="")
    for item in (wider, widest, wordless, replace(wordless, groups=(), materials=())):
        rows = search_wanted(session, actor, item).rows if item != replace(query, sort=sort, page=1, page_size=most) else ()
        if rows:
            return rows
    return ()


def map_wanted(session: Session, actor: Actor, query: WantedQuery, *, zoom: int) -> WantedOnMap:
    """Find the marks within the query's box, and one page of the same demands. Without a box everything that fits."""
    look = _look(session, actor, query)
    at, _sort = look.order(look.places_of(look.masks()))
    points = {place: look.point(place) for place in at.tolist()}
    inside = [place for place in at.tolist() if query.box is None or query.box.holds(points[place])]
    spots: dict[Point, list[int]] = {}
    for place in sorted(inside):
        spots.setdefault(points[place], []).append(look.columns["id"][place])
    clusters = clusters_of(sorted(Spot(point.lat, point.lon, len(ids), min(ids)) for point, ids in spots.items()), zoom)
    keys = {(spot.lat, spot.lon): cluster.key for cluster in clusters for spot in cluster.spots}
    alone = [cluster.first_id for cluster in clusters if cluster.count == 1]
    places = inside[query.offset : query.offset + query.limit]
    by_id = {look.columns["id"][place]: points[place] for place in places}
    return WantedOnMap(
        total=len(inside),
        outside=len(at) - len(inside),
        clusters=tuple(clusters),
        alone={demand.id: demand for demand in session.scalars(_DEMANDS, {"ids": alone})} if alone else {},
        rows=tuple((row, keys.get((by_id[row.demand.id].lat, by_id[row.demand.id].lon), "")) for row in look.written(places)),
    )


def _look(session: Session, actor: Actor, query: WantedQuery) -> _Look:
    require(actor, Can.READ_CATALOGUE)
    taxonomy = get_taxonomy(session)
    places = {
        row.id: _Place(row.slug, row.name, row.kind, Point(row.main_lat, row.main_lon))
        for row in session.connection().execute(_ORGANISATIONS)
    }
    own = [] if query.mine else list_own_lots(session, actor)
    exact = may(actor, Can.READ_POINTS)
    names = [*_NARROW, *(_FOR_THE_RULE if own else ()), *(_EXACT if own and exact else ())]
    session.flush()  # the connection itself is asked: the session would make an object of each row
    rows = session.connection().execute(_narrow(actor, query, taxonomy, names)).all()
    columns: dict[str, Sequence[Any]] = dict(zip(names, zip(*rows, strict=True) if rows else repeat(()), strict=False))
    if query.q:
        question_texts = list_demand_texts(session, actor)
        texts = [(*row[len(names) :], *question_texts.get(number, ())) for number, row in zip(columns["id"], rows, strict=True)]
        names_of = {number: taxonomy.material_by_id(number).search_words for number in set(columns["material_id"])}
        hits = find_words(query.q, columns["material_id"], names_of, texts)
        columns = {name: [values[place] for place in hits] for name, values in columns.items()}
    askers = {number: Asker(number, place.slug, place.kind) for number, place in places.items()}
    needs = Needs(columns, askers, _under_way(session, columns) if own else {}, taxonomy, exact)
    how = fitting(own, needs, today=clock.today())
    return _Look(session, actor, query, taxonomy, places, own, columns, how)


class _Served(NamedTuple):
    """What of a demand is needed to know what is under way to it."""

    id: int
    unit: str
    material_id: int


def _under_way(session: Session, columns: dict[str, Sequence[Any]]) -> dict[int, Decimal]:
    served = list_served_demands(session)
    demands = zip(columns["id"], columns["unit"], columns["material_id"], strict=True)
    served_demands: list[Any] = [_Served(*demand) for demand in demands if demand[0] in served]
    return totals_under_way(session, served_demands) if served_demands else {}


def _narrow(actor: Actor, query: WantedQuery, taxonomy: Taxonomy, names: list[str]) -> Select[Any]:
    rows = visible_demands(actor, statuses=query.statuses, mine=query.mine)
    if query.first is not None:
        rows = rows.where(Demand.needed_until >= query.first)
    if query.last is not None:
        rows = rows.where(Demand.needed_from <= query.last)
    if query.municipalities:
        rows = rows.where(Demand.municipality.in_(query.municipalities))
    if query.materials:
        rows = rows.where(Demand.material_id.in_(taxonomy.ids_of(slugs=query.materials)))
    columns = [type_coerce(_demand[name], _AS_STORED[name]) if name in _AS_STORED else _demand[name] for name in names]
    texts = [_demand.title, *([_demand.description] if actor.is_member else [])] if query.q else []
    return rows.with_only_columns(*columns, *texts)
