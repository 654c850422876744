"""Lots over HTTP: in, move, split, count, out and write-off, each a movement; the figures by hand."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.depots.actions.movements import By, move
from marketplace.depots.models import Arrival, Depot, DepotBay, DepotCapacity, DepotKeeper, DepotRate, Lot
from marketplace.depots.rules.lots import Whereabouts
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.models import AuditRow
from tests.api.conftest import Api
from tests.factories import KEI, make_actor, make_token

TODAY = clock.today()


@pytest.fixture
def keeper(somebody: Callable[..., Api]) -> Api:
    """The coordinator of the municipality whose depot it is."""
    return somebody("hengelo", "coordinator")


@pytest.fixture
def yard(keeper: Api, database: Database) -> int:
    """A yard in Hengelo with two bays."""
    depot_id: int = keeper.post("/depots", {"name": "Werf", "place": "Hengelo"}).get_json()["id"]
    with database.transaction() as session:
        session.add_all(DepotBay(depot_id=depot_id, name=name) for name in ("A1", "B2"))
    return depot_id


def pavers(**changes: Any) -> dict[str, Any]:
    """276 m² of pavers of 185 kg a square metre; a change to None leaves out."""
    body = {"material": KEI, "quantity": "276", "unit": "m2", "condition": "good", "title": "Grijze keien"}
    return {name: value for name, value in (body | changes).items() if value is not None}


def take_in(keeper: Api, yard: int, **changes: Any) -> dict[str, Any]:
    answer = keeper.post(f"/depots/{yard}/lots", pavers(**changes))
    assert answer.status_code == 201, answer.get_json()
    lot: dict[str, Any] = answer.get_json()
    return lot


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def told(lot: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["kind"], row["quantity"]) for row in lot["movements"]]


def fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.get_json()["errors"]]


def test_276_square_metres_come_in_and_every_one_of_them_is_accounted_for(keeper: Api, yard: int) -> None:
    """276 × 185 = 51 060 kg; 276 = 176 that stay + 98 that left + 2 that were lost."""
    whole = take_in(keeper, yard, movedOn=ago(42), bay="a1", pallets=12)
    assert (whole["quantity"], whole["massKg"], whole["bay"], whole["inDepotSince"]) == ("276", 51060, "A1", ago(42))
    assert (whole["owner"]["slug"], whole["holder"]["slug"], whole["depot"]["name"]) == ("hengelo", "hengelo", "Werf")
    answer = keeper.post(f"/lots/{whole['id']}/split", {"quantity": 100, "pallets": 4})
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/lots/{answer.get_json()['id']}")
    part = answer.get_json()
    assert (part["quantity"], part["massKg"], part["parent"], part["origin"]) == ("100", 18500, whole["id"], whole["id"])
    assert (part["bay"], part["pallets"], part["inDepotSince"], part["title"]) == ("A1", 4, ago(42), "Grijze keien")
    moved = keeper.post(f"/lots/{part['id']}/move", {"bay": "B2"}).get_json()
    assert (moved["bay"], moved["pallets"], moved["inDepotSince"]) == ("B2", 4, ago(42))
    refused = keeper.post(f"/lots/{part['id']}/count", {"quantity": 98})
    assert (refused.status_code, fields(refused)) == (422, ["reason"])
    counted = keeper.post(f"/lots/{part['id']}/count", {"quantity": 98, "reason": "Twee gebroken bij het verplaatsen"}).get_json()
    assert (counted["quantity"], counted["movements"][-1]["reason"]) == ("98", "Twee gebroken bij het verplaatsen")
    out = keeper.post(f"/lots/{part['id']}/out", {"quantity": 98, "reason": "Kerkstraat"}).get_json()
    assert (out["quantity"], out["massKg"], out["pallets"]) == ("0", 0, 0)
    assert told(out) == [("split", "100"), ("move", "-100"), ("move", "100"), ("count", "-2"), ("out", "-98")]
    rest = keeper.get(f"/lots/{whole['id']}").get_json()
    assert (rest["quantity"], rest["massKg"], rest["pallets"]) == ("176", 32560, 8)
    assert told(rest) == [("in", "276"), ("split", "-100")]
    assert [row["otherLot"] for row in rest["movements"]] == [None, part["id"]]


def test_six_weeks_of_176_square_metres_cost_158_euros_and_40_cents(keeper: Api, yard: int, database: Database) -> None:
    """176 m² × € 0.15 a week / 7 × 42 days = € 158.40. Without a price the cost is not known, and that is not nothing."""
    whole = take_in(keeper, yard, movedOn=ago(42))
    assert whole["cost"] == {"cents": None, "days": 42, "isKnown": False}
    with database.transaction() as session:
        rate = {"unit": "m2", "euros_per_week": Decimal("0.15"), "from_on": TODAY - timedelta(days=60)}
        session.add(DepotRate(depot_id=yard, **rate))
    keeper.post(f"/lots/{whole['id']}/split", {"quantity": 100, "movedOn": ago(42)})
    rest = keeper.get(f"/lots/{whole['id']}").get_json()
    assert (rest["quantity"], rest["cost"]) == ("176", {"cents": 15840, "days": 42, "isKnown": True})


def test_what_drives_to_another_place_counts_its_kilometres_and_no_tonnes(
    keeper: Api, yard: int, somebody: Callable[..., Api]
) -> None:
    """800 × 185 = 148 t; 148 × 12 km = 1 776 tonne-km, 148 × 19 km = 2 812."""
    lot = take_in(keeper, yard, quantity="800", place="Borne", drivenKm=12)
    moved = keeper.post(f"/lots/{lot['id']}/move", {"place": "Delden", "drivenKm": 19}).get_json()
    assert moved["placeName"] == "Delden"
    rows = somebody("regio-twente", "reviewer").get("/exchanges").get_json()["items"]
    assert sorted((row["kind"], row["massKg"], row["tonneKm"]) for row in rows) == [("haul", 0, 1776), ("haul", 0, 2812)]
    short = keeper.post(f"/lots/{lot['id']}/move", {"place": "Losser", "drivenKm": 0.1})
    assert (short.status_code, fields(short)) == (422, ["drivenKm"])
    unknown = keeper.post(f"/lots/{lot['id']}/move", {"place": "Losser", "vehicleClass": "kruiwagen"})
    assert (unknown.status_code, fields(unknown)) == (422, ["vehicleClass"])


def test_a_count_that_finds_what_was_known_asks_nothing_and_is_written_down(keeper: Api, yard: int) -> None:
    lot = take_in(keeper, yard)
    assert told(keeper.post(f"/lots/{lot['id']}/count", {"quantity": 276}).get_json())[-1] == ("count", "0")
    gone = keeper.post(f"/lots/{lot['id']}/count", {"quantity": 0, "reason": "Ligt er niet meer"}).get_json()
    assert (gone["quantity"], told(gone)[-1]) == ("0", ("count", "-276"))
    assert keeper.post(f"/lots/{lot['id']}/count", {"quantity": -1, "reason": "x"}).status_code == 422
    assert keeper.post(f"/lots/{lot['id']}/count", {"quantity": "0.0001", "reason": "x"}).status_code == 422


def test_nobody_takes_out_more_than_there_is_and_hears_what_is_left(keeper: Api, yard: int) -> None:
    lot = take_in(keeper, yard)
    refused = keeper.post(f"/lots/{lot['id']}/out", {"quantity": "276.001"})
    assert (refused.status_code, refused.get_json()["available"]) == (409, "276")
    assert keeper.post(f"/lots/{lot['id']}/out").get_json()["quantity"] == "0"
    refused = keeper.post(f"/lots/{lot['id']}/out")
    assert (refused.status_code, refused.get_json()["available"]) == (409, "0")
    assert keeper.post(f"/lots/{lot['id']}/move", {"bay": "B2"}).status_code == 409


def test_a_write_off_says_why(keeper: Api, yard: int) -> None:
    lot = take_in(keeper, yard)
    refused = keeper.post(f"/lots/{lot['id']}/write-off", {"quantity": 6, "reason": "  "})
    assert (refused.status_code, fields(refused)) == (422, ["reason"])
    written_off = keeper.post(f"/lots/{lot['id']}/write-off", {"quantity": 6, "reason": "Gebroken"}).get_json()
    assert (written_off["quantity"], told(written_off)[-1]) == ("270", ("write_off", "-6"))


def test_the_day_is_not_to_come_not_long_ago_and_not_before_what_happened_last(keeper: Api, yard: int) -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    for day in (tomorrow, "2006-05-04", "0206-05-04"):
        answer = keeper.post(f"/depots/{yard}/lots", pavers(movedOn=day))
        assert (answer.status_code, fields(answer)) == (422, ["movedOn"]), day
    lot = take_in(keeper, yard, movedOn=ago(21))
    answer = keeper.post(f"/lots/{lot['id']}/out", {"quantity": 1, "movedOn": ago(22)})
    assert (answer.status_code, fields(answer)) == (422, ["movedOn"])
    assert keeper.post(f"/lots/{lot['id']}/out", {"quantity": 1, "movedOn": ago(21)}).get_json()["quantity"] == "275"
    assert keeper.post(f"/lots/{lot['id']}/out", {"quantity": 1, "movedOn": ago(7)}).get_json()["quantity"] == "274"
    answer = keeper.post(f"/lots/{lot['id']}/count", {"quantity": 274, "movedOn": ago(8)})
    assert (answer.status_code, fields(answer)) == (422, ["movedOn"])


def test_what_cannot_be_typed_is_refused_at_its_field(keeper: Api, yard: int) -> None:
    for field, value in (
        *(("quantity", 0), ("quantity", "276.0001"), ("unit", "kg3"), ("material", "maansteen"), ("condition", "super")),
        *(
            ("bay", "C3"),
            ("pallets", 10_000),
            ("owner", "atlantis"),
            ("kgPerUnit", 0),
            ("title", "x" * 121),
            ("reason", "x" * 501),
        ),
    ):
        answer = keeper.post(f"/depots/{yard}/lots", pavers(**{field: value}))
        assert (answer.status_code, fields(answer)) == (422, [field]), (field, value)
    for lacking in ("material", "quantity", "unit", "condition"):
        answer = keeper.post(f"/depots/{yard}/lots", pavers(**{lacking: None}))
        assert (answer.status_code, fields(answer)) == (422, [lacking])
    unusual = keeper.post(f"/depots/{yard}/lots", pavers(kgPerUnit=18.5))
    assert (unusual.status_code, fields(unusual)) == (422, ["confirmUnusual"])
    assert take_in(keeper, yard, kgPerUnit=18.5, confirmUnusual=True)["massKg"] == 5106


def test_all_of_a_lot_is_no_part_of_it(keeper: Api, yard: int) -> None:
    lot = take_in(keeper, yard)
    assert fields(keeper.post(f"/lots/{lot['id']}/split", {"quantity": 276})) == ["quantity"]
    assert keeper.post(f"/lots/{lot['id']}/split", {"quantity": 277}).get_json()["available"] == "276"
    assert keeper.post(f"/lots/{lot['id']}/split", {"quantity": "275.999"}).status_code == 201


def test_a_part_that_moves_becomes_a_lot_of_its_own(keeper: Api, yard: int) -> None:
    lot = take_in(keeper, yard, pallets=12, bay="A1", movedOn=ago(9))
    body = {"quantity": 76, "place": "Borne", "pallets": 3, "movedOn": ago(2)}
    part = keeper.post(f"/lots/{lot['id']}/move", body).get_json()
    assert (part["id"] != lot["id"], part["quantity"], part["parent"]) == (True, "76", lot["id"])
    assert (part["depot"], part["bay"], part["pallets"], part["inDepotSince"]) == (None, None, 0, None)
    assert part["placeName"] == "Borne"
    assert told(part) == [("split", "76"), ("move", "-76"), ("move", "76")]
    rest = keeper.get(f"/lots/{lot['id']}").get_json()
    assert (rest["quantity"], rest["pallets"], rest["bay"]) == ("200", 9, "A1")
    both = keeper.post(f"/lots/{lot['id']}/move", {"depot": yard, "place": "Borne"})
    assert (both.status_code, fields(both)) == (422, ["depot"])
    nowhere = keeper.post(f"/lots/{part['id']}/move", {})
    assert (nowhere.status_code, fields(nowhere)) == (422, ["place"])


def test_a_lot_that_the_bank_knows_moves_into_the_depot(keeper: Api, yard: int) -> None:
    lot = take_in(keeper, yard, movedOn=ago(30))
    away = keeper.post(f"/lots/{lot['id']}/move", {"place": "Borne", "movedOn": ago(20)}).get_json()
    again = keeper.post(f"/depots/{yard}/lots", {"lot": away["id"], "bay": "B2", "movedOn": ago(10)})
    assert again.status_code == 201
    assert (again.get_json()["id"], again.get_json()["bay"], again.get_json()["inDepotSince"]) == (lot["id"], "B2", ago(10))
    assert told(again.get_json()) == [("in", "276"), ("move", "-276"), ("move", "276"), ("move", "-276"), ("move", "276")]
    assert keeper.post(f"/depots/{yard}/lots", {"lot": lot["id"]}).status_code == 409
    refused = keeper.post(f"/depots/{yard}/lots", {"lot": lot["id"], "unit": "m2"})
    assert (refused.status_code, fields(refused)) == (422, ["unit"])


def test_a_keeper_takes_in_the_lot_of_another_where_it_was_announced(
    keeper: Api, yard: int, somebody: Callable[..., Api], database: Database
) -> None:
    losser = somebody("losser", "coordinator")
    own: int = losser.post("/depots", {"name": "Werf Losser", "place": "Losser"}).get_json()["id"]
    lot = losser.post(f"/depots/{own}/lots", pavers()).get_json()
    losser.post(f"/lots/{lot['id']}/move", {"place": "Losser"})
    assert keeper.post(f"/depots/{yard}/lots", {"lot": lot["id"]}).status_code == 404
    with database.transaction() as session:
        material = get_taxonomy(session).material(KEI)
        organisation_id = session.scalars(select(Lot.owner_id).where(Lot.id == lot["id"])).one()
        arrival = Arrival(
            depot_id=yard,
            organisation_id=organisation_id,
            expected_on=TODAY,
            material_id=material.id,
            quantity=Decimal(276),
            unit="m2",
            announced_at=clock.now(),
        )
        session.add(arrival)
        session.flush()
        arrival_id = arrival.id
    came = keeper.post(f"/depots/{yard}/lots", {"lot": lot["id"], "arrival": arrival_id})
    assert (came.status_code, came.get_json()["owner"]["slug"], came.get_json()["depot"]["id"]) == (201, "losser", yard)
    again = keeper.post(f"/depots/{yard}/lots", pavers(arrival=arrival_id))
    assert again.status_code == 409
    with database.transaction() as session:
        row = session.get_one(Arrival, arrival_id)
        assert (row.lot_id, row.ended_at is not None) == (lot["id"], True)
    assert losser.get(f"/lots/{lot['id']}").get_json()["depot"]["name"] == "Werf"
    assert losser.post(f"/lots/{lot['id']}/out", {"quantity": 1}).status_code == 403


@pytest.mark.parametrize(("quantity", "status"), [(None, 422), ("42.001", 422), ("42", 201)])
def test_no_more_of_a_lot_comes_in_than_was_announced(
    keeper: Api, yard: int, losser: Api, somebody: Callable[..., Api], quantity: str | None, status: int
) -> None:
    """40 m² of pavers, of which 5 % more is measuring: 42."""
    coordinator = somebody("losser", "coordinator")
    own: int = coordinator.post("/depots", {"name": "Werf Losser", "place": "Losser"}).get_json()["id"]
    lot = coordinator.post(f"/depots/{own}/lots", pavers()).get_json()
    coordinator.post(f"/lots/{lot['id']}/move", {"place": "Losser"})
    announcement = {"material": KEI, "quantity": "40", "unit": "m2", "expectedOn": TODAY.isoformat()}
    arrival = losser.post(f"/depots/{yard}/arrivals", announcement).get_json()["id"]
    other = losser.post(f"/depots/{yard}/arrivals", {**announcement, "unit": "piece"}).get_json()["id"]
    body = {"lot": lot["id"], "quantity": quantity}
    assert keeper.post(f"/depots/{yard}/lots", {**body, "arrival": other}).status_code == 404
    answer = keeper.post(f"/depots/{yard}/lots", {**body, "arrival": arrival})
    assert answer.status_code == status
    if status == 422:
        assert fields(answer) == ["quantity"]
    assert losser.get(f"/lots/{lot['id']}").get_json()["quantity"] == ("276" if status == 422 else "234")


def test_a_lot_that_no_depot_holds_is_a_slip(keeper: Api, yard: int) -> None:
    """540 540 m² of 185 kg are 99 999.9 tonnes; 540 541 are more than 100 000."""
    assert fields(keeper.post(f"/depots/{yard}/lots", pavers(quantity=540_541))) == ["quantity"]
    lot = take_in(keeper, yard, quantity=540_540)
    more = keeper.post(f"/lots/{lot['id']}/count", {"quantity": 540_541, "reason": "Een meer"})
    assert (more.status_code, fields(more)) == (422, ["quantity"])
    coming = {"material": KEI, "quantity": 540_541, "unit": "m2", "expectedOn": TODAY.isoformat()}
    assert fields(keeper.post(f"/depots/{yard}/arrivals", coming)) == ["quantity"]


def test_a_later_owner_reads_what_happened_and_not_why(
    keeper: Api, yard: int, borne: Api, reviewer: Api, database: Database
) -> None:
    lot = take_in(keeper, yard, owner="borne", reason="Uit de Kerkstraat")
    keeper.post(f"/lots/{lot['id']}/count", {"quantity": 270, "reason": "Zes gebroken door onze kraan"})
    with database.transaction() as session:
        almelo = make_actor(session, "almelo")
        row = session.get_one(Lot, lot["id"])
        mine = int(almelo.organisation_id or 0)
        move(session, By(almelo, TODAY, "Verkocht"), row, Whereabouts(yard), owner_id=mine, holder_id=mine)
        token = make_token(session, almelo, name="test")
    new = Api(keeper.client, keeper.specification, token)

    def reasons(client: Api) -> list[str | None]:
        return [row["reason"] for row in client.get(f"/lots/{lot['id']}").get_json()["movements"]]

    everything = ["Uit de Kerkstraat", "Zes gebroken door onze kraan", "Verkocht", "Verkocht"]
    assert reasons(keeper) == reasons(reviewer) == everything
    assert reasons(new) == [None, None, "Verkocht", "Verkocht"]
    assert new.get(f"/lots/{lot['id']}").get_json()["movements"][1]["quantity"] == "-6"
    keeper.post(f"/lots/{lot['id']}/block", {"reason": "PFAS boven de norm"})
    assert reasons(new)[-1] == "PFAS boven de norm"


def test_only_who_keeps_the_depot_handles_what_lies_there(
    keeper: Api, yard: int, hengelo: Api, borne: Api, reviewer: Api, database: Database, somebody: Callable[..., Api]
) -> None:
    lot = take_in(keeper, yard)
    assert hengelo.get(f"/lots/{lot['id']}").status_code == 200  # the owner's own people
    assert hengelo.post(f"/lots/{lot['id']}/out", {"quantity": 1}).status_code == 403
    assert hengelo.post(f"/depots/{yard}/lots", pavers()).status_code == 403
    assert reviewer.get(f"/lots/{lot['id']}").status_code == 200
    assert reviewer.post(f"/lots/{lot['id']}/out", {"quantity": 1}).status_code == 403
    assert borne.get(f"/lots/{lot['id']}").status_code == 404
    assert borne.post(f"/lots/{lot['id']}/out", {"quantity": 1}).status_code == 404
    with database.transaction() as session:
        session.add(DepotKeeper(depot_id=yard, person_id=borne_person(session, borne)))
    assert borne.post(f"/lots/{lot['id']}/out", {"quantity": 1}).get_json()["quantity"] == "275"


def borne_person(session: Any, client: Api) -> int:
    from marketplace.accounts.models import Organisation, Person

    rows = select(Person.id).join(Organisation, Organisation.id == Person.organisation_id).where(Organisation.slug == "borne")
    person_id: int = session.scalars(rows).one()
    return person_id


def test_a_depot_takes_what_it_says_of_whom_it_says(keeper: Api, yard: int, database: Database) -> None:
    with database.transaction() as session:
        make_actor(session, "borne")
        make_actor(session, "waterschap-vechtstromen", "coordinator", "partner")
    assert take_in(keeper, yard, owner="borne")["owner"]["slug"] == "borne"
    refused = keeper.post(f"/depots/{yard}/lots", pavers(owner="waterschap-vechtstromen"))
    assert (refused.status_code, fields(refused)) == (422, ["depot"])
    for values in ({"storers": "owner"}, {"storers": "municipalities", "takes": "|hout|"}):
        with database.transaction() as session:
            depot = session.get_one(Depot, yard)
            for name, value in values.items():
                setattr(depot, name, value)
        refused = keeper.post(f"/depots/{yard}/lots", pavers(owner="borne"))
        assert (refused.status_code, fields(refused)) == (422, ["depot"])
    keeper.patch(f"/depots/{yard}", {"isActive": False})
    assert keeper.post(f"/depots/{yard}/lots", pavers()).status_code == 409


def test_a_full_depot_takes_more_and_the_audit_says_so(keeper: Api, yard: int, database: Database) -> None:
    with database.transaction() as session:
        session.add(DepotCapacity(depot_id=yard, kind="m2", amount=Decimal(300)))
    take_in(keeper, yard)
    lot = take_in(keeper, yard, quantity="24.001")
    with database.transaction() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "depot.over-capacity")).all()
        assert [row.facts for row in rows] == [{"kind": "m2", "taken": "300.001", "room": "300", "lot": lot["id"]}]


def test_a_blocked_lot_moves_and_is_written_off_but_does_not_leave(keeper: Api, yard: int, database: Database) -> None:
    lot = take_in(keeper, yard)
    with database.transaction() as session:
        session.get_one(Lot, lot["id"]).blocked_at = clock.now()
    assert keeper.post(f"/lots/{lot['id']}/out", {"quantity": 1}).status_code == 409
    part = keeper.post(f"/lots/{lot['id']}/split", {"quantity": 1}).get_json()
    assert (part["isBlocked"], keeper.post(f"/lots/{part['id']}/out").status_code) == (True, 409)
    counted = keeper.post(f"/lots/{part['id']}/count", {"quantity": "0", "reason": "Weg"})
    assert counted.status_code == 409 and "niet" in counted.get_json()["detail"]
    assert keeper.post(f"/lots/{lot['id']}/move", {"bay": "B2"}).get_json()["bay"] == "B2"
    written_off = keeper.post(f"/lots/{lot['id']}/write-off", {"quantity": 5, "reason": "Naar de verwerker"}).get_json()
    assert written_off["quantity"] == "270"


def test_soil_does_not_grow_by_counting(keeper: Api, yard: int) -> None:
    soil = take_in(keeper, yard, material="teelaarde", unit="m3", quantity=600)
    refused = keeper.post(f"/lots/{soil['id']}/count", {"quantity": 700, "reason": "Erbij gestort"})
    assert (refused.status_code, fields(refused)) == (422, ["quantity"])


def test_lots_are_found_by_where_whose_and_what(keeper: Api, yard: int, borne: Api, losser: Api, database: Database) -> None:
    stone = take_in(keeper, yard, title="Rode klinkers", owner="borne")
    other = take_in(keeper, yard)
    gone = take_in(keeper, yard, title="Weg")
    keeper.post(f"/lots/{gone['id']}/out")

    def ids(client: Api, query: str = "") -> list[int]:
        return [row["id"] for row in client.get(f"/lots{query}").get_json()["items"]]

    assert ids(keeper) == [other["id"], stone["id"]]
    assert ids(keeper, "?withEmpty=true") == [gone["id"], other["id"], stone["id"]]
    assert ids(borne) == [stone["id"]]
    assert ids(losser) == []
    assert ids(keeper, "?q=klinkers") == ids(keeper, "?owner=borne") == [stone["id"]]
    assert ids(keeper, f"?depot={yard}&material={KEI}&blocked=false") == [other["id"], stone["id"]]
    assert ids(keeper, "?blocked=true") == []
    assert fields(keeper.get("/lots?owner=atlantis")) == ["owner"]
    assert fields(keeper.get("/lots?material=maansteen")) == ["material"]
    page = keeper.get("/lots?pageSize=1&page=2").get_json()
    assert (page["total"], [row["id"] for row in page["items"]]) == (2, [stone["id"]])
