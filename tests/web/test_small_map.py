"""The small map on the page of a lot: drawn without a script, out of the public point alone."""

import re
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.kernel.geo import GRID_LAT_STEP, GRID_LON_STEP, Point, distance_km, public_point
from marketplace.web.ui.region_map import UNIT_M, small_map
from tests.factories import location, make_actor, make_listing, seed_taxonomy


def figure(html: str) -> str:
    match = re.search(r'<figure class="mp-small-map">.*?</figure>', html, re.DOTALL)
    assert match
    return match.group()


def test_the_page_of_a_lot_draws_its_rounded_place_without_a_script(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    first = make_listing(session, owner, location=location("hengelo", 52.2645, 6.7931))
    second = make_listing(session, owner, location=location("hengelo", 52.2612, 6.7948))  # in the same cell of the grid, 380 m on
    session.commit()
    assert (first.public_lat, first.public_lon) == (second.public_lat, second.public_lon)
    drawn, again = (figure(client.get(f"/aanbod/{listing.id}").text) for listing in (first, second))
    assert drawn == again
    assert "<script" not in drawn
    assert 'class="mp-small-map__main">Hengelo</text>' in drawn
    assert 'href="/aanbod?weergave=kaart&amp;place=Hengelo"' in drawn
    assert "Kaartje van de omgeving van Hengelo" in drawn


@pytest.mark.parametrize(("lat", "lon"), [(52.26583, 6.79306), (52.35667, 6.6625), (52.21833, 6.89583), (52.4081, 6.7502)])
def test_the_circle_of_the_small_map_holds_every_spot_that_the_public_point_stands_for(lat: float, lon: float) -> None:
    public = public_point(Point(lat, lon))
    drawn = small_map(public.lat, public.lon)
    assert drawn
    radius_km = drawn.radius * UNIT_M / 1000
    for north in (-1, 1):
        for east in (-1, 1):
            corner = Point(public.lat + north * GRID_LAT_STEP / 20_000, public.lon + east * GRID_LON_STEP / 20_000)
            assert distance_km(public, corner) <= Decimal(radius_km)
    assert drawn.left < drawn.x < drawn.left + drawn.width
    assert len({name.text for name in drawn.names}) == len(drawn.names) > 2


def test_far_from_the_region_there_is_no_small_map(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"), location=location("hengelo", 51.44, 5.47))
    session.commit()
    page = client.get(f"/aanbod/{listing.id}")
    assert page.status_code == 200
    assert "mp-small-map" not in page.text
