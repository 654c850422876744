"""Passports over the API: what is owned, its parts, what happened to them, and how much is owned in all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.api.conftest import Api, Specification

Somebody = Callable[..., Api]
KEI = "betonstraatsteen-kei-8cm"
LINE = {"type": "LineString", "coordinates": [[6.79, 52.26], [6.80, 52.27], [6.81, 52.27]]}
STREET = {
    "name": "Dorpsstraat",
    "kind": "road",
    "shape": LINE,
    "externalId": "W-0012",
    "externalSystem": "GBI",
    "builtYear": 1987,
}


@pytest.fixture
def keeper(somebody: Somebody) -> Api:
    return somebody("hengelo", "coordinator")


@pytest.fixture
def street(keeper: Api) -> dict[str, Any]:
    made: dict[str, Any] = keeper.post("/assets", STREET).get_json()
    assert "id" in made, made
    return made


def paved(keeper: Api, street: dict[str, Any], quantity: object = 1200, **changes: Any) -> dict[str, Any]:
    body = {"material": KEI, "quantity": quantity, "unit": "m2", "layer": 1, "element": "Rijbaan", "knownBy": "measured"}
    made = keeper.post(f"/assets/{street['id']}/items", body | changes)
    assert made.status_code == 201, made.get_json()
    item: dict[str, Any] = made.get_json()
    return item


def test_an_asset_stands_in_the_middle_of_its_line(street: dict[str, Any]) -> None:
    """The corner nearest to the mean of all corners, (6.80, 52.2667)."""
    assert (street["lat"], street["lon"], street["municipality"]) == (52.27, 6.8, "hengelo")
    assert (street["shape"], street["parts"], street["massKg"], street["version"]) == (LINE, 0, 0, 1)
    assert (street["owner"]["slug"], street["maintainer"]["slug"]) == ("hengelo", "hengelo")


def test_a_part_does_not_become_more_than_a_new_part_may_be(keeper: Api, street: dict[str, Any]) -> None:
    """Of 185 kg, 108 108 m² are 19 999.98 t and one more is 20 000.165 t, which is asked twice; two times the most is no quantity."""
    paved(keeper, street)
    changes = f"/assets/{street['id']}/items/1/changes"
    counted = {"kind": "counted", "reason": "Nagemeten"}
    assert keeper.post(changes, {**counted, "quantity": 108_108}).status_code == 201
    refused = keeper.post(changes, {"kind": "put_in", "quantity": 1})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "confirmUnusual")
    assert keeper.post(changes, {"kind": "put_in", "quantity": 1, "confirmUnusual": True}).status_code == 201
    assert keeper.post(changes, {"kind": "taken_out", "quantity": 1}).status_code == 201
    sure = {"confirmUnusual": True}
    too_heavy = keeper.post(changes, {**counted, "quantity": "5405405.406", **sure})  # 1 000 000.000 11 t
    assert (too_heavy.status_code, too_heavy.get_json()["errors"][0]["field"]) == (422, "quantity")
    assert keeper.post(changes, {**counted, "quantity": "5405405.405", **sure}).get_json()["massKg"] == 999_999_999.925
    assert keeper.post(changes, {"kind": "put_in", "quantity": "9999999.999", **sure}).status_code == 422


def test_a_part_is_the_sum_of_what_happened_to_it(keeper: Api, street: dict[str, Any], database: Database) -> None:
    """1 200 m² of 185 kg are 222 000 kg; 800 taken out and 30 lost leave 370 m², 68 450 kg; measured again: 365."""
    item = paved(keeper, street)
    assert (item["number"], item["massKg"], item["kgPerUnit"], item["kgBasis"]) == (1, 222_000, 185, "taxonomy")
    changes = f"/assets/{street['id']}/items/1/changes"
    assert keeper.post(changes, {"kind": "taken_out", "quantity": 800}).status_code == 201
    assert keeper.post(changes, {"kind": "lost", "quantity": 30}).get_json()["errors"][0]["field"] == "reason"
    keeper.post(changes, {"kind": "lost", "quantity": 30, "reason": "Gestolen in de nacht van 3 op 4 mei"})
    left = keeper.post(changes, {"kind": "counted", "quantity": 365, "reason": "Nagemeten"}).get_json()
    assert (left["quantity"], left["massKg"]) == ("365", 67_525)
    history = [(change["kind"], change["quantity"]) for change in left["changes"]]
    assert history == [("put_in", "1200"), ("taken_out", "-800"), ("lost", "-30"), ("counted", "-5")]
    assert keeper.post(changes, {"kind": "taken_out", "quantity": 366}).status_code == 422
    assert keeper.get(f"/assets/{street['id']}").get_json()["massKg"] == 67_525
    with database.read() as session:
        assert [breach for _name, question in INVARIANTS if (breach := question(session))] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "viaduct"}, "kind"),
        ({"builtYear": 19877}, "builtYear"),
        ({"builtYear": 19}, "builtYear"),
        ({"nen2767": 7}, "nen2767"),
        ({"earliest": "2030-03-01"}, "latest"),
        ({"earliest": "2030-03-01", "latest": "2030-02-01", "certainty": "idea"}, "latest"),
        ({"earliest": "2020-03-01", "latest": "2020-04-01", "certainty": "idea"}, "latest"),
        ({"earliest": "2030-03-01", "latest": "2300-04-01", "certainty": "idea"}, "latest"),
        ({"maintainer": "atlantis"}, "maintainer"),
        ({"externalId": None}, "externalId"),
        ({"shape": {"type": "LineString", "coordinates": [[52.26, 6.79], [52.27, 6.80]]}}, "shape"),
        ({"shape": {"type": "LineString", "coordinates": [[6.79, 52.26]]}}, "shape"),
        ({"shape": {"type": "Polygon", "coordinates": [[[6.79, 52.26], [6.8, 52.26], [6.8, 52.27]]]}}, "shape"),
        ({"shape": {"type": "LineString", "coordinates": "veel"}}, "shape"),
        ({"shape": None}, "place"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(keeper: Api, wrong: dict[str, Any], field: str) -> None:
    answer = keeper.post("/assets", STREET | wrong)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.get_json()["errors"]]
    assert keeper.get("/assets").get_json()["total"] == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quantity": 110_000}, "confirmUnusual"),  # 20 350 tonnes in one street
        ({"quantity": 0}, "quantity"),
        ({"unit": "m3"}, "unit"),
        ({"material": "maansteen"}, "material"),
        ({"knownBy": "estimate"}, "source"),
        ({"layer": 0}, "layer"),
        ({"hazards": {"creosoot": "no"}}, "hazards"),
        ({"kgPerUnit": 18.5}, "confirmUnusual"),
        ({"useCount": 51}, "useCount"),
    ],
)
def test_what_no_part_can_be_is_refused(keeper: Api, street: dict[str, Any], wrong: dict[str, Any], field: str) -> None:
    body = {"material": KEI, "quantity": 1200, "unit": "m2"} | wrong
    answer = keeper.post(f"/assets/{street['id']}/items", body)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field)
    assert keeper.get(f"/assets/{street['id']}/items").get_json()["total"] == 0
    if field == "confirmUnusual":
        assert keeper.post(f"/assets/{street['id']}/items", body | {"confirmUnusual": True}).status_code == 201


def test_one_number_of_a_system_is_one_asset(keeper: Api, somebody: Somebody, street: dict[str, Any]) -> None:
    twice = keeper.post("/assets", STREET)
    assert (twice.status_code, twice.get_json()["type"].rsplit(":")[-1]) == (409, "taken")
    assert keeper.post("/assets", STREET | {"externalSystem": "Obsurv"}).status_code == 201
    assert somebody("borne", "coordinator").post("/assets", STREET).status_code == 201


def test_what_is_left_out_stays_and_an_old_version_is_refused(keeper: Api, street: dict[str, Any]) -> None:
    address, day = f"/assets/{street['id']}", clock.today() + timedelta(days=400)
    coming = {"earliest": day.isoformat(), "latest": (day + timedelta(days=30)).isoformat(), "certainty": "budgeted"}
    planned = keeper.patch(address, coming | {"version": 1}).get_json()
    assert {name: planned[name] for name in coming} == coming
    assert (planned["name"], planned["builtYear"], planned["version"]) == ("Dorpsstraat", 1987, 2)
    late = keeper.patch(address, {"name": "Dorpsplein", "version": 1})
    problem = late.get_json()
    assert (late.status_code, problem["current"], problem["changed"]) == (409, planned, ["certainty", "earliest", "latest"])
    silent = keeper.patch(address, {"name": "Dorpsplein"})
    assert (silent.status_code, silent.get_json()["errors"][0]["field"]) == (422, "version")
    read = keeper.get(address)
    assert read.headers["ETag"] == '"2"'
    matched = keeper.patch(address, {"name": "Dorpsplein", "version": 2}, headers={"If-Match": '"1"'})
    assert (matched.status_code, matched.get_json()["current"]["version"]) == (412, 2)
    assert keeper.patch(address, {"earliest": None, "latest": None, "certainty": None, "version": 2}).get_json()["latest"] is None
    assert keeper.patch(address, {"name": None, "version": 3}).status_code == 422
    described = paved(keeper, street)
    part = keeper.patch(f"{address}/items/1", {"condition": "fair", "detachability": "loose"}).get_json()
    assert (part["condition"], part["detachability"], part["element"]) == ("fair", "loose", described["element"])
    assert keeper.patch(f"{address}/items/1", {"quantity": 1}).status_code == 422


def test_others_see_what_is_public_and_the_maintainer_sees_it_all(
    keeper: Api,
    street: dict[str, Any],
    hengelo: Api,
    losser: Api,
    reviewer: Api,
    somebody: Somebody,
    specification: Specification,
    app: Any,
) -> None:
    public, address = Api(app.test_client(), specification), f"/assets/{street['id']}"
    borne = somebody("borne")
    assert [reader.get(address).status_code for reader in (hengelo, reviewer, losser, borne, public)] == [200, 200, 404, 404, 404]
    assert keeper.patch(address, {"maintainer": "borne", "version": 1}).status_code == 200
    assert (borne.get(address).status_code, losser.get(address).status_code) == (200, 404)
    assert borne.get("/assets?organisation=borne").get_json()["total"] == 1
    assert somebody("borne", "coordinator").patch(address, {"name": "Van ons", "version": 2}).status_code == 403
    assert keeper.patch(address, {"isPublic": True, "version": 2}).status_code == 200
    assert [reader.get(address).status_code for reader in (losser, public)] == [200, 200]
    assert public.get("/assets").get_json()["total"] == 1


def test_assets_are_found_by_what_they_are(keeper: Api, street: dict[str, Any]) -> None:
    paved(keeper, street)
    keeper.post("/assets", {"name": "Brug over de Berflobeek", "kind": "bridge", "place": "Hengelo"})
    count = lambda query: keeper.get(f"/assets?{query}").get_json()["total"]
    assert [count(query) for query in ("q=brug", "q=w-0012", "kind=road", f"material={KEI}", "municipality=borne")] == [
        1,
        1,
        1,
        1,
        0,
    ]
    assert keeper.get("/assets?kind=viaduct").status_code == 422
    assert keeper.get("/assets?material=maansteen").status_code == 422


def test_what_is_owned_is_estimated_again_and_the_first_is_kept(keeper: Api, reviewer: Api, borne: Api) -> None:
    """480 000 t of roads and 20 000 t of sewers are 500 000 t. Ten times as much is asked twice."""
    road = {"kind": "road", "tonnes": 480_000, "source": "Beheersysteem wegen", "sourceYear": 2025}
    sewer = {"kind": "sewer", "tonnes": 20_000, "source": "Rioleringsplan", "sourceYear": 2024}
    year = clock.today().year
    first = keeper.put(f"/owned-mass/{year}", {"rows": [road, sewer]}).get_json()
    assert (first["version"], first["totalTonnes"]) == (1, 500_000)
    assert keeper.put(f"/owned-mass/{year}", {"rows": [road, sewer]}).get_json()["version"] == 1
    slip = keeper.put(f"/owned-mass/{year}", {"rows": [road | {"tonnes": 4_800_000}, sewer]})
    assert (slip.status_code, slip.get_json()["errors"][0]["field"]) == (422, "confirmUnusual")
    meant = keeper.put(f"/owned-mass/{year}", {"rows": [road | {"tonnes": 4_800_000}, sewer], "confirmUnusual": True}).get_json()
    assert (meant["version"], meant["totalTonnes"]) == (2, 4_820_000)
    assert reviewer.get(f"/owned-mass/{year}?organisation=hengelo").get_json()["totalTonnes"] == 4_820_000
    assert borne.get(f"/owned-mass/{year}?organisation=hengelo").status_code in (403, 404)
    for wrong in ([road, road], [], [road | {"source": " "}], [road | {"tonnes": -1}]):
        assert keeper.put(f"/owned-mass/{year}", {"rows": wrong}).status_code == 422
    assert keeper.put(f"/owned-mass/{year + 1}", {"rows": [road]}).status_code == 422
