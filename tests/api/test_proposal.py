"""Proposals over the API: parts of several listings for one demand, and asking for all of them or nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from marketplace.kernel.db import Database
from marketplace.market.models import Listing
from tests.api.conftest import Api, demand_body, published


@pytest.fixture
def demand_id(hengelo: Api, borne: Api, somebody: Callable[..., Api], database: Database) -> int:
    """Ten thousand pieces for Borne; 150 m² lie in Hengelo, and 120 m² in Almelo, which parts with no less than 100 m²."""
    published(hengelo, quantity="150")
    far = published(somebody("almelo"), quantity="120", place="Almelo")["id"]
    with database.transaction() as session:
        session.execute(update(Listing).where(Listing.id == far).values(minimum_part=Decimal(100)))
    made: int = borne.post("/demands", demand_body(quantity="10000", unit="piece")).get_json()["id"]
    return made


def told(proposal: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(part["quantity"], part["unit"], part["covers"]) for part in proposal["parts"]]


def test_a_proposal_says_what_is_taken_covered_and_surplus(borne: Api, demand_id: int) -> None:
    proposal = borne.get(f"/demands/{demand_id}/proposal").get_json()
    assert told(proposal) == [("150", "m2", "6600"), ("100", "m2", "4400")]
    sums = {name: proposal[name] for name in ("needed", "unit", "underWay", "covered", "surplus", "missing")}
    assert sums == {
        "needed": "10000",
        "unit": "piece",
        "underWay": "0",
        "covered": "10000",
        "surplus": "1000",
        "missing": "0",
    }
    assert [part["massKg"] for part in proposal["parts"]] == [27750, 18500]
    assert proposal["massKg"] == 46250
    for part in proposal["parts"]:
        assert part["roadKm"] == pytest.approx(part["distanceKm"] * 1.3, abs=0.001)
        assert part["tonneKm"] == pytest.approx(part["massKg"] / 1000 * part["roadKm"], abs=0.001)
    assert "1.000" in proposal["sentences"][-1] and "100" in proposal["sentences"][-1]


def test_all_parts_are_requested_at_once_and_only_once(borne: Api, demand_id: int) -> None:
    address = f"/demands/{demand_id}/proposal"
    again = {"headers": {"Idempotency-Key": "een-keer"}}
    made = borne.post(address, {}, **again)
    assert made.status_code == 201
    items = made.get_json()["items"]
    assert [
        (reservation["quantity"], reservation["unit"], reservation["status"], reservation["demand"]["id"])
        for reservation in items
    ] == [
        ("150", "m2", "requested", demand_id),
        ("100", "m2", "requested", demand_id),
    ]
    assert borne.post(address, {}, **again).get_json() == made.get_json()
    after = borne.get(address).get_json()
    assert (after["needed"], after["underWay"], after["parts"]) == ("0", "11000", [])
    assert borne.post(address, {}).status_code == 409
    assert borne.get("/reservations").get_json()["total"] == 2


def test_one_lot_that_covers_all_is_the_whole_proposal(hengelo: Api, borne: Api, demand_id: int) -> None:
    large = published(hengelo, quantity="1200", place="Almelo")["id"]
    proposal = borne.get(f"/demands/{demand_id}/proposal").get_json()
    assert [part["listing"]["id"] for part in proposal["parts"]] == [large]
    assert told(proposal) == [("227.273", "m2", "10000")]  # 10 000 ÷ 44 = 227.2727…


def test_a_proposal_is_for_who_asks_and_the_reviewer(
    hengelo: Api, borne: Api, reviewer: Api, public: Api, demand_id: int
) -> None:
    address = f"/demands/{demand_id}/proposal"
    assert len(reviewer.get(address).get_json()["parts"]) == 2
    assert [reviewer.post(address, {}).status_code, hengelo.post(address, {}).status_code] == [403, 403]
    assert [hengelo.get(address).status_code, public.get(address).status_code] == [403, 401]
    assert borne.get("/demands/999/proposal").status_code == 404
    assert borne.get("/reservations").get_json()["total"] == 0


def test_without_a_lot_nothing_is_asked(borne: Api) -> None:
    demand_id = borne.post("/demands", demand_body()).get_json()["id"]
    proposal = borne.get(f"/demands/{demand_id}/proposal").get_json()
    assert (proposal["covered"], proposal["missing"], proposal["parts"]) == ("0", "800", [])
    assert borne.post(f"/demands/{demand_id}/proposal", {}).status_code == 409
