"""The map's answer: marks by their public point, and the list as the page shows it.

Each mark has a name for readers who cannot see it.
"""

import gzip
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask import Response, current_app, jsonify, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from marketplace.accounts.policy import Actor
from marketplace.catalogue.queries.cards import CardRow
from marketplace.catalogue.queries.map import MapFound
from marketplace.catalogue.rules.clusters import ZOOM_LEAST, ZOOM_MOST, Cluster
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.http.request import current_actor
from marketplace.kernel.errors import Invalid
from marketplace.kernel.formats import quantity
from marketplace.kernel.geo import EAST, NORTH, SOUTH, WEST, Box, Point
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Demand
from marketplace.matching.queries.wanted import WantedOnMap
from marketplace.matching.rules.wanted import WantedQuery
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.passports.queries.assets import NOTHING_HELD, Holding
from marketplace.passports.queries.map import AssetsOnMap
from marketplace.passports.rules.assets import AssetFilter
from marketplace.places.queries.gazetteer import gazetteer
from marketplace.web.ui.lots import address_of, lot_of, picture
from marketplace.web.ui.passports import AssetRow, row_of
from marketplace.web.ui.plans import short_period_of
from marketplace.web.ui.wants import want_of

FIRST_ZOOM = 10
GZIP_LEVEL = 5


def box_of(args: MultiDict[str, str]) -> Box | None:
    """Read the view in degrees, cut off at the edges of the country; none when not given. Refused: anything but four numbers."""
    typed = args.get("bbox", "").strip()
    if not typed:
        return None
    try:
        west, south, east, north = (float(part) for part in typed[:200].split(","))
    except ValueError:
        raise Invalid(_("A view of the map is four numbers: west, south, east, north."), "bbox") from None
    if not all(map(math.isfinite, (west, south, east, north))):
        raise Invalid(_("A view of the map is four numbers: west, south, east, north."), "bbox")
    return Box(max(south, SOUTH), min(north, NORTH), max(west, WEST), min(east, EAST))


def zoom_of(args: MultiDict[str, str]) -> int:
    """The zoom of the view; what is no zoom is the first one."""
    typed = args.get("zoom", "")
    zoom = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else FIRST_ZOOM
    return max(ZOOM_LEAST, min(zoom, ZOOM_MOST))


def answer(on_map: MapFound, taxonomy: Taxonomy, query: CatalogueQuery) -> Response:
    """Answer with marks in the order of the list, then the rest from large to small.

    The list is a piece of the page. 304 to a browser that has the same.
    """
    address = address_of()
    lots = [
        (lot_of(row.row.listing, taxonomy, distance_km=row.row.distance_km, address=address), row.cluster_key)
        for row in on_map.rows
    ]
    marks = [
        _mark(cluster) | (_lot(on_map.alone[cluster.first_id], address) if cluster.first_id in on_map.alone else _lots(cluster))
        for cluster in _in_order(on_map.clusters, [row.cluster_key for row in on_map.rows])
    ]
    response = jsonify(
        total=on_map.total,
        outside=on_map.outside,
        heading=str(ngettext("%(count)s lot in view", "%(count)s lots in view", on_map.total, count=on_map.total)),
        clusters=marks,
        list=render_template("map/_rows.html", lots=lots),
        nextPage=query.page + 1 if query.offset + len(lots) < on_map.total else None,
    )
    return _marked(response)


def wanted_answer(on_map: WantedOnMap, taxonomy: Taxonomy, query: WantedQuery, actor: Actor) -> Response:
    """The same of what is wanted."""
    wants = [(want_of(row, taxonomy, actor), key) for row, key in on_map.rows]
    marks = [
        _mark(cluster)
        | (_want(on_map.alone[cluster.first_id], taxonomy) if cluster.first_id in on_map.alone else _wants(cluster))
        for cluster in _in_order(on_map.clusters, [key for _row, key in on_map.rows])
    ]
    response = jsonify(
        total=on_map.total,
        outside=on_map.outside,
        heading=str(ngettext("%(count)s demand in view", "%(count)s demands in view", on_map.total, count=on_map.total)),
        clusters=marks,
        list=render_template("map/_wanted_rows.html", wants=wants),
        nextPage=query.page + 1 if query.offset + len(wants) < on_map.total else None,
    )
    return _marked(response)


