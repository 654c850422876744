"""Through a depot, and what lying there costs, over columns. Every figure by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from marketplace.depots.rules.capacity import CapacityKind as Kind
from marketplace.depots.rules.costs import Cost, Rate, Rates
from marketplace.depots.rules.quarter import Span
from marketplace.kernel.geo_columns import list_axes_m
from marketplace.kernel.units import Unit
from marketplace.plans.rules.lying import NO_STOPS, Lying, Stops, handling_cost, road_cost, storage_of
from marketplace.plans.rules.prices import HaulPrices
from marketplace.plans.rules.stops import STRAIGHT, Depots, Ways, limits_of, ways_of
from tests.paired import LAT, TODAY, Lot, Need, supply, wanted

NOTHING = np.zeros(0, np.int64)
MG = 185_000_000  # 185 kg
FIRST = date(2024, 10, 4)


def depots(*lons: float, days: tuple[int, ...] = (), rooms: tuple[dict[Kind, int], ...] = (), fits: Any = None) -> Depots:
    """Depots on a line to the east, that take everything for a year and count nothing."""
    lats, easts = np.full(len(lons), LAT), np.array(lons, np.float64)
    return Depots(
        ids=np.arange(1, len(lons) + 1) * 10,
        longest_days=np.array(days or [365] * len(lons), np.int64),
        rooms=rooms or ({},) * len(lons),
        fits=fits or (lambda _depot, _asker, _material: True),
        lats=lats,
        lons=easts,
        spots=list_axes_m(lats, easts),
    )


def by_km(_depot: int, lots: Any, km: Any, _first: Any, _days: Any) -> Any:
    return km, np.ones(len(lots), np.bool_)


def through(lots: list[Lot], needs: list[Need], there: Depots, costs: Any = by_km) -> list[tuple[int, ...]]:
    """The lot, the need, the depot, both legs, the first day and the days of each pair of all of them."""
    pairs = [(lot, need) for lot in range(len(lots)) for need in range(len(needs))]
    apart = tuple(np.array(column, np.int64) for column in zip(*pairs, strict=True))
    ways = ways_of(supply(*lots), wanted(*needs), there, (NOTHING, NOTHING, NOTHING), apart, costs, TODAY)  # type: ignore[arg-type]
    return [
        (int(ways.lots[row]), int(ways.needs[row]), *ways.row(row), int(ways.first_days[row])) for row in range(len(ways.lots))
    ]


EARLY, LATE = Lot(last=TODAY + 10), Need(first=TODAY + 40, lon=6.9)


def test_a_lot_waits_in_a_depot_from_its_last_day_until_the_first_of_the_need() -> None:
    """6.7 to 6.8 is 6.8 km and 6.8 to 6.9 as much: 7 and 7; it comes on day 10 and leaves on day 40."""
    assert through([EARLY], [LATE], depots(6.8)) == [(0, 0, 0, 7, 7, 30, TODAY + 10)]
    assert through([EARLY], [LATE], depots(7.0)) == [(0, 0, 0, 20, 7, 30, TODAY + 10)]


@pytest.mark.parametrize(("first", "is_served"), [(TODAY + 9, False), (TODAY + 10, False), (TODAY + 11, True)])
def test_only_what_is_free_before_the_need_begins_is_put_down(first: int, is_served: bool) -> None:
    assert bool(through([EARLY], [Need(first=first, lon=6.9)], depots(6.8))) is is_served


def test_the_cheapest_depot_is_chosen_and_of_two_the_first() -> None:
    """By 7.2 it is 34 and 20 km, by 7.0 it is 20 and 7, by 6.8 it is 7 and 7."""
    assert through([EARLY], [LATE], depots(7.2, 7.0, 6.8))[0][2] == 2
    assert through([EARLY], [LATE], depots(7.2, 6.8, 6.8))[0][2] == 1
    by_depot = [5, 3, 3]

    def costs(depot: int, lots: Any, _km: Any, _first: Any, _days: Any) -> Any:
        return np.full(len(lots), by_depot[depot]), np.ones(len(lots), np.bool_)

    assert through([EARLY], [LATE], depots(6.8, 7.0, 7.2), costs) == [(0, 0, 1, 20, 7, 30, TODAY + 10)]
    by_depot = [3, 5]
    assert through([EARLY], [LATE], depots(6.8, 7.0), costs)[0][2] == 0


def test_a_depot_of_which_the_price_is_not_known_is_not_chosen() -> None:
    def costs(depot: int, lots: Any, km: Any, _first: Any, _days: Any) -> Any:
        return km, np.full(len(lots), depot == 1)

    assert through([EARLY], [LATE], depots(6.8, 7.2), costs)[0][2] == 1
    assert through([EARLY], [LATE], depots(6.8), costs) == []


@pytest.mark.parametrize(("longest", "is_served"), [(29, False), (30, True)])
def test_it_lies_no_longer_than_the_depot_keeps_it(longest: int, is_served: bool) -> None:
    assert bool(through([EARLY], [LATE], depots(6.8, days=(longest,)))) is is_served


@pytest.mark.parametrize(
    ("unit", "room", "is_taken"),
    [
        (Unit.M2, {Kind.M2: 1}, True),
        (Unit.M2, {Kind.M2: 0}, False),
        (Unit.M2, {Kind.M3: 0}, True),
        (Unit.M2, {Kind.PALLET: 0}, True),
        (Unit.M2, {Kind.TONNE: 0}, False),
        (Unit.M2, {Kind.TONNE: 1, Kind.M2: 1, Kind.M3: 0}, True),
        (Unit.M3, {Kind.M3: 0, Kind.M2: 1}, False),
        (Unit.M3, {Kind.M2: 0}, True),
        (Unit.PIECE, {Kind.M2: 0, Kind.M3: 0}, True),
    ],
)
def test_a_depot_that_is_full_of_its_kind_takes_nothing_more(unit: Unit, room: dict[Kind, int], is_taken: bool) -> None:
    lot = Lot(last=TODAY + 10, unit=unit)
    assert bool(through([lot], [LATE], depots(6.8, rooms=(room,)))) is is_taken


def test_a_depot_takes_a_material_of_whoever_asks() -> None:
    lots = [Lot(1, material=4, last=TODAY + 10), Lot(2, material=5, last=TODAY + 10), Lot(3, material=4, last=TODAY + 10)]
    needs = [Need(1, asker=7, first=TODAY + 40), Need(2, asker=8, first=TODAY + 40)]
    there = depots(6.8, 6.9, fits=lambda depot, asker, material: (depot, asker, material) in {(0, 7, 4), (1, 8, 5)})
    assert [row[:3] for row in through(lots, needs, there)] == [(0, 0, 0), (1, 1, 1), (2, 0, 0)]
    assert through(lots, needs, depots()) == []


def test_pairs_that_go_straight_stand_among_them_by_lot_and_need() -> None:
    """Straight: from the last of both first days and today. A lot that was there before counts from today."""
    lots = [Lot(1, last=TODAY + 10, first=TODAY - 5), Lot(2, first=TODAY + 3)]
    needs = [Need(1, first=TODAY + 40), Need(2, first=TODAY - 9), Need(3, first=TODAY + 6)]
    straight = (np.array([1, 0, 1]), np.array([1, 1, 2]), np.array([4, 5, 6]))
    apart = (np.array([0]), np.array([0]))
    ways = ways_of(supply(*lots), wanted(*needs), depots(6.8), straight, apart, by_km, TODAY)
    assert ways.lots.tolist() == [0, 0, 1, 1]
    assert ways.needs.tolist() == [0, 1, 1, 2]
    assert ways.depots.tolist() == [0, STRAIGHT, STRAIGHT, STRAIGHT]
    assert ways.km.tolist() == [14, 5, 4, 6]
    assert ways.to_km.tolist() == [7, 0, 0, 0]
    assert ways.first_days.tolist() == [TODAY + 10, TODAY, TODAY + 3, TODAY + 6]
    assert ways.days.tolist() == [30, 0, 0, 0]


def lying_in(*rows: tuple[int, int, int, int, int]) -> Ways:
    """Pairs of a lot, a need, a depot, the first day and the days."""
    lots, needs, places, first_days, days = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    none = np.zeros(len(rows), np.int64)
    return Ways(lots, needs, places, none, none, first_days, days)


MONDAY = TODAY + 3


def limits(ways: Ways, lots: list[Lot], room: dict[Kind, int]) -> tuple[Any, ...]:
    columns = limits_of(ways, supply(*lots), depots(6.8, rooms=(room,)), np.array([MG] * len(lots)))
    return columns.numbers.tolist(), columns.pairs.tolist(), columns.uses.tolist(), columns.most.tolist()


TWO = [Lot(1), Lot(2)]  # 100 m² each


@pytest.mark.parametrize(("room", "most"), [(199_999, [199_999]), (200_000, [])])
def test_room_is_a_limit_where_all_together_could_fill_it(room: int, most: list[int]) -> None:
    ways = lying_in((0, 0, 0, MONDAY, 7), (1, 1, 0, MONDAY, 7))
    assert limits(ways, TWO, {Kind.M2: room}) == (([0, 0], [0, 1], [1, 1], most) if most else ([], [], [], []))


def test_a_lot_fills_no_more_than_it_is_however_many_ask_for_it() -> None:
    ways = lying_in((0, 0, 0, MONDAY, 7), (0, 1, 0, MONDAY, 7))
    assert limits(ways, TWO, {Kind.M2: 100_000}) == ([], [], [], [])
    assert limits(ways, TWO, {Kind.M2: 99_999})[3] == [99_999]


def test_tonnes_are_counted_of_everything_and_square_metres_of_what_goes_by_them() -> None:
    """100 m² of 185 kg are 18.5 tonnes: 100 000 thousandths of 185 000 000 mg, 1.85 * 10**13."""
    lots = [Lot(1), Lot(2, unit=Unit.M3), Lot(3, unit=Unit.PIECE)]
    ways = lying_in((0, 0, 0, MONDAY, 7), (1, 0, 0, MONDAY, 7), (2, 0, 0, MONDAY, 7))
    room = {Kind.PALLET: 0, Kind.M3: 1, Kind.M2: 2, Kind.TONNE: 3 * 185 * 10**11 - 1}
    assert limits(ways, lots, room) == ([0, 1, 2, 2, 2], [0, 1, 0, 1, 2], [1, 1, MG, MG, MG], [2, 1, 3 * 185 * 10**11 - 1])
    assert limits(ways, lots, {Kind.TONNE: 3 * 185 * 10**11}) == ([], [], [], [])
    for unit in Unit:
        assert limits(lying_in((0, 0, 0, MONDAY, 7)), [Lot(unit=unit)], {Kind.PALLET: 0}) == ([], [], [], [])


@pytest.mark.parametrize(
    ("first", "days", "together"),
    [
        (MONDAY + 7, 7, False),  # the week after
        (MONDAY + 6, 1, True),  # the Sunday of the same week
        (MONDAY - 1, 1, False),  # the Sunday before
        (MONDAY - 1, 2, True),  # until that Monday
        (MONDAY - 7, 7, False),
        (MONDAY - 7, 8, True),
    ],
)
def test_room_is_counted_by_whole_weeks(first: int, days: int, together: bool) -> None:
    ways = lying_in((0, 0, 0, MONDAY, 7), (1, 1, 0, first, days))
    columns = limits(ways, TWO, {Kind.M2: 150_000})
    assert columns == (([0, 0], [0, 1], [1, 1], [150_000]) if together else ([], [], [], []))


def test_the_same_set_in_the_next_week_is_one_limit_and_another_set_another() -> None:
    lots = [Lot(1), Lot(2), Lot(3)]
    ways = lying_in((0, 0, 0, MONDAY, 30), (1, 1, 0, MONDAY, 30), (2, 1, 0, MONDAY + 14, 7))
    assert limits(ways, lots, {Kind.M2: 150_000}) == ([0, 0, 1, 1, 1], [0, 1, 0, 1, 2], [1] * 5, [150_000] * 2)


def test_each_depot_has_its_own_room_and_what_goes_straight_takes_none() -> None:
    ways = lying_in((0, 0, 0, MONDAY, 7), (0, 1, STRAIGHT, MONDAY, 0), (1, 0, 1, MONDAY, 7))
    columns = limits_of(ways, supply(*TWO), depots(6.8, 6.9, rooms=({Kind.M2: 5}, {Kind.M2: 6})), np.array([MG] * 2))
    assert (columns.numbers.tolist(), columns.pairs.tolist(), columns.most.tolist()) == ([0, 1], [0, 2], [5, 6])


def rates(*rows: tuple[str, str, date]) -> Rates:
    return Rates([Rate(unit, Decimal(euros), day) for unit, euros, day in rows])


def lying(of: Rates | None, lots: list[Lot] = TWO, lies_in: dict[int, int] | None = None) -> Lying:
    stops = Stops(depots(6.8), {} if of is None else {10: of, 1: of}, lies_in or {})
    return Lying(stops, supply(*lots), np.array([MG] * len(lots)), TODAY)


def costs_of(of: Rates | None, lots: list[Lot], first: int, days: int) -> list[tuple[int, bool]]:
    rows = np.arange(len(lots))
    cost, is_known = lying(of, lots).cost_of(10, rows, np.full(len(lots), first), np.full(len(lots), days))
    return list(zip(cost.tolist(), is_known.tolist(), strict=True))


def test_lying_costs_by_the_week_and_the_lots_own_unit() -> None:
    """€ 0.37 for a m² of 185 kg and week: 0.000 002 euro for a gram, 200 000 parts; in 14 days twice."""
    by_unit = rates(("m2", "0.37", FIRST))
    assert costs_of(by_unit, TWO, TODAY, 14) == [(400_000, True)] * 2
    assert costs_of(by_unit, TWO, TODAY + 100, 7) == [(200_000, True)] * 2
    assert costs_of(by_unit, TWO, TODAY, 1) == [(28_571, True)] * 2  # 28 571.4
    assert costs_of(by_unit, TWO, TODAY, 0) == [(0, True)] * 2


def test_what_has_no_price_of_its_own_costs_by_the_tonne() -> None:
    """€ 2.10 for a tonne and week: 0.000 002 1 euro for a gram. The m² has a price of its own and does not pay both."""
    both = rates(("m2", "0.37", FIRST), ("tonne", "2.1", FIRST))
    assert costs_of(both, [Lot(1), Lot(2, unit=Unit.PIECE)], TODAY, 7) == [(200_000, True), (210_000, True)]
    assert costs_of(both, [Lot(1), Lot(2, unit=Unit.PIECE)], TODAY + 7, 7) == [(200_000, True), (210_000, True)]


def test_prices_change_by_the_day() -> None:
    """Three days of 0.37 and four of 0.74: eleven sevenths of 200 000."""
    changing = rates(("m2", "0.37", FIRST), ("m2", "0.74", date(2024, 10, 7)))
    assert costs_of(changing, [Lot()], TODAY, 7) == [(314_286, True)]
    assert costs_of(changing, [Lot()], TODAY + 3, 7) == [(400_000, True)]
    own_later = rates(("tonne", "2.1", FIRST), ("m2", "0.37", date(2024, 10, 7)))
    assert costs_of(own_later, [Lot()], TODAY, 7) == [(204_286, True)]  # three days of 210 000 and four of 200 000


def test_a_day_without_a_price_makes_the_cost_unknown() -> None:
    later = rates(("m2", "0.37", date(2024, 10, 7)))
    assert costs_of(later, [Lot()], TODAY, 7) == [(114_286, False)]
    assert costs_of(later, [Lot()], TODAY + 2, 7)[0][1] is False
    assert costs_of(later, [Lot()], TODAY + 3, 7) == [(200_000, True)]
    assert costs_of(later, [Lot()], TODAY, 3) == [(0, False)]
    assert costs_of(None, TWO, TODAY, 7) == [(0, False)] * 2


def test_waiting_where_a_lot_lies_costs_until_it_goes_straight() -> None:
    lots = [Lot(1), Lot(2), Lot(3, first=TODAY + 7), Lot(4, first=TODAY - 30)]
    ways = lying_in(
        (0, 0, STRAIGHT, TODAY + 14, 0),  # 14 days in the depot
        (1, 0, STRAIGHT, TODAY + 14, 0),  # lies in no depot
        (2, 0, STRAIGHT, TODAY + 14, 0),  # free after 7 days: 7 days
        (3, 0, STRAIGHT, TODAY + 7, 0),  # free long ago: from today
        (0, 1, STRAIGHT, TODAY, 0),  # goes today
        (0, 2, 0, TODAY + 14, 7),  # by a depot: asked there
        (0, 3, STRAIGHT, TODAY + 1, 0),
    )
    of = lying(rates(("m2", "0.37", FIRST)), lots, {1: 10, 3: 10, 4: 10})
    assert of.before(ways).tolist() == [400_000, 0, 200_000, 200_000, 0, 0, 28_571]
    assert storage_of(ways, of, [10]).tolist() == [400_000, 0, 200_000, 200_000, 0, 200_000, 28_571]


def test_a_depot_without_known_prices_counts_nothing_for_waiting() -> None:
    ways = lying_in((0, 0, STRAIGHT, TODAY + 14, 0), (1, 0, STRAIGHT, TODAY + 14, 0))
    assert lying(None, TWO, {1: 10}).before(ways).tolist() == [0, 0]


def test_each_pair_pays_the_depot_that_it_lies_in() -> None:
    cheap, dear = rates(("m2", "0.37", FIRST)), rates(("m2", "0.74", FIRST))
    stops = Stops(depots(6.8, 6.9), {10: cheap, 20: dear}, {})
    ways = lying_in((0, 0, 1, TODAY, 7), (0, 1, 0, TODAY, 7), (1, 0, 1, TODAY, 14), (1, 1, STRAIGHT, TODAY + 9, 0))
    of = Lying(stops, supply(*TWO), np.array([MG] * 2), TODAY)
    assert storage_of(ways, of, [10, 20]).tolist() == [400_000, 200_000, 800_000, 0]


def test_the_road_and_each_transfer_cost_what_their_prices_say() -> None:
    """€ 0.12 for a tonne and km is 0.000 000 012 euro for a gram and hectometre: 1 200 parts."""
    prices = HaulPrices(Decimal("0.12"), Decimal(45), is_verified=True)
    assert road_cost(np.array([0, 1, 30]), prices).tolist() == [0, 1_200, 36_000]
    assert handling_cost(np.array([1, 2]), prices).tolist() == [45 * 10**11, 90 * 10**11]


def test_a_stay_costs_what_would_be_settled() -> None:
    """100 m² at € 0.37 for two weeks are € 74; in a depot of which no price is known, nobody knows."""
    span = Span(FIRST, date(2024, 10, 18))
    stops = Stops(depots(6.8), {10: rates(("m2", "0.37", FIRST))}, {})
    assert stops.cost_of(10, Decimal(100), Unit.M2, Decimal(185), span) == Cost(7400, 14, is_known=True)
    assert stops.cost_of(20, Decimal(100), Unit.M2, Decimal(185), span) == Cost(None, 0, is_known=False)


def test_where_there_is_no_depot_nothing_goes_through_one() -> None:
    ways = ways_of(
        supply(EARLY), wanted(LATE), NO_STOPS.columns, (NOTHING, NOTHING, NOTHING), (np.array([0]), np.array([0])), by_km, TODAY
    )
    assert len(ways.lots) == 0
    assert not NO_STOPS.columns.fits(0, 0, 0)
    assert (len(NO_STOPS.columns.ids), len(NO_STOPS.columns.longest_days), NO_STOPS.columns.spots.shape) == (0, 0, (0, 3))
    assert (len(NO_STOPS.columns.lats), len(NO_STOPS.columns.lons)) == (0, 0)
