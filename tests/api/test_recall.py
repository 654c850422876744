"""Soil that went to four receivers turns out to carry PFAS: found back, blocked, told, and taken back from the figures.

600 m³ of 1.6 tonnes: 200 each to three, 100 of one through a depot to a fourth, so the ledger holds 960 + 160 = 1 120 tonnes.
"""

from collections import Counter
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.notices.models import NoticeRow
from tests.api.conftest import Api, picture, published
from tests.factories import declare_as_owner

pytestmark = pytest.mark.slow

FIELDS = {"soil-class": "residential", "proof": "batch-inspection", "pfas": "agriculture-nature"}
SAID = {"fields": FIELDS, "asbestosSuspected": "no", "hazards": {"asbest": "no"}}
SOIL = {"material": "grond-schoon", "unit": "m3", **SAID}
WHERE = {"unit": "m3", "receivingSoil": "industry", "functionClass": "industry"}
FOUND = {"reason": "PFAS boven de norm, gevonden door het laboratorium"}
Somebody = Callable[..., Api]


def moved(owner: Api, taker: Api, listing_id: int, amount: int) -> None:
    """Reserved, approved, handed over and confirmed."""
    answer = taker.post(f"/listings/{listing_id}/reservations", {"quantity": amount, **WHERE})
    assert answer.status_code == 201, answer.get_json()
    step = f"/reservations/{answer.get_json()['id']}"
    assert owner.post(f"{step}/approve").status_code == 200
    assert owner.post(f"{step}/hand-over", {"quantity": amount}).status_code == 200
    assert taker.post(f"{step}/confirm").get_json()["status"] == "completed"


def offered(owner: Api, lot_id: int) -> int:
    """A lot in stock on offer, with its photo and its paper."""
    body = {"title": "Grond uit voorraad", "lot": lot_id, "condition": "good", **SAID}
    made = owner.post("/listings", {**body, "availableFrom": clock.today().isoformat()})
    assert made.status_code == 201, made.get_json()
    number: int = made.get_json()["id"]
    assert (
        owner.post(f"/listings/{number}/photos", data={"photo": (BytesIO(picture()), "foto.jpg"), "alt": "Hoop"}).status_code
        == 201
    )
    declare_as_owner(owner.client.application.extensions["database"], number)
    assert owner.post(f"/listings/{number}/publish").status_code == 200
    return number


def rows(reader: Api) -> list[dict[str, Any]]:
    exchanges: list[dict[str, Any]] = reader.get("/exchanges?pageSize=100").get_json()["items"]
    return exchanges


def mass_kg(exchanges: list[dict[str, Any]]) -> float:
    return sum(row["massKg"] for row in exchanges)


@pytest.fixture
def soil(somebody: Somebody, hengelo: Api, borne: Api, losser: Api) -> dict[str, Any]:
    """The origin, the reservation that is still open, and its offer."""
    region, almelo, wierden = somebody("regio-twente", "coordinator"), somebody("almelo"), somebody("wierden")
    made = region.post("/depots", {"name": "Regiodepot", "place": "Hengelo"})
    assert made.status_code == 201, made.get_json()
    depot = made.get_json()["id"]
    listing = published(hengelo, quantity=600, **SOIL)
    assert "id" in listing, listing
    for taker in (borne, almelo, losser):
        moved(hengelo, taker, listing["id"], 200)
    (of_borne,) = borne.get("/lots?owner=borne").get_json()["items"]
    day = clock.today().isoformat()
    coming = borne.post(f"/depots/{depot}/arrivals", {"lot": of_borne["id"], "quantity": 100, "expectedOn": day}).get_json()
    given = {"lot": of_borne["id"], "arrival": coming["id"], "quantity": 100, "drivenKm": 12}
    part = region.post(f"/depots/{depot}/lots", given)
    assert part.status_code == 201, part.get_json()
    moved(borne, wierden, offered(borne, part.get_json()["id"]), 100)
    rest = offered(borne, of_borne["id"])
    reservation = almelo.post(f"/listings/{rest}/reservations", {"quantity": 40, **WHERE}).get_json()
    return {"origin": listing["lot"], "open": reservation["id"], "rest": rest}


