"""Whoever once owned or had a lot, or has it without having confirmed, traces it and recalls it, and reads nothing that is the owner's own."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from marketplace.depots.models import DepotBay, DepotRate
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.api.conftest import Api, published
from tests.pdfs import good

FOUND = {"reason": "PFAS boven de norm, gevonden door het laboratorium"}
Somebody = Callable[..., Api]


def handed_over(owner: Api, taker: Api, listing_id: int, amount: int) -> str:
    """Reserved, approved and handed over; the address of the reservation."""
    answer = taker.post(f"/listings/{listing_id}/reservations", {"quantity": amount, "unit": "m2"})
    assert answer.status_code == 201, answer.get_json()
    step = f"/reservations/{answer.get_json()['id']}"
    assert owner.post(f"{step}/approve").status_code == 200
    assert owner.post(f"{step}/hand-over", {"quantity": amount}).status_code == 200
    return step


@pytest.fixture
def given(hengelo: Api, borne: Api, somebody: Somebody, database: Database) -> int:
    """All 500 m² of Hengelo went to Borne, which stored them in a bay with a remark and a price, and split 100 off."""
    listing = published(hengelo, quantity=500)
    number: int = listing["lot"]
    step = handed_over(hengelo, borne, listing["id"], 500)
    assert borne.post(f"{step}/confirm").get_json()["status"] == "completed"
    keeper = somebody("borne", "coordinator")
    depot = keeper.post("/depots", {"name": "Werf", "place": "Borne"}).get_json()["id"]
    with database.transaction() as session:
        session.add(DepotBay(depot_id=depot, name="A1"))
        session.add(DepotRate(depot_id=depot, unit="m2", euros_per_week=1, from_on=clock.today()))
    moved = keeper.post(f"/lots/{number}/move", {"depot": depot, "bay": "A1", "pallets": 9, "reason": "Voor het stationsplein"})
    assert moved.status_code == 200, moved.get_json()
    assert keeper.post(f"/lots/{number}/split", {"quantity": 100, "bay": "A1"}).status_code == 201
    return number


def test_whoever_gave_all_of_a_lot_away_reads_where_it_went(given: int, hengelo: Api, borne: Api) -> None:
    tree = hengelo.get(f"/lots/{given}/tree")
    assert tree.status_code == 200
    seen = [(lot["quantity"], lot["owner"]["slug"], lot["depth"], lot["depot"]["name"]) for lot in tree.get_json()["lots"]]
    assert seen == [("400", "borne", 0, "Werf"), ("100", "borne", 1, "Werf")]
    assert [(receiver["organisation"]["slug"], receiver["quantity"]) for receiver in tree.get_json()["receivers"]] == [
        ("borne", "500")
    ]
    part = tree.get_json()["lots"][1]["id"]
    assert hengelo.get(f"/lots/{part}/tree").get_json()["root"] == given  # also of a part that was split off later
    assert [lot["bay"] for lot in borne.get(f"/lots/{given}/tree").get_json()["lots"]] == ["A1", "A1"]


def test_a_former_owner_reads_nothing_of_the_owners_own(given: int, hengelo: Api, borne: Api) -> None:
    """The bay, the pallet places, the remark and the cost are Borne's; what Hengelo wrote down itself it still reads."""
    theirs, ours = borne.get(f"/lots/{given}").get_json(), hengelo.get(f"/lots/{given}").get_json()
    assert (theirs["bay"], theirs["pallets"], theirs["cost"]["cents"]) == ("A1", 9, 0)
    assert (ours["bay"], ours["pallets"], ours["inDepotSince"], ours["cost"]) == (None, None, None, None)
    assert (ours["quantity"], ours["owner"]["slug"], ours["listing"], ours["chain"]) == ("400", "borne", None, None)
    assert [row["kind"] for row in ours["movements"]] == [row["kind"] for row in theirs["movements"]]
    assert "Voor het stationsplein" in [row["reason"] for row in theirs["movements"]]
    assert {(row["reason"], row["bay"], row["pallets"]) for row in ours["movements"]} == {(None, None, None), (None, None, 0)}
    traced = hengelo.get(f"/lots/{given}/tree").get_json()["lots"][0]
    assert (traced["bay"], traced["pallets"], traced["inDepotSince"], traced["listing"]) == (None, None, None, None)
    assert hengelo.get("/lots?owner=borne").get_json()["total"] == 0
    for step, body in (
        ("count", {"quantity": 399, "reason": "Een minder"}),
        ("split", {"quantity": 1}),
        ("out", {"quantity": 1}),
    ):
        assert hengelo.post(f"/lots/{given}/{step}", body).status_code == 404


def test_a_former_owner_recalls_what_it_gave_away(given: int, hengelo: Api, borne: Api, almelo_stranger: Api) -> None:
    for address in ("", "/tree"):
        assert almelo_stranger.get(f"/lots/{given}{address}").status_code == 404
    assert almelo_stranger.post(f"/lots/{given}/block", FOUND).status_code == 404
    blocked = hengelo.post(f"/lots/{given}/block", FOUND)
    assert (blocked.status_code, blocked.get_json()["isBlocked"], blocked.get_json()["cost"]) == (200, True, None)
    assert [lot["isBlocked"] for lot in borne.get(f"/lots/{given}/tree").get_json()["lots"]] == [True, True]
    (recall,) = borne.get("/recalls").get_json()["items"]
    parties = borne.get(f"/recalls/{recall['id']}").get_json()["parties"]
    assert {party["organisation"]["slug"]: party["roles"] for party in parties} == {
        "hengelo": ["former"],
        "borne": ["owner", "holder", "keeper"],
    }


