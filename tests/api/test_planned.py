"""What is not there yet, over the API."""

from datetime import date, timedelta
from typing import Any

import pytest

from marketplace.kernel import clock
from tests.api.conftest import Api, demand_body, form, listing_body, picture, published


def days(ahead: int) -> str:
    """A day that lies so many days ahead."""
    return (clock.today() + timedelta(days=ahead)).isoformat()


def planned_body(**changes: Any) -> dict[str, Any]:
    """A lot that comes free between 60 and 90 days from now."""
    body = {"planned": True, "earliest": days(60), "latest": days(90), "certainty": "tendered", **changes}
    return {
        name: value
        for name, value in listing_body(**body).items()
        if name not in {"availableFrom", "availableUntil"} - {*changes}
    }


def test_a_planned_listing_tells_its_period_and_how_sure_it_is(hengelo: Api) -> None:
    made = hengelo.post("/listings", planned_body())
    assert made.status_code == 201, made.text
    listing = made.get_json()
    assert (listing["planned"], listing["earliest"], listing["latest"], listing["certainty"]) == (
        True,
        days(60),
        days(90),
        "tendered",
    )
    assert (listing["availableFrom"], listing["availableUntil"]) == (days(60), days(90))
    assert hengelo.post(f"/listings/{listing['id']}/publish").get_json()["lot"] is None


def test_a_listing_of_what_is_there_has_no_period(hengelo: Api) -> None:
    listing = hengelo.post("/listings", listing_body()).get_json()
    assert (listing["planned"], listing["earliest"], listing["latest"], listing["certainty"]) == (False, None, None, None)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"earliest": days(-1)}, ["earliest"]),
        ({"latest": days(59)}, ["latest"]),
        ({"certainty": "zeker"}, ["certainty"]),
        ({"certainty": None, "latest": None}, ["latest", "certainty"]),
        ({"planned": "ja"}, ["planned"]),
        ({"availableFrom": days(60)}, ["availableFrom"]),
        ({"planned": False, "availableFrom": days(1)}, ["earliest", "latest", "certainty"]),
        ({"planned": False}, ["earliest", "latest", "certainty", "availableFrom"]),
    ],
)
def test_what_a_plan_cannot_be_is_told_by_property(hengelo: Api, changes: dict[str, Any], wrong: list[str]) -> None:
    refused = hengelo.post("/listings", planned_body(**changes))
    assert (refused.status_code, [error["field"] for error in refused.get_json()["errors"]]) == (422, wrong)


def test_without_a_first_day_a_listing_is_refused_as_before(hengelo: Api) -> None:
    body = {name: value for name, value in listing_body().items() if name != "availableFrom"}
    refused = hengelo.post("/listings", body)
    assert [error["field"] for error in refused.get_json()["errors"]] == ["availableFrom"]


def test_a_draft_becomes_planned_and_is_there_again_by_one_word(hengelo: Api) -> None:
    made = hengelo.post("/listings", listing_body()).get_json()
    plan = {"planned": True, "earliest": days(60), "latest": days(90), "certainty": "idea"}
    later = hengelo.patch(f"/listings/{made['id']}", {"version": 1, **plan}).get_json()
    assert (later["planned"], later["availableFrom"], later["availableUntil"]) == (True, days(60), days(90))
    there = hengelo.patch(f"/listings/{made['id']}", {"version": 2, "planned": False, "availableFrom": days(2)}).get_json()
    assert (there["planned"], there["earliest"], there["certainty"], there["availableFrom"]) == (False, None, None, days(2))
    assert there["availableUntil"] is None


def test_the_days_of_what_is_on_offer_do_not_move_by_a_change(hengelo: Api) -> None:
    made = hengelo.post("/listings", planned_body()).get_json()
    at = f"/listings/{made['id']}"
    hengelo.post(f"{at}/publish")
    for change in ({"latest": days(91)}, {"certainty": "idea"}, {"planned": False, "availableFrom": days(0)}):
        refused = hengelo.patch(at, {"version": hengelo.get(at).get_json()["version"], **change})
        assert (refused.status_code, hengelo.get(at).get_json()["latest"]) == (422, days(90))
    renamed = hengelo.patch(at, {"version": hengelo.get(at).get_json()["version"], "title": "Keien, later"})
    assert (renamed.status_code, renamed.get_json()["title"]) == (200, "Keien, later")


