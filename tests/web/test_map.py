"""What the map asks: marks by public points only, for everybody what everybody may see, with the catalogue's filters; and the page without scripts."""

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.app import create_app
from marketplace.kernel import clock
from marketplace.kernel.geo import Point
from marketplace.market.rules.listing import Location
from marketplace.places.rules import PlaceBasis
from marketplace.web.ui.assets import MAP_REGION, MAP_SCRIPT, MAP_SHEET, SOURCE, build
from marketplace.web.ui.plans import short_period_of
from marketplace.web.ui.region_map import region_geojson
from tests.databases import settings
from tests.factories import make_actor, make_draft, make_listing, seed_taxonomy
from tests.rooms.test_planned import planned
from tests.visitors import visit

EXACT = Point(52.26391, 6.79213)  # its public point is 52.263, 6.789: 11 614 × 0.0045 and 930 × 0.0073
TWENTE = "6.3,52.0,7.2,52.6"


def place(point: Point = EXACT) -> Location:
    return Location("Hengelo", "hengelo", point, PlaceBasis.ADDRESS, "Dorpsstraat 12, 7551 AA Hengelo")


def test_a_single_lot_is_told_by_its_public_point_with_its_title_and_place(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"), location=place())
    session.commit()
    answer = client.get(f"/aanbod/kaart.json?bbox={TWENTE}&zoom=12")
    body = json.loads(answer.text)
    (mark,) = body["clusters"]
    assert (body["total"], body["outside"], body["nextPage"], body["heading"]) == (1, 0, None, "1 partij in beeld")
    assert (mark["count"], mark["lat"], mark["lon"], mark["box"]) == (1, 52.263, 6.789, [6.789, 52.263, 6.789, 52.263])
    assert mark["lot"] | {"photo": ""} == {
        "id": listing.id,
        "title": "Grijze betonstraatstenen",
        "url": f"/aanbod/{listing.id}",
        "quantity": "1.200\u00a0m²",
        "place": "Hengelo",
        "photo": "",
    }
    assert mark["name"] == "Grijze betonstraatstenen, 1.200\u00a0m², Hengelo"
    assert mark["isPlanned"] is False
    assert f'data-key="{mark["key"]}"' in body["list"]
    for secret in ("52.2639", "6.7921", "Dorpsstraat", "7551"):
        assert secret not in answer.text


def test_a_mark_of_several_lots_says_how_many_are_planned(client: FlaskClient, session: Session) -> None:
    """Two at one point, one of them planned; then two planned; then none."""
    seed_taxonomy(session)
    owner, spot = make_actor(session, "hengelo"), place(Point(52.2661, 6.7931))
    there, later = make_listing(session, owner, location=spot), planned(session, owner, location=spot)
    planned(session, owner, location=spot)
    session.commit()

    def mark(filters: str = "") -> dict[str, Any]:
        (cluster,) = json.loads(client.get(f"/aanbod/kaart.json?bbox={TWENTE}&zoom=12{filters}").text)["clusters"]
        return {key: cluster[key] for key in ("name", "count", "planned", "also")}

    assert mark() == {"name": "3 partijen bij Hengelo, 2 gepland", "count": 3, "planned": 2, "also": "2 gepland"}
    assert mark("&supply=planned")["name"] == "2 partijen bij Hengelo, 2 gepland"
    later.status = "withdrawn"
    make_listing(session, owner, location=spot)
    session.commit()
    now = mark("&supply=there")
    assert there.status == "published"
    assert now == {"name": "2 partijen bij Hengelo", "count": 2, "planned": 0, "also": ""}


def test_what_is_planned_is_told_in_words_and_gets_a_mark_of_another_shape(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    listing = planned(session, owner, location=place(Point(52.2661, 6.7931)))
    session.commit()
    body = json.loads(client.get(f"/aanbod/kaart.json?bbox={TWENTE}&zoom=12").text)
    (mark,) = body["clusters"]
    assert mark["isPlanned"] is True
    for text in (mark["name"], mark["lot"]["place"], body["list"]):
        assert f"gepland: vrij {short_period_of(listing)}" in text
    assert "Een ruit op de kaart is gepland" in client.get("/aanbod?weergave=kaart").text
    assert "Een ruit op de kaart" not in client.get("/gezocht?weergave=kaart").text


@pytest.mark.slow
def test_many_lots_are_one_mark_named_after_the_place_near_it(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    for _ in range(30):
        make_listing(session, owner, location=place())
    session.commit()
    body = client.get("/aanbod/kaart.json?zoom=10").get_json()
    (mark,) = body["clusters"]
    assert (mark["count"], mark["isOneSpot"], mark["name"], body["nextPage"]) == (30, True, "30 partijen bij Hengelo", 2)
    assert body["list"].count("<li") == 24
    second = client.get("/aanbod/kaart.json?zoom=10&page=2").get_json()
    assert (second["list"].count("<li"), second["nextPage"]) == (6, None)
    assert client.get("/en/aanbod/kaart.json?zoom=10").get_json()["clusters"][0]["name"] == "30 lots near Hengelo"


def test_nobody_unknown_sees_a_draft_or_what_is_for_members_first(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    make_draft(session, owner, title="Nog niet af")
    make_listing(session, owner, title="Eerst voor leden", region_from=clock.today() + timedelta(days=3))
    session.commit()
    answer = client.get("/aanbod/kaart.json?zoom=14&mine=true&status=draft")
    assert (answer.get_json()["total"], answer.get_json()["clusters"]) == (0, [])


def test_filters_and_the_view_narrow_what_is_found(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "hengelo"))
    make_listing(session, make_actor(session, "losser"))
    session.commit()
    totals = {
        query: client.get(f"/aanbod/kaart.json?{query}").get_json()["total"]
        for query in (
            "",
            "q=dakpan",
            "materialGroup=bestrating",
            "organisation=losser",
            "place=Hengelo&radiusKm=5",
            "bbox=6.7,52.2,6.9,52.3",
            "bbox=0,0,1,1",
        )
    }
    assert list(totals.values()) == [2, 0, 2, 1, 1, 1, 0]


def test_a_view_that_is_no_view_is_refused_and_no_zoom_is_the_first_one(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    session.commit()
    for typed in ("hier", "1,2,3", "1,2,3,4,5", "nan,1,2,3", "inf,1,2,3"):
        assert client.get(f"/aanbod/kaart.json?bbox={typed}").status_code == 422
    for typed in ("", "-3", "ver", "99999", "²"):
        assert client.get(f"/aanbod/kaart.json?zoom={typed}").status_code == 200


def test_who_has_the_same_answer_gets_304(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    session.commit()
    first = client.get("/aanbod/kaart.json?zoom=9", headers={"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(first.data))["total"] == 0
    again = client.get("/aanbod/kaart.json?zoom=9", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/aanbod/kaart.json", "/gezocht/kaart.json"])
def test_no_cache_that_people_share_keeps_the_marks_of_a_member(
    app: Flask, session: Session, client: FlaskClient, path: str
) -> None:
    seed_taxonomy(session)
    member = visit(app, session, make_actor(session, "hengelo"))
    assert member.get(path).headers["Cache-Control"] == "private, no-cache"
    assert client.get(path).headers["Cache-Control"] == "no-cache"


def test_the_map_page_holds_the_same_lots_as_a_list_for_who_has_no_scripts(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"), location=place())
    session.commit()
    assert "weergave=kaart" in client.get("/aanbod").text
    page = client.get("/aanbod?weergave=kaart&q=beton").text
    assert f'href="/aanbod/{listing.id}"' in page
    assert "Uw browser toont de kaart niet" in page
    assert '<input type="hidden" name="weergave" value="kaart">' in page  # a new search stays on the map
    assert 'href="/aanbod?q=beton"' in page  # and the list keeps the search
    assert "leaflet" not in client.get("/aanbod").text  # not on a first visit


def test_the_region_is_small_enough_for_a_phone_and_its_borders_close() -> None:
    region = json.loads(region_geojson())
    assert len(region["features"]) == 14
    assert {place[0] for place in region["places"] if place[3] == 0} >= {"Enschede", "Hengelo", "Goor"}
    assert len(gzip.compress(region_geojson(), 9)) < 25_000
    for feature in region["features"]:
        shape = feature["geometry"]
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        assert all(ring[0] == ring[-1] and len(ring) > 3 for polygon in polygons for ring in polygon)


def test_the_build_holds_what_the_map_needs_compressed(app: Flask) -> None:
    folder = build(SOURCE, app.extensions["settings"].instance_path / "static")
    for name in (MAP_SCRIPT, MAP_SHEET, MAP_REGION):
        assert (folder / name).is_file()
    for name in (MAP_SCRIPT, MAP_SHEET):
        assert (folder / f"{name}.br").is_file()


def test_background_tiles_and_their_host_only_where_the_operator_switched_them_on(
    app: Flask, session: Session, instance: Path
) -> None:
    seed_taxonomy(session)
    session.commit()
    tiles = "https://tiles.example/{z}/{x}/{y}.png"
    other = create_app(settings(app.extensions["settings"].database_url, instance, map_tiles_url=tiles))
    with_tiles, without = (application.test_client().get("/aanbod?weergave=kaart") for application in (other, app))
    other.extensions["database"].dispose()
    assert f'data-tiles="{tiles}"' in with_tiles.text
    assert "img-src 'self' data: blob: https://tiles.example;" in with_tiles.headers["Content-Security-Policy"]
    assert 'data-tiles=""' in without.text
    assert "img-src 'self' data: blob:;" in without.headers["Content-Security-Policy"]
