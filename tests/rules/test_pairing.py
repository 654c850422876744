"""Which lot may serve which need, over columns: every limit, and what stands between. Figures by hand."""

import json
from typing import Any

import pytest

from marketplace.kernel.geo import Point, distance_km
from marketplace.kernel.units import Unit
from marketplace.matching.rules.wishes import Verdict
from marketplace.plans.rules.pairing import Way, count_failing, pair_up
from tests.paired import FAR_CITY, HOME, LAT, LON, NEIGHBOUR, TODAY, Lot, Need, at_rate, supply, terms, wanted

REACH_M = float(distance_km(Point(LAT, LON), Point(LAT, 6.8)) * 1000)  # 6 822 m
APART = "apart"  # more than one thing stands between, or one that nobody can change


def way(lot: dict[str, Any], need: dict[str, Any], **changes: Any) -> Way | str:
    """What stands between the two."""
    pairs = pair_up(supply(Lot(**lot)), wanted(Need(**need)), terms(**changes))
    return Way(int(pairs.ways[0])) if len(pairs.lots) else APART


@pytest.mark.parametrize(
    ("lot", "need", "between"),
    [
        ({}, {}, Way.FREE),
        ({}, {"material": 2}, APART),
        ({"rank": 2}, {}, Way.CONDITION),
        ({"rank": 4}, {}, Way.FREE),
        ({"last": TODAY}, {}, Way.FREE),
        ({"last": TODAY - 1}, {}, Way.PERIOD),
        ({"first": TODAY + 365}, {}, Way.FREE),
        ({"first": TODAY + 366}, {}, Way.PERIOD),
        ({"region_from": TODAY}, {}, Way.FREE),
        ({"region_from": TODAY + 1}, {}, Way.TURN),
        ({"region_from": TODAY - 1}, {}, Way.FREE),
        ({"region_from": TODAY + 1}, {"asker": HOME}, Way.FREE),
        ({"region_from": TODAY + 1, "owner": FAR_CITY}, {}, Way.TURN),
        ({"region_from": TODAY + 1}, {"partner": True}, Way.FREE),
        ({"partners_from": TODAY + 1}, {"partner": True}, Way.TURN),
        ({"partners_from": TODAY + 1}, {}, Way.FREE),
        ({"rank": 1, "region_from": TODAY + 1}, {}, APART),
        ({"hazards": 1}, {}, APART),
        ({"hazards": 1}, {"accepted": 1}, Way.FREE),
        ({"hazards": 1}, {"accepted": 2}, APART),
        ({"hazards": 3}, {"accepted": 2}, APART),
        ({"unknown": True}, {}, APART),
        ({"unknown": True}, {"takes_unknown": True}, Way.FREE),
        ({"refused": 1}, {}, Way.FREE),
        ({"refused": 1}, {"asker": HOME}, APART),
        ({"refused": 2}, {}, APART),
        ({"refused": 2}, {"asker": HOME}, Way.FREE),
        ({"refused": 3}, {}, APART),
    ],
)
def test_one_thing_at_most_stands_between_a_lot_and_a_need(lot: dict[str, Any], need: dict[str, Any], between: Way | str) -> None:
    assert way(lot, need) == between


@pytest.mark.parametrize(
    ("circle_from", "slug", "partner", "between"),
    [
        (TODAY, "losser", False, Way.FREE),
        (TODAY - 1, "losser", False, Way.FREE),
        (TODAY + 1, "losser", False, Way.TURN),
        (TODAY, "hengelo", False, Way.TURN),
        (TODAY, "", False, Way.TURN),
        (TODAY, "losser", True, Way.TURN),
    ],
)
def test_a_circle_opens_to_those_in_it_from_its_day(circle_from: int, slug: str, partner: bool, between: Way) -> None:
    lot = {"region_from": TODAY + 9, "partners_from": TODAY + 9, "circle_from": circle_from, "circle": "|borne|losser|"}
    assert way(lot, {"slug": slug, "partner": partner}) == between