def test_a_period_is_at_most_three_years_long(hengelo: Api) -> None:
    first = date(2027, 3, 1)
    with clock.frozen(clock.now().replace(year=2027, month=1, day=12)):
        assert hengelo.post("/listings", planned_body(earliest=first.isoformat(), latest="2030-03-01")).status_code == 201
        assert hengelo.post("/listings", planned_body(earliest=first.isoformat(), latest="2030-03-02")).status_code == 422


def test_the_catalogue_is_asked_for_what_is_there_or_planned(hengelo: Api) -> None:
    later = hengelo.post("/listings", planned_body()).get_json()["id"]
    hengelo.post(f"/listings/{later}/publish")
    there = published(hengelo)["id"]

    def numbers(query: str) -> list[int]:
        return sorted(item["id"] for item in hengelo.get(f"/listings{query}").get_json()["items"])

    assert (numbers(""), numbers("?supply=planned"), numbers("?supply=there")) == ([later, there], [later], [there])
    counted = hengelo.get("/listings?supply=planned").get_json()["facets"]["supply"]
    assert {choice["key"]: choice["count"] for choice in counted} == {"there": 1, "planned": 1}
    assert hengelo.get("/listings?supply=ooit").status_code == 422


def test_a_saved_search_asks_for_what_is_planned(hengelo: Api) -> None:
    made = hengelo.post("/saved-searches", {"name": "Later", "supply": ["planned"]})
    assert (made.status_code, made.get_json()["supply"]) == (201, ["planned"])
    assert made.get_json()["url"].endswith("/aanbod?supply=planned")
    assert hengelo.patch(f"/saved-searches/{made.get_json()['id']}", {"supply": None}).get_json()["supply"] == []


def test_the_matches_of_a_demand_are_asked_for_by_supply(hengelo: Api, borne: Api) -> None:
    later = hengelo.post("/listings", planned_body()).get_json()["id"]
    hengelo.post(f"/listings/{later}/publish")
    need = borne.post("/demands", demand_body(neededFrom=days(0), neededUntil=days(100))).get_json()["id"]

    def numbers(query: str) -> list[int]:
        return [item["listing"]["id"] for item in borne.get(f"/demands/{need}/matches{query}").get_json()["items"]]

    assert (numbers(""), numbers("?supply=planned"), numbers("?supply=there")) == ([later], [later], [])
    assert numbers("?supply=planned&supply=there") == [later]


def on_offer(hengelo: Api, **changes: Any) -> dict[str, Any]:
    """A planned listing that is published, as it is read then."""
    made = hengelo.post("/listings", planned_body(**changes)).get_json()
    published: dict[str, Any] = hengelo.post(f"/listings/{made['id']}/publish").get_json()
    return published


MOVED = {"certainty": "tendered", "reason": "De aannemer begint later"}


def test_days_move_with_a_reason_and_every_move_is_told(hengelo: Api, public: Api) -> None:
    listing = on_offer(hengelo)
    at = f"/listings/{listing['id']}/dates"
    body = {"version": listing["version"], "earliest": days(100), "latest": days(130), **MOVED}
    moved = hengelo.post(at, body)
    assert (moved.status_code, moved.get_json()["earliest"], moved.get_json()["availableUntil"]) == (200, days(100), days(130))
    assert hengelo.post(at, {**body, "latest": days(140)}).status_code == 409  # an old version
    newer = {**body, "version": moved.get_json()["version"]}
    assert hengelo.post(at, {**newer, "latest": days(99)}).get_json()["errors"][0]["field"] == "latest"
    assert hengelo.post(at, {**newer, "latest": days(140), "reason": ""}).get_json()["errors"][0]["field"] == "reason"
    [move] = public.get(at).get_json()["items"]
    assert (move["oldEarliest"], move["newLatest"], move["oldCertainty"], move["cameOn"]) == (
        days(60),
        days(130),
        "tendered",
        None,
    )
    assert move["reason"] == "De aannemer begint later"


