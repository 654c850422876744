"""Something is announced to a depot, seen by its keepers, taken in, or called off again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from marketplace.kernel import clock
from tests.api.conftest import Api


def told(**changes: Any) -> dict[str, Any]:
    day = (clock.today() + timedelta(days=3)).isoformat()
    return {"material": "betonstraatsteen-kei-8cm", "quantity": "40", "unit": "m2", "expectedOn": day, **changes}


WHY = {"reason": "Het werk is uitgesteld"}


@pytest.fixture
def keeper(somebody: Callable[..., Api]) -> Api:
    return somebody("hengelo", "coordinator")


@pytest.fixture
def address(keeper: Api) -> str:
    return f"/depots/{keeper.post('/depots', {'name': 'Werf', 'place': 'Hengelo'}).get_json()['id']}"


def test_whoever_brings_it_and_the_keepers_see_what_was_announced(
    keeper: Api, borne: Api, somebody: Callable[..., Api], address: str
) -> None:
    made = borne.post(f"{address}/arrivals", told(words="Op pallets"))
    assert made.status_code == 201
    arrival = made.get_json()
    assert (arrival["organisation"]["slug"], arrival["quantity"], arrival["words"], arrival["lot"]) == (
        "borne",
        "40",
        "Op pallets",
        None,
    )
    for sees in (keeper, borne):
        assert sees.get(f"{address}/arrivals").get_json()["items"] == [arrival]
    other = somebody("losser", "coordinator")
    assert other.get(f"{address}/arrivals").get_json()["items"] == []
    assert other.post(f"{address}/arrivals/{arrival['id']}/call-off", WHY).status_code == 404


def test_it_is_called_off_once_and_not_after_it_came(keeper: Api, borne: Api, address: str) -> None:
    first, second = (borne.post(f"{address}/arrivals", told()).get_json()["id"] for _time in range(2))
    for body in ({}, {"reason": ""}, {"reason": "x" * 501}):
        refused = borne.post(f"{address}/arrivals/{first}/call-off", body)
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "reason")
    ended = borne.post(f"{address}/arrivals/{first}/call-off", WHY).get_json()["endedAt"]
    assert ended is not None
    assert keeper.post(f"{address}/arrivals/{first}/call-off", WHY).get_json()["endedAt"] == ended
    lot = {
        "material": "betonstraatsteen-kei-8cm",
        "quantity": 38,
        "unit": "m2",
        "condition": "good",
        "owner": "borne",
        "arrival": second,
    }
    assert keeper.post(f"{address}/lots", lot).status_code == 201
    assert borne.post(f"{address}/arrivals/{second}/call-off", WHY).status_code == 409
    assert borne.get(f"{address}/arrivals").get_json()["total"] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"expectedOn": (clock.today() - timedelta(days=1)).isoformat()}, "expectedOn"),
        ({"expectedOn": (clock.today() + timedelta(days=367)).isoformat()}, "expectedOn"),
        ({"quantity": "0"}, "quantity"),
        ({"unit": "piece", "quantity": "1.5"}, "quantity"),
        ({"material": "goud"}, "material"),
        ({"unit": "m"}, "unit"),
        ({"words": "x" * 301}, "words"),
    ],
)
def test_what_cannot_come_is_refused_at_its_property(borne: Api, address: str, changes: dict[str, Any], field: str) -> None:
    answer = borne.post(f"{address}/arrivals", told(**changes))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_what_the_depot_does_not_take_is_not_announced(keeper: Api, borne: Api, address: str) -> None:
    keeper.patch(address, {"takes": ["hout"]})
    assert borne.post(f"{address}/arrivals", told()).status_code == 422
    keeper.patch(address, {"takes": None, "storers": "owner"})
    assert borne.post(f"{address}/arrivals", told()).status_code == 422
    assert keeper.post(f"{address}/arrivals", told()).status_code == 201
    keeper.post(f"{address}/close", {})
    assert keeper.post(f"{address}/arrivals", told()).status_code == 409
