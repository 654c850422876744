"""The regional plan over the API: made as a task, read line by line, and acted on. The example is that of tests/rooms/test_regional_plan.py."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.policy import OPERATOR
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.jobs import tasks
from marketplace.kernel.db import Database
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.plans.queries.runs import find_last_run, list_lines
from tests.api.conftest import Api, Specification, published_document
from tests.factories import make_actor, make_demand, make_listing, make_token
from tests.rooms.test_regional_plan import north

Somebody = Callable[..., Api]


@pytest.fixture
def people(somebody: Somebody, database: Database) -> dict[str, Api]:
    """Almelo and Hengelo have 800 m2 each at 0 and 10 km, Borne and Losser need 800 m2 at 9 and 20 km."""
    with database.transaction() as session:
        for slug, away in (("almelo", 0), ("hengelo", 10)):
            owner = make_actor(session, slug)
            make_listing(session, owner, quantity=Quantity(Decimal(800), Unit.M2), location=north(away))
        for slug, away in (("borne", 9), ("losser", 20)):
            make_demand(session, make_actor(session, slug), location=north(away), max_distance_km=None)
    slugs = ("almelo", "hengelo", "borne", "losser")
    return {slug: somebody(slug) for slug in slugs} | {"broker": somebody("regio-twente", "coordinator", "region")}


def made(people: dict[str, Api], app: Flask, **body: Any) -> str:
    """The address of a plan that is made."""
    started = people["broker"].post("/plans", body)
    assert started.status_code == 201, started.get_json()
    plan = started.get_json()
    assert (plan["state"], plan["figures"]) == ("waiting", None)
    assert people["broker"].get(f"/plans/{plan['id']}/lines").get_json()["total"] == 0
    assert tasks.work_off(app) == 1
    return f"/plans/{plan['id']}"


def test_a_plan_tells_what_it_saves_and_why(people: dict[str, Api], app: Flask) -> None:
    """148 t each; first come 148 x 1.3 x 21 = 4 040.4 tonne-km, the plan 148 x 1.3 x 19 = 3 655.6: 384.8 less together."""
    address = made(people, app)
    plan = people["losser"].get(address).get_json()
    figures = plan["figures"]
    assert (plan["state"], plan["objective"], plan["floors"]) == ("made", "kilometres", True)
    assert (figures["massKg"], figures["tonneKm"], figures["firstComeTonneKm"]) == (296_000, 3655.6, 4040.4)
    assert (figures["transfers"], figures["proven"], figures["fewestTransfersProven"]) == (2, True, True)
    first, second = people["losser"].get(f"{address}/lines").get_json()["items"]
    assert (first["fromOrganisation"]["slug"], first["toOrganisation"]["slug"]) == ("almelo", "borne")
    assert (first["quantity"], first["unit"], first["distanceKm"], first["roadKm"]) == ("800", "m2", 9, 11.7)
    assert (first["why"], first["instead_of"] if "instead_of" in first else first["insteadOf"], first["state"]) == (
        "less",
        second["demand"]["id"],
        "open",
    )
    assert first["sentence"].endswith("van Almelo gaat naar Borne en niet naar Losser: samen 384,8 tonkm minder.")
    assert people["losser"].get("/plans").get_json()["total"] == 1


def test_whoever_needs_it_asks_its_owner_offers_and_the_broker_points_it_out(people: dict[str, Api], app: Flask) -> None:
    address = made(people, app)
    response = people["borne"].post(f"{address}/lines/1/request", {})
    assert response.status_code == 201, response.get_json()
    answer = response.get_json()
    reservation = people["borne"].get(f"/reservations/{answer['reservationId']}").get_json()
    assert (answer["answer"], reservation["status"], reservation["quantity"]) == ("asked", "requested", "800")
    again = people["borne"].post(f"{address}/lines/1/request", {}).get_json()
    assert again["reservationId"] == answer["reservationId"]  # once
    assert people["hengelo"].post(f"{address}/lines/2/request", {}).get_json()["answer"] == "offered"
    assert people["broker"].post(f"{address}/lines/2/request", {}).status_code == 422  # it says why
    pointed = people["broker"].post(f"{address}/lines/2/request", {"reason": "Dichtbij, en u zoekt het al lang."})
    assert (pointed.status_code, pointed.get_json()["answer"]) == (201, "offered")
    lines = people["losser"].get(f"{address}/lines").get_json()["items"]
    assert [line["state"] for line in lines] == ["asked", "offered"]
    assert len(lines[1]["answers"]) == 2


def test_nobody_else_acts_on_a_line(people: dict[str, Api], app: Flask) -> None:
    address = made(people, app)
    assert people["losser"].post(f"{address}/lines/1/request", {}).status_code == 403
    assert people["losser"].post(f"{address}/lines/1/refuse", {"reason": "Daarom"}).status_code == 403
    assert people["losser"].post("/plans", {}).status_code == 403
    assert people["borne"].post(f"{address}/lines/9/request", {}).status_code == 404
    assert people["borne"].post(f"{address}/lines/1/refuse", {"reason": " "}).status_code == 422
    refused = people["borne"].post(f"{address}/lines/1/refuse", {"reason": "Wij kopen ze nieuw."}).get_json()
    assert (refused["answer"], refused["reason"]) == ("refused", "Wij kopen ze nieuw.")
    assert people["borne"].get(f"{address}/lines").get_json()["items"][0]["state"] == "refused"


def test_a_line_of_which_less_is_left_says_so_and_holds_nothing(people: dict[str, Api], app: Flask) -> None:
    """Losser takes one square metre of the lot that the plan gives to Borne: 799 are left, and the line asks for 800."""
    address = made(people, app)
    listing = people["borne"].get(f"{address}/lines").get_json()["items"][0]["listing"]["id"]
    assert people["losser"].post(f"/listings/{listing}/reservations", {"quantity": 1, "unit": "m2"}).status_code == 201
    assert people["borne"].get(f"{address}/lines").get_json()["items"][0]["state"] == "changed"
    late = people["borne"].post(f"{address}/lines/1/request", {})
    assert late.status_code == 409 and "niet meer zoals het plan zegt" in late.get_json()["detail"]


@pytest.mark.slow
def test_two_lines_and_another_request_at_once_sell_nothing_twice(
    people: dict[str, Api], app: Flask, database: Database, somebody: Somebody
) -> None:
    address = made(people, app)
    with database.read() as session:
        first, second = (row.id for row in session.query(Listing).order_by(Listing.id))
    rival = somebody("losser")
    work: list[Callable[[], Any]] = [
        lambda: people["borne"].post(f"{address}/lines/1/request", {}),
        lambda: people["losser"].post(f"{address}/lines/2/request", {}),
        lambda: rival.post(f"/listings/{first}/reservations", {"quantity": 500, "unit": "m2"}),
        lambda: rival.post(f"/listings/{second}/reservations", {"quantity": 500, "unit": "m2"}),
    ]
    with ThreadPoolExecutor(4) as pool:
        statuses = [answer.status_code for answer in pool.map(lambda call: call(), work)]
    assert set(statuses) <= {201, 409}
    with database.read() as session:
        held = {row.id: row.held for row in session.query(Listing)}
    assert held[first] == (800 if statuses[0] == 201 else 500) and (statuses[0], statuses[2]) in {(201, 409), (409, 201)}
    assert held[second] == (800 if statuses[1] == 201 else 500) and (statuses[1], statuses[3]) in {(201, 409), (409, 201)}
    lines = people["borne"].get(f"{address}/lines").get_json()["items"]
    assert [line["state"] for line in lines] == ["asked" if status == 201 else "changed" for status in statuses[:2]]


@pytest.mark.slow
def test_two_lines_of_the_demonstration_and_a_rival_in_the_same_second(demonstration: Flask, database: Database) -> None:
    """Borne and Enschede accept their lines of 400 m2 while Oldenzaal asks for 100 of both lots: each lot is held once."""
    app = demonstration
    specification = Specification(published_document(app), app)
    with database.transaction() as session:
        slugs = ("borne", "enschede", "oldenzaal", "oldenzaal")
        tokens = [make_token(session, make_actor(session, slug), name=f"plan-{n}") for n, slug in enumerate(slugs)]
        run = find_last_run(session, OPERATOR)
        assert run is not None
        lines = {line.asker.slug: line for line in list_lines(session, run, offset=0, limit=100)[0] if line.why == "less"}
        plan, lots = run.id, [lines[slug].listing_id for slug in ("borne", "enschede")]
        numbers = [lines[slug].number for slug in ("borne", "enschede")]
    borne, enschede, *rivals = (Api(app.test_client(), specification, token) for token in tokens)
    together = Barrier(4)

    def at_once(ask: Callable[[], Any]) -> int:
        together.wait()
        return int(ask().status_code)

    some = {"quantity": 100, "unit": "m2"}
    work: list[Callable[[], Any]] = [
        lambda: borne.post(f"/plans/{plan}/lines/{numbers[0]}/request", {}),
        lambda: enschede.post(f"/plans/{plan}/lines/{numbers[1]}/request", {}),
        lambda: rivals[0].post(f"/listings/{lots[0]}/reservations", some),
        lambda: rivals[1].post(f"/listings/{lots[1]}/reservations", some),
    ]
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(at_once, work))
    states = {line["number"]: line["state"] for line in borne.get(f"/plans/{plan}/lines?pageSize=100").get_json()["items"]}
    with database.read() as session:
        for place, (lot, number) in enumerate(zip(lots, numbers, strict=True)):
            mine, theirs = statuses[place], statuses[place + 2]
            assert sorted((mine, theirs)) == [201, 409]
            assert session.get_one(Listing, lot).held == (400 if mine == 201 else 100)
            assert states[number] == ("asked" if mine == 201 else "changed")
        assert {name: breach for name, question in INVARIANTS if (breach := question(session))} == {}
