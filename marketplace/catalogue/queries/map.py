"""The catalogue on the map: marks for a zoom and a view, and the list beside them.

Only public points are asked for and told: a fixed grid of 500 m, at most some six thousand spots in Twente, whatever is on offer. Marks and list are of
the same listings: the sum of the marks is the total of the list.
"""

from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.catalogue.queries.cards import CardRow, list_card_rows
from marketplace.catalogue.queries.columns import Columns, Ids
from marketplace.catalogue.queries.memory import up_to_date
from marketplace.catalogue.queries.search import CatalogueRow, cards_of, mended, organisations_by_id, resolve_query
from marketplace.catalogue.rules.clusters import Cluster, Spot, clusters_of
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.materials.queries import get_taxonomy


@dataclass(frozen=True, slots=True)
class MapRow:
    """A line of the list beside the map, and the mark that it is in."""

    row: CatalogueRow[CardRow]
    cluster_key: str


@dataclass(frozen=True, slots=True)
class MapFound:
    """What is in view. `alone` holds the listings that are a mark by themselves, by their number."""

    total: int
    outside: int
    clusters: tuple[Cluster, ...]
    alone: dict[int, CardRow]
    rows: tuple[MapRow, ...]


def search_map(session: Session, actor: Actor, query: CatalogueQuery, *, zoom: int) -> MapFound:
    """Find the marks within the query's box, and one page of the same listings.

    Without a box everything that fits; the page is in the catalogue's order.
    """
    require(actor, Can.READ_CATALOGUE)
    places = organisations_by_id(session) if query.organisations else {}
    resolved = resolve_query(session, actor, replace(query, box=None, mine=False, statuses=()), get_taxonomy(session), places)
    with up_to_date(session, resolved.prefixes) as columns:
        near = resolved.near(columns)
        everywhere = resolved.find_all(columns, near)
        inside = everywhere if query.box is None else everywhere[columns.spots_within(query.box)[columns.spots_of(everywhere)]]
        spots = _spots(columns, inside)
        ids = columns.page(inside, resolved.sort, near, query.offset, query.limit)
    if not len(everywhere) and (meant := mended(session, actor, query)):
        return search_map(session, actor, replace(query, q=meant, is_literal=True), zoom=zoom)
    clusters = clusters_of(spots, zoom)
    keys = {(spot.lat, spot.lon): cluster.key for cluster in clusters for spot in cluster.spots}
    alone = [cluster.first_id for cluster in clusters if cluster.count == 1]
    return MapFound(
        total=len(inside),
        outside=len(everywhere) - len(inside),
        clusters=tuple(clusters),
        alone={card.id: card for card in list_card_rows(session, alone)},
        rows=tuple(
            MapRow(row, keys.get((row.listing.public_lat, row.listing.public_lon), ""))
            for row in cards_of(session, ids, query.point)
        ),
    )


def _spots(columns: Columns, ids: Ids) -> list[Spot]:
    """Group listings by spot from south to north, with how many there are and are planned."""
    spots = columns.spots_of(ids)
    is_planned = columns.kinds[3][columns.kinds_of(ids)].astype(np.bool_)
    planned = np.bincount(spots[is_planned], minlength=columns.spots.shape[1])
    counts, first = np.bincount(spots, minlength=columns.spots.shape[1]), np.zeros(columns.spots.shape[1], np.intp)
    first[spots[::-1]] = ids[::-1]  # the lowest id is written last and stays
    there = np.flatnonzero(counts)
    lat, lon = columns.spots[:2, there]
    return sorted(map(Spot, lat.tolist(), lon.tolist(), counts[there].tolist(), first[there].tolist(), planned[there].tolist()))
