"""What looks odd in a report, at each limit and one past it, with the figures that are said."""

from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.impact.rules.material_use import Origin, UseRow
from marketplace.impact.rules.plausibility import Finding, Reported, Rule, find_oddities
from marketplace.kernel.language import reading_in


def row(origin: str, kg: int, group: str = "bestrating", **more: str) -> UseRow:
    return UseRow(group, origin, Decimal(kg), **more)


PLAIN = Reported(
    year=2026,
    scope="organisation",
    rows=(row("primary", 600_000), row("reused", 400_000)),
    before=(row("primary", 1_000_000),),
    includes_bank_kg=Decimal(0),
    bank_kg=Decimal(0),
    inhabitants=1000,
    group_names={"bestrating": "Bestrating", "hout": "Hout"},
)


def oddities(**changes: object) -> list[str]:
    return [finding.rule.value for finding in find_oddities(replace(PLAIN, **changes))]  # type: ignore[arg-type]


def oddity_sentence(**changes: object) -> str:
    [finding] = find_oddities(replace(PLAIN, **changes))  # type: ignore[arg-type]
    return str(finding.sentence).replace("\xa0", " ")


def test_an_ordinary_report_has_nothing_odd_and_an_empty_one_is_not_looked_at() -> None:
    assert oddities() == []
    assert oddities(rows=()) == []
    assert "group_gone" in oddities(
        scope="territory",
        rows=(row("primary", 1_000_000, "hout", scope="territory"), row("reused", 9)),
        before=(row("primary", 1_000_000, scope="territory"),),
    )
    assert oddities(rows=(row("primary", 1, scope="territory"), row("primary", 1, flow="out"))) == []


@pytest.mark.parametrize(
    ("included", "bank", "rules"),
    [(1, 100, []), (1, 400_000, []), (1, 400_001, ["bank_not_in_it"]), (0, 400_001, []), (400_000, 500_000, ["bank_not_in_it"])],
)
def test_the_banks_mass_has_to_be_somewhere_where_a_report_says_that_it_is_in_it(
    included: int, bank: int, rules: list[str]
) -> None:
    assert oddities(includes_bank_kg=Decimal(included), bank_kg=Decimal(bank)) == rules


def test_ten_kilograms_cannot_hold_the_259_tonnes_of_the_bank() -> None:
    rows = (row("primary", 1_000_000), row("reused", 10))
    assert oddity_sentence(rows=rows, includes_bank_kg=Decimal(259_000), bank_kg=Decimal(259_000)) == (
        "U geeft 10 kg op als hergebruikt, gerecycled en biobased, en zegt dat daar 259 ton van de materialenbank in zit. "
        "De bank bracht 259 ton."
    )


@pytest.mark.parametrize(
    ("total", "rules"),
    [(1_500_000, []), (1_500_001, ["much_changed"]), (500_000, []), (499_999, ["much_changed"])],
)
def test_more_than_half_up_or_down_on_the_year_before_is_odd(total: int, rules: list[str]) -> None:
    assert oddities(rows=(row("primary", total),)) == rules


def test_the_year_before_is_compared_in_the_same_scope_and_what_came_in_only() -> None:
    assert oddities(before=None) == []
    assert oddities(before=(row("primary", 9_000_000, scope="territory"),)) == []
    assert oddities(before=(row("primary", 9_000_000, flow="stock"), row("primary", 900_000))) == []
    assert oddity_sentence(before=(row("primary", 9_000_000),)) == (
        "In totaal kwam er 1.000 ton binnen. In 2025 was dat 9.000 ton: dat scheelt meer dan de helft."
    )


@pytest.mark.parametrize(
    ("total", "rules"),
    [(100_000, []), (99_999, ["out_of_band"]), (15_000_000, []), (15_000_001, ["out_of_band"])],
)
def test_from_a_hundred_kilograms_to_fifteen_tonnes_per_inhabitant_is_usual(total: int, rules: list[str]) -> None:
    assert oddities(rows=(row("primary", total),), before=None) == rules


def test_a_place_without_inhabitants_has_no_usual_mass() -> None:
    assert oddities(inhabitants=0, rows=(row("primary", 1),), before=None) == []


def test_how_much_each_inhabitant_has_is_said_and_never_as_nothing() -> None:
    assert oddity_sentence(rows=(row("primary", 90_000),), before=None) == (
        "In totaal kwam er 90 ton binnen voor 1.000 inwoners: 90 kg per inwoner. Gebruikelijk is 100 kg tot 15 ton."
    )
    assert "minder dan 1 kg per inwoner" in oddity_sentence(rows=(row("primary", 999),), before=None)
    assert "1,5 kg per inwoner" in oddity_sentence(rows=(row("primary", 1500),), before=None)


@pytest.mark.parametrize(("primary", "rules"), [(1, []), (0, ["no_primary"])])
def test_a_year_without_any_new_material_is_odd(primary: int, rules: list[str]) -> None:
    assert oddities(rows=(row("primary", primary), row("recycled", 900_000))) == rules


def test_a_group_that_had_tonnes_and_has_none_is_odd() -> None:
    before = (row("primary", 900_000), row("biobased", 50_000, "hout"), row("primary", 0, "asfalt"))
    assert oddity_sentence(before=before) == "Van “Hout” kwam niets binnen. In 2025 was dat 50 ton."
    rows = (*PLAIN.rows, row("reused", 1, "hout"))
    assert oddities(before=before, rows=rows) == []
    out = (*PLAIN.rows, row("reused", 1, "hout", flow="out"))
    assert oddities(before=before, rows=out) == ["group_gone"]


def test_a_finding_is_kept_as_plain_values_and_read_in_another_language() -> None:
    [finding] = find_oddities(replace(PLAIN, before=(row("primary", 900_000), row("biobased", 50_000, "hout"))))
    stored = finding.stored()
    assert stored == {"rule": "group_gone", "facts": {"group": "hout", "year": "2025", "before_kg": "50000"}}
    with reading_in("en"):
        again = Finding.of(stored, {"hout": "Wood"})
        assert (again.rule, str(again.sentence)) == (Rule.GROUP_GONE, "Of “Wood” nothing came in. In 2025 it was 50\xa0tonnes.")
    assert Finding.of(stored, {}).name == "hout"


def test_what_came_in_is_summed_by_origin() -> None:
    rows = (row("primary", 1), row("primary", 2, "hout"), row("reused", 4, scope="territory"))
    assert replace(PLAIN, rows=rows).by_origin == {Origin.PRIMARY: 3}
