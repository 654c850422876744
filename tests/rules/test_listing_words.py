"""What a listing says by itself: its title when it comes back, its search words, its weight, and what follows from answers."""

from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import (
    answer_words,
    check_said_of_lot,
    check_weight_of_lot,
    is_part_allowed,
    returned_title,
)
from marketplace.market.rules.values import deciding_gates, hazards_of_answers, with_answers
from marketplace.materials.rules.fields import YES_OR_NO, Field, FieldChoice, FieldKind
from tests.ruled import ASPHALT, GATES, PAVERS, material


@pytest.mark.parametrize(
    ("amount", "minimum", "allowed"),
    [("1", None, True), ("40", "40", True), ("39.999", "40", False), ("100", "200", True), ("99", "200", False)],
)
def test_a_part_is_the_smallest_or_more_or_all_that_is_left(amount: str, minimum: str | None, allowed: bool) -> None:
    assert is_part_allowed(Decimal(amount), Decimal(100), None if minimum is None else Decimal(minimum)) is allowed


def test_a_title_says_once_that_it_came_back() -> None:
    once = returned_title("Klinkers")
    assert once.endswith("Klinkers")
    assert once != "Klinkers"
    assert returned_title(once) == once
    assert len(returned_title("x" * 120)) == 120


FIELDS = {
    "kleur": Field("kleur", "Kleur", "Colour", FieldKind.CHOICE, choices=(FieldChoice("grijs", "Grijs", "Grey"),)),
    "heel": Field("heel", "Heel", "Whole", FieldKind.ANSWER, choices=YES_OR_NO),
    "dikte": Field("dikte", "Dikte", "Thickness", FieldKind.NUMBER, unit_nl="cm", unit_en="centimetres"),
    "merk": Field("merk", "Merk", "Make"),
    "gelegd": Field("gelegd", "Gelegd", "Laid", FieldKind.DAY),
    "jaar": Field("jaar", "Jaar", "Year", FieldKind.YEAR),
}


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"kleur": "grijs"}, ("Grijs", "Grey")),
        ({"kleur": "paars"}, ()),
        ({"heel": "yes"}, ("Heel", "Whole")),
        ({"heel": "no"}, ()),
        ({"dikte": "8"}, ("8 cm", "centimetres")),
        ({"merk": "Struyk"}, ("Struyk",)),
        ({"gelegd": "1998-03-01"}, ()),
        ({"jaar": 1998}, ("1998",)),
        ({"merk": "unknown", "dikte": "unknown"}, ()),
        ({"geur": "fris"}, ()),
        ({"merk": "Struyk", "kleur": "grijs"}, ("Grijs", "Grey", "Struyk")),
        ({"merk": "zwart"}, ("zwart",)),
        ({"merk": "aluminium"}, ("aluminium",)),
    ],
)
def test_a_lot_is_found_by_what_it_answers(answers: dict[str, Any], words: tuple[str, ...]) -> None:
    assert answer_words(FIELDS, answers) == words


@pytest.mark.parametrize(
    ("changed", "has", "is_stored", "field"),
    [
        ({"title", "price"}, None, False, None),
        ({"quantity"}, None, False, "quantity"),
        ({"material"}, None, True, "material"),
        ({"place"}, None, False, "place"),
        ({"place"}, "Werf", True, None),
        ({"place"}, "Losser", False, "place"),
        ({"depot"}, "Werf", True, "depot"),
        ({"kg_per_unit"}, None, False, None),
        ({"kg_per_unit"}, "Werf", True, None),
        ({"kg_per_unit"}, "Losser", False, "kg_per_unit"),
    ],
)
def test_what_is_in_stock_is_changed_in_stock(changed: set[str], has: str | None, is_stored: bool, field: str | None) -> None:
    if field is None:
        check_said_of_lot(changed, has=has, is_stored=is_stored)
        return
    with pytest.raises(Conflict, match=has or "Deel of verplaats|splits") as refusal:
        check_said_of_lot(changed, has=has, is_stored=is_stored)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("typed", "is_measured", "words"),
    [
        ("185.5", True, None),
        ("185.5", False, None),
        (None, False, None),
        (None, True, "185,5"),
        ("185", True, "185,5"),
        ("185", False, "185,5"),
    ],
)
def test_a_lot_in_stock_has_one_weight(typed: str | None, is_measured: bool, words: str | None) -> None:
    weight = None if typed is None else Decimal(typed)
    if words is None:
        check_weight_of_lot(weight, Decimal("185.50"), unit=Unit.M2, is_measured=is_measured)
        return
    with pytest.raises(Invalid, match=words) as refusal:
        check_weight_of_lot(weight, Decimal("185.50"), unit=Unit.M2, is_measured=is_measured)
    assert refusal.value.field == "kg_per_unit"


