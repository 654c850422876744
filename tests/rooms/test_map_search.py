"""The map: which listings make one mark, where it stands, and that marks, list and catalogue are about the same listings.

The figures by hand: public points lie on multiples of 0.0045° north and 0.0073° east. Two of them side by side are 5 pixels apart at zoom 10, 21 at zoom 12
and 85 at zoom 14; marks nearer than 54 pixels become one.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.catalogue.queries.map import MapFound, search_map
from marketplace.catalogue.queries.search import search
from marketplace.catalogue.rules.query import CatalogueQuery, Sort
from marketplace.kernel import clock
from marketplace.kernel.geo import Box, Point
from marketplace.market.rules.listing import Condition, Location
from marketplace.places.rules import PlaceBasis
from tests.factories import make_actor, make_draft, make_listing, seed_taxonomy

pytestmark = pytest.mark.slow

STATION, BESIDE, ALMELO = (52.263, 6.789), (52.263, 6.7963), (52.3575, 6.6576)
HENGELO = Box(52.25, 52.28, 6.75, 6.85)


@pytest.fixture
def owner(session: Session) -> Iterator[Actor]:
    with clock.frozen(datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)):
        seed_taxonomy(session)
        yield make_actor(session, "hengelo")


@pytest.fixture
def five(session: Session, owner: Actor) -> list[int]:
    """Three at one point in Hengelo, one beside it, one in Almelo; in that order."""
    return [make_listing(session, owner, location=at(*point)).id for point in (STATION, STATION, STATION, BESIDE, ALMELO)]


def at(lat: float, lon: float) -> Location:
    return Location("Ergens", "hengelo", Point(lat, lon), PlaceBasis.POINT)


def look(session: Session, *, zoom: int = 12, actor: Actor = ANONYMOUS, **filters: Any) -> MapFound:
    return search_map(session, actor, CatalogueQuery(**filters), zoom=zoom)


def marks(result: MapFound) -> list[tuple[int, float, float]]:
    return [(cluster.count, round(cluster.lat, 6), round(cluster.lon, 6)) for cluster in result.clusters]


def test_from_afar_everything_is_one_mark_at_its_middle(session: Session, five: list[int]) -> None:
    result = look(session, zoom=8)
    assert marks(result) == [(5, 52.2819, 6.76418)]  # (4 × 52.263 + 52.3575) / 5 and (3 × 6.789 + 6.7963 + 6.6576) / 5
    assert result.clusters[0].box == Box(52.263, 52.3575, 6.6576, 6.7963)
    assert (result.total, result.outside, result.alone) == (5, 0, {})


def test_nearer_by_neighbours_are_one_mark_and_almelo_stands_alone(session: Session, five: list[int]) -> None:
    result = look(session, zoom=12)
    assert marks(result) == [(4, 52.263, 6.790825), (1, 52.3575, 6.6576)]  # (3 × 6.789 + 6.7963) / 4
    assert {number: listing.title for number, listing in result.alone.items()} == {five[4]: "Grijze betonstraatstenen"}


def test_at_the_deepest_zoom_every_public_point_is_a_mark_and_no_zoom_parts_it(session: Session, five: list[int]) -> None:
    result = look(session, zoom=14)
    assert sorted(marks(result)) == [(1, *BESIDE), (1, *ALMELO), (3, *STATION)]
    assert [cluster.is_one_spot for cluster in result.clusters] == [True, True, True]
    assert marks(look(session, zoom=99)) == marks(result)


def test_a_view_holds_what_lies_in_it_and_tells_how_much_lies_outside(session: Session, five: list[int]) -> None:
    result = look(session, zoom=12, box=HENGELO)
    assert (result.total, result.outside) == (4, 1)
    assert marks(result) == [(4, 52.263, 6.790825)]
    assert [row.row.listing.id for row in result.rows] == [five[3], five[2], five[1], five[0]]  # newest first
    assert {row.cluster_key for row in result.rows} == {result.clusters[0].key}


def test_an_exact_point_never_leaves_the_room(session: Session, owner: Actor) -> None:
    make_listing(session, owner, location=at(52.26391, 6.79213))
    (mark,) = look(session, zoom=14).clusters
    assert (mark.lat, mark.lon, mark.box) == (52.263, 6.789, Box(52.263, 52.263, 6.789, 6.789))


def test_the_public_sees_no_draft_and_nothing_before_the_region_s_day(session: Session, owner: Actor) -> None:
    make_draft(session, owner)
    make_listing(session, owner, region_from=clock.today() + timedelta(days=1))
    assert (look(session).total, look(session).clusters) == (0, ())
    assert look(session, actor=make_actor(session, "borne")).total == 1


def test_an_unknown_filter_finds_nothing_and_a_known_one_what_the_catalogue_finds(session: Session, five: list[int]) -> None:
    assert look(session, materials=("kaas",)).total == 0
    assert look(session, q="dakpan").total == 0
    assert look(session, q="straatsteen", conditions=(Condition.GOOD,), organisations=("hengelo",)).total == 5
    assert look(session, point=Point(*STATION), radius_km=Decimal(5)).total == 4


@pytest.mark.parametrize("sort", list(Sort))
def test_the_list_is_the_catalogue_within_the_view_page_by_page(session: Session, owner: Actor, sort: Sort) -> None:
    source = random.Random(7)
    for _ in range(60):
        where = at(source.uniform(52.2, 52.4), source.uniform(6.5, 7.0))
        make_listing(session, owner, location=where, available_from=clock.today() - timedelta(days=source.randrange(9)))
    query = CatalogueQuery(point=Point(*STATION), sort=sort, page_size=100)
    box = Box(52.25, 52.35, 6.6, 6.9)
    every = [row.listing for row in search(session, ANONYMOUS, query).rows]
    wanted = [
        listing.id
        for listing in every
        if box.south <= listing.public_lat <= box.north and box.west <= listing.public_lon <= box.east
    ]
    assert 0 < len(wanted) < 60
    pages = [search_map(session, ANONYMOUS, replace(query, box=box, page=page, page_size=7), zoom=11) for page in range(1, 10)]
    assert [row.row.listing.id for page in pages for row in page.rows] == wanted
    assert {(page.total, sum(cluster.count for cluster in page.clusters)) for page in pages} == {(len(wanted), len(wanted))}