def test_a_holder_reads_the_condition_and_answers_other_days(hengelo: Api, borne: Api, losser: Api) -> None:
    listing = on_offer(hengelo)
    wish = {"quantity": 300, "unit": "m2"}
    made = [asker.post(f"/listings/{listing['id']}/reservations", wish).get_json() for asker in (borne, losser)]
    first, second = (f"/reservations/{reservation['id']}" for reservation in made)
    assert (made[0]["agreedEarliest"], made[0]["agreedLatest"], made[0]["confirmUntil"]) == (days(60), days(90), None)
    assert borne.post(f"{first}/decline-dates").status_code == 409
    version = hengelo.get(f"/listings/{listing['id']}").get_json()["version"]
    body = {"version": version, "earliest": days(100), "latest": days(130), **MOVED}
    hengelo.post(f"/listings/{listing['id']}/dates", body)
    assert borne.get(first).get_json()["confirmUntil"] is not None
    agreed = borne.post(f"{first}/confirm-dates").get_json()
    assert (agreed["agreedEarliest"], agreed["confirmUntil"], agreed["status"]) == (days(100), None, "requested")
    gone = losser.post(f"{second}/decline-dates").get_json()
    assert (gone["status"], gone["datesDeclined"]) == ("waiting", True)
    assert hengelo.post(f"{first}/confirm-dates").status_code == 403


@pytest.mark.parametrize(("quantity", "field"), [("540540.54", "photos"), ("540540.541", "quantity")])
def test_what_came_weighs_at_most_100_000_tonnes(hengelo: Api, quantity: str, field: str) -> None:
    """Of 185 kg, 540 540.54 m² are 99 999.999 9 t; ten times what was planned would be 540 541 m²."""
    listing = on_offer(hengelo, quantity="54054.1")
    refused = hengelo.post(f"/listings/{listing['id']}/come-free", {"quantity": quantity})
    assert [error["field"] for error in refused.get_json()["errors"]] == [field]


def test_it_is_there_as_measured(hengelo: Api, borne: Api) -> None:
    listing = on_offer(hengelo)
    at = f"/listings/{listing['id']}"
    assert hengelo.post(f"{at}/come-free", {"quantity": 780}).get_json()["errors"][0]["field"] == "photos"
    hengelo.post(f"{at}/photos", **form("photo", picture()))
    assert hengelo.post(f"{at}/come-free", {"quantity": 780, "cameOn": days(1)}).get_json()["errors"][0]["field"] == "cameOn"
    assert borne.post(f"{at}/come-free", {"quantity": 780}).status_code == 403
    there = hengelo.post(f"{at}/come-free", {"quantity": 780, "availableUntil": days(40)}).get_json()
    assert (there["planned"], there["quantity"], there["quantityBasis"], there["earliest"]) == (False, "780", "measured", None)
    assert (there["availableFrom"], there["availableUntil"]) == (days(0), days(40))
    assert isinstance(there["lot"], int)
    [move] = borne.get(f"{at}/dates").get_json()["items"]
    assert (move["cameOn"], move["newEarliest"]) == (days(0), None)
    again = hengelo.post(f"{at}/come-free", {"quantity": 1})
    assert (again.status_code, again.get_json()["quantity"]) == (200, "780")


def test_how_reliable_plans_have_been_is_told_by_organisation_and_certainty(hengelo: Api, public: Api) -> None:
    nothing = public.get("/plans/reliability").get_json()
    assert (nothing["items"], nothing["together"]["due"], nothing["together"]["medianSlipDays"]) == ([], 0, None)
    listing = on_offer(hengelo)
    hengelo.post(f"/listings/{listing['id']}/photos", **form("photo", picture()))
    hengelo.post(f"/listings/{listing['id']}/come-free", {"quantity": 780})  # today, 60 days before its period
    reliability = public.get("/plans/reliability").get_json()
    [source] = reliability["items"]
    assert (source["organisation"]["slug"], source["due"], source["within"], source["early"]) == ("hengelo", 1, 0, 1)
    assert (source["medianSlipDays"], reliability["together"]["early"]) == (-60, 1)
    assert [(row["certainty"], row["early"]) for row in source["byCertainty"]] == [("tendered", 1)]
