"""A row of the ledger worked out once more with other factors, checkable with a pencil."""

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.published.queries.restatements import Compared
from marketplace.published.rules import Carbon, Factors, check_adopted, check_year_over, restated
from marketplace.sheets.restated import restated_rows

FACTORS = Factors(Decimal("0.1"), Decimal("0.02"), Decimal("0.5"))


@dataclass(frozen=True)
class Row:
    quantity: Decimal = Decimal(10)
    kg_per_unit: Decimal = Decimal(185)
    mass_kg: Decimal = Decimal(1850)
    road_km: Decimal = Decimal(20)
    tonne_km: Decimal = Decimal(37)


def test_a_transfer_is_mass_and_road_times_the_other_factors() -> None:
    # 1 850 × 0.1; 1.85 × 20 × 0.5; 1 850 × 0.02
    again = restated(Row(), FACTORS)
    assert again == Carbon(Decimal("185.000"), Decimal("18.500"), Decimal("37.000"), Decimal(0))
    assert again.net_kgco2e == Decimal("129.5")


def test_what_came_back_takes_off_mass_times_factor_and_leaves_the_road() -> None:
    back = Row(Decimal(-10), mass_kg=Decimal(-1850), road_km=Decimal(0), tonne_km=Decimal(0))
    assert restated(back, FACTORS) == Carbon(Decimal("-185.000"), Decimal(0), Decimal("-37.000"), Decimal(0))


def test_what_never_happened_takes_the_road_back_too() -> None:
    never = Row(Decimal(-10), mass_kg=Decimal(-1850), tonne_km=Decimal(-37))
    assert restated(never, FACTORS).transport_kgco2e == Decimal("-18.500")


def test_a_haul_is_road_alone() -> None:
    assert restated(Row(mass_kg=Decimal(0)), FACTORS) == Carbon(Decimal(0), Decimal("18.500"), Decimal(0), Decimal(0))


def test_without_a_factor_the_mass_is_unknown_and_nothing_is_avoided() -> None:
    again = restated(Row(), replace(FACTORS, carbon=None, processing=None))
    assert (again.avoided_kgco2e, again.processing_kgco2e, again.unknown_factor_mass_kg) == (0, 0, Decimal(1850))
    assert again.unknown_processing_mass_kg == 1850


def test_what_rests_on_nothing_known_is_unknown_and_never_nought() -> None:
    """Of 1 850 kg nothing is known of processing; of twice that, half of it."""
    with_processing, without_processing = restated(Row(), FACTORS), restated(Row(), replace(FACTORS, processing=None))
    rows = {
        str(label): (before, after)
        for label, before, after in restated_rows(Compared("", Decimal(1850), with_processing, without_processing))
    }
    assert rows["Bewerking"] == (Decimal("37.000"), None)
    assert rows["Netto bespaard"] == (Decimal("129.5"), Decimal("166.5"))
    both = Compared("", Decimal(3700), with_processing + without_processing, restated(Row(), replace(FACTORS, carbon=None)))
    rows = {str(label): (before, after) for label, before, after in restated_rows(both)}
    assert rows["Bewerking"] == (Decimal("37.000"), Decimal("37.000"))
    nothing = Compared("", Decimal(1850), with_processing, restated(Row(), replace(FACTORS, carbon=None)))
    rows = {str(label): (before, after) for label, before, after in restated_rows(nothing)}
    assert rows["Vermeden"] == (Decimal("185.000"), None) and rows["Netto bespaard"][1] is None
    assert [after for _label, _before, after in restated_rows(Compared("", Decimal(0), Carbon(), Carbon()))] == [0, 0, 0, 0]


def test_sums_add_up_figure_by_figure() -> None:
    ones, tens = (
        Carbon(Decimal(1), Decimal(2), Decimal(3), Decimal(4)),
        Carbon(Decimal(10), Decimal(20), Decimal(30), Decimal(40)),
    )
    assert ones + tens == Carbon(Decimal(11), Decimal(22), Decimal(33), Decimal(44))


@pytest.mark.parametrize("year", [2014, 2026, 2027])
def test_only_a_year_that_is_over_and_can_have_been_measured_is_published(year: int) -> None:
    with pytest.raises(Invalid):
        check_year_over(year, today_year=2026)


@pytest.mark.parametrize("year", [2015, 2025])
def test_the_first_and_the_last_year_may_be_published(year: int) -> None:
    check_year_over(year, today_year=2026)


def test_nothing_adopted_is_nothing_to_publish() -> None:
    check_adopted(1, year=2025, name=None)
    for name in (None, "Borne"):
        with pytest.raises(Conflict):
            check_adopted(0, year=2025, name=name)


def test_a_refusal_names_the_last_year_that_is_over() -> None:
    with pytest.raises(Invalid, match="2015 tot en met 2025"):
        check_year_over(2026, today_year=2026)
