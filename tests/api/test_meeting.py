"""Meeting at the gate over the API: proposing and agreeing in every way of writing a time, photos, and the papers as files."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from icalendar import Calendar
from pypdf import PdfReader

from marketplace.kernel import clock
from tests.api.conftest import Api, form, picture, published


@pytest.fixture
def number(hengelo: Api, borne: Api) -> int:
    """An approved reservation of Borne's on a lot of Hengelo's."""
    listing_id = published(hengelo)["id"]
    made: int = borne.post(f"/listings/{listing_id}/reservations", {"quantity": "800", "unit": "m2"}).get_json()["id"]
    assert hengelo.post(f"/reservations/{made}/approve").status_code == 200
    return made


def day(ahead: int) -> str:
    return (clock.today() + timedelta(days=ahead)).isoformat()


def appointment(client: Api, number: int) -> Any:
    return client.get(f"/reservations/{number}").get_json()["appointment"]


def test_a_time_is_taken_with_z_and_with_an_offset(hengelo: Api, number: int) -> None:
    assert appointment(hengelo, number) is None
    times = ["2055-01-12T10:00+01:00", "2055-07-12T08:00:00Z", "2055-01-13T10:00:00+02:00"]
    answer = hengelo.post(f"/reservations/{number}/appointments", {"times": times, "place": "Poort 3", "notes": "Hek links"})
    assert (answer.status_code, answer.get_json()["id"]) == (200, number)
    assert appointment(hengelo, number) == {
        "status": "proposed",
        "times": ["2055-01-12T09:00:00Z", "2055-01-13T08:00:00Z", "2055-07-12T08:00:00Z"],
        "time": None,
        "place": "Poort 3",
        "notes": "Hek links",
        "proposedBy": {"slug": "hengelo", "name": "Hengelo"},
    }


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2055-01-12T10:00", "Een tijd heeft een tijdzone nodig"),
        ("2055-03-29T02:30:00", "Een tijd heeft een tijdzone nodig"),
        ("2055-01-12T10:00:00+25:00", "“+25:00” is geen tijdzone"),
        ("2055-01-12T10:00:00-14:30", "“-14:30” is geen tijdzone"),
        ("2055-01-12T10:00:00+02:60", "“+02:60” is geen tijdzone"),
        ("2055-02-30T10:00:00Z", "Dit is geen tijdstip"),
        ("2055-01-12T24:30:00Z", "Dit is geen tijdstip"),
        ("0001-01-01T00:00:00+14:00", "Dit is geen tijdstip"),
    ],
)
def test_a_time_that_leaves_open_which_moment_it_is_is_refused(hengelo: Api, number: int, written: str, message: str) -> None:
    for path, sent in (("appointments", {"times": [written]}), ("appointments/agree", {"time": written})):
        refused = hengelo.post(f"/reservations/{number}/{path}", sent, headers={"Accept-Language": "nl"})
        assert refused.status_code == 422 and message in refused.get_json()["errors"][0]["message"]
    assert "2027-03-31T10:00+02:00" in refused.get_json()["errors"][0]["message"]
    assert appointment(hengelo, number) is None


def test_a_hold_ends_on_a_day_or_at_a_moment_with_an_offset(hengelo: Api, borne: Api) -> None:
    listing_id = published(hengelo)["id"]
    reservation_id = borne.post(f"/listings/{listing_id}/reservations", {"quantity": "8", "unit": "m2"}).get_json()["id"]
    refused = hengelo.post(f"/reservations/{reservation_id}/approve", {"holdUntil": f"{day(5)}T12:00"})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "holdUntil")
    approved = hengelo.post(f"/reservations/{reservation_id}/approve", {"holdUntil": f"{day(5)}T12:00:00+01:00"})
    assert (approved.status_code, approved.get_json()["expiresAt"]) == (200, f"{day(5)}T11:00:00Z")


def test_one_of_the_proposed_times_sent_back_agrees(hengelo: Api, borne: Api, number: int) -> None:
    hengelo.post(f"/reservations/{number}/appointments", {"times": [f"{day(1)}T10:00Z", f"{day(2)}T10:00Z"], "place": "Poort 3"})
    for _twice in range(2):
        agreed = borne.post(f"/reservations/{number}/appointments", {"times": [f"{day(2)}T10:00Z"]}).get_json()["appointment"]
        assert (agreed["status"], agreed["time"], agreed["place"]) == ("agreed", agreed["times"][1], "Poort 3")


def test_there_is_a_step_of_its_own_to_agree(hengelo: Api, borne: Api, number: int) -> None:
    hengelo.post(f"/reservations/{number}/appointments", {"times": [f"{day(1)}T10:00Z"]})
    assert hengelo.post(f"/reservations/{number}/appointments/agree", {"time": f"{day(1)}T10:00Z"}).status_code == 409
    assert borne.post(f"/reservations/{number}/appointments/agree", {"time": f"{day(5)}T10:00Z"}).status_code == 422
    agreed = borne.post(f"/reservations/{number}/appointments/agree", {"time": f"{day(1)}T10:00Z"})
    assert (agreed.status_code, agreed.get_json()["appointment"]["status"]) == (200, "agreed")


@pytest.mark.parametrize(
    "times",
    [
        *(None, [], "2055-01-12T10:00Z", ["2055-01-12"], ["morgen"], [1], ["2020-01-12T10:00Z"], ["2055-13-12T10:00Z"]),
        [f"2055-01-1{number}T10:00Z" for number in range(4)],
    ],
)
def test_what_is_no_list_of_one_to_three_times_to_come_is_refused(borne: Api, number: int, times: Any) -> None:
    refused = borne.post(f"/reservations/{number}/appointments", {"times": times})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "times")


def test_only_the_two_sides_see_the_appointment(
    hengelo: Api, number: int, losser: Api, reviewer: Api, somebody: Callable[..., Api]
) -> None:
    hengelo.post(f"/reservations/{number}/appointments", {"times": [f"{day(1)}T10:00Z"], "notes": "Hek links"})
    for client in (reviewer, somebody("regio-twente", "coordinator")):
        seen = client.get(f"/reservations/{number}")
        assert seen.status_code == 200 and "appointment" not in seen.get_json() and "Hek links" not in seen.text
        assert client.get(f"/reservations/{number}/appointment.ics").status_code in (403, 404)
        assert client.post(f"/reservations/{number}/appointments", {"times": [f"{day(1)}T10:00Z"]}).status_code == 403
    assert losser.get(f"/reservations/{number}/appointment.ics").status_code == 404
    assert [reservation["appointment"]["notes"] for reservation in hengelo.get("/reservations").get_json()["items"]] == [
        "Hek links"
    ]


def test_the_calendar_file_is_there_once_there_is_a_time(hengelo: Api, borne: Api, number: int) -> None:
    assert borne.get(f"/reservations/{number}/appointment.ics").status_code == 404
    hengelo.post(f"/reservations/{number}/appointments", {"times": ["2055-01-12T10:00+01:00"]})
    answer = borne.get(f"/reservations/{number}/appointment.ics")
    assert answer.mimetype == "text/calendar"
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert str(event["STATUS"]) == "TENTATIVE" and b"DTSTART:20550112T090000Z" in answer.data


@pytest.mark.slow
def test_a_time_that_was_not_chosen_is_cancelled_in_the_calendar_file(hengelo: Api, borne: Api, number: int) -> None:
    address, times = f"/reservations/{number}/appointment.ics", [f"{day(ahead)}T10:00Z" for ahead in (1, 2)]
    hengelo.post(f"/reservations/{number}/appointments", {"times": times})
    before = Calendar.from_ical(borne.get(address).data).walk("VEVENT")
    borne.post(f"/reservations/{number}/appointments/agree", {"time": times[1]})
    after = Calendar.from_ical(borne.get(address).data).walk("VEVENT")
    assert [str(event["STATUS"]) for event in after] == ["CANCELLED", "CONFIRMED"]
    assert [event["UID"] for event in after] == [event["UID"] for event in before]
    assert all(int(new["SEQUENCE"]) > int(old["SEQUENCE"]) for old, new in zip(before, after, strict=True))


@pytest.mark.slow
def test_photos_of_the_gate_are_listed_for_who_may_follow_it(
    hengelo: Api, borne: Api, losser: Api, reviewer: Api, number: int
) -> None:
    data = {"photo": (BytesIO(picture()), "foto.jpg"), "alt": "Twee kapotte pallets"}
    added = borne.post(f"/reservations/{number}/photos", data=data)
    body = added.get_json()
    assert (added.status_code, body["organisation"]["slug"], body["moment"]) == (201, "borne", "hand_over")
    assert added.headers["Location"] == f"/api/v1/reservations/{number}/photos/{body['id']}"
    for client in (hengelo, borne, reviewer):
        assert client.get(f"/reservations/{number}/photos").get_json()["items"] == [body]
        assert client.get(f"/reservations/{number}/photos/{body['id']}").get_json() == body
    assert losser.get(f"/reservations/{number}/photos").status_code == 404
    assert reviewer.post(f"/reservations/{number}/photos", data={"photo": (BytesIO(picture()), "x.jpg")}).status_code == 403


@pytest.mark.slow
def test_a_key_that_was_used_for_one_photo_is_refused_for_another(hengelo: Api, borne: Api, number: int) -> None:
    """A picture of more than half a megabyte is kept in a file while it is read."""
    first, second = picture("red") + bytes(600_000), picture("blue") + bytes(600_000)
    listing_id = hengelo.get(f"/reservations/{number}").get_json()["listing"]["id"]
    for client, path in ((hengelo, f"/listings/{listing_id}/photos"), (borne, f"/reservations/{number}/photos")):
        key = {"Idempotency-Key": "one"}
        before = len(client.get(f"/reservations/{number}/photos").get_json()["items"])
        added = [
            client.post(path, **{**sent, "headers": sent["headers"] | key})
            for sent in (form("photo", first), form("photo", second), form("photo", first))
        ]
        assert [answer.status_code for answer in added] == [201, 422, 201]
        assert added[0].get_json() == added[2].get_json()
        after = len(client.get(f"/reservations/{number}/photos").get_json()["items"])
        assert after - before == (client is borne)
    assert len(hengelo.get(f"/listings/{listing_id}").get_json()["photos"]) == 2


def test_before_approval_there_are_no_photos_and_no_note(hengelo: Api, borne: Api) -> None:
    listing_id = published(hengelo)["id"]
    reservation_id = borne.post(f"/listings/{listing_id}/reservations", {"quantity": "8", "unit": "m2"}).get_json()["id"]
    assert borne.post(f"/reservations/{reservation_id}/photos", data={"photo": (BytesIO(picture()), "x.jpg")}).status_code == 409
    assert borne.post(f"/reservations/{reservation_id}/appointments", {"times": [f"{day(1)}T10:00Z"]}).status_code == 409
    refused = borne.get(f"/reservations/{reservation_id}/note.pdf")
    assert (refused.status_code, refused.get_json()["currentStatus"]) == (409, "requested")


@pytest.mark.slow
def test_the_note_is_in_the_language_that_is_asked_for(hengelo: Api, losser: Api, number: int) -> None:
    for language, title in (("nl", f"Overdrachtsbon {number}"), ("en", f"Hand-over note {number}")):
        answer = hengelo.get(f"/reservations/{number}/note.pdf", headers={"Accept-Language": language})
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        metadata = PdfReader(BytesIO(answer.data)).metadata
        assert metadata is not None and metadata.title == title
    assert losser.get(f"/reservations/{number}/note.pdf").status_code == 404