def test_all_are_found_blocked_and_told_once_and_their_reuse_is_taken_back(
    soil: dict[str, Any], hengelo: Api, borne: Api, reviewer: Api, database: Database
) -> None:
    before = rows(reviewer)
    assert (mass_kg(before), Counter(row["kind"] for row in before)) == (1_120_000, {"transfer": 4, "haul": 1})
    blocked = hengelo.post(f"/lots/{soil['origin']}/block", FOUND)
    assert blocked.status_code == 200, blocked.get_json()
    tree = reviewer.get(f"/lots/{soil['origin']}/tree").get_json()
    assert [(lot["isBlocked"], lot["quantity"]) for lot in tree["lots"]] == [
        (True, "0"), (True, "100"), (True, "100"), (True, "200"), (True, "200"),
    ]  # fmt: skip
    had = [
        (holding["owner"]["slug"], holding["quantity"], holding["until"] is None)
        for lot in tree["lots"]
        for holding in lot["had"]
    ]
    assert sorted(had) == [
        ("almelo", "200", True), ("borne", "100", False), ("borne", "100", False), ("borne", "200", True), ("hengelo", "600", False),
        ("losser", "200", True), ("wierden", "100", True),
    ]  # fmt: skip
    whole = reviewer.get("/recalls/1").get_json()
    assert {party["organisation"]["slug"] for party in whole["parties"] if party["hadUntil"]} == {"hengelo", "regio-twente"}
    assert borne.get(f"/reservations/{soil['open']}").get_json()["status"] == "cancelled"
    assert borne.get(f"/listings/{soil['rest']}").get_json()["status"] == "withdrawn"
    after = rows(reviewer)
    assert (mass_kg(after), Counter(row["kind"] for row in after)) == (0, {"transfer": 4, "haul": 1, "reversal": 4})
    back = [row for row in after if row["kind"] == "reversal"]
    assert mass_kg(back) == -1_120_000
    assert {(row["period"], row["cause"], row["tonneKm"]) for row in back} == {(f"{clock.today():%Y-%m}", "recall", 0)}
    assert [row for row in after if row["kind"] == "haul"] == [row for row in before if row["kind"] == "haul"]
    assert sum(row["tonneKm"] for row in after) == sum(row["tonneKm"] for row in before)
    hengelo.post(f"/lots/{soil['origin']}/block", FOUND)  # once more
    assert mass_kg(rows(reviewer)) == 0 and reviewer.get("/recalls").get_json()["total"] == 1
    with database.read() as session:
        slugs = {row.id: row.slug for row in session.scalars(select(Organisation))}
        recipients = session.scalars(select(NoticeRow.organisation_id).where(NoticeRow.kind == "recalled")).all()
        assert Counter(slugs[number or 0] for number in recipients) == dict.fromkeys(
            ("hengelo", "borne", "almelo", "losser", "wierden", "regio-twente"), 1
        )
        assert [breach for _name, question in INVARIANTS if (breach := question(session))] == []


def test_a_recalled_lot_goes_nowhere_and_is_only_free_on_a_paper(
    soil: dict[str, Any], hengelo: Api, borne: Api, reviewer: Api
) -> None:
    hengelo.post(f"/lots/{soil['origin']}/block", FOUND)
    (own,) = [lot for lot in borne.get("/lots?owner=borne").get_json()["items"] if lot["quantity"] == "100"]
    assert borne.post(f"/lots/{own['id']}/out", {"quantity": 10}).status_code == 409
    assert borne.post("/listings", {"title": "Toch", "lot": own["id"], "condition": "good"}).status_code in (409, 422)
    for reader in (borne, reviewer):
        refused = reader.post(f"/lots/{own['id']}/unblock", {"reason": "Opnieuw onderzocht en schoon"})
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "paper")
    assert borne.get(f"/lots/{own['id']}").get_json()["isBlocked"] is True


def test_soil_is_not_merged_by_handing_over_more(hengelo: Api, borne: Api) -> None:
    """Of 100 m³, all reserved, 105 are measured at most; 106 would be other soil as well."""
    listing = published(hengelo, quantity=100, **SOIL)
    reservation = borne.post(f"/listings/{listing['id']}/reservations", {"quantity": 100, **WHERE}).get_json()
    step = f"/reservations/{reservation['id']}"
    assert hengelo.post(f"{step}/approve").status_code == 200
    more = hengelo.post(f"{step}/hand-over", {"quantity": 106, "confirmUnusual": True})
    assert (more.status_code, more.get_json()["errors"][0]["field"]) == (422, "quantity")
    assert hengelo.post(f"{step}/hand-over", {"quantity": 105, "confirmUnusual": True}).status_code == 200


def test_soil_does_not_grow_by_being_counted_again_and_again(somebody: Somebody) -> None:
    """200 m³ at 5 % are at most 210, however often they are counted."""
    keeper = somebody("hengelo", "coordinator")
    yard = keeper.post("/depots", {"name": "Werf", "place": "Hengelo"}).get_json()["id"]
    soil = {"material": "grond-schoon", "quantity": 200, "unit": "m3", "condition": "good"}
    made = keeper.post(f"/depots/{yard}/lots", soil)
    assert made.status_code == 201, made.get_json()
    step = f"/lots/{made.get_json()['id']}/count"
    assert keeper.post(step, {"quantity": 210, "reason": "Nagemeten"}).status_code == 200
    again = keeper.post(step, {"quantity": 211, "reason": "Nagemeten"})
    assert (again.status_code, again.get_json()["errors"][0]["field"]) == (422, "quantity")
    assert keeper.post(step, {"quantity": 190, "reason": "Nagemeten"}).status_code == 200
    assert keeper.post(step, {"quantity": 205, "reason": "Nagemeten"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "reason"), ({"reason": 1}, "reason"), ({"reason": "PFAS", "foundOn": "ooit"}, "foundOn")],
)
def test_what_was_found_and_cannot_be_read_is_told_to_whoever_may_say_it(
    hengelo: Api, losser: Api, borne: Api, body: dict[str, Any], field: str
) -> None:
    """Hengelo once had all of it and Losser has it now; Borne never had any."""
    lot = published(hengelo, quantity=600, **SOIL)
    moved(hengelo, losser, lot["id"], 600)
    path = f"/lots/{lot['lot']}/block"
    for client in (hengelo, losser):
        refused = client.post(path, body)
        assert refused.status_code == 422
        assert [error["field"] for error in refused.get_json()["errors"]] == [field]
    assert borne.post(path, body).status_code == 404
    assert losser.get(f"/lots/{lot['lot']}").get_json()["isBlocked"] is False
