"""Reservations over the API: what is held, who may take which step, and what is refused with which figures."""

from collections.abc import Callable

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.market.models import Listing
from tests.api.conftest import Api, demand_body, published


def reserved(borne: Api, hengelo: Api, quantity: str = "800") -> int:
    """The id of a request of Borne's on a new listing of Hengelo's."""
    listing_id = published(hengelo)["id"]
    made = borne.post(f"/listings/{listing_id}/reservations", {"quantity": quantity, "unit": "m2"})
    assert made.status_code == 201
    number: int = made.get_json()["id"]
    return number


def test_a_request_holds_its_quantity_at_once(hengelo: Api, borne: Api) -> None:
    listing = published(hengelo)
    made = borne.post(f"/listings/{listing['id']}/reservations", {"quantity": 800, "unit": "m2", "purpose": "Parkeerhof"})
    body = made.get_json()
    assert made.headers["Location"] == f"/api/v1/reservations/{body['id']}"
    assert (body["status"], body["quantity"], body["organisation"]["slug"], body["owner"]["slug"]) == (
        "requested",
        "800",
        "borne",
        "hengelo",
    )
    held = hengelo.get(f"/listings/{listing['id']}").get_json()
    assert (held["held"], held["available"], held["version"]) == ("800", "400", listing["version"])


def test_more_than_is_left_is_refused_with_what_is_left(hengelo: Api, borne: Api, losser: Api) -> None:
    listing_id = published(hengelo)["id"]
    borne.post(f"/listings/{listing_id}/reservations", {"quantity": "800.5", "unit": "m2"})
    refused = losser.post(f"/listings/{listing_id}/reservations", {"quantity": "400", "unit": "m2"})
    assert (refused.status_code, refused.get_json()["available"]) == (409, "399.5")


def test_another_unit_is_refused_with_a_proposal(hengelo: Api, borne: Api) -> None:
    listing_id = published(hengelo)["id"]
    refused = borne.post(f"/listings/{listing_id}/reservations", {"quantity": "440", "unit": "piece"})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "unit")
    assert refused.get_json()["proposal"] == {"quantity": "10", "unit": "m2"}  # 44 pieces to the m2


def test_a_partner_says_where_it_goes(hengelo: Api, somebody) -> None:  # type: ignore[no-untyped-def]
    listing_id = published(hengelo, partnersFrom=None, regionFrom=None)["id"]
    partner = somebody("woonstichting", kind="partner")
    early = partner.post(f"/listings/{listing_id}/reservations", {"quantity": 1, "unit": "m2"})
    assert early.status_code == 409
    assert early.get_json()["reservableFrom"]


def test_an_own_listing_is_approved_at_once(hengelo: Api) -> None:
    listing_id = published(hengelo)["id"]
    made = hengelo.post(f"/listings/{listing_id}/reservations", {"quantity": 1, "unit": "m2"})
    assert made.get_json()["status"] == "approved"


def test_approving_twice_changes_nothing(hengelo: Api, borne: Api) -> None:
    number = reserved(borne, hengelo)
    first = hengelo.post(f"/reservations/{number}/approve")
    assert first.get_json()["status"] == "approved"
    assert hengelo.post(f"/reservations/{number}/approve").get_json() == first.get_json()


def test_the_owner_sets_the_last_day(hengelo: Api, borne: Api) -> None:
    number = reserved(borne, hengelo)
    assert hengelo.post(f"/reservations/{number}/approve", {"holdUntil": "2020-01-01"}).status_code == 422
    approved = hengelo.post(f"/reservations/{number}/approve", {"holdUntil": "2055-06-30"})
    assert approved.get_json()["expiresAt"] == "2055-06-30T21:59:59Z"


def test_a_step_out_of_order_is_a_conflict(hengelo: Api, borne: Api) -> None:
    number = reserved(borne, hengelo)
    assert hengelo.post(f"/reservations/{number}/hand-over", {"quantity": 800}).status_code == 409
    assert borne.post(f"/reservations/{number}/confirm").status_code == 409


@pytest.mark.parametrize("step", ["reject", "cancel"])
def test_no_needs_a_reason(hengelo: Api, borne: Api, step: str) -> None:
    number = reserved(borne, hengelo)
    for body in ({}, {"reason": ""}, {"reason": "   "}, {"reason": None}):
        assert hengelo.post(f"/reservations/{number}/{step}", body).get_json()["errors"][0]["field"] == "reason"


@pytest.mark.parametrize(("step", "status"), [("reject", "rejected"), ("cancel", "cancelled")])
def test_what_was_held_is_free_after_a_no(hengelo: Api, borne: Api, step: str, status: str) -> None:
    number = reserved(borne, hengelo)
    for _twice in range(2):
        ended = hengelo.post(f"/reservations/{number}/{step}", {"reason": "Toch zelf nodig"}).get_json()
        assert (ended["status"], ended["reason"]) == (status, "Toch zelf nodig")
    assert hengelo.get(f"/listings/{ended['listing']['id']}").get_json()["available"] == "1200"


def test_the_asker_does_not_decide_and_the_owner_does_not_confirm(hengelo: Api, borne: Api) -> None:
    number = reserved(borne, hengelo)
    assert borne.post(f"/reservations/{number}/approve").status_code == 403
    hengelo.post(f"/reservations/{number}/approve")
    assert borne.post(f"/reservations/{number}/hand-over", {"quantity": 800}).status_code == 403
    hengelo.post(f"/reservations/{number}/hand-over", {"quantity": 800})
    assert hengelo.post(f"/reservations/{number}/confirm").status_code == 403


