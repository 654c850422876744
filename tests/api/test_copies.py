"""What another system needs to keep a copy: its own id, and when something changed."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.kernel import clock
from tests.api.conftest import Api, demand_body, listing_body, published

KINDS = pytest.mark.parametrize(("address", "body"), [("/listings", listing_body), ("/demands", demand_body)])


@KINDS
def test_an_organisation_finds_its_own_id_again(hengelo: Api, address: str, body: Any) -> None:
    made = hengelo.post(address, body(externalId="WMS-2231")).get_json()
    assert made["externalId"] == hengelo.get(f"{address}/{made['id']}").get_json()["externalId"] == "WMS-2231"
    changed = hengelo.patch(f"{address}/{made['id']}", {"version": made["version"], "externalId": "WMS-7"}).get_json()
    assert (changed["externalId"], changed["version"]) == ("WMS-7", made["version"])
    renamed = hengelo.patch(f"{address}/{made['id']}", {"version": made["version"], "title": "Anders"}).get_json()
    assert renamed["externalId"] == "WMS-7"
    emptied = hengelo.patch(f"{address}/{made['id']}", {"version": renamed["version"], "externalId": None}).get_json()
    assert emptied["externalId"] is None


@KINDS
def test_an_id_is_of_one_only_within_an_organisation(hengelo: Api, losser: Api, address: str, body: Any) -> None:
    first = hengelo.post(address, body(externalId="A1")).get_json()
    refused = hengelo.post(address, body(externalId="A1"))
    assert (refused.status_code, refused.get_json()["id"]) == (409, first["id"])
    assert refused.get_json()["type"].endswith(":taken")
    other = hengelo.post(address, body(externalId="A2")).get_json()
    assert hengelo.patch(f"{address}/{other['id']}", {"version": 1, "externalId": "A1"}).status_code == 409
    assert hengelo.get(f"{address}/{other['id']}").get_json()["externalId"] == "A2"
    assert losser.post(address, body(externalId="A1")).status_code == 201


def test_everything_that_changes_tells_when(hengelo: Api, borne: Api) -> None:
    lot, demand = published(hengelo), borne.post("/demands", demand_body()).get_json()
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        number = borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 10, "unit": "m2"}).get_json()["id"]
        held = hengelo.get(f"/listings/{lot['id']}").get_json()
        reservation = borne.get(f"/reservations/{number}").get_json()
    assert (held["held"], held["version"]) == ("10", lot["version"])
    assert held["updatedAt"] > lot["updatedAt"]
    with clock.frozen(clock.now() + timedelta(minutes=10)):
        assert hengelo.post(f"/reservations/{number}/approve").get_json()["updatedAt"] > reservation["updatedAt"]
        assert borne.post(f"/demands/{demand['id']}/withdraw").get_json()["updatedAt"] > demand["updatedAt"]
