"""What comes free of a passport, by hand."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import Certainty, Condition
from marketplace.passports.rules.assets import Coming
from marketplace.passports.rules.releasing import Part, Piece, check_followed, find_amounts, find_coming, find_condition, share


def part(left: str, *, material: int = 1, kg: str = "185", condition: str | None = "good") -> Part:
    return Part("Rijbaan", material, Unit.M2, Decimal(kg), "taxonomy", condition, Decimal(left))


def test_all_that_is_left_comes_free_where_no_amount_is_said() -> None:
    pieces = [Piece(1, 1), Piece(1, 2, Decimal("40.5"))]
    assert find_amounts(pieces, [part("800"), part("100")]) == [Decimal(800), Decimal("40.5")]


@pytest.mark.parametrize(
    ("pieces", "parts"),
    [
        ([], []),
        ([Piece(1, 1), Piece(1, 1)], [part("8"), part("8")]),
        ([Piece(1, 1), Piece(1, 2)], [part("8"), part("8", material=2)]),
        ([Piece(1, 1), Piece(1, 2)], [part("8"), part("8", kg="190")]),
        ([Piece(1, 1, Decimal(-1))], [part("8")]),
    ],
)
def test_what_is_no_lot_is_refused(pieces: list[Piece], parts: list[Part]) -> None:
    with pytest.raises(Invalid):
        find_amounts(pieces, parts)


def test_no_more_comes_free_than_is_left() -> None:
    for left, amount in (("0", None), ("8", Decimal("8.001"))):
        with pytest.raises(Conflict):
            find_amounts([Piece(1, 1, amount)], [part(left)])


def test_a_condition_is_never_guessed() -> None:
    assert find_condition(None, [part("8"), part("8")]) is Condition.GOOD
    assert find_condition(Condition.POOR, [part("8", condition=None)]) is Condition.POOR
    for parts in ([part("8", condition=None)], [part("8"), part("8", condition="fair")]):
        with pytest.raises(Invalid):
            find_condition(None, parts)


@pytest.mark.parametrize(
    ("amount", "waiting", "there", "leaving"),
    [
        ("300", ["500", "300"], ["500", "300"], ["300", "0"]),
        ("650", ["500", "300"], ["500", "300"], ["500", "150"]),
        ("820", ["500", "300"], ["500", "400"], ["500", "320"]),  # 20 more than was released, of what the second still holds
        ("900", ["500", "300"], ["500", "300"], ["500", "300"]),  # a surplus that nobody wrote down leaves no part
        ("100", ["0", "300"], ["200", "300"], ["0", "100"]),
        ("300", ["500"], ["250"], ["250"]),
    ],
)
def test_what_is_handed_over_leaves_the_parts_in_their_order(
    amount: str, waiting: list[str], there: list[str], leaving: list[str]
) -> None:
    numbers = [[Decimal(text) for text in row] for row in (waiting, there)]
    assert share(Decimal(amount), *numbers) == [Decimal(text) for text in leaving]


def test_a_lot_is_of_at_most_a_hundred_parts() -> None:
    pieces, parts = [Piece(1, number) for number in range(101)], [part("8")] * 101
    assert find_amounts(pieces[:100], parts[:100]) == [Decimal(8)] * 100
    with pytest.raises(Invalid):
        find_amounts(pieces, parts)


def test_what_was_released_more_than_once_leaves_nothing_of_a_part_that_owes() -> None:
    """A part of which one more was handed over than released: the next takes from the other."""
    assert share(Decimal(5), [Decimal(-1), Decimal(5)], [Decimal(9), Decimal(9)]) == [0, 5]


FIRST, LAST = date(2027, 3, 1), date(2027, 9, 30)
WHOLE = Coming(FIRST, LAST, Certainty.IDEA)


@pytest.mark.parametrize(
    ("given", "of_asset", "expected"),
    [
        (Coming(), WHOLE, WHOLE),
        (WHOLE, Coming(), WHOLE),
        (Coming(date(2027, 4, 1), date(2027, 5, 1), Certainty.TENDERED), WHOLE, None),
        (Coming(earliest=FIRST), Coming(date(2027, 1, 1), LAST, Certainty.IDEA), WHOLE),
        (Coming(latest=LAST), Coming(FIRST, date(2027, 8, 1), Certainty.IDEA), WHOLE),
        (Coming(certainty=Certainty.IDEA), Coming(FIRST, LAST, Certainty.TENDERED), WHOLE),
    ],
)
def test_when_it_comes_free_is_as_said_else_as_the_asset_says(given: Coming, of_asset: Coming, expected: Coming | None) -> None:
    assert find_coming(given, of_asset) == (expected or given)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Coming(), "earliest"),
        (Coming(None, LAST, Certainty.IDEA), "earliest"),
        (Coming(FIRST, None, Certainty.IDEA), "latest"),
        (Coming(FIRST, LAST), "certainty"),
        (Coming(FIRST), "latest"),
    ],
)
def test_what_nobody_said_of_its_coming_free_is_asked(given: Coming, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        find_coming(given, Coming())
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("coming", "before", "field"),
    [
        (Coming(), Coming(), None),
        (Coming(), WHOLE, "earliest"),
        (WHOLE, Coming(), None),
        (WHOLE, Coming(date(2027, 2, 1), LAST, Certainty.IDEA), None),
        (Coming(LAST, FIRST, Certainty.IDEA), Coming(LAST, FIRST, Certainty.IDEA), None),  # as it was: not looked at
        (Coming(LAST, FIRST, Certainty.IDEA), WHOLE, "latest"),
        (Coming(date(2026, 11, 27), LAST, Certainty.IDEA), WHOLE, "earliest"),
        (Coming(date(2026, 11, 27), LAST, Certainty.IDEA), Coming(date(2026, 11, 27), FIRST, Certainty.IDEA), None),
    ],
)
def test_days_that_planned_lots_cannot_follow_are_refused(coming: Coming, before: Coming, field: str | None) -> None:
    today = date(2026, 11, 28)
    if field is None:
        check_followed(coming, before, today)
    else:
        with pytest.raises(Invalid) as refusal:
            check_followed(coming, before, today)
        assert refusal.value.errors[0].field == field
