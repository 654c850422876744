"""The assets on the map: marks for a zoom and a view, and the list beside them.

An asset stands where its owner put it. The database gathers what lies within a few hundred metres, so what is read does not grow with
what is owned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.catalogue.rules.clusters import Cluster, Spot, clusters_of
from marketplace.kernel.geo import Box
from marketplace.passports.models import Asset
from marketplace.passports.queries.assets import WHOSE, order_of, seen
from marketplace.passports.rules.assets import AssetFilter

CELLS_PER_LAT, CELLS_PER_LON = 400.0, 250.0  # some 280 by 270 m
FINE_ZOOM = 11  # from here on; farther away a cell is twice as wide for each zoom, some six pixels


@dataclass(frozen=True, slots=True)
class AssetsOnMap:
    """What is in view. `alone` holds the assets that are a mark by themselves, `rows` one page with the mark that each is in."""

    total: int
    outside: int
    clusters: tuple[Cluster, ...]
    alone: dict[int, Asset]
    rows: tuple[tuple[Asset, str], ...]


def map_assets(session: Session, actor: Actor, wanted: AssetFilter, *, box: Box | None, zoom: int) -> AssetsOnMap:
    """Find the marks within a view, and one page of the same assets. Without a view everything that is asked for."""
    width = 2.0 ** max(0, FINE_ZOOM - zoom)
    cell = (func.round(Asset.lat * (CELLS_PER_LAT / width)), func.round(Asset.lon * (CELLS_PER_LON / width)))
    every = session.scalar(seen(select(func.count(Asset.id)), actor, wanted)) or 0
    inside = () if box is None else (Asset.lat.between(box.south, box.north), Asset.lon.between(box.west, box.east))
    sums = select(func.avg(Asset.lat), func.avg(Asset.lon), func.count(), func.min(Asset.id), *cell)
    cells = session.execute(seen(sums, actor, wanted).where(*inside).group_by(*cell)).all()
    spots = {Spot(lat, lon, count, first): (row, column) for lat, lon, count, first, row, column in cells}
    clusters = clusters_of(sorted(spots), zoom)
    keys = {spots[spot]: cluster.key for cluster in clusters for spot in cluster.spots}
    total = sum(spot.listings for spot in spots)
    page = seen(select(Asset, *cell), actor, wanted).where(*inside).options(*WHOSE).order_by(*order_of(wanted))
    rows = session.execute(page.limit(wanted.page_size).offset((wanted.page - 1) * wanted.page_size)).all()
    alone = [cluster.first_id for cluster in clusters if cluster.count == 1]
    return AssetsOnMap(
        total=total,
        outside=every - total,
        clusters=tuple(clusters),
        alone={asset.id: asset for asset in _of(session, alone)},
        rows=tuple((asset, keys[row, column]) for asset, row, column in rows),
    )


def _of(session: Session, ids: Sequence[int]) -> Sequence[Asset]:
    return session.scalars(select(Asset).where(Asset.id.in_(ids)).options(*WHOSE)).all() if ids else ()
