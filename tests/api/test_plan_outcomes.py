"""What a plan leaves over, what goes together, what differs and what following did, over the API."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.accounts.policy import OPERATOR
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.units import Quantity, Unit
from marketplace.plans.actions.runs import make_at_once
from marketplace.plans.queries.pairs import Objective
from tests.api.conftest import Api
from tests.factories import make_actor, make_demand, make_listing
from tests.rooms.test_regional_plan import north, on_a_line

Somebody = Callable[..., Api]
FLAGS = {"material": "betontegel-30x30x6"}


def m2(amount: int) -> Quantity:
    return Quantity(Decimal(amount), Unit.M2)


@pytest.fixture
def reader(somebody: Somebody) -> Api:
    return somebody("wierden")


def planned(database: Database) -> int:
    with database.transaction() as session:
        return make_at_once(session, OPERATOR, objective=Objective.KILOMETRES).id


def test_what_stays_says_what_it_would_take(reader: Api, database: Database) -> None:
    """12.029 km past the 8 that were asked for; a lot whose turn opens in nine days stands apart."""
    opens = clock.today() + timedelta(days=9)
    with database.transaction() as session:
        make_listing(session, make_actor(session, "almelo"), quantity=m2(500), location=north(0))
        make_listing(
            session,
            make_actor(session, "hengelo"),
            quantity=m2(300),
            location=north(20),
            region_from=opens,
            partners_from=opens + timedelta(days=14),
            window_reason="Eerst zelf",
        )
        make_demand(session, make_actor(session, "borne"), location=north(20), max_distance_km=Decimal(8))
    number = planned(database)
    page = reader.get(f"/plans/{number}/gaps").get_json()
    [gap] = page["items"]
    assert (page["total"], gap["side"], gap["left"], gap["unit"], gap["leftKg"]) == (1, "need", "800", "m2", 148_000)
    assert (gap["organisation"]["slug"], gap["listing"]) == ("borne", None)
    [way], [turn] = gap["ways"], gap["turns"]
    assert (way["step"], way["short"], way["quantity"], way["distanceKm"]) == ("distance", 13, "500", 20)
    assert way["sentence"].startswith("500") and "13 km verder" in way["sentence"]
    assert (turn["step"], turn["day"], turn["quantity"], turn["short"]) == ("turn", opens.isoformat(), "300", 0)
    lots = reader.get(f"/plans/{number}/gaps?side=lot").get_json()
    assert [(lot["listing"] is not None, lot["left"]) for lot in lots["items"]] == [(True, "500"), (True, "300")]
    assert reader.get(f"/plans/{number}/gaps?side=both").status_code == 422
    assert reader.get("/plans/99/gaps").status_code == 404


def test_what_goes_together_has_its_totals(reader: Api, database: Database) -> None:
    """The figures are those of tests/rooms/test_plan_effects.py."""
    with database.transaction() as session:
        almelo, hengelo = make_actor(session, "almelo"), make_actor(session, "hengelo")
        make_listing(session, almelo, quantity=m2(60), location=north(0))
        make_listing(session, almelo, quantity=m2(40), location=north(0))
        make_demand(session, hengelo, quantity=m2(100), location=north(10), max_distance_km=None)
        make_listing(session, hengelo, quantity=m2(100), location=north(12), **FLAGS)
        make_demand(session, almelo, quantity=m2(100), location=north(2), max_distance_km=None, **FLAGS)
    number = planned(database)
    [combined] = reader.get(f"/plans/{number}/combined").get_json()["items"]
    assert (combined["organisation"]["slug"], combined["lines"], combined["covers"]) == ("hengelo", [1, 2], "100")
    assert (combined["massKg"], combined["tonneKm"]) == (18_500, 240.5)  # 18.5 t x 13 km
    [round_trip] = reader.get(f"/plans/{number}/rounds").get_json()["items"]
    assert (round_trip["there"], round_trip["back"], round_trip["apartKm"], round_trip["togetherKm"], round_trip["savedKm"]) == (
        1,
        3,
        52,
        31.2,
        20.8,
    )
    line = reader.get(f"/plans/{number}/lines").get_json()["items"][0]
    assert (line["roadKm"], line["roundTripKm"], line["firstDay"]) == (13, 26, clock.today().isoformat())


def test_two_plans_and_what_following_did(reader: Api, database: Database, somebody: Somebody) -> None:
    """Borne asks for its line of the first plan; in the second only Losser's stands, as it was."""
    with database.transaction() as session:
        on_a_line(session)
    first = planned(database)
    assert somebody("borne").post(f"/plans/{first}/lines/1/request", {}).status_code == 201
    second = planned(database)
    changes = reader.get(f"/plans/{second}/changes/{first}").get_json()
    assert (changes["before"]["id"], changes["now"]["id"]) == (first, second)
    assert (changes["kept"], changes["came"], changes["went"], changes["changed"], changes["total"]) == (1, 0, 1, 0, 1)
    [gone] = changes["items"]
    assert (gone["change"], gone["before"]["quantity"], gone["now"]) == ("went", "800", None)
    followed = reader.get("/plans/followed").get_json()
    fates = {fate["fate"]: (fate["lines"], fate["massKg"], fate["savedTonneKm"]) for fate in followed["fates"]}
    assert fates == {
        "accepted": (1, 148_000, 192.4),
        "offered": (0, 0, 0),
        "refused": (0, 0, 0),
        "ignored": (0, 0, 0),
        "open": (1, 148_000, 0),  # with one lot left the plan is what happens without one
        "repeated": (1, 148_000, 192.4),
    }
    assert followed["deeds"] == {"reservations": 1, "underWay": 1, "ended": 0, "handedOver": 0, "massKg": 0, "tonneKm": 0}
    assert [row["plan"]["id"] for row in followed["items"]] == [second, first]
