"""The columns of a sheet of lots: each field of the materials, by its names and its unit."""

from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.imports.rules.columns import Column
from marketplace.imports.rules.lot_columns import LOTS, field_columns, is_field, with_example
from marketplace.imports.rules.material_use import MATERIAL_USE
from marketplace.imports.rules.outflow import OUTFLOW
from marketplace.imports.rules.passports import PASSPORTS
from marketplace.imports.rules.raw import RAW
from marketplace.imports.rules.tables import Table
from marketplace.kernel.language import localize, reading_in
from marketplace.kernel.units import Unit
from marketplace.materials.rules.fields import YES_OR_NO, Field, FieldChoice, FieldKind, FieldSet
from marketplace.materials.rules.taxonomy import Taxonomy
from tests.ruled import material

THICK = Field("dikte", "Dikte", "Thickness", FieldKind.NUMBER, unit_nl="cm", unit_en="centimetres")
COUNT = Field("aantal-lagen", "Aantal lagen", "Number of layers", FieldKind.NUMBER)
COLOUR = Field("kleur", "Kleur", "Colour", FieldKind.CHOICE, choices=(FieldChoice("grijs", "Grijs", "Grey"),))
TINT = Field("kleur-hout", "Kleur", "Tint", FieldKind.CHOICE, choices=(FieldChoice("bruin", "Bruin", "Brown"),))
GRADE = Field("klasse", "Klasse", "Condition", FieldKind.LINE)  # in English called as a column that each lot has
MADE = Field("gemaakt", "Gemaakt in", "Made in", FieldKind.YEAR)
LAID = Field("gelegd", "Gelegd op", "Laid on", FieldKind.DAY)
WHOLE = Field("heel", "Heel", "Whole", FieldKind.ANSWER, choices=YES_OR_NO)
LOOSE = Field("los", "Los", "Loose", FieldKind.LINE)
FIELDS = (THICK, COUNT, COLOUR, TINT, GRADE, MADE, LAID, WHOLE, LOOSE)
SETS = (
    FieldSet("stenen", "Stenen", "Stones", fields=(THICK, COUNT, COLOUR, GRADE, MADE)),
    FieldSet("hout", "Hout", "Wood", fields=(TINT, LAID, WHOLE)),
)
STONE = material("kei", "stenen", default=Unit.M2, kg={Unit.M2: Decimal(185)}, fields=(THICK, COLOUR))
KNOWN = Taxonomy(1, (STONE,), (), (), (), field_sets=SETS, fields=FIELDS)


def columns(locale: str = "nl") -> dict[str, tuple[str, str]]:
    """By key, the label and the meaning of each."""
    with reading_in(locale):
        return {column.key: (str(localize(column.label)), str(column.meaning)) for column in field_columns(KNOWN)}


def column(slug: str) -> Column:
    return next(field_column for field_column in field_columns(KNOWN) if field_column.key == f"fields.{slug}")


def test_there_is_a_column_for_each_field_or_for_those_of_some_materials() -> None:
    assert list(columns()) == [f"fields.{field.slug}" for field in FIELDS]
    assert [field_column.key for field_column in field_columns(KNOWN, [STONE])] == ["fields.dikte", "fields.kleur"]
    assert field_columns(KNOWN, []) == ()
    assert is_field("fields.dikte")
    assert not is_field("title")


def test_a_name_that_another_column_has_too_says_of_which_set_it_is() -> None:
    labels = {key: label for key, (label, _meaning) in columns().items()}
    assert (labels["fields.kleur"], labels["fields.kleur-hout"]) == ("Kleur – Stenen", "Kleur – Hout")
    assert labels["fields.klasse"] == "Klasse – Stenen"
    assert (labels["fields.dikte"], labels["fields.heel"], labels["fields.los"]) == ("Dikte", "Heel", "Los")
    assert columns("en")["fields.kleur-hout"][0] == "Tint – Wood"


def test_a_column_is_known_by_its_slug_and_its_names_with_and_without_its_set() -> None:
    assert column("kleur-hout").names == ("kleur hout", "kleur", "tint", "tint wood")
    assert column("dikte").names == ("dikte", "dikte stenen", "thickness", "thickness stones")
    assert column("los").names == ("los", "loose")


@pytest.mark.parametrize(
    ("slug", "is_number", "units"), [("dikte", True, ("cm", "centimetres")), ("aantal-lagen", True, ()), ("kleur", False, ())]
)
def test_a_number_has_its_units(slug: str, is_number: bool, units: tuple[str, ...]) -> None:
    assert (column(slug).is_number, column(slug).units) == (is_number, units)


def test_a_column_says_what_may_be_typed() -> None:
    meanings = {key: meaning for key, (_label, meaning) in columns().items()}
    assert meanings["fields.dikte"] == "een getal in cm, of: onbekend"
    assert meanings["fields.aantal-lagen"] == "een getal, of: onbekend"
    assert "Grijs" in meanings["fields.kleur"]
    assert "Onbekend" in meanings["fields.kleur"]
    assert [meanings[f"fields.{slug}"] for slug in ("gemaakt", "gelegd", "klasse")] == [
        "een jaar, of: onbekend",
        "een dag, of: onbekend",
        "een tekst, of: onbekend",
    ]


def test_an_example_is_of_the_material_that_was_chosen() -> None:
    wood = replace(STONE, name_nl="Balk", default_unit=Unit.PIECE)
    table = with_example(LOTS, wood)
    with reading_in("nl"):
        examples = {column.key: [str(text) for text in column.examples] for column in table.columns}
    assert (examples["title"], examples["material"], examples["unit"]) == (["Balk"], ["Balk"], [str(Unit.PIECE.label)])
    untouched = {column.key: [str(text) for text in column.examples] for column in LOTS.columns}
    assert {key for key in examples if examples[key] != untouched[key]} == {"title", "material", "unit"}


@pytest.mark.parametrize(
    ("table", "needed", "numbers"),
    [
        (MATERIAL_USE, "year group origin", "tonnes mass_kg"),
        (OUTFLOW, "eural period", "tonnes mass_kg loads"),
        (LOTS, "title material quantity unit condition available_from", "quantity price"),
        (PASSPORTS, "external_id", "quantity mass_kg whole_kg percentage area kg_per_unit"),
        (RAW, "number description unit", "quantity information"),
    ],
)
def test_each_table_has_columns_that_are_needed_and_columns_of_numbers(table: Table, needed: str, numbers: str) -> None:
    assert {column.key for column in table.columns if column.is_required} == set(needed.split())
    assert {column.key for column in table.columns if column.is_number} == set(numbers.split())
