"""The goals' indicators, redone by hand: every kilogram counts once, and nobody who is silent gets a share."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from marketplace.impact.rules.goals import Decision, InForce, Target, check_target, effective, thawed, valued
from marketplace.impact.rules.material_use import (
    NOTHING_KNOWN,
    ORIGINS_IN,
    Indicator,
    UseRow,
    YearInput,
    check_included,
    check_rows,
    check_year,
    indicator,
    regional,
)
from marketplace.kernel.errors import Invalid


def year(primary: int, biobased: int, reused: int, recycled: int, *, included: int = 0, bank: int = 0) -> YearInput:
    masses = zip(ORIGINS_IN, (primary, biobased, reused, recycled), strict=True)
    return YearInput({origin: Decimal(mass) for origin, mass in masses}, Decimal(included), Decimal(bank))


def over(*years: tuple[YearInput | None, int]) -> Indicator:
    """The region of these municipalities, each with its inhabitants."""
    return regional([(indicator(year_input), inhabitants) for year_input, inhabitants in years])


def test_the_share_is_what_is_biobased_reused_and_recycled_of_all_input() -> None:
    assert indicator(year(600, 100, 200, 100)).share == Decimal("0.4")  # 400 of 1 000


def test_the_banks_mass_is_added_above_and_below_where_the_report_leaves_it_out() -> None:
    figure = indicator(year(600, 100, 200, 100, bank=200))
    assert (figure.renewable_kg, figure.total_kg) == (600, 1200)
    assert figure.share == Decimal("0.5")


def test_the_banks_mass_is_not_added_again_where_the_report_has_it() -> None:
    assert indicator(year(600, 100, 200, 100, included=200, bank=200)).share == Decimal("0.4")


def test_who_reported_nothing_has_no_share_whatever_came_through_the_bank() -> None:
    assert indicator(None).share is None
    assert indicator(year(0, 0, 0, 0, bank=500)).share is None


def test_only_primary_material_is_a_reported_zero() -> None:
    assert indicator(year(1000, 0, 0, 0)).share == 0


def test_what_came_after_the_report_is_added_and_what_went_back_after_it_is_taken_off() -> None:
    assert indicator(year(600, 0, 400, 0, included=150, bank=250)).renewable_kg == 500
    assert indicator(year(600, 0, 400, 0, included=150, bank=50)).renewable_kg == 300


def test_the_region_is_the_sum_of_those_that_reported_and_says_how_many() -> None:
    whole = over((year(900, 0, 100, 0), 30), (None, 20), (year(0, 0, 3000, 0), 25), (year(0, 0, 0, 0, bank=70), 25))
    assert (whole.renewable_kg, whole.total_kg, whole.reported, whole.asked_of) == (3100, 4000, 2, 4)
    assert (whole.inhabitants, whole.inhabitants_asked, whole.inhabitants_share) == (55, 100, Decimal("0.55"))
    assert whole.share == Decimal("0.775")  # not the middle of 10 % and 100 %


@pytest.mark.parametrize(("inhabitants", "share"), [(499, None), (500, Decimal("0.75"))])
def test_there_is_a_share_of_the_region_from_half_the_inhabitants_on(inhabitants: int, share: Decimal | None) -> None:
    region = over((year(1000, 0, 3000, 0), inhabitants), (None, 1000 - inhabitants))
    assert region.share == share
    assert region.has_reached(Decimal(50)) is (share is not None)


def test_a_region_in_which_nobody_reported_has_no_share() -> None:
    assert over(*[(None, 1)] * 14).share is None


def included(kg: str, *, as_of: date | None = date(2026, 5, 1), bank: int = 500) -> date | None:
    rows = [UseRow("bestrating", "reused", Decimal(400)), UseRow("grond", "primary", Decimal(900))]
    return check_included(rows, year=2026, included_kg=Decimal(kg), as_of=as_of, bank_kg=Decimal(bank), today=date(2026, 6, 1))


def test_a_report_includes_of_the_bank_at_most_what_it_reports_as_reused() -> None:
    assert included("400") == date(2026, 5, 1)
    with pytest.raises(Invalid, match=r"0,4.ton .* 0,401.ton") as refused:
        included("400.001")
    assert refused.value.field == "includes_bank_kg"


@pytest.mark.parametrize(("bank", "limit"), [("311760", "311.76"), ("311760.9", "311.76"), ("311849.999", "311.849")])
def test_the_limit_that_a_refusal_names_may_be_typed(bank: str, limit: str) -> None:
    """311 760 kg is 311.8 tonnes for short: whoever typed that was refused with the same figure."""
    rows, day = [UseRow("bestrating", "reused", Decimal(900_000))], date(2026, 5, 1)

    def typed(kg: Decimal) -> date | None:
        return check_included(rows, year=2026, included_kg=kg, as_of=day, bank_kg=Decimal(bank), today=date(2026, 6, 1))

    with pytest.raises(Invalid, match=f"{limit.replace('.', ',')}.ton via") as refused:
        typed(Decimal("311850"))
    assert refused.value.field == "includes_bank_kg"
    assert typed(Decimal(limit) * 1000) == day


def test_granulates_of_the_bank_are_included_where_they_are_reported_as_recycled() -> None:
    def as_reported(**masses: int) -> date | None:
        rows = [UseRow("bestrating", origin, Decimal(mass)) for origin, mass in masses.items()]
        day = date(2026, 5, 1)
        return check_included(rows, year=2026, included_kg=Decimal(300), as_of=day, bank_kg=Decimal(300), today=date(2026, 6, 1))

    assert as_reported(recycled=300) == as_reported(reused=100, recycled=150, biobased=50) == date(2026, 5, 1)
    with pytest.raises(Invalid, match="granulaat als gerecycled"):
        as_reported(recycled=299, primary=5000)


@pytest.mark.parametrize(("kg", "bank"), [("201", 200), ("1", 0), ("-1", 200), ("0.0001", 200), ("9" * 33, 200)])
def test_a_report_includes_no_more_than_the_bank_brought_in_that_year(kg: str, bank: int) -> None:
    with pytest.raises(Invalid) as refused:
        included(kg, bank=bank)
    assert refused.value.field == "includes_bank_kg"


@pytest.mark.parametrize(
    ("kg", "sentence"), [("9999999999.999", "Typ dat er hooguit|ontving|received"), ("10000000000", "9 999 999")]
)
def test_what_is_included_has_the_bound_of_a_mass(kg: str, sentence: str) -> None:
    """Up to 9 999 999 999.999 kg it is held against what the bank brought."""
    with pytest.raises(Invalid, match=sentence):
        included(kg)


@pytest.mark.parametrize("as_of", [date(2026, 1, 1), date(2026, 1, 31), date(2026, 6, 1)])
def test_what_is_included_may_be_so_from_new_years_day_until_today(as_of: date) -> None:
    assert included("100", as_of=as_of) == as_of


@pytest.mark.parametrize("as_of", [None, date(2025, 12, 31), date(2026, 6, 2)])
def test_what_is_included_is_so_as_of_a_day_of_that_year_or_later_and_not_after_today(as_of: date | None) -> None:
    with pytest.raises(Invalid) as refused:
        included("100", as_of=as_of)
    assert refused.value.field == "includes_bank_as_of"


def test_a_report_that_includes_nothing_of_the_bank_needs_no_day() -> None:
    assert included("0", as_of=None) is None


def test_a_target_is_reached_by_the_exact_mass() -> None:
    assert indicator(year(500, 0, 500, 0)).has_reached(Decimal(50))
    almost = indicator(year(500_000_001, 0, 499_999_999, 0))
    assert almost.share == Decimal("0.500000")
    assert not almost.has_reached(Decimal(50))


def test_the_third_goal_is_unknown_until_there_are_passports() -> None:
    assert valued(None, None).share is None
    assert valued(Decimal(1), Decimal(4)).share == Decimal("0.25")


REGION = Target(2, Decimal(50), 2030)
TODAY = date(2028, 3, 1)
RAAD = Decision("Gemeenteraad", date(2028, 2, 29), "Raadsbesluit 2028-14")


def decide(percent: str, when: int, decision: Decision = RAAD, *, current: Target = REGION) -> Target:
    return check_target(current, percent=Decimal(percent), year=when, decision=decision, today=TODAY)


@pytest.mark.parametrize(
    ("percent", "when"),
    [("45", 2032), ("49.999", 2030), ("50", 2031), ("60", 2030), ("50", 2028), ("100", 2100), ("0.001", 2030)],
)
def test_a_goal_may_be_decided_looser_or_tighter(percent: str, when: int) -> None:
    assert decide(percent, when) == Target(2, Decimal(percent), when, decision=RAAD)


@pytest.mark.parametrize(
    ("percent", "when", "field", "sentence"),
    [
        ("0", 2030, "percent", "meer dan 0"),
        ("-1", 2030, "percent", "meer dan 0"),
        ("100.001", 2030, "percent", "meer dan 0"),
        ("NaN", 2030, "percent", "meer dan 0"),
        ("1E+30", 2030, "percent", "meer dan 0"),
        ("55.5554", 2030, "percent", "drie decimalen"),
        ("55.5556", 2030, "percent", "drie decimalen"),
        ("60", 2027, "year", "2028"),
        ("60", 2101, "year", "2100"),
        ("50.000", 2030, "percent", "zoals het nu is"),
    ],
)
def test_what_cannot_be_a_goal_says_why(percent: str, when: int, field: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        decide(percent, when)
    assert [error.field for error in refused.value.errors] == [field]
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": None}, "body"),
        ({"body": "x" * 121}, "body"),
        ({"document": ""}, "document"),
        ({"document": "x" * 301}, "document"),
        ({"text": "x" * 2001}, "text"),
        ({"decided_on": None}, "decided_on"),
        ({"decided_on": date(2028, 3, 2)}, "decided_on"),
        ({"decided_on": date(1999, 12, 31)}, "decided_on"),
    ],
)
def test_a_decision_names_who_decided_when_and_where_it_stands(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        decide("45", 2032, replace(RAAD, **changes))
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    "changes",
    [{"body": "x" * 120}, {"document": "x" * 300}, {"text": "x" * 2000}, {"decided_on": TODAY}, {"decided_on": date(2000, 1, 1)}],
)
def test_a_decision_may_be_as_long_and_as_fresh_as_this(changes: dict[str, object]) -> None:
    decision = replace(RAAD, **changes)
    assert decide("45", 2032, decision).decision == decision


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        decide("0", 2000, Decision())
    assert [error.field for error in refused.value.errors] == ["percent", "year", "body", "decided_on", "document"]


def test_a_municipalitys_own_goal_counts_for_it_also_when_it_is_looser() -> None:
    looser, same = Target(2, Decimal(40), 2035, is_own=True), Target(2, Decimal("50.0"), 2030, is_own=True)
    assert effective(looser, REGION) is looser
    assert effective(None, REGION) is REGION
    assert (InForce(REGION, looser).target, InForce(REGION).target) == (looser, REGION)
    assert [InForce(REGION, own).deviates for own in (looser, same, None)] == [True, False, False]


def test_what_an_adopted_year_keeps_reads_back_as_what_counted() -> None:
    own = Target(2, Decimal("37.50"), 2035, version=3, is_own=True)
    frozen = [REGION.frozen(), own.frozen(), Target(1, Decimal(100), 2050).frozen()]
    assert frozen == [
        {"number": 2, "percent": "50", "year": 2030, "version": 1, "isOwn": False},
        {"number": 2, "percent": "37.5", "year": 2035, "version": 3, "isOwn": True},
        {"number": 1, "percent": "100", "year": 2050, "version": 1, "isOwn": False},
    ]
    counted = thawed(frozen)
    assert counted == {2: InForce(REGION, own), 1: InForce(Target(1, Decimal(100), 2050))}
    assert thawed([]) == {}


@pytest.mark.parametrize("when", [2014, 2027])
def test_a_year_that_nobody_can_have_measured_is_refused(when: int) -> None:
    with pytest.raises(Invalid):
        check_year(when, last=2026)


def test_every_faulty_row_is_named() -> None:
    rows = [
        UseRow("bestrating", "primary", Decimal(1)),
        UseRow("maanstof", "primary", Decimal(1)),
        UseRow("bestrating", "stolen", Decimal(1)),
        UseRow("bestrating", "reused", Decimal(-1)),
        UseRow("bestrating", "primary", Decimal(2)),
        UseRow("bestrating", "recycled", Decimal("0.0001")),
    ]
    with pytest.raises(Invalid) as refused:
        check_rows(rows, groups=["bestrating"])
    assert [error.field for error in refused.value.errors] == [
        "rows[1].group", "rows[2].origin", "rows[3].mass_kg", "rows[4].group", "rows[5].mass_kg",
    ]  # fmt: skip


def test_a_row_of_zero_is_not_kept() -> None:
    assert check_rows([UseRow("bestrating", "primary", Decimal(0))], groups=["bestrating"]) == []


@pytest.mark.parametrize(("total", "share"), [("-1", None), ("0", None), ("0.001", "1"), ("0.5", "0.002"), ("1", "0.001")])
def test_there_is_a_share_as_soon_as_there_is_a_gram(total: str, share: str | None) -> None:
    result = Indicator(Decimal("0.001"), Decimal(total), reported=1).share
    assert result == (None if share is None else Decimal(share))


def test_masses_that_nobody_reported_make_no_share() -> None:
    assert Indicator(Decimal(5), Decimal(10)).share is None
    assert not Indicator(Decimal(5), Decimal(10)).has_reached(Decimal(50))


def test_a_share_is_never_below_nothing() -> None:
    assert Indicator(Decimal(-1), Decimal(10), reported=1).share == 0


def test_one_municipality_is_one_of_one_whatever_it_reported() -> None:
    assert (indicator(year(1, 0, 0, 0)).reported, indicator(year(1, 0, 0, 0)).asked_of) == (1, 1)
    assert (NOTHING_KNOWN.reported, NOTHING_KNOWN.asked_of) == (0, 1)
    assert (valued(Decimal(1), Decimal(4)).reported, valued(Decimal(1), Decimal(4)).asked_of) == (1, 1)


@pytest.mark.parametrize(("reused", "reached"), [(499, False), (500, True), (501, True)])
def test_half_is_reached_at_half(reused: int, reached: bool) -> None:
    assert indicator(year(1000 - reused, 0, reused, 0)).has_reached(Decimal(50)) is reached


@pytest.mark.parametrize(("valued_kg", "owned_kg"), [(None, 4), (1, None), (1, 0)])
def test_what_was_valued_of_an_unknown_or_empty_whole_is_unknown(valued_kg: int | None, owned_kg: int | None) -> None:
    of = [None if mass is None else Decimal(mass) for mass in (valued_kg, owned_kg)]
    assert valued(*of) is NOTHING_KNOWN


@pytest.mark.parametrize("when", [2015, 2020, 2026])
def test_a_year_can_have_been_measured_from_2015_up_to_and_with_this_year(when: int) -> None:
    check_year(when, last=2026)


@pytest.mark.parametrize("mass", ["0.001", "0.5", "9999999999.999"])
def test_a_mass_goes_from_a_gram_to_nearly_ten_million_tonnes(mass: str) -> None:
    row = UseRow("bestrating", "reused", Decimal(mass))
    assert check_rows([row], groups=["bestrating"]) == [row]


@pytest.mark.parametrize(
    ("mass", "sentence"),
    [
        ("-0.001", "nul of meer"),
        ("NaN", "nul of meer"),
        ("10000000000", "9 999 999"),
        ("0.0004", "drie decimalen"),
        ("0.0006", "drie decimalen"),
    ],
)
def test_a_mass_past_its_limits_says_why(mass: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_rows([UseRow("bestrating", "reused", Decimal(mass))], groups=["bestrating"])
    assert sentence in str(refused.value.errors[0].message).replace("\u00a0", " ").replace(".", " ")
