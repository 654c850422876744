"""What fits in a depot, what it costs to lie there, and what everybody may read of it: each limit, and one past it."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.accounts.rules.organisations import OrganisationKind as Kind
from marketplace.depots.rules.capacity import CapacityKind, clean_capacities
from marketplace.depots.rules.depot import (
    Storers,
    check_longest_stay,
    check_open,
    check_storer,
    check_taken,
    clean_bays,
    clean_collecting,
    clean_opening_note,
    may_store,
    stored_groups,
)
from marketplace.depots.rules.rates import RateDraft, RateUnit, check_can_withdraw, check_rate
from marketplace.kernel.errors import Conflict, Invalid

TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (CapacityKind.M2, "0.001"),
        (CapacityKind.M3, "9999999.999"),
        (CapacityKind.PALLET, "1"),
        (CapacityKind.TONNE, "12.125"),
    ],
)
def test_what_fits_may_be_any_exact_figure_above_nought(kind: CapacityKind, amount: str) -> None:
    assert clean_capacities({kind: Decimal(amount)}) == {kind: Decimal(amount)}


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (CapacityKind.M2, "0"),
        (CapacityKind.M2, "-1"),
        (CapacityKind.M2, "NaN"),
        (CapacityKind.M2, "Infinity"),
        (CapacityKind.M3, "10000000"),
        (CapacityKind.TONNE, "1.0005"),
        (CapacityKind.PALLET, "1.5"),
        (CapacityKind.PALLET, "1.4"),
        (CapacityKind.TONNE, "1.0004"),
        (CapacityKind.M2, "1.0009"),
    ],
)
def test_what_cannot_fit_is_refused_at_its_kind(kind: CapacityKind, amount: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_capacities({kind: Decimal(amount)})
    assert [error.field for error in refusal.value.errors] == [kind.value]


def test_a_kind_without_a_figure_is_not_counted() -> None:
    assert clean_capacities({CapacityKind.M2: None}) == {}


def rate(euros: str = "0.15", on: date = TODAY) -> RateDraft:
    return RateDraft(RateUnit.M2, Decimal(euros), on)


@pytest.mark.parametrize("draft", [rate("0"), rate("0.0001"), rate("1000"), rate(on=TODAY), rate(on=date(2028, 12, 1))])
def test_a_price_is_nought_to_a_thousand_from_today_to_two_years_ahead(draft: RateDraft) -> None:
    check_rate(draft, TODAY)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (rate("-0.0001"), "euros_per_week"),
        (rate("1000.0001"), "euros_per_week"),
        (rate("0.00001"), "euros_per_week"),
        (rate("0.00009"), "euros_per_week"),
        (rate("NaN"), "euros_per_week"),
        (rate(on=date(2026, 11, 30)), "from_on"),
        (rate(on=date(2028, 12, 2)), "from_on"),
    ],
)
def test_a_price_beyond_that_is_refused_at_its_field(draft: RateDraft, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_rate(draft, TODAY)
    assert [error.field for error in refusal.value.errors] == [field]


def test_a_price_goes_away_until_the_day_on_which_it_counts() -> None:
    check_can_withdraw(date(2026, 12, 2), TODAY)
    for day in (TODAY, date(2026, 1, 1)):
        with pytest.raises(Conflict):
            check_can_withdraw(day, TODAY)


@pytest.mark.parametrize("days", [None, 1, 3650])
def test_a_stay_is_a_day_to_ten_years_or_has_no_limit(days: int | None) -> None:
    check_longest_stay(days)


@pytest.mark.parametrize("days", [0, -1, 3651, 100_000])
def test_a_stay_beyond_that_is_refused(days: int) -> None:
    with pytest.raises(Invalid, match="1 tot") as refusal:
        check_longest_stay(days)
    assert refusal.value.field == "longest_stay_days"


def test_bays_keep_their_order_and_empty_lines_are_no_bays() -> None:
    assert clean_bays(["B1", "", " A1 "]) == ("B1", "A1")
    assert clean_bays(["x" * 40]) == ("x" * 40,)
    assert len(clean_bays(f"B{number}" for number in range(100))) == 100


def test_groups_are_stored_between_bars_without_doubles() -> None:
    assert stored_groups(["hout", "asfalt", "hout"]) == "|asfalt|hout|"
    assert stored_groups([]) == ""
    assert stored_groups(["x" * 398]) == f"|{'x' * 398}|"
    with pytest.raises(Invalid):
        stored_groups(["x" * 399])


@pytest.mark.parametrize(
    "text", ["In de bouwvak dicht.", "08.00-12.00 / 13.00-17.00", "08:00 - 12:00, 13:00–17:00", "Op 24-12-2026 tot 12.00 uur"]
)
def test_what_everybody_reads_may_hold_hours_and_days(text: str) -> None:
    assert clean_opening_note(text) == text


@pytest.mark.parametrize(
    "text", ["Bel 074-1234567", "Bel 06.12.34.56.78", "werf@borne.nl", "+31 6 12345678", "Bel 06.12-34.56.78"]
)
def test_what_everybody_reads_holds_no_phone_and_no_mail_address(text: str) -> None:
    for clean, field in ((clean_opening_note, "opening_note"), (clean_collecting, "collecting")):
        with pytest.raises(Invalid, match="Laat telefoonnummers") as refusal:
            clean(text)
        assert refusal.value.field == field


def test_what_everybody_reads_has_an_end() -> None:
    assert clean_opening_note("x" * 300) == "x" * 300
    assert clean_collecting("x" * 1500) == "x" * 1500
    for clean, most in ((clean_opening_note, 300), (clean_collecting, 1500)):
        with pytest.raises(Invalid):
            clean("x" * (most + 1))


def test_what_everybody_reads_may_have_lines() -> None:
    assert clean_opening_note("Dicht in de bouwvak.\nBel aan.") == "Dicht in de bouwvak.\nBel aan."


@pytest.mark.parametrize("names", [["A1", "a1"], ["x" * 41], [f"B{number}" for number in range(101)]])
def test_bays_that_cannot_be_are_refused(names: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_bays(names)
    assert refusal.value.field == "bays"


def test_a_closed_depot_takes_nothing() -> None:
    check_open(is_active=True)
    with pytest.raises(Conflict):
        check_open(is_active=False)


@pytest.mark.parametrize(
    ("storers", "kind", "may"),
    [
        (Storers.OWNER, Kind.MUNICIPALITY, False),
        (Storers.MUNICIPALITIES, Kind.MUNICIPALITY, True),
        (Storers.MUNICIPALITIES, Kind.REGION, True),
        (Storers.MUNICIPALITIES, Kind.PARTNER, False),
        (Storers.MUNICIPALITIES, Kind.ADVISER, False),
        (Storers.MEMBERS, Kind.MUNICIPALITY, True),
        (Storers.MEMBERS, Kind.REGION, True),
        (Storers.MEMBERS, Kind.PARTNER, True),
        (Storers.MEMBERS, Kind.ADVISER, False),
    ],
)
def test_others_store_as_a_depot_says_and_its_owner_always(storers: Storers, kind: Kind, may: bool) -> None:
    assert may_store(storers, owner_id=1, owner_kind=kind, depot_owner_id=1)
    assert may_store(storers, owner_id=2, owner_kind=kind, depot_owner_id=1) is may
    assert may_store(storers, owner_id=1, owner_kind=kind, depot_owner_id=2) is may
    check_storer(storers, owner_id=1, owner_kind=kind, depot_owner_id=1)
    if may:
        check_storer(storers, owner_id=2, owner_kind=kind, depot_owner_id=1)
    else:
        with pytest.raises(Invalid):
            check_storer(storers, owner_id=2, owner_kind=kind, depot_owner_id=1)


def test_a_depot_takes_the_groups_that_it_names_or_everything() -> None:
    check_taken("", "hout")
    check_taken("|asfalt|hout|", "hout")
    for group in ("hou", "staal"):
        with pytest.raises(Invalid):
            check_taken("|asfalt|hout|", group)
