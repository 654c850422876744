"""Who stands where when several ask: every point computed by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.exchange.rules.ranking import Claim, ranked, score
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
    assert [(one.number, points.points) for one, points in order] == [(4, 36), (2, 16), (3, 16)]


def test_every_point_is_spelled_out_in_the_readers_language() -> None:
    told = score(claim(replaces_purchase=True, distance_km=Decimal("12.34"), no_shows=2), free=Decimal(500), today=TODAY)
    with reading_in("en"):
        sentences = [str(reason) for reason in told.reasons]
    assert sentences == [
        "It replaces a new purchase: 40 of 40 points.",
        "By when it is needed was not said: 0 of 20 points.",
        "12.3 km away: 15 of 20 points (none at 50 km or more).",  # 20 × 37.66/50 = 15.06
        "Asks 400\u00a0m² of the 500\u00a0m² that there is to give: 16 of 20 points.",
        "Earlier no-shows in two years: 2, so 20 points off.",
    ]
    assert told.points == 51
