"""What a plan leaves over and the one thing that would help, over columns. Figures by hand."""

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from marketplace.kernel.units import Unit
from marketplace.matching.rules.wishes import Verdict
from marketplace.plans.rules.gaps import FAR_AHEAD, Gap, Open, Remedy, Side, Step, find_gaps, left_over
from marketplace.plans.rules.pairing import UNITS, pair_up
from tests.paired import TODAY, Lot, Need, at_rate, supply, terms, wanted


def judged(wishes: str, answers: str) -> Verdict:
    wish_by_slug, answer_by_slug = json.loads(wishes), json.loads(answers)
    return Verdict.FITS if all(answer_by_slug.get(slug) == wish for slug, wish in wish_by_slug.items()) else Verdict.FAILS


def gaps(lots: list[Lot], needs: list[Need], left: tuple[list[int], list[int]] | None = None, **changes: Any) -> list[Gap]:
    """What is left after a plan that used nothing, or left so much of each."""
    lot_columns, need_columns, pairing_terms = supply(*lots), wanted(*needs), terms(**{"judged": judged, **changes})
    over = left or ([lot.amount for lot in lots], [need.amount for need in needs])
    amounts = [np.array(column, np.int64) for column in over]
    return find_gaps(Open(lot_columns, need_columns, pairing_terms, pair_up(lot_columns, need_columns, pairing_terms), *amounts))


def helped(lot: dict[str, Any], need: dict[str, Any], **changes: Any) -> Remedy | None:
    """What would help the one need by the one lot; the lot is told the same."""
    open_gaps = gaps([Lot(**lot)], [Need(**need)], **changes)
    assert [gap.side for gap in open_gaps] == [Side.NEED, Side.LOT]
    assert open_gaps[0].remedies == open_gaps[1].remedies
    assert len(open_gaps[0].remedies) < 2
    return open_gaps[0].remedies[0] if open_gaps[0].remedies else None


def test_what_is_left_is_the_amount_without_what_was_used() -> None:
    left = left_over(np.array([10, 20, 30]), np.array([0, 2, 2]), np.array([4, 10, 15]))
    assert left.tolist() == [6, 20, 5]


@pytest.mark.parametrize(
    ("lot", "need", "step", "short", "day", "detail"),
    [
        ({"rank": 1}, {"rank": 3}, Step.CONDITION, 2000, None, "poor"),
        ({"rank": 2}, {"rank": 3}, Step.CONDITION, 1000, None, "fair"),
        ({"first": TODAY + 370}, {}, Step.LATER, 5000, TODAY + 370, ""),
        ({"last": TODAY - 3}, {}, Step.EARLIER, 3000, TODAY - 3, ""),
        ({"answers": '{"kleur": "rood"}'}, {"wishes": '{"dikte": 8}'}, Step.FIELD, 1000, None, "dikte"),
        ({"answers": '{"kleur": "rood"}'}, {"wishes": '{"kleur": "grijs"}'}, Step.FIELD, 1000, None, "kleur"),
        ({"answers": '{"b": 1}'}, {"wishes": '{"b": 1, "a": 2}'}, Step.FIELD, 1000, None, "a"),
        ({"region_from": TODAY + 9}, {}, Step.TURN, 0, TODAY + 9, ""),
        ({"partners_from": TODAY + 9}, {"partner": True}, Step.TURN, 0, TODAY + 9, ""),
    ],
)
def test_one_thing_would_help(
    lot: dict[str, Any], need: dict[str, Any], step: Step, short: int, day: int | None, detail: str
) -> None:
    assert helped(lot, need) == Remedy(0, 0, step, short, day, detail, 100_000, 100_000, 0)


def test_a_pair_that_is_free_lacks_nothing_and_one_that_two_things_divide_is_no_help() -> None:
    assert helped({}, {}) is None
    assert helped({"rank": 1, "last": TODAY - 3}, {}) is None


@pytest.mark.parametrize(
    ("reach_m", "short"),
    [(6_821, 1000), (5_823, 1000), (5_822, 1000), (5_821, 2000), (822, 6000), (821.4, 7000), (821.6, 6000)],
)
def test_a_distance_is_told_in_whole_kilometres_rounded_up(reach_m: float, short: int) -> None:
    """They lie 6 822 m apart: 1 m too far is a kilometre more, and 1 001 m are two. A distance is whole metres: 821.4 is 821."""
    remedy = helped({"lon": 6.8}, {"reach_m": reach_m})
    assert remedy is not None
    assert (remedy.step, remedy.short, remedy.km, remedy.day, remedy.detail) == (Step.DISTANCE, short, 7, None, "")


