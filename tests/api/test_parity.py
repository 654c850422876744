"""What a page can do and a program could not: a depot changes, an inbox is read, vehicles are listed."""

from collections.abc import Callable

import pytest

from tests.api.conftest import Api, listing_body, published


@pytest.mark.slow
def test_a_depot_is_renamed_closed_and_opened_again(hengelo: Api, borne: Api, somebody: Callable[..., Api]) -> None:
    coordinator = somebody("hengelo", "coordinator")
    depot = coordinator.post("/depots", {"name": "Werf", "place": "Hengelo", "address": "Industriestraat 1"}).get_json()
    address = f"/depots/{depot['id']}"
    renamed = coordinator.patch(address, {"name": "Werf Noord"}).get_json()
    assert (renamed["name"], renamed["exact"]["address"], renamed["isActive"]) == ("Werf Noord", "Industriestraat 1", True)
    assert coordinator.patch(address, {"address": None}).get_json()["exact"]["address"] is None
    assert coordinator.patch(address, {"isActive": False}).get_json()["isActive"] is False
    assert hengelo.post("/listings", listing_body(place=None, depot=depot["id"])).status_code == 422
    assert coordinator.patch(address, {"isActive": True}).get_json()["isActive"] is True
    assert hengelo.post("/listings", listing_body(place=None, depot=depot["id"])).status_code == 201
    assert coordinator.patch(address, {"name": ""}).status_code == 422
    assert somebody("borne", "coordinator").patch(address, {}).status_code == 403


def test_an_inbox_is_read_up_to_a_notice(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo)
    for _twice in range(2):
        borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 10, "unit": "m2"})
    newest, *older = [notice["id"] for notice in hengelo.get("/notices?unread=true").get_json()["items"]]
    assert older
    left = hengelo.post("/notices/read", {"until": older[0]}).get_json()
    assert [notice["id"] for notice in left["items"]] == [newest]
    assert hengelo.post("/notices/read", {"until": newest}).get_json()["total"] == 0


def test_the_classes_of_vehicles_are_the_ones_that_a_hand_over_takes(hengelo: Api, borne: Api, public: Api) -> None:
    vehicles = public.get("/vehicle-classes").get_json()
    assert vehicles["total"] == len(vehicles["items"]) > 1
    assert all(vehicle["kgCo2ePerTonneKm"] > 0 for vehicle in vehicles["items"])
    lot = published(hengelo)
    number = borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 10, "unit": "m2"}).get_json()["id"]
    hengelo.post(f"/reservations/{number}/approve")
    given = hengelo.post(f"/reservations/{number}/hand-over", {"vehicleClass": vehicles["items"][0]["slug"]})
    assert given.get_json()["vehicleClass"] == vehicles["items"][0]["slug"]


def test_a_material_names_those_that_may_stand_in_for_it(public: Api) -> None:
    materials = {item["slug"]: item for item in public.get("/materials?pageSize=100").get_json()["items"]}
    named = [other for item in materials.values() for other in item["substitutes"]]
    assert named and all(isinstance(other, str) for other in named)
