"""A lot and the listing that offers it: what happens to the one is said by the other."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

from marketplace.depots.models import Lot
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.market.models import Listing
from tests.api.conftest import Api, form, listing_body, picture, published
from tests.api.test_lots import TODAY, ago, fields, keeper, take_in, told, yard
from tests.factories import KEI, declare_as_owner

__all__ = ["keeper", "yard"]
CAME = [("move", "-1200"), ("move", "1200")]  # what lay before the depot lies in it


def test_the_listing_of_a_lot_says_what_happens_to_it(keeper: Api, yard: int, borne: Api, database: Database) -> None:
    """1 200 m² on offer, of which 200 are reserved: 1 000 are free."""
    listing = published(keeper, depot=yard, place=None)
    lot_id = keeper.get("/lots").get_json()["items"][0]["id"]
    assert keeper.get(f"/lots/{lot_id}").get_json()["listing"] == listing["id"]
    borne.post(f"/listings/{listing['id']}/reservations", {"quantity": 200, "unit": "m2"})

    def offered() -> tuple[str, str, int]:
        answer = keeper.get(f"/listings/{listing['id']}").get_json()
        return answer["quantity"], answer["available"], answer["version"]

    version = offered()[2]
    assert keeper.post(f"/lots/{lot_id}/split", {"quantity": 100}).get_json()["listing"] is None
    assert offered() == ("1100", "900", version + 1)
    refused = keeper.post(f"/lots/{lot_id}/out", {"quantity": "900.001"})
    assert (refused.status_code, refused.get_json()["available"]) == (409, "900")
    keeper.post(f"/lots/{lot_id}/write-off", {"quantity": 50, "reason": "Gebroken"})
    keeper.post(f"/lots/{lot_id}/count", {"quantity": 1060, "reason": "Anders geteld"})
    assert offered() == ("1060", "860", version + 3)
    keeper.post(f"/lots/{lot_id}/move", {"place": "Delden"})
    moved = keeper.get(f"/listings/{listing['id']}").get_json()
    assert (moved["placeName"], moved["version"]) == ("Delden", version + 4)
    with database.transaction() as session:
        assert [label for label, ask in INVARIANTS if ask(session)] == []


def test_an_offer_of_which_everything_left_is_closed(keeper: Api, yard: int) -> None:
    listing = published(keeper, depot=yard, place=None)
    lot_id = keeper.get("/lots").get_json()["items"][0]["id"]
    assert keeper.post(f"/lots/{lot_id}/out").get_json()["listing"] is None
    assert keeper.get(f"/listings/{listing['id']}").get_json()["status"] == "closed"


def test_a_lot_in_stock_is_offered_as_it_lies(keeper: Api, yard: int, borne: Api, hengelo: Api, database: Database) -> None:
    lot = take_in(keeper, yard, kgPerUnit=180, movedOn=ago(20))
    body = {"lot": lot["id"], "title": "Grijze keien", "condition": "good", "availableFrom": TODAY.isoformat()}
    refused = hengelo.post("/listings", {**body, "material": KEI, "place": "Hengelo"})
    assert (refused.status_code, fields(refused)) == (422, ["material", "place"])
    unseen = borne.post("/listings", body)
    assert (unseen.status_code, fields(unseen)) == (422, ["lot"])
    assert hengelo.post("/listings", {**body, "quantity": "276.5"}).get_json()["available"] == "276"
    listing = hengelo.post("/listings", body).get_json()
    assert (listing["quantity"], listing["unit"], listing["depot"], listing["material"]["slug"]) == ("276", "m2", yard, KEI)
    assert (listing["status"], listing["kgPerUnit"]) == ("draft", 180)
    assert keeper.get(f"/lots/{lot['id']}").get_json()["listing"] == listing["id"]
    assert hengelo.post("/listings", body).status_code == 409
    changed = hengelo.patch(f"/listings/{listing['id']}", {"version": listing["version"], "quantity": 300})
    assert changed.status_code == 409
    hengelo.post(f"/listings/{listing['id']}/photos", **form("photo", picture()))
    declare_as_owner(database, listing["id"])
    assert hengelo.post(f"/listings/{listing['id']}/publish").get_json()["status"] == "published"
    assert told(keeper.get(f"/lots/{lot['id']}").get_json()) == [("in", "276")]
    with database.transaction() as session:
        assert [label for label, ask in INVARIANTS if ask(session)] == []


def test_a_part_that_is_offered_becomes_a_lot_of_its_own(keeper: Api, yard: int, hengelo: Api, database: Database) -> None:
    lot = take_in(keeper, yard)
    body = {"lot": lot["id"], "quantity": 100, "title": "Keien", "condition": "good", "availableFrom": TODAY.isoformat()}
    listing = hengelo.post("/listings", body).get_json()
    rest = keeper.get(f"/lots/{lot['id']}").get_json()
    assert (rest["quantity"], rest["listing"], told(rest)) == ("176", None, [("in", "276"), ("split", "-100")])
    part = keeper.get(f"/lots/{rest['movements'][-1]['otherLot']}").get_json()
    assert (part["quantity"], part["listing"], part["depot"]["id"]) == ("100", listing["id"], yard)
    keeper.post(f"/lots/{part['id']}/count", {"quantity": 98, "reason": "Twee gebroken"})
    assert hengelo.get(f"/listings/{listing['id']}").get_json()["quantity"] == "98"
    with database.transaction() as session:
        session.get_one(Lot, lot["id"]).blocked_at = clock.now()
    assert hengelo.post("/listings", {**body, "quantity": 1}).status_code == 409


def test_a_listing_names_a_depot_only_where_that_takes_it_of_its_owner(
    keeper: Api, yard: int, hengelo: Api, borne: Api, somebody: Callable[..., Api]
) -> None:
    partner = somebody("waterschap-vechtstromen", kind="partner")
    refused = partner.post("/listings", listing_body(depot=yard, place=None))
    assert (refused.status_code, fields(refused)) == (422, ["depot"])
    made = borne.post("/listings", listing_body(depot=yard, place=None)).get_json()
    borne.post(f"/listings/{made['id']}/photos", **form("photo", picture()))
    keeper.patch(f"/depots/{yard}", {"storers": "owner"})
    published_now = borne.post(f"/listings/{made['id']}/publish")
    assert (published_now.status_code, fields(published_now)) == (422, ["depot"])
    moved = borne.post("/listings", listing_body()).get_json()
    changed = borne.patch(f"/listings/{moved['id']}", {"version": moved["version"], "depot": yard})
    assert (changed.status_code, fields(changed)) == (422, ["depot"])
    assert keeper.get("/lots").get_json()["total"] == 0
    keeper.patch(f"/depots/{yard}", {"takes": ["hout"]})
    assert fields(hengelo.post("/listings", listing_body(depot=yard, place=None))) == ["depot"]


def test_what_lies_in_a_depot_is_offered_from_there_whatever_that_takes_now(keeper: Api, yard: int, hengelo: Api) -> None:
    lot = take_in(keeper, yard)
    keeper.patch(f"/depots/{yard}", {"takes": ["hout"], "isActive": False})
    body = {"lot": lot["id"], "title": "Keien", "condition": "good", "availableFrom": TODAY.isoformat()}
    made = hengelo.post("/listings", body)
    assert made.status_code == 201
    listing = made.get_json()
    changed = hengelo.patch(f"/listings/{listing['id']}", {"version": listing["version"], "title": "Grijze keien"})
    assert (changed.status_code, changed.get_json()["depot"]) == (200, yard)


def test_a_lot_in_stock_weighs_what_it_weighed_whatever_its_listing_says(
    keeper: Api, yard: int, hengelo: Api, database: Database
) -> None:
    """276 × 180 = 49 680 kg, in a draft, on publication and on offer; also where the owner keeps the depot."""
    lot = take_in(keeper, yard, kgPerUnit=180)
    body = {"lot": lot["id"], "title": "Grijze keien", "condition": "good", "availableFrom": TODAY.isoformat()}
    number = hengelo.post("/listings", body).get_json()["id"]

    def weigh(client: Api, kg_per_unit: float | None) -> tuple[int, list[str]]:
        version = client.get(f"/listings/{number}").get_json()["version"]
        answer = client.patch(f"/listings/{number}", {"version": version, "kgPerUnit": kg_per_unit, "confirmUnusual": True})
        return answer.status_code, fields(answer)

    assert weigh(hengelo, 0.000001) == weigh(hengelo, None) == (422, ["kgPerUnit"])
    hengelo.post(f"/listings/{number}/photos", **form("photo", picture()))
    declare_as_owner(database, number)
    with database.transaction() as session:
        session.get_one(Listing, number).kg_per_unit = Decimal("0.000001")  # a draft from before this was refused
    refused = hengelo.post(f"/listings/{number}/publish")
    assert (refused.status_code, fields(refused)) == (422, ["kgPerUnit"])
    version = hengelo.get(f"/listings/{number}").get_json()["version"]
    assert hengelo.patch(f"/listings/{number}", {"version": version, "kgPerUnit": 180}).status_code == 200
    assert hengelo.post(f"/listings/{number}/publish").get_json()["status"] == "published"
    assert weigh(hengelo, 0.000001) == weigh(keeper, 0.000001) == (422, ["kgPerUnit"])
    assert keeper.get(f"/lots/{lot['id']}").get_json()["massKg"] == 49680


def test_what_lies_in_a_depot_is_counted_and_moved_by_its_keeper_alone(keeper: Api, yard: int, hengelo: Api) -> None:
    """1 200 m² on offer: the owner says neither less, nor more, nor elsewhere; the keeper counts 200 less."""
    listing = published(hengelo, depot=yard, place=None)
    lot_id = hengelo.get("/lots").get_json()["items"][0]["id"]
    arrival = keeper.get(f"/depots/{yard}/arrivals").get_json()["items"][0]
    assert keeper.post(f"/depots/{yard}/lots", {"lot": lot_id, "arrival": arrival["id"]}).status_code == 201

    def change(client: Api, **changes: object) -> int:
        version = client.get(f"/listings/{listing['id']}").get_json()["version"]
        return client.patch(f"/listings/{listing['id']}", {"version": version, **changes}).status_code

    for changes in ({"quantity": 1000}, {"quantity": 1300}, {"depot": None, "place": "Delden"}, {"unit": "piece"}):
        assert change(hengelo, **changes) == 409
    assert change(hengelo, title="Grijze keien") == 200
    lot = keeper.get(f"/lots/{lot_id}").get_json()
    assert (told(lot), lot["title"], lot["depot"]["id"]) == ([("in", "1200"), *CAME], "Grijze keien", yard)
    assert change(keeper, quantity=1000) == 200
    assert told(keeper.get(f"/lots/{lot_id}").get_json()) == [("in", "1200"), *CAME, ("count", "-200")]


def test_ending_the_offer_of_a_lot_in_a_depot_leaves_it_there(keeper: Api, yard: int, borne: Api) -> None:
    """Its keeper reads what the owner says, and books it out."""
    lot = take_in(keeper, yard, owner="borne")
    body = {"lot": lot["id"], "title": "Grijze keien", "condition": "good", "availableFrom": TODAY.isoformat()}
    listing = borne.post("/listings", body).get_json()
    borne.post(f"/listings/{listing['id']}/photos", data={"photo": (BytesIO(picture()), "foto.jpg"), "alt": "Keien"})
    assert borne.post(f"/listings/{listing['id']}/publish").status_code == 200
    ended = borne.post(f"/listings/{listing['id']}/close", {"outcome": "disposed", "reason": "Gebroken"})
    assert ended.get_json()["status"] == "closed"
    stored = borne.get(f"/lots/{lot['id']}").get_json()
    assert (stored["quantity"], [row["kind"] for row in stored["movements"]]) == ("276", ["in"])
    assert [row["kind"] for row in keeper.get("/notices").get_json()["items"]] == ["lot_said_gone"]
    refused = borne.post(f"/lots/{lot['id']}/write-off", {"reason": "Gebroken"})
    assert refused.status_code == 403
    assert keeper.post(f"/lots/{lot['id']}/write-off", {"reason": "Afgevoerd voor Borne"}).get_json()["quantity"] == "0"
