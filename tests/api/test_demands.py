"""Demands over the API."""

from datetime import timedelta

import pytest

from marketplace.kernel import clock
from tests.api.conftest import Api, demand_body, published


def test_a_demand_is_open_from_the_moment_it_is_made(borne: Api) -> None:
    made = borne.post("/demands", demand_body())
    body = made.get_json()
    assert made.headers["Location"] == f"/api/v1/demands/{body['id']}"
    assert (body["status"], body["quantity"], body["fulfilled"], body["maxDistanceKm"]) == ("open", "800", "0", 15)


def test_a_draft_of_a_demand_is_nobody_elses_until_it_opens(borne: Api, hengelo: Api) -> None:
    draft = borne.post("/demands", demand_body(draft=True)).get_json()
    assert draft["status"] == "draft"
    assert hengelo.get(f"/demands/{draft['id']}").status_code == 404
    assert borne.get("/demands?mine=true").get_json()["total"] == 1
    opened = borne.patch(f"/demands/{draft['id']}", {"version": draft["version"], "draft": False})
    assert opened.get_json()["status"] == "open"


def test_the_public_sees_title_material_quantity_period_and_municipality(borne: Api, public: Api) -> None:
    demand = borne.post("/demands", demand_body(project="Hart van Borne", department="Civiel")).get_json()
    seen = public.get(f"/demands/{demand['id']}").get_json()
    assert set(seen) == {"id", "title", "status", "material", "quantity", "unit", "neededFrom", "neededUntil", "organisation"}
    assert public.get("/demands").get_json()["items"] == [seen]


def test_members_see_all_but_the_exact_spot(borne: Api, hengelo: Api) -> None:
    demand = borne.post("/demands", demand_body()).get_json()
    seen = hengelo.get(f"/demands/{demand['id']}").get_json()
    assert "exact" in demand
    assert {**seen, "exact": demand["exact"]} == demand


@pytest.mark.parametrize("name", ["title", "material", "quantity", "unit", "minCondition", "neededFrom", "neededUntil", "place"])
def test_what_a_demand_needs_is_asked_for_by_name(borne: Api, name: str) -> None:
    refused = borne.post("/demands", demand_body(**{name: None}))
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, name)


def test_no_farthest_distance_means_no_limit(borne: Api) -> None:
    assert borne.post("/demands", demand_body(maxDistanceKm=None)).get_json()["maxDistanceKm"] is None


def test_a_demand_is_changed_under_its_version(borne: Api) -> None:
    before = borne.post("/demands", demand_body()).get_json()
    after = borne.patch(f"/demands/{before['id']}", {"version": 1, "quantity": "850", "maxDistanceKm": None}).get_json()
    changes = {"quantity": "850", "maxDistanceKm": None, "version": 2, "updatedAt": after["updatedAt"]}
    assert after == {**before, **changes}
    refused = borne.patch(f"/demands/{before['id']}", {"version": 1, "title": "Anders"})
    assert (refused.status_code, refused.get_json()["current"]) == (409, after)
    assert refused.get_json()["changed"] == ["maxDistanceKm", "quantity"]


def test_a_demand_is_withdrawn_once_and_again_without_change(borne: Api, hengelo: Api) -> None:
    demand = borne.post("/demands", demand_body()).get_json()
    assert hengelo.post(f"/demands/{demand['id']}/withdraw").status_code == 403
    for _twice in range(2):
        assert borne.post(f"/demands/{demand['id']}/withdraw").get_json()["status"] == "withdrawn"
    assert borne.get("/demands").get_json()["total"] == 0
    assert borne.get("/demands?status=withdrawn").get_json()["total"] == 1


def test_demands_are_filtered_by_material_and_group(borne: Api, public: Api) -> None:
    demand = borne.post("/demands", demand_body()).get_json()
    assert public.get(f"/demands?material={demand['material']['slug']}").get_json()["total"] == 1
    assert public.get(f"/demands?materialGroup={demand['material']['group']}").get_json()["total"] == 1
    other = next(group for group in public.get("/materials").get_json()["groups"] if group["slug"] != demand["material"]["group"])
    assert public.get(f"/demands?materialGroup={other['slug']}").get_json()["total"] == 0
    assert public.get("/demands?material=goud").status_code == 422


def test_a_hazard_that_is_not_in_the_list_is_refused(borne: Api) -> None:
    refused = borne.post("/demands", demand_body(acceptsHazards=["asbets"]))
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "acceptsHazards")


def test_demands_are_sorted_and_tell_what_of_ones_own_fits(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo)
    late = {
        "neededFrom": (clock.today() + timedelta(days=76)).isoformat(),
        "neededUntil": (clock.today() + timedelta(days=90)).isoformat(),
    }
    fits, near = (borne.post("/demands", demand_body(**changes)).get_json()["id"] for changes in ({}, late))
    demands = hengelo.get("/demands?sort=fits&place=Hengelo").get_json()["items"]
    assert [(item["id"], item["distanceKm"], item["own"]["fits"]) for item in demands] == [(fits, 5, "fits"), (near, 5, "nearly")]
    assert demands[0]["own"] == {"listing": lot["id"], "fits": "fits", "inTheWay": None, "isOffered": False, "doubts": []}
    assert demands[1]["own"]["inTheWay"]
    assert [item["id"] for item in hengelo.get("/demands?fits=nearly").get_json()["items"]] == [near]
    assert [item["id"] for item in hengelo.get("/demands?sort=neededFrom").get_json()["items"]] == [fits, near]
    assert [item["id"] for item in hengelo.get("/demands").get_json()["items"]] == [near, fits]
    assert "own" not in borne.get("/demands").get_json()["items"][0]


@pytest.mark.parametrize("query", ["fits=fits", "sort=fits"])
def test_what_fits_is_for_those_with_a_token(public: Api, query: str) -> None:
    assert public.get(f"/demands?{query}").status_code == 401


def test_a_word_that_is_no_order_and_no_fit_is_refused(hengelo: Api) -> None:
    for query in ("fits=always", "sort=price"):
        assert hengelo.get(f"/demands?{query}").status_code == 422, query


def test_a_lot_is_offered_once_and_the_asker_reads_it(hengelo: Api, borne: Api) -> None:
    lot, demand = published(hengelo), borne.post("/demands", demand_body()).get_json()
    address = f"/demands/{demand['id']}/offers"
    made = hengelo.post(address, {"listingId": lot["id"]})
    assert (made.status_code, hengelo.post(address, {"listingId": lot["id"]}).get_json()["id"]) == (201, made.get_json()["id"])
    assert [item["listing"]["id"] for item in borne.get(f"/demands/{demand['id']}/proposals").get_json()["items"]] == [lot["id"]]
    assert borne.post(address, {"listingId": lot["id"]}).status_code == 403
    assert hengelo.post(address, {"listingId": 999}).status_code == 404
    assert hengelo.get("/demands").get_json()["items"][0]["own"]["isOffered"] is True