def test_a_circle_opens_to_its_members_alone_whoever_else_asks() -> None:
    lot = Lot(region_from=TODAY + 9, partners_from=TODAY + 9, circle_from=TODAY, circle="|losser|")
    all_needs = [Need(1, slug="losser"), Need(2, slug="losser", partner=True), Need(3, slug="hengelo"), Need(4, slug="losser")]
    for needs in (all_needs, all_needs[::-1]):
        pairs = pair_up(supply(lot), wanted(*needs), terms(), is_free_only=True)
        assert [needs[need].id for need in pairs.needs] in ([1, 4], [4, 1])


@pytest.mark.parametrize(
    ("reach_m", "between"),
    [
        (REACH_M + 9, Way.FREE),
        (REACH_M + 1, Way.FREE),
        (REACH_M - 1, Way.DISTANCE),
        (REACH_M - 20, Way.DISTANCE),
        (0, Way.DISTANCE),
    ],
)
def test_a_need_reaches_as_far_as_it_says(reach_m: float, between: Way) -> None:
    assert way({}, {"lon": 6.8, "reach_m": reach_m}) == between
    assert way({"lon": 6.8}, {"reach_m": reach_m}) == between


def test_the_farthest_distance_is_whole_metres() -> None:
    """6 822 m away: within 6 821.51 m, which is 6 822, and not within 6 821.49, which is 6 821."""
    assert REACH_M == 6822
    assert way({}, {"lon": 6.8, "reach_m": 6821.51}) is Way.FREE
    assert way({}, {"lon": 6.8, "reach_m": 6821.49}) is Way.DISTANCE


@pytest.mark.parametrize("axis", [{"lat": LAT + 0.1}, {"lat": LAT - 0.1}, {"lon": LON + 0.2}])
def test_a_distance_counts_along_every_axis(axis: dict[str, float]) -> None:
    far = float(distance_km(Point(LAT, LON), Point(axis.get("lat", LAT), axis.get("lon", LON))) * 1000)
    assert way(axis, {"reach_m": far + 30}) is Way.FREE
    assert way(axis, {"reach_m": far - 30}) is Way.DISTANCE


@pytest.mark.parametrize(
    ("lot", "need", "is_given"),
    [
        ({"amount": 0}, {}, False),
        ({"amount": 1}, {}, True),
        ({}, {"amount": 0}, False),
        ({}, {"amount": 1}, True),
        ({"part": 60_000}, {"amount": 60_000}, True),
        ({"part": 60_000}, {"amount": 59_999}, False),
        ({"amount": 50_000, "part": 60_000}, {}, True),  # all that is there may be less
        ({"amount": 50_000, "part": 60_000}, {"amount": 50_000}, True),
        ({"amount": 50_000, "part": 60_000}, {"amount": 49_999}, False),
        ({"unit": Unit.M3}, {}, False),  # the two units do not convert
    ],
)
def test_a_part_is_given_that_the_owner_gives_away(lot: dict[str, Any], need: dict[str, Any], is_given: bool) -> None:
    assert way(lot, need) == (Way.FREE if is_given else APART)


