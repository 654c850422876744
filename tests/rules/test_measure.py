"""Facts within bounds: how much, how far, on which day, and what silence may confirm. Each at its limit and one past it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.exchange.rules import measure
from marketplace.exchange.rules.measure import SURPLUS_TIMES_MAX, check_demand_under_way, check_surplus, check_usual
from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import Amount, Unit
from marketplace.stock.rules.driving import check_drive, check_driven

APPROVED = date(2027, 1, 12)


def m2(amount: str) -> Amount:
    return Amount(Decimal(amount), Unit.M2)


@pytest.mark.parametrize(
    ("vehicle", "km", "field"),
    [
        (None, None, None),
        ("bus", "0", None),
        ("bus", "0.001", None),
        ("bus", "-0.001", "driven_km"),
        ("fiets", None, "vehicle_class"),
        ("bus", "2000", None),
        ("bus", "2000.001", "driven_km"),
    ],
)
def test_a_drive_is_by_a_known_vehicle_and_within_the_country(vehicle: str | None, km: str | None, field: str | None) -> None:
    driven = None if km is None else Decimal(km)
    if field is None:
        return check_drive(vehicle, driven, ("bus",))
    with pytest.raises(Invalid) as refused:
        check_drive(vehicle, driven, ("bus",))
    assert refused.value.field == field
    return None


@pytest.mark.parametrize(("driven", "is_refused"), [("6.5", False), ("6.501", False), ("6.499", True), (None, False)])
def test_nobody_drives_less_than_the_straight_line(driven: str | None, *, is_refused: bool) -> None:
    km = None if driven is None else Decimal(driven)
    if not is_refused:
        return check_driven(km, straight_km=Decimal("6.5"))
    with pytest.raises(Invalid, match=r"6[.,]499.*6[.,]5") as refused:
        check_driven(km, straight_km=Decimal("6.5"), field="km")
    assert refused.value.errors[0].field == "km"
    return None


@pytest.mark.parametrize(
    ("figure", "tolerance", "confirmed", "is_asked"),
    [
        ("63", "5", False, False),  # 60 × 1.05 = 63
        ("63.001", "5", False, True),
        ("60000", "5", False, True),
        ("60000", "5", True, False),
        ("60", "0", False, False),
        ("6", "5", False, False),
        ("60.001", "0", False, True),
    ],
)
def test_more_than_the_tolerance_above_what_was_ordered_is_asked_again(
    figure: str, tolerance: str, *, confirmed: bool, is_asked: bool
) -> None:
    terms: dict[str, Any] = {"ordered": Decimal(60), "tolerance_percent": Decimal(tolerance), "confirmed": confirmed}
    if not is_asked:
        return check_usual(m2(figure), **terms)
    with pytest.raises(Invalid) as refused:
        check_usual(m2(figure), **terms)
    assert refused.value.errors[0].field == "confirm_unusual"
    return None


def test_a_surplus_is_at_most_ten_times_what_was_listed() -> None:
    assert SURPLUS_TIMES_MAX == 10
    check_surplus(m2("600"), listed=Decimal(60))
    with pytest.raises(Invalid, match="600"):
        check_surplus(m2("600.001"), listed=Decimal(60))


@pytest.mark.parametrize(
    ("changes", "does"),
    [
        ({}, True),
        ({"figure": Decimal(105)}, True),
        ({"figure": Decimal("105.001")}, False),
        ({"figure": Decimal(95)}, True),
        ({"figure": Decimal("94.999")}, False),
        ({"figure": Decimal(101), "price_cents_per_unit": 1}, False),
        ({"figure": Decimal(100), "price_cents_per_unit": 1}, True),
        ({"figure": Decimal(99), "price_cents_per_unit": 1}, True),
        ({"figure": Decimal(101), "price_cents_per_unit": -1}, True),
        ({"surplus": Decimal("0.001")}, False),
        ({"surplus": Decimal(-1)}, True),
        ({"has_proposal": True}, False),
    ],
)
def test_silence_confirms_only_what_nobody_could_object_to(changes: dict[str, Any], *, does: bool) -> None:
    usual: dict[str, Any] = {"ordered": Decimal(100), "figure": Decimal(100), "tolerance_percent": Decimal(5)}
    facts = {**usual, "price_cents_per_unit": 0, "surplus": Decimal(0), **changes}
    assert measure.does_silence_confirm(**facts) is does


@pytest.mark.parametrize(
    ("quantity", "under_way", "confirmed", "is_asked"),
    [
        ("10", "80", False, False),
        ("20", "80", False, False),
        ("20.001", "80", False, True),
        ("20.001", "80", True, False),
        ("500", "-1", False, False),
        ("500", "0", False, False),  # nothing is on its way: how much is too much is for another rule
        ("100", "0.001", False, True),
    ],
)
def test_more_than_a_demand_needs_with_what_is_under_way_is_asked_again(
    quantity: str, under_way: str, *, confirmed: bool, is_asked: bool
) -> None:
    facts: dict[str, Any] = {
        "asked_of_demand": m2(quantity),
        "under_way": m2(under_way),
        "remaining": m2("100"),
        "confirmed": confirmed,
    }
    if not is_asked:
        return check_demand_under_way(m2(quantity), **facts)
    with pytest.raises(Invalid) as refused:
        check_demand_under_way(m2(quantity), **facts)
    assert refused.value.errors[0].field == "confirm_unusual"
    return None


@pytest.mark.parametrize(
    ("under_way", "sentence"),
    [
        ("80", "U vraagt nu 80 m², terwijl u nog 20 m² zoekt. Vraag hoogstens dat"),
        ("99.999", "U vraagt nu 80 m², terwijl u nog 0,001 m² zoekt. Vraag hoogstens dat"),
        ("100", "u zoekt niets meer. Bevestig dat u 80 m² toch wilt"),
        ("160", "u zoekt niets meer. Bevestig dat u 80 m² toch wilt"),
    ],
)
def test_who_asks_more_than_a_demand_needs_reads_what_is_left_of_it(under_way: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_demand_under_way(m2("80"), asked_of_demand=m2("80"), under_way=m2(under_way), remaining=m2("100"), confirmed=False)
    assert sentence in str(refused.value.errors[0].message).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("day", "is_refused"),
    [
        (date(2022, 1, 13), False),
        (date(2022, 1, 12), True),
        (APPROVED, True),
        (date(2027, 1, 13), True),
        (date(2027, 1, 11), False),
    ],
)
def test_paperwork_of_more_than_five_years_ago_is_not_booked(day: date, *, is_refused: bool) -> None:
    """1 825 days before 12 January 2027 is 13 January 2022: 2024 had a day more."""
    facts: dict[str, Any] = {"approved_on": APPROVED, "today": APPROVED, "reason": "De bon lag in een la"}
    if not is_refused:
        return measure.check_late_day(day, **facts)
    with pytest.raises(Invalid, match="2022" if day.year == 2022 else "2027") as refused:
        measure.check_late_day(day, **facts)
    assert refused.value.errors[0].field == "handed_over_on"
    return None


@pytest.mark.parametrize(
    ("cents", "is_usual"),
    [(None, True), (18_499, False), (18_500, True), (925_000_000, True), (925_000_001, False), (0, False)],
)
def test_what_new_would_cost_is_asked_again_far_from_what_a_tonne_costs(cents: int | None, is_usual: bool) -> None:
    """185 tonnes: from 185 euro, 1 a tonne, to 9 250 000 euro, 50 000 a tonne."""
    if is_usual:
        measure.check_purchase_price(cents, mass_kg=Decimal(185_000), confirmed=False)
        return
    with pytest.raises(Invalid) as refused:
        measure.check_purchase_price(cents, mass_kg=Decimal(185_000), confirmed=False)
    assert refused.value.field == "confirm_unusual"
    measure.check_purchase_price(cents, mass_kg=Decimal(185_000), confirmed=True)


@pytest.mark.parametrize(("cents", "is_refused"), [(1_000_000_000, False), (1_000_000_001, True)])
def test_what_new_would_cost_is_never_more_than_ten_thousand_euro_for_a_kilogram(cents: int, is_refused: bool) -> None:
    """A tonne at € 10 000 for a kilogram is ten million euro, whoever confirms it."""
    if not is_refused:
        measure.check_purchase_price(cents, mass_kg=Decimal(1000), confirmed=True)
        return
    for confirmed in (True, False):
        with pytest.raises(Invalid) as refused:
            measure.check_purchase_price(cents, mass_kg=Decimal(1000), confirmed=confirmed)
        assert refused.value.field == "purchase_price_cents"


@pytest.mark.parametrize(("kg", "is_asked"), [("-1", False), ("0", False), ("0.5", True), ("1", True)])
def test_of_nothing_no_price_is_unusual(kg: str, is_asked: bool) -> None:
    """A million euro for half a kilogram."""
    if not is_asked:
        return measure.check_purchase_price(100_000_000, mass_kg=Decimal(kg), confirmed=False)
    with pytest.raises(Invalid):
        measure.check_purchase_price(100_000_000, mass_kg=Decimal(kg), confirmed=False)
    return None


def test_the_price_of_a_tonne_is_told() -> None:
    """184.99 euro for 185 tonnes is 0.99 a tonne; 10 000 000 is 54 054.05."""
    for cents, each in ((18_499, "0,99"), (1_000_000_000, "54.054,05")):
        with pytest.raises(Invalid, match=each):
            measure.check_purchase_price(cents, mass_kg=Decimal(185_000), confirmed=False)
