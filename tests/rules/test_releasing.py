"""What comes free of a passport, by hand."""

from decimal import Decimal

import pytest

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import Condition
from marketplace.passports.rules.releasing import Part, Piece, find_amounts, find_condition, share


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
    numbers = [[Decimal(one) for one in row] for row in (waiting, there)]
    assert share(Decimal(amount), *numbers) == [Decimal(one) for one in leaving]