@pytest.fixture
def almelo_stranger(somebody: Somebody) -> Api:
    """Somebody who never had any of it."""
    return somebody("almelo")


def test_what_was_handed_over_and_not_confirmed_stands_in_the_tree(hengelo: Api, borne: Api) -> None:
    """Of 500 m² Borne has 300 on its yard: on the books they are Hengelo's still, and 200 lie with Hengelo."""
    listing = published(hengelo, quantity=500)
    assert hengelo.get(f"/lots/{listing['lot']}/tree").get_json()["unconfirmed"] == []
    step = handed_over(hengelo, borne, listing["id"], 300)
    for reader in (hengelo, borne):  # who has it traces it as well
        tree = reader.get(f"/lots/{listing['lot']}/tree").get_json()
        assert [(lot["quantity"], lot["holder"]["slug"]) for lot in tree["lots"]] == [("500", "hengelo")]
        assert [
            (row["lot"], row["organisation"]["slug"], row["quantity"], f"/reservations/{row['reservation']}")
            for row in tree["unconfirmed"]
        ] == [(listing["lot"], "borne", "300", step)]
        assert [
            (receiver["organisation"]["slug"], receiver["quantity"], receiver["lots"], receiver["isConfirmed"])
            for receiver in tree["receivers"]
        ] == [
            ("borne", "300", 1, False),
            ("hengelo", "200", 1, True),
        ]
    assert borne.post(f"{step}/confirm").get_json()["status"] == "completed"
    tree = hengelo.get(f"/lots/{listing['lot']}/tree").get_json()
    assert tree["unconfirmed"] == []
    assert {receiver["organisation"]["slug"]: receiver["isConfirmed"] for receiver in tree["receivers"]} == {
        "hengelo": True,
        "borne": True,
    }


def test_whoever_has_it_unconfirmed_is_told_as_holder_and_confirms_the_recall(
    hengelo: Api, borne: Api, losser: Api, reviewer: Api
) -> None:
    """300 of 500 m² lie with Borne, in dispute; Losser only asked for 100. The recall ends both, and Borne still has its 300."""
    listing = published(hengelo, quantity=500)
    step = handed_over(hengelo, borne, listing["id"], 300)
    assert borne.post(f"{step}/dispute", {"reason": "Er zit puin tussen"}).get_json()["status"] == "disputed"
    assert losser.post(f"/listings/{listing['id']}/reservations", {"quantity": 100, "unit": "m2"}).status_code == 201
    assert hengelo.post(f"/lots/{listing['lot']}/block", FOUND).status_code == 200
    (recall,) = borne.get("/recalls").get_json()["items"]
    address = f"/recalls/{recall['id']}"

    def parties() -> dict[str, tuple[list[str], bool]]:
        return {
            party["organisation"]["slug"]: (party["roles"], party["confirmedAt"] is not None)
            for party in reviewer.get(address).get_json()["parties"]
        }

    assert parties() == {"hengelo": (["owner", "holder"], False), "borne": (["holder"], False), "losser": (["asker"], False)}
    assert borne.post(f"{address}/confirm").status_code == 200
    assert parties()["borne"] == (["holder"], True)
    tree = borne.get(f"/lots/{listing['lot']}/tree").get_json()
    assert [(row["organisation"]["slug"], row["quantity"]) for row in tree["unconfirmed"]] == [("borne", "300")]
    assert [
        (receiver["organisation"]["slug"], receiver["quantity"], receiver["isConfirmed"]) for receiver in tree["receivers"]
    ] == [
        ("borne", "300", False),
        ("hengelo", "200", True),
    ]
    assert losser.get(f"/lots/{listing['lot']}/tree").status_code == 404


def test_whoever_has_it_unconfirmed_says_what_was_found_and_hears_that_it_is_free(
    hengelo: Api, borne: Api, somebody: Somebody, database: Database
) -> None:
    listing = published(hengelo, quantity=500)
    handed_over(hengelo, borne, listing["id"], 300)
    assert borne.post(f"/lots/{listing['lot']}/block", FOUND).status_code == 200
    odt = somebody("odt", "project_leader", kind="adviser")
    sent: dict[str, Any] = {
        "file": (BytesIO(good()), "keuring.pdf"),
        "kind": "batch-inspection",
        "number": "K-9",
        "issuer": "Keurlab Oost",
        "issuedOn": clock.today().isoformat(),
    }
    paper = hengelo.post(f"/lots/{listing['lot']}/papers", data=sent)
    assert paper.status_code == 201, paper.get_json()
    freed = odt.post(f"/lots/{listing['lot']}/unblock", {"paper": paper.get_json()["id"], "reason": "Opnieuw onderzocht: schoon"})
    assert freed.status_code == 200, freed.get_json()
    assert "recall_freed" in [row["kind"] for row in borne.get("/notices").get_json()["items"]]
    assert hengelo.get(f"/lots/{listing['lot']}/tree").get_json()["unconfirmed"] == []
