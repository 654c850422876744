"""Who stands where when several ask: every point computed by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.exchange.rules.ranking import NO_SHOWS_COUNT, Claim, ranked, score
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Unit

TODAY = date(2027, 3, 1)
FIRST = datetime(2027, 2, 1, 9, tzinfo=UTC)


def claim(number: int = 1, **changes: object) -> Claim:
    values = {
        "asked_at": FIRST + timedelta(hours=number),
        "amount": Decimal(400),
        "unit": Unit.M2,
        "replaces_purchase": None,
        "needed_by": None,
        "distance_km": Decimal(50),
        "no_shows": 0,
    }
    return Claim(number=number, **{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({}, 16),  # only the fit: 20 × 400/500 = 16
        ({"replaces_purchase": True}, 56),  # 40 + 16
        ({"replaces_purchase": False}, 16),
        ({"needed_by": TODAY}, 36),  # 20 + 16
        ({"needed_by": TODAY + timedelta(days=45)}, 26),  # 20 × 45/90 = 10, + 16
        ({"needed_by": TODAY + timedelta(days=90)}, 16),
        ({"needed_by": TODAY - timedelta(days=3)}, 36),  # late is as urgent as today
        ({"distance_km": Decimal(10)}, 32),  # 20 × 40/50 = 16, + 16
        ({"distance_km": Decimal("8.75")}, 33),  # 20 × 41.25/50 = 16.5, half up 17, + 16
        ({"distance_km": Decimal(80)}, 16),
        ({"amount": Decimal(500)}, 20),
        ({"amount": Decimal(1000)}, 10),  # twice what there is: 20 × 500/1000
        ({"no_shows": 1}, 6),  # 16 − 10
        ({"no_shows": 7}, -14),  # at most three count: 16 − 30
    ],
)
def test_the_points_of_a_claim(changes: dict[str, object], points: int) -> None:
    assert score(claim(**changes), free=Decimal(500), today=TODAY).points == points


def test_the_best_stands_first_and_equal_points_go_by_time() -> None:
    late, early, urgent = claim(3), claim(2), claim(4, needed_by=TODAY)
    order = ranked([late, urgent, early], free=Decimal(500), today=TODAY)
    assert [(entry.number, points.points) for entry, points in order] == [(4, 36), (2, 16), (3, 16)]


def test_every_point_is_spelled_out_in_the_readers_language() -> None:
    result = score(claim(replaces_purchase=True, distance_km=Decimal("12.34"), no_shows=2), free=Decimal(500), today=TODAY)
    with reading_in("en"):
        sentences = [str(reason) for reason in result.reasons]
    assert sentences == [
        "It replaces a new purchase: 40 of 40 points.",
        "The date by which it is needed was not given: 0 of 20 points.",
        "12.3 km away: 15 of 20 points (none at 50 km or more).",  # 20 × 37.66/50 = 15.06
        "Asks for 400\u00a0m² of the 500\u00a0m² available: 16 of 20 points.",
        "Earlier no-shows in two years: 2, so 20 points off.",
    ]
    assert result.points == 51


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"replaces_purchase": None}, "Whether it replaces a new purchase was not stated: 0 of 40 points."),
        ({"replaces_purchase": False}, "It replaces no new purchase: 0 of 40 points."),
        ({"needed_by": TODAY - timedelta(days=1)}, "in 0 days: 20 of 20 points"),
        ({"needed_by": TODAY}, "in 0 days: 20 of 20 points"),
        ({"needed_by": TODAY + timedelta(days=1)}, "in 1 days: 20 of 20 points"),  # 20 × 89/90 = 19.8
        ({"needed_by": TODAY + timedelta(days=88)}, "in 88 days: 0 of 20 points"),  # 20 × 2/90 = 0.4
        ({"needed_by": TODAY + timedelta(days=87)}, "in 87 days: 1 of 20 points"),  # 20 × 3/90 = 0.7
        ({"distance_km": Decimal("48.75")}, "48.8 km away: 1 of 20 points"),  # 20 × 1.25/50 = 0.5
        ({"distance_km": Decimal(50)}, "50 km away: 0 of 20 points"),
        ({"needed_by": TODAY + timedelta(days=90)}, "in 90 days: 0 of 20 points"),
        ({"distance_km": Decimal("48.751")}, "48.8 km away: 0 of 20 points"),
        ({"distance_km": Decimal("12.25")}, "12.3 km away"),
        ({"no_shows": 0}, "No earlier no-shows: nothing taken off."),
        ({"no_shows": 3}, "3, so 30 points off"),
        ({"no_shows": 4}, "4, so 30 points off"),
    ],
)
def test_a_reason_tells_the_points_that_it_gave(changes: dict[str, object], sentence: str) -> None:
    with reading_in("en"):
        reasons = [
            str(reason).replace("\u00a0", " ") for reason in score(claim(**changes), free=Decimal(500), today=TODAY).reasons
        ]
    assert any(sentence in reason for reason in reasons), reasons


@pytest.mark.parametrize(
    ("amount", "free", "points"), [("0.5", "1", 10), ("0.5", "0.5", 20), ("0", "0", 0), ("1", "0", 0), ("0.001", "0.002", 10)]
)
def test_small_amounts_fit_as_well_as_large_ones(amount: str, free: str, points: int) -> None:
    assert score(claim(amount=Decimal(amount)), free=Decimal(free), today=TODAY).points == points


def test_of_claims_that_were_made_at_once_the_first_number_goes_first() -> None:
    order = ranked([claim(9, asked_at=FIRST), claim(8, asked_at=FIRST)], free=Decimal(500), today=TODAY)
    assert [entry.number for entry, _points in order] == [8, 9]


def test_no_shows_count_for_two_years() -> None:
    assert timedelta(days=730) == NO_SHOWS_COUNT
