"""A day and a name in a body: a day lies within what a day on a form can be, and a name stands in an object once."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from marketplace.api.fields import DayOrMoment, Moment, Moments
from marketplace.kernel import clock
from marketplace.kernel.clock import AMSTERDAM
from marketplace.kernel.errors import Invalid
from tests.api.conftest import Api, listing_body, published

NOON = datetime(2026, 11, 30, 12, tzinfo=AMSTERDAM)  # thirty years ahead ends on 31 December 2056


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with clock.frozen(NOON):
        yield


@pytest.mark.parametrize(
    ("name", "day", "status"),
    [
        ("regionFrom", "1989-12-31", 422),
        ("regionFrom", "1990-01-01", 201),
        ("partnersFrom", "2056-12-31", 201),
        ("partnersFrom", "2057-01-01", 422),
    ],
)
def test_the_turns_of_a_lot_lie_within_thirty_years(hengelo: Api, name: str, day: str, status: int) -> None:
    made = hengelo.post("/listings", {**listing_body(), name: day})
    assert made.status_code == status, made.get_json()
    if status == 422:
        assert made.get_json()["errors"] == [{"field": name, "message": "Typ een dag van 1990 tot en met 2056."}]


@pytest.mark.parametrize(("day", "status"), [("2056-12-31", 201), ("2057-01-01", 422)])
def test_what_is_asked_for_is_needed_within_thirty_years(hengelo: Api, borne: Api, day: str, status: int) -> None:
    path = f"/listings/{published(hengelo)['id']}/reservations"
    assert borne.post(path, {"quantity": 1, "unit": "m2", "neededBy": day}).status_code == status


@pytest.mark.parametrize(
    ("until", "status"),
    [("2056-12-31", 200), ("2057-01-01", 422), ("2056-12-31T22:59:59Z", 200), ("2056-12-31T23:00:00Z", 422)],
)
def test_nothing_is_held_beyond_thirty_years(hengelo: Api, borne: Api, until: str, status: int) -> None:
    """23:00 in UTC is midnight in Twente: the first of January 2057."""
    path = f"/listings/{published(hengelo, availableUntil=None)['id']}/reservations"
    number = borne.post(path, {"quantity": 1, "unit": "m2"}).get_json()["id"]
    assert hengelo.post(f"/reservations/{number}/approve", {"holdUntil": until}).status_code == status


@pytest.mark.parametrize("day", ["1989-12-31", "2057-01-01"])
def test_no_terms_begin_on_a_day_that_cannot_be(hengelo: Api, borne: Api, day: str) -> None:
    path = f"/listings/{published(hengelo)['id']}/reservations"
    number = borne.post(path, {"quantity": 1, "unit": "m2"}).get_json()["id"]
    hengelo.post(f"/reservations/{number}/approve")
    refused = hengelo.post(f"/reservations/{number}/propose-terms", {"availableFrom": day, "reason": "Later"})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "availableFrom")


def test_a_moment_lies_on_such_a_day() -> None:
    last, after = "2056-12-31T22:59:59Z", "2056-12-31T23:00:00Z"
    assert Moment().read(last).year == 2056
    assert Moments().read([last])[0].year == 2056
    assert DayOrMoment().read("1990-01-01") == date(1990, 1, 1)
    for read, value in ((Moment().read, after), (Moments().read, [last, after]), (DayOrMoment().read, after)):
        with pytest.raises(Invalid, match="2056"):
            read(value)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"name": "Fiets", "name": "Weg", "scope": "read"}', "name"),
        (b'{"name": "Fiets", "scope": "read", "also": [{"a": 1, "b": 2, "a": 1}]}', "a"),
    ],
)
def test_a_name_that_stands_twice_is_refused(somebody: Callable[..., Api], body: bytes, name: str) -> None:
    """Which of the two values was meant, nobody knows; the last one used to count, in silence."""
    refused = somebody("hengelo", "coordinator").post("/tokens", body)
    assert refused.status_code == 422
    assert refused.get_json()["errors"] == [
        {"field": name, "message": f"“{name}” staat twee keer in hetzelfde object. Stuur het één keer."}
    ]


def test_such_a_name_that_cannot_be_written_is_refused_too(hengelo: Api) -> None:
    assert hengelo.post("/tokens", b'{"scope": "read", "\\u0000": 1, "\\u0000": 2}').status_code == 422


def test_the_same_name_in_two_objects_is_fine(hengelo: Api) -> None:
    """Two answers, each with its own name; and one token."""
    body = (
        b'{"preferences": [{"kind": "reservation_requested", "cadence": "daily"}, {"kind": "handed_over", "cadence": "daily"}]}'
    )
    answer = hengelo.put("/notice-preferences", body)
    assert answer.status_code == 200, answer.get_json()