@pytest.mark.parametrize(
    ("lot", "need", "rate", "is_given"),
    [
        ({"amount": 1000}, {"amount": 40_000}, (40, 1), True),  # 1 m² is 40 pieces
        ({"amount": 24}, {"amount": 40_000}, (40, 1), False),  # 0.96 of a piece
        ({"amount": 25}, {"amount": 40_000}, (40, 1), True),
        ({"amount": 25}, {"amount": 999}, (40, 1), True),  # less than one piece is wanted: of that the need judges itself
        ({"amount": 0}, {"amount": 40_000}, (40, 1), False),
        ({"amount": 1000, "part": 500}, {"amount": 20_000}, (40, 1), True),
        ({"amount": 1000, "part": 501}, {"amount": 20_000}, (40, 1), False),
        ({"amount": 501, "part": 502}, {"amount": 20_040}, (40, 1), False),  # 20 pieces of 0.500 m²: not all of it
        ({"amount": 500, "part": 502}, {"amount": 20_000}, (40, 1), True),  # all of it
        ({"amount": 1000, "part": 334}, {"amount": 1_000}, (3, 1), True),  # a third of a m², up to 0.334
        ({"amount": 1000, "part": 335}, {"amount": 1_000}, (3, 1), False),
        ({"amount": 3, "part": 0}, {"amount": 1_000}, (1000, 2), True),
        ({"amount": 1, "part": 0}, {"amount": 1_000}, (1999, 2), False),  # 0.9995 of a piece
    ],
)
def test_what_is_counted_otherwise_is_converted_down_for_the_need_and_up_for_the_lot(
    lot: dict[str, Any], need: dict[str, Any], rate: tuple[int, int], is_given: bool
) -> None:
    between = way(lot, {"unit": Unit.PIECE, **need}, rate=at_rate(*rate))
    assert between == (Way.FREE if is_given else APART)


@pytest.mark.parametrize(
    ("amount", "part", "is_given"),
    [(5_000, 2_000, True), (5_000, 2_001, False), (1_000, 5_000, True), (2_000, 5_000, True), (3_000, 5_000, False)],
)
def test_of_pieces_whole_ones_are_taken(amount: int, part: int, is_given: bool) -> None:
    """40 pieces are 1 m²: 0.030 m² are 1.2 pieces, so two; where there are no more than those, that is all of it."""
    lot = {"unit": Unit.PIECE, "amount": amount, "part": part}
    assert way(lot, {"amount": 30}, rate=at_rate(1, 40)) == (Way.FREE if is_given else APART)


def test_a_small_amount_is_something_too() -> None:
    """A thousandth of a m² for a thousandth of a tonne."""
    assert way({"amount": 1}, {"amount": 1, "unit": Unit.TONNE}, rate=at_rate(1)) is Way.FREE


def test_a_large_amount_is_converted_exactly() -> None:
    """2**53 + 1 is the first whole number that no float is."""
    large = 2**53 + 1
    lot, need = {"amount": 2**60 + 1, "part": large}, {"amount": large, "unit": Unit.TONNE}
    assert way(lot, need, rate=at_rate(1)) is Way.FREE


def test_a_material_that_nobody_needs_is_passed_over() -> None:
    pairs = pair_up(supply(Lot(1), Lot(2, material=2)), wanted(Need(material=2)), terms())
    assert pairs.lots.tolist() == [1]


