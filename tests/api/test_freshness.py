"""Confirming, closing with an outcome, and reading what was lost, by a program."""

from datetime import timedelta

from sqlalchemy import update

from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.market.models import Demand, Listing
from tests.api.conftest import Api, demand_body, published


def aged(database: Database, table: type[Listing] | type[Demand], days: int) -> None:
    with database.transaction() as session:
        session.execute(update(table).values(confirmed_on=clock.today() - timedelta(days=days)))


def test_a_refresh_without_a_body_counts_as_still(hengelo: Api, public: Api, database: Database) -> None:
    listing = published(hengelo)
    today = clock.today().isoformat()
    assert listing["confirmedOn"] == today
    aged(database, Listing, 61)
    assert public.get("/listings").get_json()["total"] == 0
    for _twice in range(2):
        fresh = hengelo.post(f"/listings/{listing['id']}/refresh")
        assert fresh.status_code == 200 and fresh.get_json()["confirmedOn"] == today
    assert public.get("/listings").get_json()["total"] == 1


def test_each_answer_does_what_it_says(hengelo: Api, borne: Api, database: Database) -> None:
    listing = published(hengelo)
    address = f"/listings/{listing['id']}/refresh"
    aged(database, Listing, 50)
    assert hengelo.post(address, {"answer": "changed"}).get_json()["confirmedOn"] == clock.today().isoformat()
    assert borne.post(address, {"answer": "still"}).status_code == 403
    wrong = hengelo.post(address, {"answer": "maybe"})
    assert wrong.status_code == 422 and wrong.get_json()["errors"][0]["field"] == "answer"
    gone = hengelo.post(address, {"answer": "gone", "outcome": "sold_elsewhere", "reason": "Aannemer"}).get_json()
    assert gone["status"] == "closed"
    assert hengelo.post(address, {"answer": "still"}).status_code == 409


def test_a_lot_of_which_something_is_held_is_not_gone(hengelo: Api, borne: Api) -> None:
    listing = published(hengelo)
    borne.post(f"/listings/{listing['id']}/reservations", {"quantity": 10, "unit": "m2"})
    assert hengelo.post(f"/listings/{listing['id']}/refresh", {"answer": "gone"}).status_code == 409


def test_what_became_of_the_rest_is_read_by_the_reviewer(hengelo: Api, reviewer: Api) -> None:
    """1 200 m² at 185 kg is 222 000 kg."""
    first, second, third = published(hengelo), published(hengelo), published(hengelo)
    hengelo.post(f"/listings/{first['id']}/close", {"outcome": "recycled", "reason": "Te veel breuk"})
    hengelo.post(f"/listings/{second['id']}/withdraw", {"outcome": "own_use"})
    hengelo.post(f"/listings/{third['id']}/close")
    assert hengelo.get("/losses").status_code == 403
    losses = reviewer.get("/losses").get_json()
    assert losses["totals"] == {"lots": 3, "massKg": 666000}
    assert [(loss["listing"]["id"], loss["outcome"], loss["reason"]) for loss in losses["items"]] == [
        (third["id"], None, None),
        (second["id"], "own_use", None),
        (first["id"], "recycled", "Te veel breuk"),
    ]
    assert {row["outcome"]: row["massKg"] for row in losses["byOutcome"]} == {
        "sold_elsewhere": 0,
        "own_use": 222000,
        "recycled": 222000,
        "disposed": 0,
        None: 222000,
    }
    assert losses["byMaterialGroup"] == [{"group": "bestrating", "lots": 3, "massKg": 666000}]
    page = reviewer.get("/losses?page=2&pageSize=2").get_json()
    assert [loss["listing"]["id"] for loss in page["items"]] == [first["id"]] and page["total"] == 3


def test_a_mistake_and_what_comes_later_are_not_among_the_losses(hengelo: Api, reviewer: Api) -> None:
    first, second = published(hengelo), published(hengelo)
    assert hengelo.post(f"/listings/{first['id']}/withdraw", {"outcome": "mistake"}).get_json()["status"] == "withdrawn"
    assert hengelo.post(f"/listings/{second['id']}/close", {"outcome": "later"}).get_json()["status"] == "closed"
    losses = reviewer.get("/losses").get_json()
    assert (losses["total"], losses["totals"]["lots"]) == (0, 0)


def test_an_outcome_that_is_none_is_refused(hengelo: Api) -> None:
    listing = published(hengelo)
    assert hengelo.post(f"/listings/{listing['id']}/close", {"outcome": "burnt"}).status_code == 422
    assert hengelo.post(f"/listings/{listing['id']}/close", {"reason": "x" * 1001}).status_code == 422
    assert hengelo.get(f"/listings/{listing['id']}").get_json()["status"] == "published"


def test_a_demand_is_confirmed_or_gone(borne: Api, hengelo: Api, public: Api, database: Database) -> None:
    far = (clock.today() + timedelta(days=300)).isoformat()
    demand = borne.post("/demands", demand_body(neededUntil=far)).get_json()
    address = f"/demands/{demand['id']}/refresh"
    assert demand["confirmedOn"] == clock.today().isoformat()
    aged(database, Demand, 91)
    assert public.get("/demands").get_json()["total"] == hengelo.get("/demands?status=open").get_json()["total"] == 0
    assert borne.get("/demands?mine=true").get_json()["total"] == 1
    assert borne.post(address).get_json()["confirmedOn"] == clock.today().isoformat()
    assert public.get("/demands").get_json()["total"] == 1
    assert borne.post(address, {"answer": "changed"}).status_code == 422
    assert borne.post(address, {"answer": "gone"}).get_json()["status"] == "withdrawn"
