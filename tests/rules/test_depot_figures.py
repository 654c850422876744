"""What a depot saves and costs, by hand: what left and how, how long it lay, and what that was worth."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.depots.rules.lots import MovementKind
from marketplace.kernel.geo import Point
from marketplace.stock.rules.figures import Bought, DepotFigures, Leaving, Left, Step, follow, left_in

LOSSER, DEPOT, OLDENZAAL = Point(52.2617, 7.0040), Point(52.2600, 6.8300), Point(52.3130, 6.9290)
MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 13), date(2026, 5, 4)


class Book:
    """Movements as they are written: each with the next number."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(self, lot: int, kind: str, mass: int, on: date, depot: int | None, **more: object) -> None:
        point = more.pop("point", DEPOT if depot else None)
        row = Step(len(self.steps) + 1, lot, MovementKind(kind), Decimal(mass), on, depot, point, **more)  # type: ignore[arg-type]
        self.steps.append(row)

    def moved(
        self, lot: int, mass: int, on: date, was: tuple, to: tuple, kinds: tuple = ("move", "move"), **more: object
    ) -> None:
        for kind, sign, (depot, point) in zip(kinds, (-1, 1), (was, to), strict=True):
            self.add(lot, kind, sign * mass, on, depot, point=point, **more)

    def split(
        self, lot: int, child: int, mass: int, on: date, was: tuple, to: tuple, kind: str = "split", **more: object
    ) -> None:
        self.add(lot, kind, -mass, on, was[0], point=was[1], other_lot_id=child, **more)
        self.add(child, kind, mass, on, to[0], point=to[1], other_lot_id=lot, **more)

    @property
    def left(self) -> list[Left]:
        return list(follow(self.steps))


HOME, INSIDE, AWAY = (None, LOSSER), (7, DEPOT), (None, OLDENZAAL)


def test_what_passes_through_leaves_with_its_days_and_its_way() -> None:
    book = Book()
    book.add(1, "in", 148_000, MARCH, None, point=LOSSER)
    book.moved(1, 148_000, MARCH, HOME, INSIDE)
    book.moved(1, 148_000, APRIL, INSIDE, AWAY, ("out", "in"), reservation_id=4)
    (row,) = book.left
    assert (row.depot_id, row.on, row.days, row.mass_kg, row.how) == (7, APRIL, 42, Decimal(148_000), Leaving.TRANSFER)
    assert row.route == (LOSSER, DEPOT, OLDENZAAL)
    # by road 11.882 x 1.3 = 15.447 km to the depot, 8.968 x 1.3 = 11.658 from there, and 7.667 x 1.3 = 9.967 straight; 148 x 17.138
    assert row.extra_tonne_km == Decimal("2536.424")


def test_another_bay_another_owner_and_a_part_of_it_are_not_leaving() -> None:
    book = Book()
    book.add(1, "in", 1000, MARCH, 7)
    book.moved(1, 1000, APRIL, INSIDE, INSIDE)
    book.split(1, 2, 400, APRIL, INSIDE, INSIDE)
    book.moved(2, 400, APRIL, INSIDE, INSIDE, ("out", "in"), reservation_id=5)
    assert book.left == []
    book.split(2, 3, 100, MAY, INSIDE, AWAY, reservation_id=6)
    (row,) = book.left
    assert (row.since, row.days, row.mass_kg, row.reservation_id) == (MARCH, 63, Decimal(100), 6)


def test_where_it_came_from_is_unknown_of_what_was_first_seen_in_the_depot() -> None:
    book = Book()
    book.add(1, "in", 1000, MARCH, 7)
    book.moved(1, 1000, APRIL, INSIDE, AWAY, ("out", "in"), reservation_id=4)
    (row,) = book.left
    assert (row.route, row.extra_tonne_km) == (None, None)


def test_own_use_moving_on_giving_back_and_writing_off_are_told_apart() -> None:
    book = Book()
    book.add(1, "in", 1000, MARCH, None, point=LOSSER)
    book.moved(1, 1000, MARCH, HOME, INSIDE)
    book.add(1, "block", 0, MARCH, 7)
    book.add(1, "count", -10, MARCH, 7)
    book.add(1, "out", -200, APRIL, 7)
    book.add(1, "write_off", -90, APRIL, 7)
    book.split(1, 2, 300, APRIL, INSIDE, HOME, "return", reservation_id=9)
    book.moved(1, 400, MAY, INSIDE, (8, LOSSER))
    assert [(row.how.value, int(row.mass_kg), row.days) for row in book.left] == [
        *(("own_use", 200, 42), ("written_off", 90, 42)),
        *(("moved", 300, 42), ("moved", 400, 63)),
    ]


