"""Whose turn it is, and how small a part may be: tables that can be redone with a pencil."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import find_part_faults, is_part_allowed
from marketplace.market.rules.windows import (
    Asker,
    Ring,
    Rings,
    Wanted,
    WindowDefaults,
    find_default_faults,
    find_faults,
    has_turn,
    read_circle,
    ring_of,
    settle,
    turn_from,
    written,
)

FIRST = date(2026, 12, 1)
AGREED = WindowDefaults(circle=("almelo",), circle_days=2, region_days=7, partners_days=21)
WHY = "De stenen moeten voor Kerst weg"
ALL = ("almelo", "borne", "hengelo", "losser")


def december(day: int) -> date:
    return FIRST + timedelta(days=day - 1)


@pytest.mark.parametrize(
    ("amount", "available", "minimum", "expected"),
    [
        ("100", "250", "100", True),
        ("99.999", "250", "100", False),
        ("250", "250", "100", True),
        ("60", "60", "100", True),  # what is left goes, however little
        ("59.999", "60", "100", False),
        ("0.001", "250", None, True),
    ],
)
def test_a_part_is_as_large_as_the_owner_says_or_all_that_is_left(
    amount: str, available: str, minimum: str | None, expected: bool
) -> None:
    smallest = None if minimum is None else Decimal(minimum)
    assert is_part_allowed(Decimal(amount), Decimal(available), smallest) is expected


@pytest.mark.parametrize(
    ("smallest", "unit", "fits"),
    [("0", Unit.M2, False), ("-1", Unit.M2, False), ("250", Unit.M2, True), ("250.001", Unit.M2, False), ("0.0001", Unit.M2, False),
     ("1.5", Unit.PIECE, False), ("2", Unit.PIECE, True)],
)  # fmt: skip
def test_a_smallest_part_is_some_of_what_there_is(smallest: str, unit: Unit, fits: bool) -> None:
    faults = find_part_faults(Decimal(smallest), Quantity(Decimal(250), unit))
    assert [fault.field for fault in faults] == ([] if fits else ["minimum_part"])
    assert find_part_faults(None, Quantity(Decimal(250), unit)) == []


@pytest.mark.parametrize(
    ("wanted", "defaults", "circle", "region", "partners"),
    [
        ({}, WindowDefaults(), None, 1, 15),
        ({"region_from": december(4)}, WindowDefaults(), None, 4, 18),
        ({"region_from": date(2026, 11, 1)}, WindowDefaults(), None, 1, 15),  # a day before the publication means at once
        ({"partners_from": december(3)}, WindowDefaults(), None, 1, 3),
        ({"circle": ("almelo",)}, WindowDefaults(), 1, 15, 29),  # nobody agreed how long a circle goes first: 14 days
        ({}, AGREED, 3, 10, 31),
        ({"circle": ()}, AGREED, None, 8, 29),
        ({"circle": ("borne",), "circle_from": december(5)}, AGREED, 5, 12, 33),
        ({"region_from": december(20)}, AGREED, 3, 20, 41),
    ],
)
def test_what_is_not_said_follows_from_what_was_agreed(
    wanted: dict[str, Any], defaults: WindowDefaults, circle: int | None, region: int, partners: int
) -> None:
    windows = settle(Wanted(**wanted), defaults, opened_on=FIRST, last_day=None)
    assert (windows.circle_from, windows.region_from, windows.partners_from) == (
        december(circle) if circle else None,
        december(region),
        december(partners),
    )


@pytest.mark.parametrize(
    ("wanted", "last", "circle", "region", "partners"),
    [
        # region 14 and partners 14 days are asked: 28
        ({}, 28, None, 1, 15),
        ({}, 27, None, 1, 14),  # 14 × 27/28 = 13.5 days: 13
        ({}, 14, None, 1, 8),  # half of each
        ({}, 2, None, 1, 2),
        ({}, 1, None, 1, 1),
        # circle 14, region 14, partners 14: 42
        ({"circle": ("almelo",)}, 42, 1, 15, 29),
        ({"circle": ("almelo",)}, 21, 1, 8, 15),
        ({"circle": ("almelo",)}, 14, 1, 5, 10),  # 14 × 14/42 = 4.66: 4; 28 × 14/42 = 9.33: 9
        ({"circle": ("almelo",)}, 3, 1, 2, 3),
        # a day that was chosen stays, and the rest shares what lies behind it or before it
        ({"region_from": december(8)}, 21, None, 8, 15),
        ({"partners_from": december(15)}, 14, None, 1, 15),
        ({"circle": ("almelo",), "region_from": december(4)}, 17, 1, 4, 11),
        ({"circle": ("almelo",), "partners_from": december(15)}, 60, 1, 8, 15),
        ({"circle": ("almelo",), "circle_from": december(11), "partners_from": december(17)}, 60, 11, 14, 17),
        ({"circle_from": december(40), "circle": ("almelo",)}, 30, 40, 40, 40),
    ],
)
def test_a_short_period_shrinks_the_rings_in_proportion(
    wanted: dict[str, Any], last: int, circle: int | None, region: int, partners: int
) -> None:
    windows = settle(Wanted(**wanted), WindowDefaults(), opened_on=FIRST, last_day=december(last))
    assert (windows.circle_from, windows.region_from, windows.partners_from) == (
        december(circle) if circle else None,
        december(region),
        december(partners),
    )


def test_an_agreed_order_shrinks_too() -> None:
    """Own 2, circle 7, region 21, partners 14 days: 44 are asked, 22 there are; each gets half, rounded down."""
    windows = settle(Wanted(), AGREED, opened_on=FIRST, last_day=december(22))
    assert (windows.circle_from, windows.region_from, windows.partners_from) == (december(2), december(5), december(16))


@pytest.mark.parametrize("days", range(1, 60))
def test_partners_always_keep_a_day_and_rings_never_change_places(days: int) -> None:
    windows = settle(Wanted(), AGREED, opened_on=FIRST, last_day=december(days))
    assert windows.circle_from is not None
    assert FIRST <= windows.circle_from <= windows.region_from <= windows.partners_from <= december(days)


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        ({}, []),
        ({"region_from": december(8), "partners_from": december(7)}, ["partners_from"]),
        ({"region_from": december(8), "partners_from": december(7), "reason": WHY}, ["partners_from"]),
        ({"region_from": december(8), "partners_from": december(8)}, ["window_reason"]),
        ({"region_from": december(8), "partners_from": december(8), "reason": WHY}, []),
        ({"partners_from": FIRST}, ["window_reason"]),
        ({"partners_from": date(2026, 11, 1)}, ["window_reason"]),
        ({"partners_from": december(2)}, []),
        ({"circle": ("almelo",), "region_from": FIRST}, ["window_reason"]),
        ({"circle": ("almelo",), "region_from": FIRST, "reason": WHY}, []),
        ({"circle": ("almelo",), "region_from": december(2)}, []),
        ({"circle": ("almelo",), "circle_from": december(9), "region_from": december(8)}, ["region_from"]),
        ({"circle": ("almelo",), "circle_from": december(9), "partners_from": december(8)}, ["partners_from"]),
        ({"circle_from": december(9)}, ["circle"]),
        ({"circle": (), "circle_from": december(9)}, ["circle"]),
        ({"circle": ("almelo", "atlantis")}, ["circle"]),
        ({"reason": "x" * 501}, ["window_reason"]),
        ({"reason": "x" * 500, "partners_from": FIRST}, []),
        ({"circle": ("almelo",), "region_from": date(2026, 11, 1)}, ["region_from"]),  # before the circle, which opens at once
        ({"circle": ("almelo",), "circle_from": december(9), "region_from": december(9), "reason": WHY}, []),
        ({"circle": ("almelo",), "region_from": december(8), "partners_from": december(9)}, []),
    ],
)
def test_rings_open_in_order_and_skipping_one_needs_a_reason(wanted: dict[str, Any], fields: list[str]) -> None:
    wishes = Wanted(**wanted)
    windows = settle(wishes, WindowDefaults(), opened_on=FIRST, last_day=None)
    assert [fault.field for fault in find_faults(wishes, windows, ALL)] == fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"partners_days": 0}, ["reason"]),
        ({"partners_days": 0, "reason": WHY}, []),
        ({"circle": ("almelo",)}, ["reason"]),
        ({"circle": ("almelo",), "region_days": 1}, []),
        ({"circle_days": 3}, ["circle"]),
        ({"region_days": 365}, []),
        ({"region_days": 366}, ["region_days"]),
        ({"partners_days": 365}, []),
        ({"circle": ("almelo",), "circle_days": 365, "region_days": 1}, []),
        ({"circle": ("almelo",), "circle_days": 366, "region_days": 1}, ["circle_days"]),
        ({"partners_days": 0, "reason": "x" * 500}, []),
        ({"reason": "x" * 501}, ["reason"]),
        ({"circle": ("almelo",), "region_days": 1, "partners_days": 0}, ["reason"]),
        ({"circle": ("almelo",), "region_days": 0, "partners_days": 0}, ["reason"]),
        ({"partners_days": 1}, []),
        ({"partners_days": -1}, ["partners_days"]),
        ({"circle": ("atlantis",), "region_days": 3}, ["circle"]),
    ],
)
def test_an_organisation_agrees_on_rings_in_order(changes: dict[str, Any], fields: list[str]) -> None:
    assert [fault.field for fault in find_default_faults(WindowDefaults(**changes), ALL)] == fields


def test_the_reason_that_was_agreed_goes_along_with_the_ring_that_it_skips() -> None:
    agreed = WindowDefaults(partners_days=0, reason=WHY)
    assert settle(Wanted(), agreed, opened_on=FIRST, last_day=None).reason == WHY
    assert settle(Wanted(partners_from=december(9)), agreed, opened_on=FIRST, last_day=None).reason == ""


RINGS = Rings(7, ("almelo", "borne"), december(3), december(10), december(24))


@pytest.mark.parametrize(
    ("asker", "ring", "opens"),
    [
        (Asker(7, "hengelo", "municipality"), Ring.OWN, None),
        (Asker(1, "almelo", "municipality"), Ring.CIRCLE, december(3)),
        (Asker(2, "losser", "municipality"), Ring.REGION, december(10)),
        (Asker(3, "regio-twente", "region"), Ring.REGION, december(10)),
        (Asker(4, "bouwer", "partner"), Ring.PARTNERS, december(24)),
        (Asker(5, "", "municipality"), Ring.REGION, december(10)),
    ],
)
def test_everybody_stands_in_one_ring(asker: Asker, ring: Ring, opens: date | None) -> None:
    assert (ring_of(RINGS, asker), turn_from(RINGS, asker)) == (ring, opens)
    if opens is None:
        assert has_turn(RINGS, asker, FIRST)
    else:
        assert not has_turn(RINGS, asker, opens - timedelta(days=1))
        assert has_turn(RINGS, asker, opens)
        assert has_turn(RINGS, asker, opens + timedelta(days=1))


def test_a_lot_without_days_has_no_turn_but_its_owners() -> None:
    draft = Rings(7, (), None, None, None)
    assert has_turn(draft, Asker(7, "hengelo", "municipality"), FIRST)
    assert not has_turn(draft, Asker(2, "losser", "municipality"), FIRST)


@pytest.mark.parametrize(("circle", "stored"), [(None, ""), ((), "|"), (("borne", "almelo"), "|almelo|borne|")])
def test_no_circle_and_nothing_said_are_kept_apart(circle: tuple[str, ...] | None, stored: str) -> None:
    assert written(circle) == stored
    assert read_circle(stored) == (None if circle is None else tuple(sorted(circle)))


@pytest.mark.parametrize(
    ("wanted", "agreed", "reason"),
    [
        ({}, {"partners_days": 1}, ""),
        ({}, {"circle": ("almelo",), "region_days": 0}, WHY),  # the circle does not go before the region
        ({}, {"circle": ("almelo",), "region_days": 1}, ""),
        ({"region_from": december(9)}, {"circle": ("almelo",), "region_days": 0}, ""),
        ({"circle": ()}, {"circle": ("almelo",), "region_days": 0}, ""),  # no circle that could be skipped
        ({"circle": ("borne",)}, {"region_days": 0}, ""),  # nobody agreed on a circle: it goes 14 days first
        ({"reason": "Eigen reden"}, {"partners_days": 0}, "Eigen reden"),
    ],
)
def test_an_agreed_reason_counts_only_for_a_ring_that_it_skips(
    wanted: dict[str, Any], agreed: dict[str, Any], reason: str
) -> None:
    assert settle(Wanted(**wanted), WindowDefaults(**agreed, reason=WHY), opened_on=FIRST, last_day=None).reason == reason


@pytest.mark.parametrize(
    ("agreed", "region"),
    [
        ({}, 15),  # nobody said how long a circle goes first: 14 days
        ({"region_days": 3}, 4),
        ({"circle": ("almelo",)}, 1),  # agreed with a circle, and with no days for it
        ({"circle": ("almelo",), "region_days": 3}, 4),
    ],
)
def test_a_circle_goes_first_as_long_as_was_agreed(agreed: dict[str, Any], region: int) -> None:
    windows = settle(Wanted(circle=("borne",)), WindowDefaults(**agreed), opened_on=FIRST, last_day=None)
    assert windows.region_from == december(region)


def test_a_lot_that_is_published_on_or_after_its_last_day_opens_for_all_at_once() -> None:
    for last in (december(1), date(2026, 11, 30), date(2026, 11, 1)):
        windows = settle(Wanted(circle=("almelo",)), WindowDefaults(), opened_on=FIRST, last_day=last)
        assert (windows.circle_from, windows.region_from, windows.partners_from) == (FIRST, FIRST, FIRST)


def test_a_municipality_that_is_not_known_is_quoted_in_sixty_characters() -> None:
    (fault,) = find_default_faults(WindowDefaults(circle=("x" * 61,), region_days=1), ALL)
    assert f"“{'x' * 60}”" in str(fault.message)


def test_nobody_in_particular_owns_no_lot() -> None:
    assert ring_of(RINGS, Asker(None, "", "municipality")) is Ring.REGION
