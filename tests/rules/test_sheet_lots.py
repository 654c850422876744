"""A row of a sheet of lots, cell by cell: what it becomes, and at which column it is wrong."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.imports.rules.columns import CellFault
from marketplace.imports.rules.lot_columns import LOTS
from marketplace.imports.rules.lots import KnownLot, Lot, LotWords, add_lots, content_of, read_lot
from marketplace.imports.rules.tables import Record
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Certainty, Condition, Location, PlaceBasis, QuantityBasis
from marketplace.materials.rules.fields import UNKNOWN, Field, FieldChoice, FieldKind
from marketplace.materials.rules.taxonomy import Taxonomy
from tests.ruled import TODAY, material

COLOUR = Field(
    "kleur",
    "Kleur",
    "Colour",
    FieldKind.CHOICE,
    choices=(
        FieldChoice("grijs", "Grijs", "Grey"),
        FieldChoice("rood", "Rood", "Red"),
        FieldChoice("rood-bont", "Rood bont", "Red mix"),
        FieldChoice("rood+", "Rood +", "Red +"),
    ),
)
THICK = Field("dikte", "Dikte", "Thickness", FieldKind.NUMBER, unit_nl="cm", unit_en="cm", places=1)
LAID = Field("gelegd", "Gelegd op", "Laid on", FieldKind.DAY)
MADE = Field("gemaakt", "Gemaakt in", "Made in", FieldKind.YEAR)
MARK = Field("merk", "Merk", "Make", FieldKind.LINE)
FIELDS = (COLOUR, THICK, LAID, MADE, MARK)
STONE = material("kei", "stenen", default=Unit.M2, kg={Unit.M2: Decimal(185)}, fields=FIELDS)
BARE = material("zand", default=Unit.M3)
KNOWN = Taxonomy(1, (STONE, replace(BARE, id=2)), (), (), (), fields=FIELDS)
BORNE = Location("Borne", "borne", Point(52.3, 6.75), PlaceBasis.PLACE)


def find_place(typed: str) -> Location:
    if typed != "Borne":
        raise Invalid("nergens", "place")
    return BORNE


def place_at(point: Point) -> Location:
    return Location("punt", "", point, PlaceBasis.POINT)


WORDS = LotWords(
    KNOWN,
    {"kei": "kei", "zand": "zand"},
    {"goed": "good", "matig": "poor"},
    {"gemeten": "measured"},
    {"idee": "idea"},
    {"ja": "yes", "nee": "no"},
    {"werf": 7},
    {},
    frozenset(),
    find_place,
    place_at,
    TODAY,
)
ROW = {
    "title": "Klinkers",
    "material": "Kei",
    "quantity": "1.200,5",
    "unit": "m²",
    "condition": "Goed",
    "available_from": "1-3-2027",
    "place": "Borne",
}
PLANNED = {"available_from": "", "earliest": "1-3-2027", "latest": "1-9-2027", "certainty": "idee"}


def read(words: LotWords = WORDS, faults: dict[str, CellFault] | None = None, **cells: str | None) -> tuple[Lot | None, set[str]]:
    """What becomes of the row with these cells changed (None: not in the sheet), and the columns at which it is wrong."""
    named = {key.replace("field_", "fields."): typed for key, typed in cells.items()}
    row = {key: typed for key, typed in {**ROW, **named}.items() if typed is not None}
    lot, faulty = read_lot(Record(row, faults or {}), words)
    return lot, set(faulty.sentences)


def good(**cells: str | None) -> Lot:
    lot, wrong = read(**cells)
    assert lot is not None and not wrong, wrong
    return lot


def test_a_row_becomes_a_draft_with_all_that_it_says() -> None:
    lot = good(
        available_until="30-6-2027",
        quantity_basis="gemeten",
        year_of_construction="1998",
        price="2,50",
        external_id=" A-1 ",
        description="Uit de Dorpsstraat",
        remarks="Zonder zand",
    )
    draft = lot.draft
    assert (lot.external_id, lot.is_known) == ("A-1", False)
    assert (draft.title, draft.material, draft.quantity) == ("Klinkers", "kei", Quantity(Decimal("1200.5"), Unit.M2))
    assert (draft.condition, draft.quantity_basis) == (Condition.GOOD, QuantityBasis.MEASURED)
    assert (draft.available_from, draft.available_until) == (date(2027, 3, 1), date(2027, 6, 30))
    assert (draft.planned, draft.earliest, draft.latest, draft.certainty) == (False, None, None, None)
    assert (draft.location, draft.depot_id, draft.year_of_construction, draft.price_cents_per_unit) == (BORNE, None, 1998, 250)
    assert (draft.description, draft.remarks, draft.fields) == ("Uit de Dorpsstraat", "Zonder zand", {})


def test_a_number_of_the_own_system_has_120_signs_at_most() -> None:
    assert good(external_id="x" * 120).external_id == "x" * 120


def test_what_a_row_does_not_say_stays_open() -> None:
    lot = good()
    assert (lot.external_id, lot.draft.available_until, lot.draft.price_cents_per_unit) == (None, None, None)
    assert (lot.draft.quantity_basis, lot.draft.year_of_construction) == (QuantityBasis.ESTIMATED, None)


@pytest.mark.parametrize("key", [column.key for column in LOTS.columns if column.is_required])
def test_what_every_lot_says_is_needed(key: str) -> None:
    for empty in ("", None):
        lot, wrong = read(**{key: empty})
        assert lot is None and key in wrong


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"material": "hout"}, {"material"}),
        ({"quantity": "veel"}, {"quantity"}),
        ({"quantity": "0"}, {"quantity"}),
        ({"quantity": "2.000.000,001", "unit": "ton"}, {"quantity"}),  # a kilogram more than 2 million tonnes
        ({"unit": "emmer"}, {"unit"}),
        ({"unit": "m"}, {"unit"}),
        ({"condition": "prima"}, {"condition"}),
        ({"available_from": "morgen vroeg"}, {"available_from"}),
        ({"available_until": "28-2-2027"}, {"available_until"}),
        ({"quantity_basis": "gegokt"}, {"quantity_basis"}),
        ({"year_of_construction": "19980"}, {"year_of_construction"}),
        ({"year_of_construction": "998"}, {"year_of_construction"}),
        ({"year_of_construction": "199x"}, {"year_of_construction"}),
        ({"year_of_construction": "१९९८"}, {"year_of_construction"}),
        ({"year_of_construction": "2099"}, {"year_of_construction"}),
        ({"price": "2,505"}, {"price"}),
        ({"price": "-1"}, {"price"}),
        ({"external_id": "x" * 121}, {"external_id"}),
        ({"planned": "misschien"}, {"planned"}),
        ({"title": "x" * 121}, {"title"}),
        ({"place": "Rome"}, {"place"}),
        ({"place": ""}, {"place"}),
        ({"place": None}, {"title"}),
        ({"place": None, "depot": ""}, {"depot"}),
        ({"place": None, "lat": "", "lon": ""}, {"lat"}),
        ({"place": None, "lon": ""}, {"lon"}),
        ({"depot": "werf"}, {"place"}),
        ({"place": None, "depot": "werf", "lat": "52,3", "lon": "6,75"}, {"depot"}),
        ({"place": "", "depot": "werf", "lon": "6,75"}, {"place"}),
        ({"place": None, "depot": "loods"}, {"depot"}),
        ({"place": None, "lat": "52,3"}, {"lat"}),
        ({"place": None, "lon": "6,75"}, {"lon"}),
        ({"place": None, "lat": "6,75", "lon": "52,3"}, {"lat"}),
    ],
)
def test_a_cell_that_is_wrong_is_told_at_its_column(cells: dict[str, str | None], wrong: set[str]) -> None:
    lot, faults = read(**cells)
    assert lot is None
    assert faults == wrong


@pytest.mark.parametrize(
    ("cells", "key", "words"),
    [
        ({"title": ""}, "title", "Dorpsstraat”"),
        ({"unit": ""}, "unit", "Eenheid"),
        ({"condition": "prima"}, "condition", "Nieuw / Goed / Redelijk / Matig"),
        ({"quantity_basis": "gegokt"}, "quantity_basis", "Geschat / "),
        ({"year_of_construction": "19980"}, "year_of_construction", "“19980” is geen jaar."),
        ({"year_of_construction": "998"}, "year_of_construction", "“998” is geen jaar."),
        ({"year_of_construction": "x" * 61}, "year_of_construction", "“" + "x" * 60 + "…”"),
        ({"place": "", "lat": "52,3"}, "lat", "52,30"),
        ({"place": "", "lon": "6,75"}, "lon", "52,30"),
        ({"place": ""}, "place", "postcode"),
        ({"depot": "werf"}, "place", "één manier"),
        ({"planned": "nee", "available_from": ""}, "available_from", "eerste dag"),
    ],
)
def test_a_sentence_says_what_may_be_typed(cells: dict[str, str], key: str, words: str) -> None:
    _lot, faults = read_lot(Record({**ROW, **cells}), WORDS)
    assert words in str(faults.sentences[key]), str(faults.sentences[key])


def test_a_cell_of_the_spreadsheet_that_is_no_value_is_told_too() -> None:
    assert read(faults={"title": CellFault.FORMULA}) == (None, {"title"})


def test_it_lies_at_a_place_at_a_point_or_in_a_depot() -> None:
    assert good(place=None, depot="Werf").draft.depot_id == 7
    assert good(place=None, depot="Werf").draft.location is None
    for lat, lon in (("52,3", "6,75"), ("52.3", "6.75")):
        location = good(place="", lat=lat, lon=lon).draft.location
        assert location is not None and location.point == Point(52.3, 6.75)


@pytest.mark.parametrize(
    "cells", [{}, {"planned": "ja"}, {"latest": "1-9-2027", "planned": "ja"}, {"available_from": "1-3-2027"}]
)
def test_what_comes_free_later_has_a_period_and_no_first_day(cells: dict[str, str]) -> None:
    draft = good(**{**PLANNED, **cells}).draft
    assert (draft.planned, draft.available_from, draft.available_until) == (True, None, None)
    assert (draft.earliest, draft.latest, draft.certainty) == (date(2027, 3, 1), date(2027, 9, 1), Certainty.IDEA)


def test_the_last_day_of_a_period_may_stand_in_both_columns_and_another_may_not() -> None:
    assert good(**{**PLANNED, "available_until": "1-9-2027"}).draft.available_until is None
    assert read(**{**PLANNED, "available_until": "2-9-2027"}) == (None, {"available_until"})
    assert read(**{**PLANNED, "available_from": "2-3-2027"}) == (None, {"available_from"})


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"earliest": "1-3-2027"}, {"latest", "certainty"}),
        ({"earliest": "2-3-2027"}, {"available_from", "latest", "certainty"}),
        ({"latest": "1-9-2027"}, {"available_from", "earliest", "certainty"}),
        ({"certainty": "idee"}, {"available_from", "earliest", "latest"}),
        ({"certainty": "zeker"}, {"available_from", "earliest", "latest", "certainty"}),
        ({"planned": "nee", "earliest": "1-3-2027"}, {"earliest"}),
        ({"planned": "ja"}, {"available_from", "earliest", "latest", "certainty"}),
    ],
)
def test_a_period_is_said_whole(cells: dict[str, str], wrong: set[str]) -> None:
    assert read(**cells) == (None, wrong)
    if cells.get("planned") == "nee":
        assert not good(planned="nee").draft.planned
        assert read(planned="nee", available_from="") == (None, {"available_from"})
        assert good(planned="nee", available_until="1-3-2027", latest="").draft.available_until == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("field", "typed", "answer"),
    [
        ("kleur", "grijs", "grijs"),
        ("kleur", "GREY", "grijs"),
        ("kleur", "Rood bont", "rood-bont"),
        ("kleur", "rood, bont", "rood-bont"),
        ("kleur", "Rood", "rood"),
        ("kleur", "rood +", "rood+"),
        ("kleur", "grijs, ", "grijs"),
        ("kleur", "onbekend", UNKNOWN),
        ("kleur", "Unknown", UNKNOWN),
        ("dikte", "8,5", "8.5"),
        ("dikte", "onbekend", UNKNOWN),
        ("gelegd", "1-3-1998", "1998-03-01"),
        ("gemaakt", "1998", 1998),
        ("merk", "Struyk", "Struyk"),
    ],
)
def test_a_field_of_the_material_is_answered_as_it_is_typed(field: str, typed: str, answer: Any) -> None:
    lot, wrong = read(**{f"field_{field}": typed})
    assert not wrong
    stored = KnownLot(3, content_of(lot.draft) if lot else (), {field: answer})
    words = replace(WORDS, known_lots={"A-1": stored})
    again, wrong = read(words, external_id="A-1", **{f"field_{field}": typed})
    assert again is not None and again.is_known and not wrong
    other = replace(WORDS, known_lots={"A-1": replace(stored, answers={field: "iets anders"})})
    assert read(other, external_id="A-1", **{f"field_{field}": typed}) == (None, {"external_id"})


@pytest.mark.parametrize(
    ("field", "typed"),
    [("kleur", "paars"), ("kleur", "rood -"), ("dikte", "dik"), ("dikte", "8,55"), ("gelegd", "ooit"), ("gemaakt", "oud")],
)
def test_an_answer_that_cannot_be_is_told_at_its_field(field: str, typed: str) -> None:
    assert read(**{f"field_{field}": typed}) == (None, {f"fields.{field}"})


def test_a_field_that_is_empty_or_that_nobody_knows_is_passed_over() -> None:
    assert good(field_kleur="", field_geur="fris").draft.fields == {}
    assert read(material="Zand", unit="m³", field_kleur="grijs") == (None, {"fields.kleur"})


def test_a_lot_is_known_again_by_its_number_where_it_says_the_same() -> None:
    content = content_of(good().draft)
    assert content == ("Klinkers", "kei", Decimal("1200.5"), "m2", "good")
    words = replace(WORDS, known_lots={"A-1": KnownLot(3, content, {})}, twice=frozenset({"B-2"}))
    lot, none = read(words, external_id="A-1")
    assert lot is not None and lot.is_known and not none
    for changed in ({"title": "Stenen"}, {"quantity": "1.200"}, {"condition": "matig"}):
        assert read(words, external_id="A-1", **changed) == (None, {"external_id"})
    assert read(words, external_id="B-2") == (None, {"external_id"})
    fresh, none = read(words, external_id="C-3")
    assert fresh is not None and not fresh.is_known


def test_the_sums_of_a_sheet_leave_out_what_stands_there() -> None:
    pavers, sand = good(), good(material="Zand", unit="m³", quantity="2")
    sums = add_lots({"kei|m2": [1, "10"]}, [pavers, pavers, sand, replace(pavers, is_known=True)])
    assert sums == {"kei|m2": [3, "2411.0"], "zand|m3": [1, "2"]}
