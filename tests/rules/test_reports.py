"""The rules of a report's way, and of rows by scope and flow."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from marketplace.impact.rules.goals import Decision
from marketplace.impact.rules.material_use import (
    ORIGINS_IN,
    Indicator,
    Origin,
    UseRow,
    YearInput,
    check_included,
    check_rows,
    indicator,
    regional,
    total_by_origin,
)
from marketplace.impact.rules.reports import (
    STATUS_LABELS,
    ReportStatus,
    check_decision,
    check_filled,
    check_over,
    check_percent,
    check_words,
    refuse_step,
)
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _

NEW_YEAR = date(2027, 1, 1)
DECISION = Decision("Raad", NEW_YEAR, "Besluit 1")


def row(origin: str, kg: int = 1, scope: str = "organisation", flow: str = "in") -> UseRow:
    return UseRow("hout", origin, Decimal(kg), scope, flow)


def year(tonnes: tuple[int, ...], *, bank: int, included: int = 0) -> YearInput:
    masses = {origin: Decimal(mass * 1000) for origin, mass in zip(ORIGINS_IN, tonnes, strict=True)}
    return YearInput(masses, Decimal(included * 1000), Decimal(bank * 1000))


def test_the_two_municipalities_of_the_issue_and_their_region() -> None:
    """A: (500 + 1 500 + 2 000 + 200) of 10 200; B: (1 000 + 1 000) of 5 000, 259 of it the bank's; together 6 200 of 15 200."""
    a, b = indicator(year((6000, 500, 1500, 2000), bank=200)), indicator(year((3000, 0, 1000, 1000), bank=259, included=259))
    assert (a.renewable_kg, a.total_kg, a.share) == (4_200_000, 10_200_000, Decimal("0.411765"))
    assert b.share == Decimal("0.4")
    region = regional([(a, 10), (b, 10)])
    assert (region.renewable_kg, region.total_kg, region.share) == (6_200_000, 15_200_000, Decimal("0.407895"))


def test_what_the_bank_added_is_split_by_origin_where_that_is_known() -> None:
    bank = {Origin.REUSED: Decimal(150), Origin.RECYCLED: Decimal(50), Origin.BIOBASED: Decimal(0)}
    whole = YearInput({Origin.PRIMARY: Decimal(1)}, Decimal(0), Decimal(200), bank)
    assert whole.added_by_origin == bank
    assert replace(whole, includes_bank_kg=Decimal(200)).added_by_origin == {}
    assert replace(whole, includes_bank_kg=Decimal(100)).added_by_origin is None
    assert replace(whole, bank_by_origin=None).added_by_origin is None


@pytest.mark.parametrize(("minimum", "share"), [("12.9", Decimal("0.4")), ("12.901", None), ("0", Decimal("0.4"))])
def test_a_share_asks_for_the_minimum_of_the_inhabitants_that_was_set(minimum: str, share: Decimal | None) -> None:
    reported = indicator(year((3000, 0, 1000, 1000), bank=0))
    region = regional([(reported, 129), (Indicator(), 871)], Decimal(minimum))
    assert (region.share, region.inhabitants_share) == (share, Decimal("0.129"))


def test_what_stays_or_leaves_may_be_of_unknown_origin_and_what_comes_in_may_not() -> None:
    rows = [row("unknown", flow="out"), row("unknown", flow="stock"), row("primary"), row("primary", scope="territory")]
    assert check_rows(rows, groups=["hout"]) == rows
    for wrong, field in (
        (row("unknown"), "origin"),
        (row("primary", scope="regio"), "scope"),
        (row("primary", flow="weg"), "flow"),
        (row("gekocht", flow="out"), "origin"),
    ):
        with pytest.raises(Invalid) as refused:
            check_rows([wrong], groups=["hout"])
        assert [error.field for error in refused.value.errors] == [f"rows[0].{field}"]
    with pytest.raises(Invalid):
        check_rows([row("primary"), row("primary", 2)], groups=["hout"])


def test_goals_take_what_came_in_of_the_scope_that_counts() -> None:
    rows = [
        row("primary", 5),
        row("primary", 7, flow="out"),
        row("reused", 2, "territory"),
        UseRow("grond", "primary", Decimal(1)),
    ]
    assert total_by_origin(rows, scope="organisation") == {Origin.PRIMARY: 6}
    assert total_by_origin(rows, scope="territory") == {Origin.REUSED: 2}


def included(kg: int, *, bank: int, is_explained: bool = False) -> date | None:
    return check_included(
        [row("reused", 10)],
        year=2026,
        included_kg=Decimal(kg),
        as_of=NEW_YEAR,
        bank_kg=Decimal(bank),
        today=NEW_YEAR,
        is_explained=is_explained,
    )


def test_more_of_the_bank_than_is_reported_needs_an_explanation_and_more_than_it_brought_is_refused() -> None:
    assert included(10, bank=259_000) == NEW_YEAR
    with pytest.raises(Invalid, match="259\xa0ton van de materialenbank"):
        included(259_000, bank=259_000)
    assert included(259_000, bank=259_000, is_explained=True) == NEW_YEAR
    for is_explained in (False, True):
        with pytest.raises(Invalid, match="ontving u 259\xa0ton"):
            included(259_001, bank=259_000, is_explained=is_explained)


def test_a_year_is_over_on_new_years_day() -> None:
    check_over(2026, today=NEW_YEAR)
    for year, following in ((2026, "2027"), (2028, "2029")):
        with pytest.raises(Invalid, match=f"{year} .*januari {following}"):
            check_over(year, today=date(2026, 12, 31))
    check_over(2020, today=NEW_YEAR)


def test_a_decision_about_a_year_is_of_a_day_after_it() -> None:
    assert check_decision(DECISION, year=2026, today=NEW_YEAR) == DECISION
    for day in (date(2025, 6, 1), date(2026, 12, 31), date(2027, 1, 2), None):
        with pytest.raises(Invalid) as refused:
            check_decision(replace(DECISION, decided_on=day), year=2026, today=NEW_YEAR)
        assert [error.field for error in refused.value.errors] == ["decided_on"]


def test_words_are_kept_as_they_are_meant() -> None:
    nothing = _("Write what you want to say.")
    assert check_words("  Ja,\r\nmaar. ", field="text", missing=nothing) == "Ja,\nmaar."
    assert check_words("x" * 2000, field="text", missing=nothing) == "x" * 2000
    for wrong in ("", " \n ", "x" * 2001):
        with pytest.raises(Invalid):
            check_words(wrong, field="text", missing=nothing)


def test_a_report_is_filled_when_something_came_in() -> None:
    check_filled([row("primary")], scope="organisation")
    for rows in ([], [row("primary", 0)], [row("primary", flow="out")], [row("primary", scope="territory")]):
        with pytest.raises(Invalid):
            check_filled(rows, scope="organisation")


@pytest.mark.parametrize("percent", ["0", "100", "12.345"])
def test_a_minimum_is_a_percentage(percent: str) -> None:
    assert check_percent(Decimal(percent)) == Decimal(percent)


@pytest.mark.parametrize("percent", ["-0.001", "100.001", "1.2345", "NaN", "Infinity"])
def test_what_is_no_percentage(percent: str) -> None:
    with pytest.raises(Invalid):
        check_percent(Decimal(percent))


def test_a_refused_step_says_where_the_report_is() -> None:
    assert set(STATUS_LABELS) == set(ReportStatus)
    assert "“In beoordeling”" in str(refuse_step("in_review").message)
    assert "niets ingediend" in str(refuse_step(None).message)