def assets_answer(on_map: AssetsOnMap, query: AssetFilter, held: Mapping[int, Holding], actor: Actor) -> Response:
    """The same of the passports."""
    assets = [(row_of(actor, asset, held.get(asset.id, NOTHING_HELD)), key) for asset, key in on_map.rows]
    marks = [
        _mark(cluster)
        | (
            _asset(row_of(actor, on_map.alone[cluster.first_id], held.get(cluster.first_id, NOTHING_HELD)))
            if cluster.first_id in on_map.alone
            else _assets(cluster)
        )
        for cluster in _in_order(on_map.clusters, [key for _row, key in on_map.rows])
    ]
    behind = (query.page - 1) * query.page_size + len(assets)
    response = jsonify(
        total=on_map.total,
        outside=on_map.outside,
        heading=str(ngettext("%(count)s passport in view", "%(count)s passports in view", on_map.total, count=on_map.total)),
        clusters=marks,
        list=render_template("map/_asset_rows.html", assets=assets),
        nextPage=query.page + 1 if behind < on_map.total else None,
    )
    return _marked(response)


def _in_order(clusters: Sequence[Cluster], keys: Iterable[str]) -> list[Cluster]:
    ranks = {key: rank for rank, key in enumerate(dict.fromkeys(keys))}
    return sorted(clusters, key=lambda cluster: ranks.get(cluster.key, len(ranks)))


def _mark(cluster: Cluster) -> dict[str, Any]:
    box = cluster.box
    return {
        "key": cluster.key,
        "count": cluster.count,
        "lat": round(cluster.lat, 5),
        "lon": round(cluster.lon, 5),
        "box": [box.west, box.south, box.east, box.north],
        "isOneSpot": cluster.is_one_spot,
    }


def _lots(cluster: Cluster) -> dict[str, Any]:
    """Several lots, and how many of them are planned, in the name of the mark and below it."""
    near, count, planned = _near(round(cluster.lat, 5), round(cluster.lon, 5)), cluster.count, cluster.planned
    name = str(ngettext("%(count)s lot near %(place)s", "%(count)s lots near %(place)s", count, count=count, place=near))
    also = str(ngettext("%(num)s planned", "%(num)s planned", planned)) if planned else ""
    return {"name": f"{name}, {also}" if also else name, "planned": planned, "also": also}


def _wants(cluster: Cluster) -> dict[str, Any]:
    near = _near(round(cluster.lat, 5), round(cluster.lon, 5))
    name = ngettext(
        "%(count)s demand near %(place)s", "%(count)s demands near %(place)s", cluster.count, count=cluster.count, place=near
    )
    return {"name": str(name)}


def _assets(cluster: Cluster) -> dict[str, Any]:
    near = _near(round(cluster.lat, 5), round(cluster.lon, 5))
    name = ngettext(
        "%(count)s passport near %(place)s", "%(count)s passports near %(place)s", cluster.count, count=cluster.count, place=near
    )
    return {"name": str(name)}


def _asset(row: AssetRow) -> dict[str, Any]:
    kind, *others = map(str, row.details)
    amount = row.mass or kind
    return {
        "name": ", ".join((row.name, amount, *others)),
        "lot": {
            "id": row.id,
            "title": row.name,
            "url": row.href,
            "quantity": amount,
            "place": ", ".join(others) or kind,
            "photo": current_app.jinja_env.globals["group_picture"](row.picture) or None,  # type: ignore[operator]
        },
    }


def _want(demand: Demand, taxonomy: Taxonomy) -> dict[str, Any]:
    amount, asker = quantity(Amount(demand.remaining, Unit(demand.unit))), demand.organisation.name
    return {
        "name": f"{demand.title}, {amount}, {asker}",
        "lot": {
            "id": demand.id,
            "title": demand.title,
            "url": url_for("demands.show", demand_id=demand.id),
            "quantity": amount,
            "place": asker,
            "photo": current_app.jinja_env.globals["group_picture"](taxonomy.group_slugs[demand.material_id]) or None,  # type: ignore[operator]
        },
    }


def _lot(listing: CardRow, address: str) -> dict[str, Any]:
    amount = quantity(Amount(listing.available, Unit(listing.unit)))
    visible = picture(listing.photos[0], listing.title) if listing.photos else None
    where = f"{listing.place_name}, {_planned(listing)}" if listing.planned else listing.place_name
    return {
        "name": f"{listing.title}, {amount}, {where}",
        "isPlanned": listing.planned,
        "lot": {
            "id": listing.id,
            "title": listing.title,
            "url": address.replace("/0", f"/{listing.id}"),
            "quantity": amount,
            "place": where,
            "photo": visible.small if visible else None,
        },
    }


def _planned(listing: CardRow) -> Text:
    """That a lot is not there yet, and when it comes free."""
    return _("planned: free %(period)s", period=short_period_of(listing))


@lru_cache(maxsize=4096)
def _near(lat: float, lon: float) -> str:
    return gazetteer().at(Point(lat, lon)).name


def _marked(response: Response) -> Response:
    response.add_etag()
    response.headers["Cache-Control"] = "private, no-cache" if current_actor().is_member else "no-cache"
    response.vary.update(("Cookie", "Accept-Encoding"))
    if request.accept_encodings.quality("gzip"):
        response.set_data(gzip.compress(response.get_data(), GZIP_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.make_conditional(request)
    return response