def test_from_one_depot_to_the_next_the_way_goes_on_and_after_a_transfer_it_begins_again() -> None:
    book = Book()
    book.add(1, "in", 1000, MARCH, None, point=LOSSER)
    book.moved(1, 1000, MARCH, HOME, INSIDE)
    book.moved(1, 1000, APRIL, INSIDE, (8, LOSSER))
    book.moved(1, 1000, MAY, (8, LOSSER), INSIDE, ("out", "in"), reservation_id=4)
    book.moved(1, 1000, MAY, INSIDE, AWAY, ("out", "in"), reservation_id=5)
    assert [row.route for row in book.left if row.reservation_id] == [(LOSSER, DEPOT, LOSSER, DEPOT), (DEPOT, OLDENZAAL)]
    assert book.left[-1].extra_tonne_km == 0


def test_what_left_adds_up_and_buying_counts_once_for_a_reservation() -> None:
    book = Book()
    book.add(1, "in", 10_000, MARCH, None, point=LOSSER)
    book.moved(1, 10_000, MARCH, HOME, INSIDE)
    book.split(1, 2, 4000, APRIL, INSIDE, AWAY, reservation_id=4)
    book.split(1, 3, 1000, APRIL, INSIDE, AWAY, reservation_id=4)
    book.add(1, "out", -3000, MAY, 7)
    book.add(1, "write_off", -2000, MAY, 7)
    figures = left_in(book.left, {4: Bought(90_000, Decimal(5000))})[7]
    assert (figures.transferred_kg, figures.own_use_kg, figures.written_off_kg, figures.out_kg) == (5000, 3000, 2000, 8000)
    assert figures.used_share == Decimal("0.8")
    # 5 t lay 42 days and 5 t lay 63 days: 525 tonne-days of 10 t
    assert figures.stay_days == Decimal("52.5")
    assert (figures.bought_transfers, figures.bought_cents, figures.bought_tonne_days) == (1, 90_000, Decimal(210))
    assert figures.bought_per_tonne_cents == Decimal(18_000)
    # 210 tonne-days are 30 tonne-weeks: 900 euros over 30
    assert figures.break_even_price_cents == Decimal(3000)


def test_the_price_of_a_tonne_and_week_says_how_long_storing_is_cheaper() -> None:
    # 40 t for 21 days at 1.20 euros for a tonne and week: 840 tonne-days are 120 tonne-weeks, 144 euros
    figures = DepotFigures(
        opening_kg=Decimal(10_000), in_kg=Decimal(30_000), tonne_days=Decimal(840), cost_cents=14_400,
        bought_cents=90_000, bought_kg=Decimal(5000), bought_tonne_days=Decimal(210),
    )  # fmt: skip
    assert (figures.cost_per_tonne_week_cents, figures.cost_per_tonne_cents) == (Decimal(120), Decimal(360))
    assert figures.break_even_weeks == Decimal(150)  # 180 euros for a tonne over 1.20 a week


def test_cost_that_is_known_of_a_part_is_not_told_for_a_tonne() -> None:
    figures = DepotFigures(in_kg=Decimal(40_000), tonne_days=Decimal(840), cost_cents=7200, unpriced_tonne_days=Decimal(420))
    assert (figures.priced_share, figures.known_cost_cents) == (Decimal("0.5"), 7200)
    assert (figures.cost_per_tonne_week_cents, figures.cost_per_tonne_cents) == (Decimal(120), None)


def test_what_is_not_known_is_not_nought() -> None:
    nothing = DepotFigures(in_kg=Decimal(1000), tonne_days=Decimal(7), unpriced_tonne_days=Decimal(7))
    assert nothing.known_cost_cents is None
    assert nothing.priced_share == 0
    unknown = ("used_share", "stay_days", "cost_per_tonne_cents", "cost_per_tonne_week_cents", "extra_tonne_km")
    assert [getattr(nothing, name) for name in unknown] == [None] * 5
    assert (nothing.bought_per_tonne_cents, nothing.break_even_price_cents, nothing.break_even_weeks) == (None, None, None)
    assert DepotFigures().known_cost_cents == 0  # nothing lay there, and that costs nothing


