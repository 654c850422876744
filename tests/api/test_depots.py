"""A depot over the API: everything that its coordinator says of it, and what others may read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from marketplace.kernel import clock
from tests.api.conftest import Api

WEEK = [
    {"day": "monday", "opensAt": "13:00", "closesAt": "17:00"},
    {"day": "monday", "opensAt": "08:00", "closesAt": "12:00"},
    {"day": "saturday", "opensAt": "9:00", "closesAt": "24:00"},
]


@pytest.fixture
def keeper(somebody: Callable[..., Api]) -> Api:
    return somebody("hengelo", "coordinator")


@pytest.fixture
def depot(keeper: Api) -> dict[str, Any]:
    made: dict[str, Any] = keeper.post("/depots", {"name": "Werf", "place": "Hengelo"}).get_json()
    return made


def test_a_new_depot_says_nothing_that_nobody_said(depot: dict[str, Any]) -> None:
    properties = (
        "isActive",
        "isPublic",
        "opening",
        "openingNote",
        "collecting",
        "takes",
        "storers",
        "longestStayDays",
        "bays",
        "capacities",
        "rates",
    )
    assert {name: depot[name] for name in properties} == {
        "isActive": True,
        "isPublic": True,
        "opening": [],
        "openingNote": None,
        "collecting": None,
        "takes": [],
        "storers": "municipalities",
        "longestStayDays": None,
        "bays": [],
        "capacities": [],
        "rates": [],
    }


def test_all_of_a_depot_is_changed_and_what_is_left_out_stays(keeper: Api, depot: dict[str, Any]) -> None:
    address = f"/depots/{depot['id']}"
    change = {
        "opening": WEEK,
        "openingNote": "In de bouwvak gesloten",
        "collecting": "Stenen",
        "takes": ["hout", "bestrating"],
        "storers": "members",
        "longestStayDays": 182,
        "isPublic": False,
        "bays": ["A1", "B1"],
        "capacities": [{"kind": "m2", "amount": "1200.5"}, {"kind": "pallet", "amount": 40}],
    }
    changed = keeper.patch(address, change).get_json()
    assert changed == depot | change | {
        "opening": [
            {"day": "monday", "opensAt": "08:00", "closesAt": "12:00"},
            {"day": "monday", "opensAt": "13:00", "closesAt": "17:00"},
            {"day": "saturday", "opensAt": "09:00", "closesAt": "24:00"},
        ],
        "takes": ["bestrating", "hout"],
        "capacities": [{"kind": "m2", "amount": "1200.5"}, {"kind": "pallet", "amount": "40"}],
    }
    assert keeper.patch(address, {"name": "Werf Noord"}).get_json() == changed | {"name": "Werf Noord"}
    nothing = dict.fromkeys(("opening", "openingNote", "collecting", "takes", "longestStayDays", "bays", "capacities"))
    assert keeper.patch(address, nothing | {"name": "Werf", "storers": "municipalities", "isPublic": True}).get_json() == depot


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"opening": [{"day": "monday", "opensAt": "25:00", "closesAt": "26:00"}]}, "opening"),
        ({"opening": [{"day": "monday", "opensAt": "12:00", "closesAt": "08:00"}]}, "opening"),
        ({"opening": [*WEEK, {"day": "monday", "opensAt": "11:00", "closesAt": "14:00"}]}, "opening"),
        ({"opening": [{"day": "zondag", "opensAt": "08:00", "closesAt": "12:00"}]}, "opening"),
        ({"takes": ["goud"]}, "takes"),
        ({"storers": "everybody"}, "storers"),
        ({"longestStayDays": 0}, "longestStayDays"),
        ({"longestStayDays": 100_000}, "longestStayDays"),
        ({"bays": ["A1", "a1"]}, "bays"),
        ({"capacities": [{"kind": "m2", "amount": 0}]}, "capacities"),
        ({"capacities": [{"kind": "m2", "amount": 1}, {"kind": "m2", "amount": 2}]}, "capacities"),
        ({"keepers": [999_999]}, "keepers"),
        ({"keepers": ["1"]}, "keepers"),
        ({"collecting": "Bel 074-1234567"}, "collecting"),
    ],
)
def test_what_cannot_be_is_refused_at_its_property_and_nothing_changes(
    keeper: Api, depot: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    answer = keeper.patch(f"/depots/{depot['id']}", {"name": "Anders", **change})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    assert keeper.get(f"/depots/{depot['id']}").get_json() == depot


def test_keepers_are_known_to_themselves_and_to_nobody_else(
    keeper: Api, somebody: Callable[..., Api], hengelo: Api, depot: dict[str, Any]
) -> None:
    address, me = f"/depots/{depot['id']}", hengelo.get("/people/me").get_json()["id"]
    assert keeper.patch(address, {"keepers": [me]}).get_json()["keepers"] == [me]
    assert hengelo.get(address).get_json()["keepers"] == [me]
    for other in (somebody("borne"), somebody("borne", "coordinator")):
        assert "keepers" not in other.get(address).get_json()
    stranger = somebody("borne").get("/people/me").get_json()["id"]
    assert keeper.patch(address, {"keepers": [stranger]}).status_code == 422


def test_closing_and_opening_again_are_said_twice_without_harm(keeper: Api, hengelo: Api, depot: dict[str, Any]) -> None:
    address = f"/depots/{depot['id']}"
    for _time in range(2):
        assert keeper.post(f"{address}/close", {}).get_json()["isActive"] is False
    assert keeper.get("/depots").get_json()["total"] == 0
    for _time in range(2):
        assert keeper.post(f"{address}/reopen", {}).get_json() == depot
    assert hengelo.post(f"{address}/close", {}).status_code == 403


def test_a_price_is_set_replaced_and_taken_back(keeper: Api, hengelo: Api, depot: dict[str, Any]) -> None:
    address, today = f"/depots/{depot['id']}", clock.today()
    ahead = (today + timedelta(days=30)).isoformat()
    first = keeper.post(f"{address}/rates", {"unit": "m2", "eurosPerWeek": "0.15", "fromOn": today.isoformat()})
    assert (first.status_code, first.headers["Location"]) == (201, f"/api/v1{address}")
    keeper.post(f"{address}/rates", {"unit": "m2", "eurosPerWeek": 0, "fromOn": ahead})
    rates = keeper.post(f"{address}/rates", {"unit": "m2", "eurosPerWeek": "0.2", "fromOn": ahead}).get_json()["rates"]
    assert [(rate["unit"], rate["eurosPerWeek"], rate["fromOn"]) for rate in rates] == [
        ("m2", "0.15", today.isoformat()),
        ("m2", "0.2", ahead),
    ]
    assert keeper.delete(f"{address}/rates/{rates[0]['id']}").status_code == 409
    assert keeper.delete(f"{address}/rates/{rates[1]['id']}").get_json()["rates"] == rates[:1]
    assert keeper.delete(f"{address}/rates/{rates[1]['id']}").status_code == 404
    assert hengelo.post(f"{address}/rates", {"unit": "m2", "eurosPerWeek": "1", "fromOn": ahead}).status_code == 403


@pytest.mark.parametrize(
    ("price", "field"),
    [
        ({"eurosPerWeek": "0,15"}, "eurosPerWeek"),
        ({"eurosPerWeek": "-1"}, "eurosPerWeek"),
        ({"eurosPerWeek": "1000.01"}, "eurosPerWeek"),
        ({"unit": "liter"}, "unit"),
        ({"fromOn": "2020-01-01"}, "fromOn"),
        ({"fromOn": "2206-01-01"}, "fromOn"),
    ],
)
def test_a_price_that_cannot_be_is_refused(keeper: Api, depot: dict[str, Any], price: dict[str, Any], field: str) -> None:
    sent = {"unit": "m2", "eurosPerWeek": "0.15", "fromOn": clock.today().isoformat(), **price}
    answer = keeper.post(f"/depots/{depot['id']}/rates", sent)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_an_adviser_stores_nothing(somebody: Callable[..., Api]) -> None:
    keeper = somebody("hengelo", "coordinator")
    yard = keeper.post("/depots", {"name": "Werf", "place": "Hengelo"}).get_json()["id"]
    somebody("omgevingsdienst-twente", "coordinator", "adviser")
    assert keeper.patch(f"/depots/{yard}", {"storers": "members"}).status_code == 200
    body = {
        "material": "betontegel-30x30x6",
        "quantity": 12,
        "unit": "m2",
        "condition": "good",
        "owner": "omgevingsdienst-twente",
    }
    assert keeper.post(f"/depots/{yard}/lots", body).status_code == 422