def test_what_a_need_gave_back_it_does_not_get_again() -> None:
    lots, needs = supply(Lot(1, parent=9), Lot(2, parent=None), Lot(3, parent=8)), wanted(Need(5), Need(6))
    pairs = pair_up(lots, needs, terms(returned={9: {5}, 8: set(), 1: {6}}))
    assert list(zip(pairs.lots.tolist(), pairs.needs.tolist(), strict=True)) == [(0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]


def judged(wishes: str, answers: str) -> Verdict:
    """The worst of all wishes: of an answer that is not there it is doubted."""
    wish_by_slug, answer_by_slug = json.loads(wishes), json.loads(answers)
    if any(slug in answer_by_slug and answer_by_slug[slug] != wish for slug, wish in wish_by_slug.items()):
        return Verdict.FAILS
    return Verdict.FITS if wish_by_slug.keys() <= answer_by_slug.keys() else Verdict.IN_DOUBT


@pytest.mark.parametrize(
    ("answers", "between", "is_unsure"),
    [
        ('{"kleur": "grijs", "dikte": 8}', Way.FREE, False),
        ('{"kleur": "grijs"}', Way.FREE, True),
        ("{}", Way.FREE, True),
        ('{"kleur": "rood", "dikte": 8}', Way.FIELD, False),
        ('{"kleur": "rood"}', Way.FIELD, False),
        ('{"kleur": "rood", "dikte": 9}', APART, False),
    ],
)
def test_a_lot_fails_a_wish_or_leaves_it_in_doubt(answers: str, between: Way | str, is_unsure: bool) -> None:
    wishes = '{"kleur": "grijs", "dikte": 8}'
    pairs = pair_up(
        supply(Lot(1, answers=answers), Lot(2, answers=answers)), wanted(Need(1, wishes=wishes), Need(2)), terms(judged=judged)
    )
    asking = [(int(pairs.ways[row]), bool(pairs.is_unsure[row])) for row in range(len(pairs.lots)) if pairs.needs[row] == 0]
    assert asking == ([] if between == APART else [(between, is_unsure)] * 2)
    assert [int(pairs.ways[row]) for row in range(len(pairs.lots)) if pairs.needs[row] == 1] == [Way.FREE] * 2
    assert way({"rank": 1, "answers": '{"kleur": "rood"}'}, {"wishes": wishes}, judged=judged) == APART


def test_failing_wishes_are_counted_up_to_two() -> None:
    wishes = json.dumps({"a": 1, "b": 1, "c": 1})
    answers = [{"a": 1, "b": 1, "c": 1}, {"a": 2}, {"a": 2, "b": 2}, {"a": 2, "b": 2, "c": 2}]
    assert [count_failing(terms(judged=judged), wishes, json.dumps(answer)) for answer in answers] == [0, 1, 2, 2]


def test_pairs_stand_by_lot_and_by_need_with_their_kilometres() -> None:
    """6.82 km are 7, 13.6 are 14; nothing is nought."""
    lots = supply(Lot(1, material=2), Lot(2, lon=6.8), Lot(3))
    needs = wanted(Need(1, lon=6.9), Need(2, material=2, lon=6.8), Need(3))
    pairs = pair_up(lots, needs, terms(serving={1: (1, 7), 2: (2, 1)}))
    assert pairs.lots.tolist() == [0, 0, 0, 1, 1, 2, 2]
    assert pairs.needs.tolist() == [0, 1, 2, 0, 2, 0, 2]
    assert pairs.km.tolist() == [14, 7, 0, 7, 7, 14, 0]
    assert pairs.ways.tolist() == [0] * 7


def test_the_free_pairs_alone_are_a_part_of_all() -> None:
    lots, needs = supply(Lot(1), Lot(2, rank=1)), wanted(Need(1), Need(2, asker=FAR_CITY, rank=4))
    assert pair_up(lots, needs, terms()).ways.tolist() == [Way.FREE, Way.CONDITION, Way.CONDITION, Way.CONDITION]
    free = pair_up(lots, needs, terms(), is_free_only=True)
    assert (free.lots.tolist(), free.needs.tolist(), free.ways.tolist()) == ([0], [0], [Way.FREE])


def test_without_a_pair_there_are_empty_columns() -> None:
    for lots, needs in ((supply(), wanted()), (supply(Lot()), wanted(Need(material=3))), (supply(), wanted(Need()))):
        pairs = pair_up(lots, needs, terms())
        assert [len(column) for column in (pairs.lots, pairs.needs, pairs.ways, pairs.km, pairs.is_unsure)] == [0] * 5


def test_the_bits_for_the_owner_and_the_others_are_not_mixed_in_one_block() -> None:
    lots = supply(Lot(1, refused=1), Lot(2, refused=2), Lot(3, owner=NEIGHBOUR, refused=1))
    pairs = pair_up(lots, wanted(Need(1, asker=HOME), Need(2, asker=NEIGHBOUR)), terms())
    assert list(zip(pairs.lots.tolist(), pairs.needs.tolist(), strict=True)) == [(0, 1), (1, 0), (2, 0)]