@pytest.mark.parametrize(
    ("part", "left", "takes", "short"),
    [
        (60_000, 100_000, 60_000, 20_000),
        (100_000, 100_000, 100_000, 60_000),
        (150_000, 100_000, 100_000, 60_000),
        (60_000, 50_000, 50_000, 10_000),
    ],
)
def test_a_smallest_part_helps_whoever_takes_more(part: int, left: int, takes: int, short: int) -> None:
    """40 m² are wanted; of what is left the owner gives so much at once, or all of it."""
    open_gaps = gaps([Lot(amount=150_000, part=part)], [Need(amount=150_000)], ([left], [40_000]))
    assert [gap.left for gap in open_gaps] == [40_000, left]
    assert open_gaps[0].remedies == (Remedy(0, 0, Step.PART, short, None, "", takes, 40_000, 0),)


def test_a_part_that_is_met_lacks_nothing() -> None:
    for part in (39_999, 40_000):
        assert gaps([Lot(part=part)], [Need()], ([100_000], [40_000]))[0].remedies == ()
    assert gaps([Lot(part=40_001)], [Need()], ([100_000], [40_000]))[0].remedies[0].short == 1


def test_beside_another_thing_the_part_has_to_be_met() -> None:
    assert gaps([Lot(part=40_000, rank=1)], [Need()], ([100_000], [40_000]))[0].remedies[0].step is Step.CONDITION
    assert gaps([Lot(part=40_001, rank=1)], [Need()], ([100_000], [40_000]))[0].remedies == ()


@pytest.mark.parametrize(
    ("circle_from", "slug", "partner", "day"),
    [
        (TODAY + 3, "losser", False, TODAY + 3),
        (TODAY + 10, "losser", False, TODAY + 9),
        (TODAY + 3, "hengelo", False, TODAY + 9),
        (TODAY + 3, "losser", True, TODAY + 7),
    ],
)
def test_a_turn_comes_by_the_circle_or_with_everybody(circle_from: int, slug: str, partner: bool, day: int) -> None:
    lot = {"region_from": TODAY + 9, "partners_from": TODAY + 7, "circle_from": circle_from, "circle": "borne|losser"}
    remedy = helped(lot, {"slug": slug, "partner": partner})
    assert remedy is not None and remedy.day == day
    assert isinstance(remedy.day, int)


@pytest.mark.parametrize(("day", "is_told"), [(FAR_AHEAD - 1, True), (FAR_AHEAD, False), (FAR_AHEAD + 1, False)])
def test_what_never_opens_has_no_day(day: int, is_told: bool) -> None:
    assert (helped({"region_from": day}, {}) is not None) is is_told


@pytest.mark.parametrize(
    ("lot", "need", "rate", "takes", "gives"),
    [
        ({"amount": 1000}, {"amount": 20_000, "unit": Unit.PIECE}, (40, 1), 500, 20_000),
        ({"amount": 1000}, {"amount": 90_000, "unit": Unit.PIECE}, (40, 1), 1000, 40_000),
        ({"amount": 1010}, {"amount": 90_000, "unit": Unit.PIECE}, (40, 1), 1000, 40_000),  # 40.4 pieces
        ({"amount": 1000}, {"amount": 2_000, "unit": Unit.PIECE}, (3, 1), 667, 2_000),
        ({"amount": 5_000, "unit": Unit.PIECE}, {"amount": 30}, (1, 40), 2_000, 30),  # 1.2 pieces: two
        ({"amount": 1_000, "unit": Unit.PIECE}, {"amount": 30}, (1, 40), 1_000, 25),
        ({"amount": 1_000}, {"amount": 7, "unit": Unit.TONNE}, (1, 5), 35, 7),
    ],
)
def test_what_is_counted_otherwise_is_converted(
    lot: dict[str, Any], need: dict[str, Any], rate: tuple[int, int], takes: int, gives: int
) -> None:
    remedy = helped({"rank": 1, **lot}, need, rate=at_rate(*rate))
    assert remedy is not None and (remedy.takes, remedy.gives) == (takes, gives)


def test_a_help_that_gives_nothing_any_more_is_none() -> None:
    """Of the lot 24 thousandths are left: not one piece. And what does not convert any more gives nothing."""
    lots, needs = [Lot(rank=1)], [Need(unit=Unit.PIECE)]
    assert gaps(lots, needs, ([24], [9_000]), rate=at_rate(40))[0].remedies == ()
    assert len(gaps(lots, needs, ([25], [9_000]), rate=at_rate(40))[0].remedies) == 1
    lot_columns, need_columns = supply(*lots), wanted(*needs)
    pairs = pair_up(lot_columns, need_columns, terms(rate=at_rate(40)))
    opened = Open(lot_columns, need_columns, terms(), pairs, lot_columns.amounts, need_columns.amounts)
    assert [gap.remedies for gap in find_gaps(opened)] == [(), ()]


