"""A refusal says its cause in a word for programs, and which request it was."""

import json
from collections.abc import Callable

import pytest

from tests.api.conftest import Api, demand_body, listing_body, published

KIND = "urn:materialenbank:problem:"


def test_each_cause_has_a_type_of_its_own(hengelo: Api, borne: Api, public: Api, somebody: Callable[..., Api]) -> None:
    lot = published(hengelo)
    address = f"/listings/{lot['id']}"
    coordinator = somebody("hengelo", "coordinator")
    depot = {"name": "Werf", "place": "Hengelo"}
    assert coordinator.post("/depots", depot).status_code == 201
    refusals = {
        "quantity": borne.post(f"{address}/reservations", {"quantity": "1300", "unit": "m2"}),
        "version": hengelo.patch(address, {"version": lot["version"] + 1, "title": "Anders"}),
        "state": hengelo.delete(address),
        "taken": coordinator.post("/depots", depot),
        "not-found": public.get("/listings/999"),
        "unauthorised": public.get("/me"),
        "forbidden": borne.post(f"{address}/withdraw"),
        "invalid": hengelo.post("/listings", {}),
        "unreadable": hengelo.post("/listings", b"{"),
        "method": public.call("DELETE", "/materials"),
        "media-type": hengelo.post("/listings", b"x", headers={"Content-Type": "text/plain"}),
    }
    assert {cause: answer.get_json()["type"] for cause, answer in refusals.items()} == {cause: KIND + cause for cause in refusals}


def test_a_refusal_names_its_request(public: Api) -> None:
    ids = {public.get("/no-such-thing").get_json()["requestId"] for _ in range(2)}
    assert len(ids) == 2 and all(len(request_id) == 32 for request_id in ids)


@pytest.mark.parametrize(
    "address",
    [
        "/listings?organisation={}",
        "/listings?material={}",
        "/listings?materialGroup={}",
        "/listings?field={}:yes",
        "/outlook?group={}",
        "/outlook?municipality={}",
        "/organisations/{}",
        "/joint-needs/betonstraatsteen-kei-8cm?organisation={}",
    ],
)
def test_a_long_word_that_means_nothing_is_not_said_back_whole(hengelo: Api, address: str) -> None:
    answer = hengelo.get(address.format("a" * 190))  # much more is refused by its length
    assert answer.status_code in (404, 422)
    assert "a" * 60 + "…" in answer.get_json()["detail"] and "a" * 61 not in answer.text
    assert "a" * 61 not in hengelo.get(address.format("a" * 5000)).text


def test_a_long_word_in_a_body_is_not_said_back_whole_either(hengelo: Api) -> None:
    refused = [
        hengelo.post("/listings", {**listing_body(), "hazards": {"a" * 5000: "yes"}}),
        hengelo.post("/listings", {**listing_body(), "fields": {"a" * 5000: "yes"}}),
        hengelo.post("/listings", {**listing_body(), "a" * 5000: "yes"}),
        hengelo.post("/demands", {**demand_body(), "acceptsHazards": ["a" * 5000]}),
        hengelo.post("/listings", {**listing_body(), "material": "a" * 5000}),
        hengelo.post("/listings", {**listing_body(), "quantity": "a" * 5000}),
    ]
    assert [answer.status_code for answer in refused] == [422] * 6
    assert [len(answer.text) for answer in refused if "a" * 61 in answer.text] == []


@pytest.mark.parametrize("kind", ["listings", "demands"])
def test_the_etag_is_the_version_and_if_match_holds_it(hengelo: Api, kind: str) -> None:
    made = hengelo.post(f"/{kind}", listing_body() if kind == "listings" else demand_body())
    address = f"/{kind}/{made.get_json()['id']}"
    assert made.headers["ETag"] == hengelo.get(address).headers["ETag"] == '"1"'
    change = {"version": 1, "title": "Rode stenen"}
    refused = hengelo.patch(address, change, headers={"If-Match": '"7"'})
    assert (refused.status_code, refused.get_json()["type"]) == (412, KIND + "version")
    assert refused.get_json()["current"]["title"] == made.get_json()["title"]
    changed = hengelo.patch(address, change, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')


def test_a_step_without_a_body_heeds_if_match(hengelo: Api, borne: Api) -> None:
    listing, demand = published(hengelo), borne.post("/demands", demand_body()).get_json()
    draft = hengelo.post("/listings", listing_body()).get_json()
    old = {"headers": {"If-Match": '"0"'}}
    assert hengelo.post(f"/listings/{listing['id']}/withdraw", **old).status_code == 412
    assert hengelo.post(f"/listings/{listing['id']}/close", **old).status_code == 412
    assert hengelo.post(f"/listings/{draft['id']}/publish", **old).status_code == 412
    assert hengelo.delete(f"/listings/{draft['id']}", **old).status_code == 412
    assert borne.post(f"/demands/{demand['id']}/withdraw", **old).status_code == 412
    assert borne.post(f"/demands/{demand['id']}/withdraw", headers={"If-Match": "*"}).status_code == 200
    assert hengelo.delete(f"/listings/{draft['id']}", headers={"If-Match": f'"{draft["version"]}"'}).status_code == 200


def test_the_right_is_asked_before_if_match(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo)
    assert borne.post(f"/listings/{lot['id']}/withdraw", headers={"If-Match": '"0"'}).status_code == 403


@pytest.mark.parametrize(
    ("accepts", "is_english"),
    [
        ("en-GB,nl;q=0.1", True),
        ("en-GB,en;q=0.8,nl;q=0.9", True),
        ("nl-BE,en;q=0.9", False),
        ("de,en;q=0.1", True),
        ("en;q=0", False),
        ("de", False),
        ("*", False),
    ],
)
def test_the_language_that_a_client_prefers_is_spoken_in_whatever_region(public: Api, accepts: str, is_english: bool) -> None:
    detail = public.get("/listings/999", headers={"Accept-Language": accepts}).get_json()["detail"]
    assert ("does not exist" in detail) is is_english


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/demands", {"\ud800": 1}),
        ("/notice-preferences", {"preferences": [{"\ud800": 1}]}),
    ],
)
def test_half_a_sign_in_a_name_is_refused_as_any_name(hengelo: Api, address: str, body: dict[str, object]) -> None:
    send = hengelo.post if address == "/demands" else hengelo.put
    refused = send(address, json.dumps(body).encode())
    assert (refused.status_code, "“?”" in refused.text) == (422, True)
