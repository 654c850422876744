"""How a memo may be concluded, what it is called, and when two searches are the same. By hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _, reading_in
from marketplace.kernel.units import Amount, Quantity, Unit
from marketplace.market.rules.listing import Condition, Location
from marketplace.materials.rules.taxonomy import Material, MaterialGroup
from marketplace.memos.rules.memo import ConclusionDraft, Decision, WhyNew, check_conclusion, memo_number, search_digest
from marketplace.memos.rules.record import (
    FoundLot,
    Lying,
    Searched,
    SearchResult,
    Stock,
    Wish,
    Words,
    read_found,
    read_searched,
    read_stock,
    words_of,
    written,
)
from marketplace.places.rules import PlaceBasis

PAVING = MaterialGroup("bestrating", "Bestrating", "Paving")
KEI = Material(
    "kei", "Kei", "Kei", 1, PAVING, Unit.M2, {Unit.M2: Decimal(185), Unit.PIECE: Decimal("4.2"), Unit.TONNE: Decimal(1000)}
)
SEARCHED = Quantity(Decimal(40), Unit.M2)  # 7 400 kg
SEARCH = Searched(
    title="Parkeerhof",
    project="Marktplein",
    department="Wegen",
    material="kei",
    material_name=Words("Kei", "Cobble"),
    group="bestrating",
    group_name=Words("Bestrating", "Paving"),
    also=(Words("Dik", "Thick"),),
    quantity=SEARCHED,
    min_condition=Condition.FAIR,
    needed_from=date(2027, 1, 4),
    needed_until=date(2027, 3, 1),
    max_distance_km=Decimal("12.5"),
    accepts_hazards=("asbest",),
    accepts_unknown_hazards=True,
    fields={"thickness-cm": {"min": "8"}},
    wishes=(Wish(Words("Dikte", "Thickness"), Words("minstens 8 cm", "at least 8 cm")),),
    place=Location("Borne", "borne", Point(52.30136, 6.7482), PlaceBasis.ADDRESS, "Markt 1"),
)
LOT = FoundLot(
    listing_id=7,
    title="Grijze keien",
    organisation="Hengelo",
    place_name="Hengelo",
    material_name=Words("Kei", "Cobble"),
    condition=Condition.GOOD,
    distance_km=Decimal("5.001"),
    available=Amount(Decimal(12), Unit.M2),
    available_from=date(2027, 2, 1),
    is_planned=True,
    covers=Amount(Decimal(12), Unit.M2),
    doubts=(Words("Dikte niet genoemd", "Thickness not given"),),
)


def faults(decision: Decision, *, fitting: int = 0, nearly: int = 0, **fields: Any) -> list[str]:
    try:
        draft = ConclusionDraft(decision, **fields)
        check_conclusion(draft, searched=SEARCHED, material=KEI, fitting=fitting, nearly=nearly)
    except Invalid as refusal:
        return [error.field for error in refusal.errors]
    return []


def test_a_number_has_four_figures_and_more_where_a_year_has_more() -> None:
    assert memo_number(2026, 1) == "EDB-2026-0001"
    assert memo_number(2027, 12345) == "EDB-2027-12345"


def test_a_reason_is_asked_from_the_first_lot_that_fits() -> None:
    assert faults(Decision.BOUGHT_NEW, fitting=0, nearly=3) == []
    assert faults(Decision.BOUGHT_NEW, fitting=1) == ["reason"]
    assert faults(Decision.BOUGHT_NEW, fitting=1, reason=WhyNew.PRICE) == []


@pytest.mark.parametrize(
    ("explanation", "expected"), [("", ["explanation"]), ("-", ["explanation"]), ("x.", ["explanation"]), ("op", [])]
)
def test_another_reason_is_said_in_words(explanation: str, expected: list[str]) -> None:
    assert faults(Decision.BOUGHT_NEW, reason=WhyNew.OTHER, explanation=explanation) == expected


def test_what_was_not_found_is_not_taken_from_the_bank() -> None:
    assert faults(Decision.FROM_BANK) == ["decision"]
    assert faults(Decision.FROM_BANK, nearly=1) == []
    assert faults(Decision.FROM_BANK, fitting=1) == []
    assert faults(Decision.WAITS) == []


@pytest.mark.parametrize("decision", [Decision.FROM_BANK, Decision.WAITS])
def test_what_belongs_to_buying_new_stands_nowhere_else(decision: Decision) -> None:
    fields = {"reason": WhyNew.PRICE, "explanation": "te duur", "purchase_reference": "12", "bought": SEARCHED}
    assert faults(decision, fitting=1, **fields) == ["reason", "explanation", "purchase_reference", "bought"]


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("1", Unit.M2, []),
        ("400", Unit.M2, []),  # 74 000 kg, ten times 7 400
        ("400.001", Unit.M2, ["bought"]),
        ("74", Unit.TONNE, []),
        ("74.001", Unit.TONNE, ["bought"]),
        ("1", Unit.M3, ["bought"]),
    ],
)
def test_more_than_ten_times_what_was_searched_is_a_slip(amount: str, unit: Unit, expected: list[str]) -> None:
    assert faults(Decision.BOUGHT_NEW, bought=Quantity(Decimal(amount), unit)) == expected


def test_texts_have_an_end() -> None:
    assert faults(Decision.BOUGHT_NEW, explanation="a" * 300, purchase_reference="b" * 200) == []
    assert faults(Decision.BOUGHT_NEW, explanation="a" * 301, purchase_reference="b" * 201) == [
        "explanation",
        "purchase_reference",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"material": "dik"},
        {"quantity": Quantity(Decimal(41), Unit.M2)},
        {"quantity": Quantity(Decimal(40), Unit.TONNE)},
        {"min_condition": Condition.GOOD},
        {"needed_from": date(2027, 1, 5)},
        {"needed_until": date(2027, 3, 2)},
        {"max_distance_km": None},
        {"accepts_hazards": ()},
        {"accepts_unknown_hazards": False},
        {"project": "Kerkplein"},
        {"fields": {"thickness-cm": {"min": "10"}}},
        {"place": Location("Borne", "borne", Point(52.30137, 6.7482), PlaceBasis.ADDRESS, "Markt 1")},
    ],
)
def test_another_search_has_another_digest(change: dict[str, Any]) -> None:
    assert search_digest(replace(SEARCH, **change)) != search_digest(SEARCH)


@pytest.mark.parametrize("change", [{"title": "Anders"}, {"department": "Groen"}, {"project": "marktplein"}])
def test_words_that_only_people_read_make_no_other_search(change: dict[str, Any]) -> None:
    assert search_digest(replace(SEARCH, **change)) == search_digest(SEARCH)


def test_what_is_kept_gives_the_same_values_back() -> None:
    result = SearchResult(3, 1, (LOT,), (replace(LOT, covers=None, in_the_way=Words("te ver", "too far")),))
    stock = Stock(Lying(2, 1, Decimal("20.5"), 0, Decimal("5.001")), Lying(0, 0, Decimal(0), 0, None))
    assert read_searched(written(SEARCH)) == SEARCH
    assert read_found(written(result)) == result
    assert read_stock(written(stock)) == stock


def test_a_sentence_is_kept_in_both_languages() -> None:
    words = words_of(_("Distance"))
    assert words == Words("Afstand", "Distance")
    assert str(words) == "Afstand"
    with reading_in("en"):
        assert str(words) == "Distance"


def test_a_search_is_the_demand_that_asks_for_it() -> None:
    draft = SEARCH.draft
    assert (draft.title, draft.material, draft.quantity, draft.location) == ("Parkeerhof", "kei", SEARCHED, SEARCH.place)
    assert draft.fields == {"thickness-cm": {"min": "8"}}
    assert (draft.max_distance_km, draft.accepts_hazards, draft.draft) == (Decimal("12.5"), ("asbest",), False)