def test_what_is_used_up_is_no_gap() -> None:
    lots, needs = [Lot(1, rank=1), Lot(2, rank=1), Lot(3)], [Need(1), Need(2), Need(3)]
    open_gaps = gaps(lots, needs, ([0, 1, 0], [5, 0, 1]))
    assert [(gap.side, gap.place, gap.left) for gap in open_gaps] == [(Side.NEED, 0, 5), (Side.NEED, 2, 1), (Side.LOT, 1, 1)]
    assert [[(remedy.lot, remedy.need) for remedy in gap.remedies] for gap in open_gaps] == [[(1, 0)], [(1, 2)], [(1, 0)]]


def test_of_every_kind_the_nearest_is_told() -> None:
    """Of conditions the smallest step, then the nearest by road, then the first by number; kinds in their order."""
    lots = [
        Lot(1, rank=1),
        Lot(2, rank=2, lon=6.9),
        Lot(3, rank=2, lon=6.8),
        Lot(4, rank=2, lon=6.8),
        Lot(5, first=TODAY + 370),
        Lot(6, first=TODAY + 368),
        Lot(7, last=TODAY - 4),
        Lot(8, last=TODAY - 2),
        Lot(9, lat=53.0),
        Lot(10, lat=52.9),
        Lot(11, region_from=TODAY + 9),
        Lot(12, region_from=TODAY + 8),
        Lot(13, part=200_000, amount=300_000),
        Lot(14, part=150_000, amount=300_000),
        Lot(15, answers='{"kleur": "rood"}', lon=6.8),
        Lot(16, answers='{"kleur": "blauw"}'),
    ]
    lots = [lot if lot.id > 14 else replace(lot, answers='{"kleur": "grijs"}') for lot in lots]
    needs = [Need(wishes='{"kleur": "grijs"}', reach_m=30_000, amount=300_000)]
    remedies = gaps(lots, needs, ([lot.amount for lot in lots], [100_000]))[0].remedies
    assert [(remedy.step, remedy.lot + 1) for remedy in remedies] == [
        (Step.DISTANCE, 10),
        (Step.CONDITION, 3),
        (Step.LATER, 6),
        (Step.EARLIER, 8),
        (Step.FIELD, 16),
        (Step.PART, 14),
        (Step.TURN, 12),
    ]


def test_where_the_nearest_gives_nothing_the_next_is_told() -> None:
    lots = [Lot(1, rank=1, part=90_000), Lot(2, rank=1, lon=6.8), Lot(3, rank=1, lon=6.9)]
    open_gaps = gaps(lots, [Need()], ([100_000, 100_000, 100_000], [40_000]))
    assert [(remedy.step, remedy.lot) for remedy in open_gaps[0].remedies] == [(Step.CONDITION, 1)]
    assert [len(gap.remedies) for gap in open_gaps] == [1, 0, 1, 1]


def test_a_later_day_and_an_earlier_one_are_told_apart_at_the_edge() -> None:
    late, early = helped({"first": TODAY + 366}, {}), helped({"last": TODAY - 1}, {})
    assert late is not None and early is not None
    assert (late.step, late.short, early.step, early.short) == (Step.LATER, 1000, Step.EARLIER, 1000)


def test_the_need_that_lacks_least_is_told_of_a_lot() -> None:
    """Both lie 6 822 m away: one reaches 5 km and lacks two, the other 1 km and lacks six."""
    lots, needs = [Lot(lon=6.8)], [Need(1, reach_m=1_000), Need(2, reach_m=5_000)]
    assert [(remedy.need, remedy.short) for remedy in gaps(lots, needs)[-1].remedies] == [(1, 2000)]


def test_the_unit_of_the_need_is_asked_and_a_large_amount_is_exact() -> None:
    """2**53 + 1 is the first whole number that no float is."""
    large = 2**53 + 1

    def rate(_lot: int, _material: int, unit: int) -> Fraction | None:
        return Fraction(1) if UNITS[unit] is Unit.TONNE else None

    remedy = helped({"rank": 1, "amount": large}, {"amount": large, "unit": Unit.TONNE}, rate=rate)
    assert remedy is not None
    assert (remedy.takes, remedy.gives) == (large, large)
