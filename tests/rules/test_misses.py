"""What nearly fits, by exactly one thing and how much of it; and how long a word holds."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import reading_in
from marketplace.market.rules.freshness import check_reason, is_demand_stale, is_demand_to_refresh, is_listing_to_refresh
from marketplace.market.rules.listing import Condition
from marketplace.matching.rules.misses import Kind, near_miss
from tests.rules.test_matching import LOT, NEED, TODAY


def missed(lot: dict[str, Any] | None = None, need: dict[str, Any] | None = None, km: str = "5") -> tuple[Kind, str] | None:
    miss = near_miss(replace(LOT, **lot or {}), replace(NEED, **need or {}), distance_km=Decimal(km), today=TODAY)
    if miss is None:
        return None
    with reading_in("nl"):
        return miss.kind, str(miss.sentence)


def test_what_lies_too_far_says_how_much_farther_than_asked() -> None:
    assert missed(km="27.4") == (
        Kind.DISTANCE,
        "12,4\u00a0km verder dan gevraagd: hemelsbreed 27,4\u00a0km, en gevraagd is hooguit 15\u00a0km.",
    )


def test_a_metre_too_far_never_reads_as_nothing_too_far() -> None:
    miss = missed(km="15.001")
    assert miss is not None and miss[1].startswith("0,1\u00a0km verder dan gevraagd: hemelsbreed 15,1\u00a0km")


def test_a_lesser_condition_says_how_many_steps() -> None:
    assert missed({"condition": Condition.POOR}) == (
        Kind.CONDITION,
        "Eén stap minder dan gevraagd: de kwaliteit is “Matig”, en “Redelijk” of beter is gevraagd.",
    )
    two = missed({"condition": Condition.POOR}, {"min_condition": Condition.GOOD})
    assert two is not None and two[1].startswith("2 stappen minder dan gevraagd")


def test_in_a_few_words_it_says_how_much() -> None:
    brief = []
    for lot, km in (
        ({}, "27.4"),
        ({"condition": Condition.POOR}, "5"),
        ({"available_from": date(2027, 2, 14), "available_until": None}, "5"),
        ({"available_from": date(2027, 3, 31), "available_until": None}, "5"),
    ):
        miss = near_miss(replace(LOT, **lot), NEED, distance_km=Decimal(km), today=TODAY)
        with reading_in("nl"):
            brief.append(str(miss.brief) if miss else "")
    assert brief == ["12,4 km te ver", "kwaliteit één stap lager", "één dag te laat vrij", "46 dagen te laat vrij"]


def test_a_period_that_passes_by_says_how_many_days() -> None:
    late = missed({"available_from": date(2027, 2, 14), "available_until": None})
    assert late == (Kind.PERIOD, "Eén dag te laat: het komt vrij op 14 februari 2027, en is nodig tot en met 13 februari 2027.")
    early = missed({"available_until": date(2027, 1, 14)}, {"needed_from": date(2027, 1, 20)})
    assert early == (Kind.PERIOD, "6 dagen te vroeg: het is er tot en met 14 januari 2027, en is nodig vanaf 20 januari 2027.")


@pytest.mark.parametrize(
    ("lot", "need", "km"),
    [
        ({}, {}, "5"),  # it serves
        ({"condition": Condition.POOR}, {}, "27"),  # two things
        ({"hazards_yes": frozenset({"asbest"})}, {}, "5"),  # another thing
        ({"region_from": date(2026, 12, 20)}, {}, "5"),
        ({"region_from": date(2026, 12, 20)}, {}, "27"),
        ({"confirmed_on": date(2026, 10, 1)}, {}, "27"),
        ({}, {"confirmed_on": date(2026, 9, 1)}, "27"),
    ],
)
def test_what_serves_or_differs_in_more_or_in_something_else_is_no_near_miss(
    lot: dict[str, Any], need: dict[str, Any], km: str
) -> None:
    assert missed(lot, need, km) is None


def test_a_demand_counts_for_ninety_days_and_is_asked_about_from_day_seventy_five() -> None:
    confirmed = date(2026, 12, 15)
    assert not is_demand_to_refresh(confirmed, date(2027, 2, 27)) and is_demand_to_refresh(confirmed, date(2027, 2, 28))
    assert not is_demand_stale(confirmed, date(2027, 3, 15)) and is_demand_stale(confirmed, date(2027, 3, 16))
    assert is_demand_stale(None, confirmed)


def test_a_listing_is_asked_about_from_day_forty_five() -> None:
    confirmed = date(2026, 12, 15)
    assert not is_listing_to_refresh(confirmed, date(2027, 1, 28)) and is_listing_to_refresh(confirmed, date(2027, 1, 29))


def test_who_was_not_answered_yet_is_asked_every_day_after_too() -> None:
    confirmed = date(2026, 12, 15)
    assert is_listing_to_refresh(confirmed, date(2027, 6, 1))
    assert is_demand_to_refresh(confirmed, date(2027, 6, 1))
    assert is_demand_stale(confirmed, date(2027, 6, 1))
    assert not is_listing_to_refresh(None, confirmed)
    assert not is_demand_to_refresh(None, confirmed)


def test_a_reason_is_a_few_lines() -> None:
    check_reason("")
    check_reason("x" * 1000)
    with pytest.raises(Invalid):
        check_reason("x" * 1001)


def test_what_lies_at_the_farthest_distance_is_missed_by_something_else() -> None:
    miss = missed({"condition": Condition.POOR}, km="15")
    assert miss is not None and miss[0] is Kind.CONDITION


def test_a_condition_that_is_just_good_enough_is_missed_by_the_period() -> None:
    miss = missed({"condition": Condition.FAIR, "available_from": date(2027, 2, 15), "available_until": None})
    assert miss == (Kind.PERIOD, "2 dagen te laat: het komt vrij op 15 februari 2027, en is nodig tot en met 13 februari 2027.")


def test_what_comes_free_on_the_last_day_is_no_near_miss() -> None:
    assert missed({"available_from": date(2027, 2, 13), "available_until": None}) is None
    assert missed({"available_until": date(2026, 12, 15)}) is None
