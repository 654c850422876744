"""Matches over the API: both ways, for whose they are, with figures that a pencil can check."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from geopy.distance import geodesic

from tests.api.conftest import Api, demand_body, published

HENGELO, BORNE = (52.2659, 6.7931), (52.3001, 6.7534)


def places(point: tuple[float, float]) -> dict[str, object]:
    return {"place": None, "lat": point[0], "lon": point[1]}


def test_a_demand_shows_the_listing_with_kilometres_and_reasons(hengelo: Api, borne: Api) -> None:
    listing = published(hengelo, **places(HENGELO))
    demand_id = borne.post("/demands", demand_body(**places(BORNE))).get_json()["id"]
    match = borne.get(f"/demands/{demand_id}/matches").get_json()["items"][0]
    km = round(geodesic(HENGELO, BORNE).km, 3)
    assert match["listing"]["id"] == listing["id"]
    assert match["distanceKm"] == km
    assert match["roadKm"] == pytest.approx(km * 1.3, abs=0.001)
    assert match["tonneKm"] == pytest.approx(148 * km * 1.3, abs=0.1)  # 800 m2 of 185 kg
    assert (match["covers"], match["unit"]) == ("800", "m2")
    assert match["netKgCo2e"] == pytest.approx(match["avoidedKgCo2e"] - match["transportKgCo2e"], abs=0.001)
    assert len(match["reasons"]) > 1


def test_a_listing_shows_the_demand_that_it_serves(hengelo: Api, borne: Api) -> None:
    listing = published(hengelo)
    demand = borne.post("/demands", demand_body()).get_json()
    match = hengelo.get(f"/listings/{listing['id']}/matches").get_json()["items"][0]
    assert (match["demand"]["id"], match["demand"]["title"]) == (demand["id"], demand["title"])
    assert "exact" not in match["demand"]


def test_where_it_covers_a_part_the_figures_are_for_that_part(hengelo: Api, borne: Api) -> None:
    published(hengelo, quantity="100", **places(HENGELO))
    demand_id = borne.post("/demands", demand_body(**places(BORNE))).get_json()["id"]
    match = borne.get(f"/demands/{demand_id}/matches").get_json()["items"][0]
    assert match["covers"] == "100"
    assert match["tonneKm"] == pytest.approx(18.5 * match["roadKm"], abs=0.01)


def test_too_far_is_no_match(hengelo: Api, borne: Api) -> None:
    published(hengelo)
    demand_id = borne.post("/demands", demand_body(maxDistanceKm=1)).get_json()["id"]
    assert borne.get(f"/demands/{demand_id}/matches").get_json()["total"] == 0


def test_matches_are_for_the_owner_and_the_reviewer(hengelo: Api, borne: Api, reviewer: Api, public: Api) -> None:
    listing = published(hengelo)
    demand_id = borne.post("/demands", demand_body()).get_json()["id"]
    assert reviewer.get(f"/demands/{demand_id}/matches").get_json()["total"] == 1
    assert hengelo.get(f"/demands/{demand_id}/matches").status_code == 403
    assert borne.get(f"/listings/{listing['id']}/matches").status_code == 403
    assert public.get(f"/demands/{demand_id}/matches").status_code == 401


def test_the_nearest_is_first(hengelo: Api, somebody: Callable[..., Api], borne: Api) -> None:
    far = published(somebody("almelo"), place="Almelo")["id"]
    near = published(hengelo)["id"]
    demand_id = borne.post("/demands", demand_body(maxDistanceKm=None)).get_json()["id"]
    matches = borne.get(f"/demands/{demand_id}/matches").get_json()
    assert [match["listing"]["id"] for match in matches["items"]] == [near, far]
    assert Decimal(str(matches["items"][0]["distanceKm"])) < Decimal(str(matches["items"][1]["distanceKm"]))