def test_a_weight_of_whole_kilograms_is_told_without_decimals() -> None:
    with pytest.raises(Invalid, match=r"1[.]200\skg"):
        check_weight_of_lot(None, Decimal(1200), unit=Unit.M2, is_measured=True)


def asphalt_with(*slugs: str) -> Any:
    """Asphalt of which these fields are asked."""
    fields = tuple(Field(slug, slug, slug, FieldKind.NUMBER) for slug in slugs)
    return material("asfaltschollen", "asfalt", "pak", fields=fields)


LIMITS = {
    gate.hazard: gate for gate in deciding_gates(GATES, asphalt_with(*(slug for gate in GATES for slug in gate.fields))).values()
}


def test_only_what_a_material_asks_decides_its_hazards() -> None:
    assert deciding_gates(GATES, ASPHALT) == {}
    assert deciding_gates(GATES, PAVERS) == {}
    assert set(LIMITS) == {"pak"}


@pytest.mark.parametrize(("measured", "word"), [("above", "yes"), ("at", "no"), ("below", "no"), ("unknown", None), (None, None)])
def test_a_measured_figure_decides_at_its_limit(measured: str | None, word: str | None) -> None:
    gate = LIMITS["pak"]
    lot = asphalt_with(*gate.fields)
    assert gate.limit is not None
    figures = {"above": str(gate.limit + 1), "at": str(gate.limit), "below": str(gate.limit - 1), "unknown": "unknown"}
    answers = {} if measured is None else {gate.fields[0]: figures[measured]}
    assert hazards_of_answers(GATES, lot, answers) == ({} if word is None else {"pak": word})


def test_an_answer_goes_before_what_followed_from_the_one_before() -> None:
    gate = LIMITS["pak"]
    lot, slug = asphalt_with(*gate.fields), gate.fields[0]
    assert gate.limit is not None
    high, low = {slug: str(gate.limit + 1)}, {slug: str(gate.limit)}
    assert with_answers(GATES, lot, {"pak": "unknown"}, high, {}) == {"pak": "yes"}
    assert with_answers(GATES, lot, {"pak": "no"}, high, {}) == {"pak": "yes"}
    assert with_answers(GATES, lot, {"pak": "no"}, low, {}) == {"pak": "no"}
    assert with_answers(GATES, lot, {"pak": "yes"}, low, high) == {"pak": "no"}  # the yes followed from the figure before
    assert with_answers(GATES, lot, {"pak": "yes"}, {}, high) == {"pak": "unknown"}
    assert with_answers(GATES, lot, {"pak": "no"}, {}, low) == {"pak": "unknown"}
    assert with_answers(GATES, lot, {"pak": "no"}, {}, high) == {"pak": "no"}
    assert with_answers(GATES, lot, {"asbest": "yes"}, low, {}) == {"asbest": "yes", "pak": "no"}
    for before in ({}, low):
        with pytest.raises(Invalid) as refusal:
            with_answers(GATES, lot, {"pak": "yes"}, low, before)
        assert refusal.value.field == "hazards"