def test_a_reservation_of_others_is_not_there(hengelo: Api, borne: Api, losser: Api, public: Api) -> None:
    number = reserved(borne, hengelo)
    assert losser.get(f"/reservations/{number}").status_code == 404
    assert losser.post(f"/reservations/{number}/approve").status_code == 404
    assert losser.get("/reservations").get_json()["total"] == 0
    assert public.get(f"/reservations/{number}").status_code == 401


def test_reservations_are_listed_by_side_and_state(hengelo: Api, borne: Api) -> None:
    number = reserved(borne, hengelo)
    for client, side in ((borne, "asking"), (hengelo, "owning")):
        page = client.get(f"/reservations?side={side}&status=requested&status=approved").get_json()
        assert [reservation["id"] for reservation in page["items"]] == [number]
    assert borne.get("/reservations?side=owning").get_json()["total"] == 0
    assert borne.get("/reservations?status=completed").get_json()["total"] == 0


def test_the_exact_spot_is_shown_to_the_holder_of_an_approved_reservation(
    hengelo: Api, somebody: Callable[..., Api], database: Database
) -> None:
    """A colleague knows the point before that, and the address no sooner than a partner does."""
    listing_id = published(hengelo)["id"]
    with database.transaction() as session:
        lot = session.get_one(Listing, listing_id)
        lot.partners_from, lot.address = clock.today(), "Dorpsstraat 12"
    clients = {slug: somebody(slug, kind=kind) for slug, kind in (("woonstichting", "partner"), ("borne", ""), ("losser", ""))}

    def known(slug: str) -> object:
        """On the page of the lot and in the catalogue alike."""
        spots = [
            clients[slug].get(f"/listings/{listing_id}").get_json().get("exact", {"address": "no point"}),
            clients[slug].get("/listings").get_json()["items"][0].get("exact", {"address": "no point"}),
        ]
        assert spots[0] == spots[1]
        return spots[0]["address"]

    for slug, before in (("woonstichting", "no point"), ("borne", None)):
        body = {"quantity": "10", "unit": "m2", "place": "Borne"}
        number = clients[slug].post(f"/listings/{listing_id}/reservations", body).get_json()["id"]
        assert known(slug) == before
        hengelo.post(f"/reservations/{number}/approve")
        assert known(slug) == "Dorpsstraat 12"
    assert known("losser") is None


def test_less_than_reserved_at_the_gate_frees_the_rest_once_it_is_confirmed(hengelo: Api, borne: Api) -> None:
    number = reserved(borne, hengelo)
    hengelo.post(f"/reservations/{number}/approve")
    handed = hengelo.post(
        f"/reservations/{number}/hand-over", {"quantity": "790.5", "unit": "m2", "drivenKm": 7.2, "vehicleClass": None}
    )
    assert (handed.get_json()["quantity"], handed.get_json()["drivenKm"]) == ("790.5", 7.2)
    assert hengelo.get(f"/listings/{handed.get_json()['listing']['id']}").get_json()["available"] == "400"
    borne.post(f"/reservations/{number}/confirm")
    assert hengelo.get(f"/listings/{handed.get_json()['listing']['id']}").get_json()["available"] == "409.5"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quantity": 800, "handedOverOn": "2055-01-01"}, "handedOverOn"),
        ({"quantity": 800, "vehicleClass": "bakfiets"}, "vehicleClass"),
        ({"quantity": 800, "drivenKm": 999_999}, "drivenKm"),
        ({"quantity": 800, "drivenKm": "7"}, "drivenKm"),
        ({"quantity": 800, "unit": "kg"}, "unit"),
        ({"quantity": -1}, "quantity"),
    ],
)
def test_what_cannot_be_measured_is_refused_at_its_property(
    hengelo: Api, borne: Api, body: dict[str, object], field: str
) -> None:
    number = reserved(borne, hengelo)
    hengelo.post(f"/reservations/{number}/approve")
    refused = hengelo.post(f"/reservations/{number}/hand-over", body)
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, field)


def test_withdrawing_a_listing_cancels_what_was_asked(hengelo: Api, borne: Api) -> None:
    number = reserved(borne, hengelo)
    listing_id = borne.get(f"/reservations/{number}").get_json()["listing"]["id"]
    hengelo.post(f"/listings/{listing_id}/withdraw", {"reason": "Gestolen"})
    ended = borne.get(f"/reservations/{number}").get_json()
    assert (ended["status"], ended["reason"]) == ("cancelled", "Gestolen")


def test_a_demand_of_somebody_else_cannot_be_served(hengelo: Api, borne: Api, losser: Api) -> None:
    listing_id = published(hengelo)["id"]
    demand_id = losser.post("/demands", demand_body(place="Losser")).get_json()["id"]
    refused = borne.post(f"/listings/{listing_id}/reservations", {"quantity": 1, "unit": "m2", "demandId": demand_id})
    assert refused.get_json()["errors"][0]["field"] == "demandId"


def test_a_purpose_is_a_few_lines(hengelo: Api, borne: Api) -> None:
    listing_id = published(hengelo)["id"]
    refused = borne.post(f"/listings/{listing_id}/reservations", {"quantity": 1, "unit": "m2", "purpose": "x" * 501})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "purpose")
