"""The catalogue on the map: marks for a zoom and a view, and the list beside them.

It is the same question as that of the list.

Only public points are read and shown. The database counts by public point, a fixed grid of 500 m: at most some six thousand rows
in Twente, whatever is on offer. That count is stored until the catalogue changes, and every pan and zoom after it is arithmetic.
Marks and list are of the same listings: the sum of the marks is the total of the list.
"""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.catalogue.queries.facets import remembered
from marketplace.catalogue.queries.search import (
    FEW_MATERIALS,
    Asked,
    CatalogueRow,
    figures_of,
    organisations_by_id,
    page_of_ids,
    radius_of,
    resolve_query,
    rows_of,
    shape_of,
)
from marketplace.catalogue.queries.statements import Way, spots_statement
from marketplace.catalogue.rules.clusters import Cluster, Spot, clusters_of
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.kernel.geo import Box
from marketplace.market.models import Listing
from marketplace.market.queries.revision import get_revision
from marketplace.materials.queries import taxonomy


@dataclass(frozen=True, slots=True)
class MapRow:
    """A line of the list beside the map, and the mark that it is in."""

    row: CatalogueRow[Listing]
    cluster_key: str


@dataclass(frozen=True, slots=True)
class MapFound:
    """What is in view. `alone` holds the listings that are a mark by themselves, by their number."""

    total: int
    outside: int
    clusters: tuple[Cluster, ...]
    alone: dict[int, Listing]
    rows: tuple[MapRow, ...]


def search_map(session: Session, actor: Actor, query: CatalogueQuery, *, zoom: int) -> MapFound:
    """Search the marks within the query's box, and one page of the same listings.

    Everything without a box; the page is in the catalogue's order.
    """
    require(actor, Can.READ_CATALOGUE)
    places = organisations_by_id(session) if query.organisations else {}
    everywhere = resolve_query(session, actor, replace(query, box=None, mine=False, statuses=()), taxonomy(session), places)
    spots = () if everywhere.is_impossible else _spots(session, everywhere)
    box = query.box
    seen = [spot for spot in spots if _is_in(spot, box)] if box else list(spots)
    total, outside = (
        sum(spot.listings for spot in seen),
        sum(spot.listings for spot in spots) - sum(spot.listings for spot in seen),
    )
    requested = replace(everywhere, query=replace(query, box=box)) if outside else everywhere
    clusters = clusters_of(seen, zoom)
    ids, _total = page_of_ids(session, requested, total) if total else ([], 0)
    keys = {(spot.lat, spot.lon): cluster.key for cluster in clusters for spot in cluster.spots}
    listed = rows_of(session, ids, query.point)
    alone = [cluster.first_id for cluster in clusters if cluster.count == 1]
    return MapFound(
        total=total,
        outside=outside,
        clusters=tuple(clusters),
        alone={row.listing.id: row.listing for row in rows_of(session, alone, None)},
        rows=tuple(MapRow(row, keys.get((row.listing.public_lat, row.listing.public_lon), "")) for row in listed),
    )


def _is_in(spot: Spot, box: Box) -> bool:
    return box.south <= spot.lat <= box.north and box.west <= spot.lon <= box.east


def _spots(session: Session, asked: Asked) -> tuple[Spot, ...]:
    radius, materials = radius_of(asked), asked.wanted_materials
    few = materials is not None and len(materials) <= FEW_MATERIALS
    way = Way.WORDS if asked.prefixes and not few else Way.COVERING
    shape = shape_of(asked, way, materials=materials, picked=True, near=radius is not None)
    key = (
        "spots",
        get_revision(session),
        asked.today,
        shape,
        asked.prefixes,
        materials,
        asked.picked,
        asked.query.point if radius is not None else None,
        radius,
        asked.query.available_from,
    )

    def count() -> tuple[Spot, ...]:
        result = session.execute(spots_statement(shape), figures_of(asked, radius, materials))
        return tuple(sorted(Spot(*row) for row in result))

    return remembered(session, key, count)
