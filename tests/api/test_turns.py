"""Turns over the API: what a listing says of its rings, who may reserve when, and what an organisation agreed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from marketplace.kernel import clock
from tests.api.conftest import Api, listing_body, published

WHY = "De stenen moeten deze week weg"


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def windows(listing: dict[str, Any]) -> tuple[Any, ...]:
    return listing["circle"], listing["circleFrom"], listing["regionFrom"], listing["partnersFrom"]


def test_a_listing_says_nothing_of_its_turns_until_it_is_published(hengelo: Api) -> None:
    draft = hengelo.post("/listings", listing_body()).get_json()
    assert windows(draft) == (None, None, None, None)
    assert (draft["minimumPart"], draft["windowReason"]) == (None, "")
    assert windows(published(hengelo)) == ([], None, in_days(0), in_days(14))


def test_a_municipality_outside_the_ring_sees_the_lot_and_cannot_claim_it_yet(hengelo: Api, borne: Api, losser: Api) -> None:
    listing = published(hengelo, circle=["borne"], regionFrom=in_days(5), partnersFrom=in_days(9))
    assert windows(listing) == (["borne"], in_days(0), in_days(5), in_days(9))
    assert losser.get(f"/listings/{listing['id']}").status_code == 200
    body = {"quantity": 10, "unit": "m2"}
    early = losser.post(f"/listings/{listing['id']}/reservations", body)
    assert (early.status_code, early.get_json()["reservableFrom"]) == (409, in_days(5))
    assert borne.post(f"/listings/{listing['id']}/reservations", body).status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"partnersFrom": 0}, "windowReason"),
        ({"regionFrom": 6, "partnersFrom": 6}, "windowReason"),
        ({"circle": ["borne"], "regionFrom": 0}, "windowReason"),
        ({"regionFrom": 6, "partnersFrom": 5}, "partnersFrom"),
        ({"circle": ["borne"], "circleFrom": 6, "regionFrom": 5}, "regionFrom"),
        ({"circle": ["atlantis"]}, "circle"),
        ({"circleFrom": 3}, "circle"),
        ({"circle": "borne"}, "circle"),
        ({"minimumPart": "1200.001"}, "minimumPart"),
        ({"minimumPart": 0}, "minimumPart"),
    ],
)
def test_what_cannot_be_is_refused_at_its_property(hengelo: Api, borne: Api, changes: dict[str, Any], field: str) -> None:
    days = {name: in_days(value) if name.endswith("From") else value for name, value in changes.items()}
    refused = hengelo.post("/listings", listing_body(**days))
    assert (refused.status_code, [error["field"] for error in refused.get_json()["errors"]]) == (422, [field])


def test_with_a_reason_a_ring_may_be_skipped(hengelo: Api, somebody: Callable[..., Api]) -> None:
    listing = published(hengelo, partnersFrom=in_days(0), windowReason=WHY)
    assert (listing["partnersFrom"], listing["windowReason"]) == (in_days(0), WHY)
    partner = somebody("bouwer", kind="partner")
    body = {"quantity": 10, "unit": "m2", "place": "Borne"}
    assert partner.post(f"/listings/{listing['id']}/reservations", body).status_code == 201


def test_what_a_change_leaves_out_stays_and_a_changed_window_keeps_the_requests(hengelo: Api, borne: Api) -> None:
    listing = published(hengelo, minimumPart="100")
    path = f"/listings/{listing['id']}"
    reservation = borne.post(f"{path}/reservations", {"quantity": 100, "unit": "m2"}).get_json()
    renamed = hengelo.patch(path, {"version": listing["version"], "title": "Andere naam"}).get_json()
    assert (windows(renamed), renamed["minimumPart"]) == (windows(listing), "100")
    later = {"version": renamed["version"], "regionFrom": in_days(10), "partnersFrom": in_days(20), "minimumPart": None}
    moved = hengelo.patch(path, later).get_json()
    assert (windows(moved), moved["minimumPart"]) == (([], None, in_days(10), in_days(20)), None)
    assert borne.post(f"{path}/reservations", {"quantity": 1, "unit": "m2"}).get_json()["reservableFrom"] == in_days(10)
    assert borne.get(f"/reservations/{reservation['id']}").get_json()["status"] == "requested"
    skipped = hengelo.patch(path, {"version": moved["version"], "partnersFrom": in_days(10)})
    assert (skipped.status_code, skipped.get_json()["errors"][0]["field"]) == (422, "windowReason")


def test_an_organisation_agrees_and_publishing_follows(hengelo: Api, borne: Api, somebody: Callable[..., Api]) -> None:
    unsaid = {"circle": [], "circleDays": 0, "regionDays": 0, "partnersDays": 14, "reason": ""}
    assert hengelo.get("/windows").get_json() == unsaid
    agreed = {"circle": ["borne"], "circleDays": 0, "regionDays": 4, "partnersDays": 6}
    assert hengelo.put("/windows", agreed).status_code == 403
    coordinator = somebody("hengelo", "coordinator")
    assert coordinator.put("/windows", agreed).get_json() == {**agreed, "reason": ""}
    assert hengelo.get("/windows").get_json() == {**agreed, "reason": ""}
    assert borne.get("/windows").get_json() == unsaid
    assert windows(published(hengelo)) == (["borne"], in_days(0), in_days(4), in_days(10))
    assert windows(published(hengelo, circle=[])) == ([], None, in_days(4), in_days(10))


def test_what_an_organisation_cannot_agree_is_refused_at_its_property(somebody: Callable[..., Api]) -> None:
    coordinator = somebody("hengelo", "coordinator")
    for body, field in (
        ({"partnersDays": 14}, "regionDays"),
        ({"regionDays": 0, "partnersDays": 0}, "reason"),
        ({"regionDays": 366, "partnersDays": 0}, "regionDays"),
        ({"regionDays": 3, "partnersDays": 3, "circle": ["atlantis"]}, "circle"),
        ({"regionDays": 3, "partnersDays": 3, "circleDays": 2}, "circle"),
    ):
        refused = coordinator.put("/windows", body)
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, field)


def test_a_circle_that_was_promised_is_not_dropped_without_a_reason(hengelo: Api) -> None:
    listing = published(hengelo, circle=["borne"], availableUntil=None)
    path, change = f"/listings/{listing['id']}", {"version": listing["version"], "circle": [], "regionFrom": in_days(0)}
    refused = hengelo.patch(path, change)
    assert (refused.status_code, [error["field"] for error in refused.get_json()["errors"]]) == (422, ["windowReason"])
    assert windows(hengelo.patch(path, {**change, "windowReason": WHY}).get_json())[:3] == ([], None, in_days(0))
