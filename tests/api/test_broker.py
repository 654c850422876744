"""The broker's list by a program, and a proposal."""

from collections.abc import Callable

import pytest

from tests.api.conftest import Api, demand_body, published


@pytest.fixture
def broker(somebody: Callable[..., Api]) -> Api:
    """The coordinator of the region."""
    return somebody("regio-twente", "coordinator")


@pytest.mark.slow
def test_near_misses_are_paged_and_say_what_is_in_the_way(broker: Api, hengelo: Api, borne: Api) -> None:
    lots = [published(hengelo)["id"], published(hengelo)["id"]]
    demand = borne.post("/demands", demand_body(maxDistanceKm=2)).get_json()
    misses = broker.get("/broker/near-misses?pageSize=1&page=2", headers={"Accept-Language": "en"}).get_json()
    assert (misses["total"], misses["lookedAt"]) == (2, {"listings": 2, "demands": 1, "isAll": True})
    [miss] = misses["items"]
    assert (miss["listing"]["id"], miss["demand"]["id"], miss["kind"]) == (lots[1], demand["id"], "distance")
    assert 4.9 < miss["distanceKm"] < 5.1 and "km farther than asked" in miss["sentence"]
    assert (miss["owner"]["slug"], miss["organisation"]["slug"]) == ("hengelo", "borne")


def test_gaps_come_with_their_numbers(broker: Api, hengelo: Api, borne: Api) -> None:
    lot = published(hengelo)
    demand = borne.post("/demands", demand_body(material="trottoirband-13-15x25", unit="m")).get_json()
    gaps = broker.get("/broker/gaps").get_json()
    assert gaps["supplyWithoutDemand"] == {"total": 1, "items": [{"id": lot["id"], "title": lot["title"]}]}
    assert gaps["demandWithoutSupply"] == {"total": 1, "items": [{"id": demand["id"], "title": demand["title"]}]}
    assert all(gaps[name] == {"total": 0, "items": []} for name in ("unwanted", "lapsing", "disputes"))


def test_nobody_else_reads_or_proposes(hengelo: Api, borne: Api, reviewer: Api, public: Api) -> None:
    lot = published(hengelo)
    demand = borne.post("/demands", demand_body()).get_json()
    for client, status in ((hengelo, 403), (reviewer, 403), (public, 401)):
        assert client.get("/broker/near-misses").status_code == client.get("/broker/gaps").status_code == status
        proposal = {"listingId": lot["id"], "reason": "Dichtbij"}
        assert client.post(f"/demands/{demand['id']}/proposals", proposal).status_code == status


def test_a_proposal_is_made_once_and_read_by_who_placed_the_demand(broker: Api, hengelo: Api, borne: Api) -> None:
    lot = published(hengelo)
    demand = borne.post("/demands", demand_body(maxDistanceKm=2)).get_json()
    address = f"/demands/{demand['id']}/proposals"
    for reason in ("Vervoer is geregeld", "Nog eens"):
        made = broker.post(address, {"listingId": lot["id"], "reason": reason})
        assert made.status_code == 201 and made.location.endswith(address)
        assert made.get_json()["reason"] == "Vervoer is geregeld" and len(made.get_json()["objections"]) == 1
    assert borne.get(address).get_json()["total"] == broker.get(address).get_json()["total"] == 1
    assert hengelo.get(address).status_code == 403
    assert broker.post(address, {"listingId": 999, "reason": "Weg"}).status_code == 404
    assert broker.post(address, {"listingId": lot["id"]}).status_code == 422


def test_what_the_broker_wrote_to_the_asker_is_not_told_to_the_owner_who_offers_the_same(
    broker: Api, hengelo: Api, borne: Api
) -> None:
    lot, demand = published(hengelo), borne.post("/demands", demand_body()).get_json()
    address = f"/demands/{demand['id']}/proposals"
    broker.post(address, {"listingId": lot["id"], "reason": "Hengelo wil er snel van af"})
    offered = hengelo.post(f"/demands/{demand['id']}/offers", {"listingId": lot["id"]})
    assert (offered.status_code, offered.get_json()["reason"]) == (201, "")
    assert borne.get(address).get_json()["items"][0]["reason"] == "Hengelo wil er snel van af"
