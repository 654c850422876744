"""What a depot costs, expects and warns of, over the API: the figures of its pages and files. All by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.api.conftest import Api, published
from tests.factories import KEI, make_actor
from tests.visitors import visit

KIND = {"material": KEI, "unit": "m2", "condition": "good"}
NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)  # a Thursday; 42 days after 15 October
TODAY = date(2026, 11, 26)
ALL = ("settlement?quarter=2026-Q4", "costs", "week", "warnings")


@pytest.fixture
def keeper(somebody: Callable[..., Api]) -> Api:
    return somebody("borne", "coordinator")


@pytest.fixture
def broker(somebody: Callable[..., Api]) -> Api:
    return somebody("regio-twente", "coordinator")


@pytest.fixture
def yard(keeper: Api) -> str:
    """On 15 October 176 m² of Borne's and 70 m² of Hengelo's come in, at € 0.15 a week, and 7 pallets that have no price."""
    with clock.frozen(datetime(2026, 10, 15, 9, tzinfo=UTC)):
        address = f"/depots/{keeper.post('/depots', {'name': 'Werf', 'place': 'Borne'}).get_json()['id']}"
        keeper.post(f"{address}/rates", {"unit": "m2", "eurosPerWeek": "0.15", "fromOn": "2026-10-15"})
        for owner, amount in (("borne", 176), ("hengelo", 70)):
            assert keeper.post(f"{address}/lots", {**KIND, "quantity": amount, "owner": owner}).status_code == 201
        assert keeper.post(f"{address}/lots", {**KIND, "unit": "piece", "quantity": 500}).status_code == 201
    return address


def test_a_quarter_is_settled_per_organisation_and_lot_as_in_its_file(
    app: Flask, database: Database, keeper: Api, yard: str
) -> None:
    """42 days: 176 × 0.15 ÷ 7 × 42 = 158.40, and 70 × 0.15 ÷ 7 × 42 = 63.00. Pieces have no price."""
    with clock.frozen(NOON):
        settlement = keeper.get(f"{yard}/settlement?quarter=2026-Q4").get_json()
        with database.transaction() as session:
            client = visit(app, session, make_actor(session, "borne", "coordinator"))
        lines = client.get(f"{yard}/afrekening/2026-K4.csv").text.splitlines()
    assert (settlement["quarter"], settlement["isOver"], settlement["openUntil"], settlement["closedAt"]) == (
        "2026-Q4",
        False,
        "2027-03-01",
        None,
    )
    rows = [
        (row["organisation"]["slug"], row["title"][:5], row["days"], row["amountDays"], row["cents"])
        for row in settlement["items"]
    ]
    assert rows == [
        ("borne", "Beton", 42, 7392, 15840),  # 176 × 42
        ("borne", "Beton", 42, 21000, None),  # 500 × 42
        ("hengelo", "Beton", 42, 2940, 6300),  # 70 × 42
    ]
    assert [(row["fromOn"], row["lastOn"], row["unit"], row["eurosPerWeek"]) for row in settlement["items"]] == [
        ("2026-10-15", "2026-11-25", "m2", 0.15),
        ("2026-10-15", "2026-11-25", "piece", None),
        ("2026-10-15", "2026-11-25", "m2", 0.15),
    ]
    totals = [
        (total["organisation"]["slug"], total["lots"], total["days"], total["cents"], total["unpriced"])
        for total in settlement["totals"]
    ]
    assert totals == [("borne", 2, 84, 15840, 1), ("hengelo", 1, 42, 6300, 0)]
    assert [line.split(";")[9] for line in lines[1:]] == ["158,4", "", "63", "158,4", "63"]


def test_a_page_of_a_settlement_keeps_the_sums_of_all(keeper: Api, yard: str) -> None:
    with clock.frozen(NOON):
        settlement = keeper.get(f"{yard}/settlement?quarter=2026-K4&page=2&pageSize=2").get_json()
    assert (settlement["total"], [row["cents"] for row in settlement["items"]], len(settlement["totals"])) == (3, [6300], 2)


def test_a_quarter_that_has_not_begun_and_a_word_that_is_none_are_refused(keeper: Api, yard: str) -> None:
    with clock.frozen(NOON):
        assert keeper.get(f"{yard}/settlement?quarter=2027-Q1").status_code == 404
        assert keeper.get(f"{yard}/settlement?quarter=laatst").status_code == 404
        assert keeper.get(f"{yard}/settlement").get_json()["quarter"] == "2026-Q3"


def test_the_cost_so_far_per_organisation(keeper: Api, broker: Api, yard: str) -> None:
    with clock.frozen(NOON):
        for reader in (keeper, broker):
            costs = reader.get(f"{yard}/costs").get_json()
            paid = [(cost["organisation"]["slug"], cost["lots"], cost["cents"], cost["unpriced"]) for cost in costs["items"]]
            assert (costs["before"], costs["isOfAll"]) == ("2026-11-26", True)
            assert paid == [("borne", 2, 15840, 1), ("hengelo", 1, 6300, 0)]


def test_an_owner_reads_their_own_cost_and_settlement_only(hengelo: Api, yard: str) -> None:
    with clock.frozen(NOON):
        costs, settled = (hengelo.get(f"{yard}/{what}").get_json() for what in ALL[1::-1])
    assert (costs["isOfAll"], settled["isOfAll"]) == (False, False)
    assert [(cost["organisation"]["slug"], cost["cents"]) for cost in costs["items"]] == [("hengelo", 6300)]
    assert [row["organisation"]["slug"] for row in settled["items"]] == ["hengelo"]


def test_who_may_not_read_the_stock_reads_no_week_and_no_warnings(
    somebody: Callable[..., Api], hengelo: Api, public: Api, yard: str
) -> None:
    adviser = somebody("raad", "coordinator", "adviser")
    with clock.frozen(NOON):
        for what in ("week", "warnings"):
            assert [reader.get(f"{yard}/{what}").status_code for reader in (hengelo, adviser, public)] == [403, 403, 401]
        for what in ("costs", ALL[0]):
            assert [reader.get(f"{yard}/{what}").status_code for reader in (adviser, public)] == [403, 401]
        assert public.get("/depots/warnings").status_code == 401
        assert [reader.get("/depots/warnings").status_code for reader in (hengelo, adviser)] == [200, 403]


def test_the_reviewer_reads_all_of_them(reviewer: Api, yard: str) -> None:
    with clock.frozen(NOON):
        assert [reviewer.get(f"{yard}/{what}").status_code for what in ALL] == [200] * 4


def test_more_than_fits_is_said_in_the_answer_and_stands_on_the_lists(
    keeper: Api, hengelo: Api, broker: Api, reviewer: Api, yard: str
) -> None:
    """246 m² lie there and 250 fit; 20 more are 16 too much."""
    with clock.frozen(NOON):
        keeper.patch(yard, {"capacities": [{"kind": "m2", "amount": 250}]})
        assert keeper.get(f"{yard}/warnings").get_json()["over"] == []
        fits = keeper.post(f"{yard}/lots", {**KIND, "quantity": 4}).get_json()
        assert fits["depotWarnings"] == []
        taken_in = keeper.post(f"{yard}/lots", {**KIND, "quantity": 16}).get_json()
        [warning] = taken_in["depotWarnings"]
        assert (warning["kind"], warning["taken"], warning["room"]) == ("m2", "266", "250")
        assert warning["sentence"] == "In Werf ligt meer dan er past: 266\xa0m² van 250\xa0m². Dat is 16\xa0m² te veel."
        moved = keeper.post(f"/lots/{taken_in['id']}/move", {"place": "Delden"}).get_json()
        assert "depotWarnings" not in moved
        depot = int(yard.rsplit("/", 1)[1])
        back = keeper.post(f"/lots/{taken_in['id']}/move", {"depot": depot}).get_json()
        assert back["depotWarnings"] == [warning]
        assert "depotWarnings" not in keeper.get(f"/lots/{taken_in['id']}").get_json()
        for reader in (keeper, broker, reviewer):
            [row] = reader.get("/depots/warnings").get_json()["items"]
            assert (row["depot"]["name"], row["over"], row["tooLong"], row["missing"]) == ("Werf", [warning], 0, 0)
        assert hengelo.get("/depots/warnings").get_json()["items"] == []


def test_what_is_received_into_a_full_depot_warns_its_keeper(keeper: Api, hengelo: Api, yard: str) -> None:
    """246 m² and 40 more in room for 250."""
    with clock.frozen(NOON):
        keeper.patch(yard, {"capacities": [{"kind": "m2", "amount": 250}]})
        listing = published(hengelo, quantity=40)
        body = {"quantity": 40, "unit": "m2", "depot": int(yard.rsplit("/", 1)[1])}
        number = keeper.post(f"/listings/{listing['id']}/reservations", body).get_json()["id"]
        path = f"/reservations/{number}"
        assert hengelo.post(f"{path}/approve").status_code == 200
        assert hengelo.post(f"{path}/hand-over", {"quantity": 40}).status_code == 200
        [warning] = keeper.post(f"{path}/confirm").get_json()["depotWarnings"]
        assert (warning["taken"], warning["room"]) == ("286", "250")


def test_what_lies_too_long_is_listed_the_longest_first(keeper: Api, broker: Api, yard: str) -> None:
    """Forty days at most: what came 42 days ago is too long, what came 40 days ago is not."""
    with clock.frozen(NOON):
        keeper.patch(yard, {"longestStayDays": 40})
        keeper.post(f"{yard}/lots", {**KIND, "quantity": 9, "movedOn": "2026-10-17"})
        for reader in (keeper, broker):
            warnings = reader.get(f"{yard}/warnings").get_json()
            assert (warnings["tooLong"], warnings["since"], warnings["total"], warnings["longestStayDays"]) == (
                3,
                "2026-10-15",
                3,
                40,
            )
            assert [lot["quantity"] for lot in warnings["items"]] == ["176", "70", "500"]


def announced(client: Api, yard: str, day: date, **more: Any) -> int:
    body = {"material": KEI, "quantity": 40, "unit": "m2", "expectedOn": day.isoformat(), **more}
    number: int = client.post(f"{yard}/arrivals", body).get_json()["id"]
    return number


def test_a_week_tells_what_comes_what_goes_and_what_must_go(keeper: Api, borne: Api, hengelo: Api, yard: str) -> None:
    """From Thursday 26 November up to and including 3 December; a longest stay of 45 days ends on the 29th."""
    with clock.frozen(NOON):
        keeper.patch(yard, {"longestStayDays": 45})
        soon, last, after = (announced(hengelo, yard, TODAY + timedelta(days=days)) for days in (0, 7, 8))
        [lot] = [lot for lot in keeper.get("/lots").get_json()["items"] if lot["quantity"] == "176"]
        week = keeper.get(f"{yard}/week").get_json()
        assert (week["first"], week["last"], week["later"]) == ("2026-11-26", "2026-12-03", 1)
        assert [row["id"] for row in week["arrivals"]] == [soon, last]
        assert week["endings"] == [{"on": "2026-11-29", "lots": 3, "lot": None}]
        assert (week["bringing"], week["collecting"], lot["depot"]["id"]) == ([], [], week["depot"]["id"])
        following = keeper.get(f"{yard}/week?from=2026-12-04").get_json()
        assert ([row["id"] for row in following["arrivals"]], following["endings"], following["later"]) == ([after], [], 0)
    with clock.frozen(NOON + timedelta(days=1)):
        assert [row["id"] for row in keeper.get(f"{yard}/week").get_json()["arrivals"]] == [soon, last, after]  # late first
        assert keeper.get(f"{yard}/warnings").get_json()["missing"] == 1


def test_a_transfer_stands_in_the_week_of_its_appointment(keeper: Api, hengelo: Api, yard: str) -> None:
    with clock.frozen(NOON):
        listing = published(hengelo, quantity=40)
        body = {"quantity": 40, "unit": "m2", "depot": int(yard.rsplit("/", 1)[1])}
        number = keeper.post(f"/listings/{listing['id']}/reservations", body).get_json()["id"]
        assert hengelo.post(f"/reservations/{number}/approve").status_code == 200
        assert [row["reservation"] for row in keeper.get(f"{yard}/week").get_json()["bringing"]] == [number]
        time = "2026-12-10T09:00:00Z"
        hengelo.post(f"/reservations/{number}/appointments", {"times": [time]})
        agreed = keeper.post(f"/reservations/{number}/appointments/agree", {"time": time})
        assert agreed.status_code == 200, agreed.get_json()
        this = keeper.get(f"{yard}/week").get_json()
        assert (this["bringing"], this["later"]) == ([], 1)
        [row] = keeper.get(f"{yard}/week?from=2026-12-07").get_json()["bringing"]
        assert (row["quantity"], row["owner"]["slug"], row["receiver"]["slug"], row["at"][:10]) == (
            "40",
            "hengelo",
            "borne",
            "2026-12-10",
        )


@pytest.mark.parametrize("day", ["1999-12-31", "2199-12-02", "morgen"])
def test_a_week_begins_on_a_day(keeper: Api, yard: str, day: str) -> None:
    answer = keeper.get(f"{yard}/week?from={day}")
    assert (answer.status_code, [error["field"] for error in answer.get_json()["errors"]]) == (422, ["from"])
