"""Questions, the conversation of a reservation and one's own details over the API."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Api, demand_body, form, picture, published


@pytest.fixture
def lot(hengelo: Api) -> dict[str, Any]:
    return published(hengelo)


def test_a_question_about_a_listing_from_asking_to_answer(
    hengelo: Api, borne: Api, losser: Api, public: Api, lot: dict[str, Any]
) -> None:
    address = f"/listings/{lot['id']}/questions"
    answer = borne.post(address, {"text": "Liggen ze op pallets?"})
    assert answer.status_code == 201 and answer.headers["Location"].endswith(f"{address}/{answer.get_json()['id']}")
    question_address = f"{address}/{answer.get_json()['id']}"
    question = borne.get(question_address).get_json()
    assert (question["organisation"]["slug"], question["answer"], question["answeredAt"]) == ("borne", None, None)
    assert question["askedBy"] and losser.get(question_address).get_json()["askedBy"] is None
    assert losser.post(f"{question_address}/answer", {"text": "Ja."}).status_code == 403
    assert hengelo.post(f"{question_address}/answer", {"text": "Mail a@b.nl"}).status_code == 422
    assert hengelo.post(f"{question_address}/answer", {"text": "Ja."}).get_json()["answer"] == "Ja."
    again = hengelo.post(f"{question_address}/answer", {"text": "Nee."})
    assert again.status_code == 409
    assert borne.delete(question_address).status_code == 409
    page = losser.get(address).get_json()
    assert (page["total"], page["items"][0]["answer"]) == (1, "Ja.")
    assert public.get(address).status_code == 401
    assert [item["id"] for item in losser.get("/listings?q=pallets").get_json()["items"]] == [lot["id"]]
    assert public.get("/listings?q=pallets&literal=true").get_json()["items"] == []


def test_a_question_about_a_demand_is_withdrawn_by_who_asked(hengelo: Api, borne: Api, losser: Api) -> None:
    demand = borne.post("/demands", demand_body()).get_json()["id"]
    address = f"/demands/{demand}/questions"
    question_address = f"{address}/{hengelo.post(address, {'text': 'Mag 7 cm ook?'}).get_json()['id']}"
    assert losser.get(address).get_json()["total"] == 1
    assert losser.delete(question_address).status_code == borne.delete(question_address).status_code == 403
    assert hengelo.delete(question_address).get_json()["text"] == "Mag 7 cm ook?"
    assert losser.get(question_address).status_code == 404
    answered = f"{address}/{hengelo.post(address, {'text': 'En 6 cm?'}).get_json()['id']}/answer"
    assert borne.post(answered, {"text": "Nee."}).get_json()["answer"] == "Nee."


def test_a_question_is_found_under_its_own_listing_only(hengelo: Api, borne: Api, lot: dict[str, Any]) -> None:
    other = published(hengelo)
    number = borne.post(f"/listings/{lot['id']}/questions", {"text": "Op pallets?"}).get_json()["id"]
    assert borne.get(f"/listings/{other['id']}/questions/{number}").status_code == 404
    assert hengelo.post(f"/listings/{other['id']}/questions/{number}/answer", {"text": "Ja."}).status_code == 404
    assert borne.delete(f"/listings/{other['id']}/questions/{number}").status_code == 404
    assert borne.get(f"/demands/{other['id']}/questions/{number}").status_code == 404


def test_the_two_sides_of_a_reservation_write_and_send_a_photo(
    hengelo: Api, borne: Api, losser: Api, reviewer: Api, lot: dict[str, Any]
) -> None:
    number = borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 8, "unit": "m2"}).get_json()["id"]
    address = f"/reservations/{number}/messages"
    sent = borne.post(address, {"text": "Staat er iemand?"})
    assert (sent.status_code, sent.get_json()["photo"]) == (201, {})
    assert hengelo.get(sent.headers["Location"].removeprefix("/api/v1")).get_json()["writtenBy"] is None
    message = hengelo.post(f"{address}/photos", **form("photo", picture())).get_json()
    assert message["text"] is None and message["photo"]["webp-480"].startswith("/media/")
    assert [item["text"] for item in borne.get(address).get_json()["items"]] == ["Staat er iemand?", None]
    for other in (losser, reviewer):
        assert other.get(address).status_code == 404
        assert other.post(address, {"text": "Dag"}).status_code in (403, 404)
    assert borne.post(address, {"text": "a" * 2001}).status_code == 422
    assert borne.post(address, {"text": " "}).status_code == 422


def test_ones_own_details_and_phone_number(borne: Api, public: Api, somebody: Callable[..., Api]) -> None:
    assert borne.get("/people/me").get_json()["phoneShown"] == "never"
    changed = borne.patch("/people/me", {"phone": "06-55551234", "phoneShown": "members", "language": "en"}).get_json()
    assert (changed["phone"], changed["phoneShown"], changed["language"]) == ("+31655551234", "members", "en")
    assert borne.patch("/people/me", {"name": "Anna"}).get_json()["phone"] == "+31655551234"
    assert borne.patch("/people/me", {"phone": "112"}).status_code == 422
    assert borne.patch("/people/me", {"phone": ""}).status_code == 422
    assert borne.patch("/people/me", {"phone": "", "phoneShown": "never"}).get_json()["phone"] is None
    assert public.patch("/people/me", {"name": "Anna"}).status_code == 401