def test_a_free_depot_has_no_number_of_weeks() -> None:
    free = DepotFigures(tonne_days=Decimal(70), bought_cents=100, bought_kg=Decimal(1000), bought_tonne_days=Decimal(70))
    assert (free.cost_per_tonne_week_cents, free.break_even_weeks) == (Decimal(0), None)


def test_weeks_that_storing_pays_are_known_where_both_prices_are() -> None:
    """7 tonne-days for 50 cents: 50 a tonne and week. Buying 2 t new costs 1 000: 500 a tonne, so ten weeks."""
    stored = DepotFigures(cost_cents=50, tonne_days=Decimal(7))
    bought = DepotFigures(bought_transfers=1, bought_cents=1000, bought_kg=Decimal(2000))
    assert (stored + bought).break_even_weeks == 10
    assert (stored.break_even_weeks, bought.break_even_weeks) == (None, None)


@pytest.mark.parametrize(("out", "back"), [(1000, 900), (900, 1000)])
def test_what_comes_in_as_another_amount_is_not_what_left(out: int, back: int) -> None:
    book = Book()
    book.add(1, "in", 1000, MARCH, 7)
    book.add(1, "out", -out, APRIL, 7)
    book.add(1, "in", back, MAY, 7)
    assert [(row.on, row.mass_kg) for row in book.left] == [(APRIL, Decimal(out))]


def test_half_a_kilogram_leaves_too() -> None:
    book = Book()
    book.add(1, "in", 1000, MARCH, 7)
    book.steps.append(Step(2, 1, MovementKind.WRITE_OFF, Decimal("-0.5"), APRIL, 7, DEPOT))
    assert [(row.mass_kg, row.how) for row in book.left] == [(Decimal("0.5"), Leaving.WRITTEN_OFF)]


def test_half_a_kilogram_that_only_changes_its_bay_has_not_left() -> None:
    book = Book()
    book.add(1, "in", 1000, MARCH, 7)
    book.add(1, "write_off", 0, MARCH, 7)
    book.steps += [
        Step(3 + place, 1, MovementKind.MOVE, Decimal(sign) / 2, APRIL, 7, DEPOT) for place, sign in enumerate((-1, 1))
    ]
    assert book.left == []


def test_only_what_went_to_somebody_else_was_carried_further_for_the_depot() -> None:
    """By the way of the first example 17.138 km more: of 148 t 2 536.424 tonne-kilometres. What is moved on has no end yet."""
    way = (LOSSER, DEPOT, OLDENZAAL)
    rows = [Left(7, APRIL, MARCH, Decimal(148_000), how, None, way) for how in (Leaving.TRANSFER, Leaving.MOVED, Leaving.OWN_USE)]
    figures = left_in(rows, {})[7]
    assert (figures.routed_kg, figures.extra_tonne_km) == (148_000, Decimal("2536.424"))
    assert left_in(rows[1:], {})[7].extra_tonne_km is None
    unknown = left_in([Left(7, APRIL, MARCH, Decimal(1000), Leaving.TRANSFER)], {})[7]
    assert (unknown.routed_kg, unknown.transferred_kg) == (0, 1000)


def test_what_left_without_a_reservation_has_no_price_of_another() -> None:
    """Moved out of the depot; the one transfer of which the price is known is another."""
    moved = Left(7, APRIL, MARCH, Decimal(1000), Leaving.MOVED)
    for reservation in (1, 2):
        figures = left_in([moved], {reservation: Bought(90_000, Decimal(5000))})[7]
        assert (figures.bought_transfers, figures.bought_cents, figures.moved_kg) == (0, 0, 1000)
    priced = left_in([Left(7, APRIL, MARCH, Decimal(1000), Leaving.TRANSFER, 1)], {1: Bought(90_000, Decimal(5000))})[7]
    assert (priced.bought_transfers, priced.bought_cents, priced.transferred_kg) == (1, 90_000, 1000)
