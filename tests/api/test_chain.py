"""A lot that lies too long is offered to the chain over the API, and says so."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from marketplace.kernel import clock
from tests.api.conftest import Api


@pytest.fixture
def keeper(somebody: Callable[..., Api]) -> Api:
    return somebody("hengelo", "coordinator")


def lot_of(keeper: Api, days: int) -> str:
    """A lot that lies in a depot for so many days, where it may for thirty."""
    depot = keeper.post("/depots", {"name": f"Werf {days}", "place": "Hengelo"}).get_json()["id"]
    keeper.patch(f"/depots/{depot}", {"longestStayDays": 30})
    came: dict[str, Any] = {"material": "betontegel-30x30x6", "quantity": 12, "unit": "m2", "condition": "good"}
    made = keeper.post(f"/depots/{depot}/lots", {**came, "movedOn": (clock.today() - timedelta(days=days)).isoformat()})
    return f"/lots/{made.get_json()['id']}"


def test_a_draft_is_made_for_the_chain_which_is_told_at_publication(keeper: Api, borne: Api) -> None:
    address = lot_of(keeper, 31)
    assert keeper.get(address).get_json()["chain"] is None
    made = keeper.post(f"{address}/offer-to-chain", {"reason": "Niemand wilde het"})
    assert made.status_code == 200
    lot = made.get_json()
    assert (lot["chain"]["reason"], lot["chain"]["toldAt"], lot["chain"]["told"]) == ("Niemand wilde het", None, 0)
    draft = keeper.get(f"/listings/{lot['listing']}").get_json()
    assert (draft["status"], draft["quantity"]) == ("draft", "12")
    again = keeper.post(f"{address}/offer-to-chain", {"reason": "Nog eens"}).get_json()
    assert (again["listing"], again["chain"]["reason"]) == (lot["listing"], "Niemand wilde het")
    assert borne.post(f"{address}/offer-to-chain", {"reason": "Van mij"}).status_code == 404


def test_what_may_lie_there_still_is_refused_and_so_is_no_reason(keeper: Api) -> None:
    early, late = lot_of(keeper, 30), lot_of(keeper, 31)
    refused = keeper.post(f"{early}/offer-to-chain", {"reason": "Te lang"})
    assert (refused.status_code, (clock.today()).isoformat()[:4] in refused.get_json()["detail"]) == (409, True)
    for body in ({}, {"reason": " "}):
        assert keeper.post(f"{late}/offer-to-chain", body).status_code == 422
