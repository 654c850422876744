"""Prices, changes and movements at their edges: what is a price at all, and what stands before what."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import Unit
from marketplace.passports.rules.items import ChangeKind
from marketplace.valuations.rules.appraisals import AppraisalDraft, clean_appraisal
from marketplace.valuations.rules.changes import Ends, find_changes
from marketplace.valuations.rules.method import (
    Costs,
    PricedExchange,
    PriceKey,
    medians_of,
    priced_per,
    priced_quantity,
    priced_unit,
)
from marketplace.valuations.rules.movement import Stand, movement_of
from marketplace.valuations.rules.share import ValuedMass

TODAY = date(2026, 11, 28)


def test_a_kilogram_is_priced_by_the_tonne() -> None:
    assert (priced_unit(Unit.KG), priced_unit(Unit.M2)) == (Unit.TONNE, Unit.M2)
    assert (priced_per(Decimal(2), Unit.KG), priced_per(Decimal(2), Unit.M2)) == (2000, 2)
    assert (priced_quantity(Decimal(500), Unit.KG), priced_quantity(Decimal(500), Unit.M2)) == (Decimal("0.5"), 500)


def exchange(cents: int, quantity: str = "1", day: date = TODAY) -> PricedExchange:
    return PricedExchange(1, "good", Unit.M2, Decimal(quantity), cents, day)


def test_what_was_free_or_reversed_is_no_price() -> None:
    key = PriceKey(1, "good", Unit.M2)
    assert medians_of([exchange(0), exchange(100, "0"), exchange(-1)]) == {}
    assert medians_of([exchange(1)])[key].unit_cents == 1
    assert medians_of([exchange(100, "0.5")])[key].unit_cents == 200
    two = medians_of([exchange(100), exchange(201), exchange(-500), exchange(0)])[key]
    assert (two.unit_cents, two.low_cents, two.high_cents, two.exchanges) == (Decimal("150.5"), 100, 201, 2)


def appraised(**changes: Any) -> AppraisalDraft:
    facts = {"value_cents": 100, "appraiser": "J. de Boer", "source": "Rapport 7", "valued_on": TODAY, **changes}
    return AppraisalDraft(**facts)


@pytest.mark.parametrize(
    ("day", "is_taken"),
    [
        (date(2026, 11, 29), False),
        (TODAY, True),
        (date(2026, 1, 1), True),
        (date(1990, 1, 1), True),
        (date(1989, 12, 31), False),
    ],
)
def test_an_appraisal_is_of_a_day_since_1990_until_today(day: date, is_taken: bool) -> None:
    if is_taken:
        assert clean_appraisal(appraised(valued_on=day), Decimal(40), TODAY, kg_per_unit=Decimal(185)).valued_on == day
    else:
        with pytest.raises(Invalid):
            clean_appraisal(appraised(valued_on=day), Decimal(40), TODAY, kg_per_unit=Decimal(185))


def test_of_the_smallest_part_there_may_be_an_appraisal() -> None:
    for there in ("0.001", "1"):
        assert clean_appraisal(appraised(), Decimal(there), TODAY, kg_per_unit=Decimal(185)).quantity == Decimal(there)


def test_changes_stand_before_what_is_new_and_that_before_what_is_gone_whatever_their_number() -> None:
    new, gone, more, less = (PriceKey(number, "", Unit.M2) for number in (1, 2, 3, 4))
    before = {gone: Ends(Decimal(1), Decimal(1)), more: Ends(Decimal(4), Decimal(4)), less: Ends(Decimal(4), Decimal(4))}
    after = {new: Ends(Decimal(1), Decimal(1)), more: Ends(Decimal(5), Decimal(5)), less: Ends(Decimal(2), Decimal(2))}
    assert [change.key for change in find_changes(before, after)] == [less, more, new, gone]
    swapped = find_changes({new: Ends(Decimal(1), Decimal(1))}, {gone: Ends(Decimal(1), Decimal(1))})
    assert [change.key for change in swapped] == [gone, new]


@pytest.mark.parametrize(("lost", "out", "field"), [("7", "3", "lost"), ("3", "7", "released"), ("5", "5", "released")])
def test_what_is_left_of_a_part_that_is_gone_stands_where_most_of_it_went(lost: str, out: str, field: str) -> None:
    """10 m² were worth 335 cents: 7 of them 234.5, 5 of them 167.5 and 3 of them 100.5. All rounded up are one cent too many."""
    before, after = Stand(Decimal(10), 335), Stand()
    changes = {ChangeKind.LOST: -Decimal(lost), ChangeKind.TAKEN_OUT: -Decimal(out)}
    movement = movement_of(before, after, changes)
    worth = {"7": 235, "5": 168, "3": 101}
    left = {"lost": worth[lost], "released": worth[out]}
    left[field] -= 1
    assert (movement.lost_cents, movement.released_cents) == (left["lost"], left["released"])


@pytest.mark.parametrize(("passported", "share"), [("0", None), ("-1", None), ("0.5", "0.5"), ("1", "0.25")])
def test_a_share_is_of_what_has_a_passport(passported: str, share: str | None) -> None:
    result = ValuedMass(Decimal("0.25"), Decimal(passported)).share_of_passports
    assert result == (None if share is None else Decimal(share))


@pytest.mark.parametrize(("number", "is_enough"), [(2, False), (3, True), (4, True)])
def test_three_exchanges_or_more_make_a_price(number: int, is_enough: bool) -> None:
    median = medians_of([exchange(100)] * number)[PriceKey(1, "good", Unit.M2)]
    assert median.is_enough is is_enough


def test_costs_are_known_where_any_of_the_three_is() -> None:
    assert [Costs(*costs).is_known for costs in ((None,) * 3, (Decimal(1),), (None, Decimal(0)), (Decimal(1),) * 3)] == [
        *(False, True),
        *(True, True),
    ]
