"""What comes free of a passport becomes a planned lot, and what came becomes a part of another passport."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.api.conftest import Api, demand_body, picture
from tests.factories import declare_as_owner

pytestmark = pytest.mark.slow

Somebody = Callable[..., Api]
KEI = "betonstraatsteen-kei-8cm"


def days(ahead: int) -> str:
    return (clock.today() + timedelta(days=ahead)).isoformat()


COMING = {"earliest": days(200), "latest": days(290), "certainty": "budgeted"}


@pytest.fixture
def keeper(somebody: Somebody) -> Api:
    return somebody("hengelo", "coordinator")


@pytest.fixture
def street(keeper: Api) -> int:
    """A street of Hengelo with 800 m² and 300 m² of pavers, and 50 m² of tiles."""
    made = keeper.post("/assets", {"name": "Dorpsstraat", "kind": "road", "place": "Hengelo", "builtYear": 1987, **COMING})
    number: int = made.get_json()["id"]
    for material, quantity in ((KEI, 800), (KEI, 300), ("betontegel-30x30x6", 50)):
        body = {"material": material, "quantity": quantity, "unit": "m2", "condition": "good"}
        assert keeper.post(f"/assets/{number}/items", body).status_code == 201
    return number


def change(keeper: Api, asset_id: int, **values: Any) -> Any:
    """Change an asset as it is now."""
    version = keeper.get(f"/assets/{asset_id}").get_json()["version"]
    return keeper.patch(f"/assets/{asset_id}", {**values, "version": version})


def test_parts_of_one_project_become_one_planned_lot(keeper: Api, street: int) -> None:
    also = {"also": [{"asset": street, "item": 2, "quantity": 100}]}
    made = keeper.post(f"/assets/{street}/items/1/release", also)
    assert made.status_code == 201, made.get_json()
    lot = made.get_json()
    assert (lot["quantity"], lot["unit"], lot["condition"], lot["status"], lot["planned"]) == ("900", "m2", "good", "draft", True)
    assert {name: lot[name] for name in COMING} == COMING
    assert (lot["yearOfConstruction"], lot["placeName"]) == (1987, "Hengelo")
    again = keeper.post(f"/assets/{street}/items/1/release", {})
    assert (again.status_code, again.get_json()["available"]) == (409, "0")
    rest = keeper.post(f"/assets/{street}/items/2/release", {"quantity": 200.5})
    assert (rest.status_code, rest.get_json()["available"]) == (409, "200")
    assert keeper.get(f"/assets/{street}/items/1").get_json()["quantity"] == "800"
    assert keeper.delete(f"/listings/{lot['id']}").status_code in (200, 204)
    assert keeper.post(f"/assets/{street}/items/1/release", {}).status_code == 201


def test_what_is_planned_is_not_taken_out_and_what_was_lost_is_lost(keeper: Api, street: int) -> None:
    part = f"/assets/{street}/items/1"
    assert keeper.post(f"{part}/release", {"quantity": 500}).status_code == 201
    out = {"kind": "taken_out", "quantity": "300.001"}
    refused = keeper.post(f"{part}/changes", out)
    assert (refused.status_code, keeper.get(part).get_json()["quantity"]) == (409, "800")
    assert "500" in refused.get_json()["detail"] and "300" in refused.get_json()["detail"]
    assert keeper.post(f"{part}/changes", {**out, "quantity": "300"}).status_code == 201
    assert keeper.post(f"{part}/changes", {**out, "quantity": "0.001"}).status_code == 409
    lost = {"kind": "lost", "quantity": "100", "reason": "Bij het opbreken gebroken"}
    assert keeper.post(f"{part}/changes", lost).status_code == 201
    assert keeper.get(part).get_json()["quantity"] == "400"


def test_what_is_no_planned_lot_is_refused(keeper: Api, hengelo: Api, somebody: Somebody, street: int) -> None:
    step = f"/assets/{street}/items/1/release"
    refusals = [
        ({"also": [{"asset": street, "item": 3}]}, 422),
        ({"also": [{"asset": street, "item": 9}]}, 404),
        ({"quantity": 0}, 422),
        ({"latest": days(100)}, 422),
        ({"earliest": days(-1)}, 422),
        ({"certainty": "zeker"}, 422),
    ]
    assert [keeper.post(step, body).status_code for body, _status in refusals] == [status for _body, status in refusals]
    assert hengelo.post(step, {}).status_code == 403
    assert somebody("borne", "coordinator").post(step, {}).status_code in (403, 404)
    assert change(keeper, street, **dict.fromkeys(COMING)).status_code == 200
    assert keeper.post(step, {}).get_json()["errors"][0]["field"] == "earliest"
    assert keeper.get("/listings?mine=true").get_json()["total"] == 0


def test_what_came_by_a_transfer_is_a_part_used_once_more(
    exchanged: dict[str, Any], somebody: Somebody, losser: Api, database: Database
) -> None:
    """Borne received 800 m²; 500 go into one street and 300 into another, and then nothing is left of the transfer."""
    borne = somebody("borne", "coordinator")
    square = borne.post("/assets", {"name": "Marktplein", "kind": "road", "place": "Borne"}).get_json()["id"]
    step = f"/assets/{square}/items"
    made = borne.post(step, {"exchange": 1, "quantity": 500, "layer": 1})
    assert made.status_code == 201, made.get_json()
    part = made.get_json()
    assert (part["material"]["slug"], part["quantity"], part["unit"], part["massKg"]) == (KEI, "500", "m2", 92_500)
    assert (part["useCount"], part["changes"][0]["exchange"]) == (1, 1)
    assert borne.post(step, {"exchange": 1, "material": KEI}).get_json()["errors"][0]["field"] == "material"
    assert borne.post(step, {"exchange": 1, "quantity": 301}).status_code == 409
    assert borne.post(step, {"exchange": 1}).get_json()["quantity"] == "300"
    assert borne.post(step, {"exchange": 1}).status_code == 409
    assert borne.post(step, {"exchange": 77}).get_json()["errors"][0]["field"] == "exchange"
    own = somebody("hengelo", "coordinator")
    field = own.post("/assets", {"name": "Veld", "kind": "road", "place": "Hengelo"}).get_json()["id"]
    assert own.post(f"/assets/{field}/items", {"exchange": 1}).get_json()["errors"][0]["field"] == "exchange"
    with database.read() as session:
        assert [breach for _name, question in INVARIANTS if (breach := question(session))] == []


def test_the_whole_way_of_an_item(
    keeper: Api, street: int, hengelo: Api, borne: Api, somebody: Somebody, database: Database
) -> None:
    """800 m² planned for a quarter, reserved, moved twice, once past the demand, and handed over.

    The passport has 800 less, the receiver's 800 more, used once; the ledger has one row.
    """
    lot = keeper.post(f"/assets/{street}/items/1/release", {}).get_json()
    declare_as_owner(database, lot["id"])
    assert keeper.post(f"/listings/{lot['id']}/publish").status_code == 200
    demand = borne.post("/demands", demand_body(neededFrom=days(250), neededUntil=days(330))).get_json()
    answer = borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 800, "unit": "m2", "demandId": demand["id"]})
    assert answer.status_code == 201, answer.get_json()
    path = f"/reservations/{answer.get_json()['id']}"
    assert hengelo.post(f"{path}/approve").status_code == 200
    later = {"earliest": days(230), "latest": days(320), "certainty": "tendered"}
    silent = change(keeper, street, **later)
    assert (silent.status_code, silent.get_json()["errors"][0]["field"]) == (422, "reason")
    assert keeper.get(f"/assets/{street}").get_json()["latest"] == COMING["latest"]
    for move in (later, {"earliest": days(340), "latest": days(390), "certainty": "tendered"}):
        assert change(keeper, street, **move, reason="De aannemer begint later").status_code == 200
        assert {name: keeper.get(f"/listings/{lot['id']}").get_json()[name] for name in move} == move
        assert borne.post(f"{path}/confirm-dates").status_code == 200
    assert len(borne.get(f"/listings/{lot['id']}/dates").get_json()["items"]) == 2
    keeper.post(f"/listings/{lot['id']}/photos", data={"photo": (BytesIO(picture()), "foto.jpg"), "alt": "Stapel"})
    there = keeper.post(f"/listings/{lot['id']}/come-free", {"quantity": "800"})
    assert there.status_code == 200, there.get_json()
    [source] = borne.get("/plans/reliability").get_json()["items"]
    assert (source["organisation"]["slug"], source["due"], source["early"]) == ("hengelo", 1, 1)
    assert hengelo.post(f"{path}/hand-over", {"quantity": "800"}).get_json()["status"] == "handed_over"
    assert borne.post(f"{path}/confirm").get_json()["status"] == "completed"
    part = keeper.get(f"/assets/{street}/items/1").get_json()
    assert (part["quantity"], part["massKg"]) == ("0", 0)
    assert [(change["kind"], change["quantity"], change["exchange"]) for change in part["changes"]][1:] == [
        ("handed_over", "-800", 1)
    ]
    receiver = somebody("borne", "coordinator")
    square = receiver.post("/assets", {"name": "Marktplein", "kind": "road", "place": "Borne"}).get_json()["id"]
    put = receiver.post(f"/assets/{square}/items", {"exchange": 1}).get_json()
    assert (put["quantity"], put["useCount"]) == ("800", 1)
    assert borne.get("/exchanges").get_json()["total"] == 1
    with database.read() as session:
        assert [breach for _name, question in INVARIANTS if (breach := question(session))] == []
