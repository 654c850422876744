"""The rows of the reference files, cell by cell: what each becomes, and which cell is named where one does not fit."""

from typing import Any

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.materials.rules import rows
from marketplace.materials.rules.rows import Reference, Row, read_rows
from tests.reference_cells import FULL


def read(kind: str, **cells: str) -> Reference:
    reader, columns = FULL[kind]
    return reader(Row("bestand.csv", 7, {**columns, **cells}))


def facts(kind: str, **cells: str) -> dict[str, Any]:
    return read(kind, **cells).facts


def refused(kind: str, column: str, **cells: str) -> None:
    with pytest.raises(Invalid, match=rf"bestand\.csv, r\S+ 7: {column} "):
        read(kind, **cells)


@pytest.mark.parametrize("kind", FULL)
def test_a_row_has_its_kind_and_its_name(kind: str) -> None:
    row = read(kind)
    assert (row.kind, row.slug) == (kind, "pak" if kind == "hazard" else "een-naam")


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("hazard", "code naam_nl naam_en"),
        ("transport", "slug naam_nl naam_en waarde soort"),
        ("material", "slug naam_nl naam_en eenheid groep groep_nl co2_bron co2_conf mki_source"),
        ("field", "slug naam_nl naam_en soort zoekbaar nodig hint_en bron datum"),
        ("field_set", "slug naam_nl naam_en velden bron datum"),
        ("paper_kind", "slug naam_nl naam_en bewijs uitleg_nl uitleg_en bron datum"),
        (
            "gate",
            "slug naam_nl naam_en ernst geverifieerd soort velden grens moment regel_nl regel_en doen_nl doen_en bron datum",
        ),
        (
            "notification",
            "slug naam_nl naam_en dagen_vooraf werk wat_nl wat_en aan_nl aan_en waar rechtsgrond uitzondering_en sets geverifieerd bron datum",
        ),
        (
            "threshold",
            "slug naam_nl naam_en soort bedrag_eur eerste_dag laatste_dag grondslag_nl grondslag_en geverifieerd bron datum",
        ),
        ("haul_price", "slug naam_nl naam_en soort bedrag_eur eerste_dag geverifieerd bron datum"),
    ],
)
def test_what_is_needed_is_named_where_it_is_empty(kind: str, columns: str) -> None:
    for column in columns.split():
        refused(kind, column, **{column: " "})


@pytest.mark.parametrize(
    ("kind", "column", "fact"),
    [
        ("field", "zoekbaar", "searchable"),
        ("field", "nodig", "needed"),
        ("paper_kind", "bewijs", "proof"),
        ("gate", "stil", "is_silent"),
        ("gate", "andere_eigenaar", "is_of_other_owner"),
        ("gate", "opheffen", "is_liftable"),
        ("gate", "advies_telt", "takes_opinion"),
        ("notification", "geverifieerd", "geverifieerd"),
        ("threshold", "geverifieerd", "is_verified"),
        ("haul_price", "geverifieerd", "is_verified"),
        ("material", "bulk", "is_bulk"),
        ("material", "factor_public", "factor_is_public"),
    ],
)
def test_a_one_is_yes_and_a_nought_is_no(kind: str, column: str, fact: str) -> None:
    assert facts(kind)[fact] is True
    assert facts(kind, **{column: "0"})[fact] is False
    refused(kind, column, **{column: "2"})


@pytest.mark.parametrize("column", ["stil", "andere_eigenaar", "opheffen", "advies_telt"])
def test_what_a_rule_does_not_say_is_no(column: str) -> None:
    assert facts("gate", **{column: ""}) == facts("gate", **{column: "0"})


def test_a_material_is_read_with_all_that_is_said_of_it() -> None:
    values = facts("material")
    words = (
        "name_nl",
        "name_en",
        "group",
        "group_name_nl",
        "group_name_en",
        "carbon_source",
        "remark",
        "factor_licence",
        "imbor",
    )
    assert [values[word] for word in words] == [
        "Naam",
        "Name",
        "bestrating",
        "Bestrating",
        "Paving",
        "NMD",
        "zwaar",
        "CC",
        "http://imbor",
    ]
    numbers = ("pieces_per_m2", "carbon_factor", "carbon_low", "carbon_high", "processing_factor", "tolerance_percent", "mki")
    assert [values[name] for name in numbers] == ["44", "0.12", "0", "0.2", "0", "0", "0"]
    lists = ("hazards", "substitutes", "synonyms_nl", "synonyms_en")
    assert [values[name] for name in lists] == [["pak", "asbest"], ["ander"], ["kei", "klinker"], ["paver"]]
    assert (values["unit"], values["kg_per_unit"], values["non_renewable_share"]) == ("m2", {"m2": "185.5"}, "0")
    assert (values["carbon_confidence"], values["weight_confidence"], values["origin"]) == ("B", "A", "recycled")
    cells = dict.fromkeys(("groep_en", "co2_nieuw_kg_per_kg", "co2_conf", "co2_bron", "tolerance_percent", "origin", "bulk"), "")
    bare = facts("material", **cells, factor_public="", mki_eur_per_kg="", mki_source="")
    assert (bare["group_name_en"], bare["carbon_factor"], bare["carbon_confidence"]) == ("Bestrating", None, "")
    assert (bare["tolerance_percent"], bare["origin"], bare["is_bulk"], bare["factor_is_public"]) == ("5", "reused", None, True)
    assert facts("material", eenheid="ton", kg_per_m2="")["kg_per_unit"] == {}
    refused("material", "kg_per_…", kg_per_m2="")
    refused("material", "eenheid", eenheid="emmer")
    refused("material", "co2_conf", co2_conf="D")
    refused("material", "origin", origin="gevonden")


@pytest.mark.parametrize(
    ("typed", "is_taken"),
    [
        ("0.001", True),
        ("0.0001", False),
        ("0", False),
        ("-1", False),
        ("999999999", True),
        ("999999999.999", True),
        ("1000000000", False),
        ("veel", False),
        ("NaN", False),
        ("Infinity", False),
    ],
)
def test_a_weight_is_a_number_of_three_decimals_below_a_billion(typed: str, is_taken: bool) -> None:
    if is_taken:
        assert facts("material", kg_per_m2=typed)["kg_per_unit"] == {"m2": typed}
    else:
        refused("material", "kg_per_m2", kg_per_m2=typed)


@pytest.mark.parametrize(
    ("column", "nought"),
    [
        ("pieces_per_m2", False),
        ("co2_nieuw_kg_per_kg", True),
        ("co2_laag", True),
        ("co2_hoog", True),
        ("co2_hergebruik_kg_per_kg", True),
        ("mki_eur_per_kg", True),
    ],
)
def test_a_factor_has_six_decimals_and_may_be_nought(column: str, nought: bool) -> None:
    read("material", **{column: "0.000001"})
    refused("material", column, **{column: "0.0000001"})
    refused("material", column, **{column: "-0.1"})
    if nought:
        read("material", **{column: "0"})
    else:
        refused("material", column, **{column: "0"})


CHOICES = {"soort": "keuze", "minimum": "", "maximum": ""}


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"soort": "jaar", "minimum": "1900", "maximum": "1901"}, None),
        ({"minimum": "12.5"}, "maximum"),
        ({"minimum": "12.4"}, None),
        ({"minimum": "12.6"}, "maximum"),
        ({"minimum": "", "maximum": ""}, None),
        ({"minimum": "1", "maximum": ""}, None),
        ({"maximum": "0"}, "maximum"),
        ({"soort": "ja_nee", "maximum": ""}, "minimum"),
        ({"soort": "ja_nee", "minimum": ""}, "maximum"),
        ({"soort": "ja_nee", "minimum": "", "maximum": ""}, None),
        ({"soort": "tekst", "minimum": "", "maximum": ""}, "zoekbaar"),
        ({"soort": "tekst", "minimum": "", "maximum": "", "zoekbaar": "0"}, None),
        ({"decimalen": "4"}, "decimalen"),
        ({"keuzes": "a|A|A"}, "keuzes"),
        ({**CHOICES}, "keuzes"),
        ({**CHOICES, "keuzes": "a|A|A; b|B|B"}, None),
        ({**CHOICES, "keuzes": "a|A|A; a|B|B"}, "keuzes"),
        ({**CHOICES, "keuzes": "a|A"}, "keuzes"),
        ({**CHOICES, "keuzes": "a|A|A|A"}, "keuzes"),
        ({**CHOICES, "keuzes": "a||A"}, "keuzes"),
        ({**CHOICES, "keuzes": "A|A|A"}, "keuzes"),
        ({**CHOICES, "keuzes": "unknown|A|A"}, "keuzes"),
        ({**CHOICES, "keuzes": "a|A|unknown; b|B|A"}, None),
        ({"slug": "Een Naam"}, "slug"),
        ({"datum": "28-11-2026"}, "datum"),
        ({"datum": "20261128"}, "datum"),
        ({"hint_nl": "", "hint_en": ""}, None),
    ],
)
def test_a_field_is_what_its_kind_can_be(cells: dict[str, str], column: str | None) -> None:
    if column is None:
        read("field", **cells)
    else:
        refused("field", column, **cells)


def test_a_field_is_read_with_all_that_is_said_of_it() -> None:
    values = facts("field")
    assert (values["kind"], values["minimum"], values["maximum"], values["places"]) == ("number", "0", "12.5", 3)
    assert (values["unit_nl"], values["unit_en"], values["hint_nl"], values["hint_en"]) == ("stuks", "pieces", "meet", "measure")
    bare = facts("field", decimalen="", eenheid_en="", hint_nl="", hint_en="")
    assert (bare["places"], bare["unit_en"]) == (0, "stuks")
    assert facts("field", **CHOICES, keuzes="a|Aap|Ape")["choices"] == [{"slug": "a", "name_nl": "Aap", "name_en": "Ape"}]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"geverifieerd": "0"}, "geverifieerd"),
        ({"geverifieerd": "0", "ernst": "vraagt"}, None),
        ({"soort": "nodig", "velden": ""}, "velden"),
        ({"soort": "bestemming", "velden": ""}, "velden"),
        ({"soort": "pfas", "velden": ""}, "velden"),
        ({"soort": "gevaren", "velden": "", "grens": ""}, None),
        ({"soort": "asbest", "grens": ""}, "grens"),
        ({"soort": "nodig", "grens": ""}, None),
        ({"soort": "bewijsstuk", "bewijsstukken": ""}, "bewijsstukken"),
        ({"soort": "bewijsstuk"}, None),
        ({"bewijsstukken": ""}, None),
    ],
)
def test_a_rule_has_what_its_kind_needs(cells: dict[str, str], column: str | None) -> None:
    if column is None:
        read("gate", **cells)
    else:
        refused("gate", column, **cells)


@pytest.mark.parametrize(("days", "is_taken"), [("0", False), ("1", True), ("365", True), ("366", False)])
def test_a_duty_to_report_is_so_many_days_before(days: str, is_taken: bool) -> None:
    if is_taken:
        assert facts("notification", dagen_vooraf=days)["dagen_vooraf"] == int(days)
    else:
        refused("notification", "dagen_vooraf", dagen_vooraf=days)


def test_a_duty_counts_for_sets_or_for_materials() -> None:
    assert facts("notification", sets="", materialen="schollen")["materialen"] == ["schollen"]
    assert facts("notification", uitzondering_nl="", uitzondering_en="")["uitzondering_en"] == ""
    refused("field_set", "velden", velden="dikte;dikte")


def test_an_amount_has_the_decimals_that_its_price_has() -> None:
    assert facts("haul_price")["amount_eur"] == "0.1234"
    refused("haul_price", "bedrag_eur", bedrag_eur="0.12345")
    refused("threshold", "bedrag_eur", bedrag_eur="0.5")
    refused("threshold", "laatste_dag", laatste_dag="2025-12-31")
    assert facts("transport")["value"] == "0.123456"
    refused("transport", "waarde", waarde="0.1234567")


def test_no_two_rows_of_a_file_have_one_name_and_a_file_has_one() -> None:
    reader = rows.read_field_set
    text = "slug,naam_nl,naam_en,velden,bron,datum\n" + "een,Een,One,dikte,BRON,2026-11-28\n" * 2
    for text_of, row in ((text, 3), (text.splitlines()[0], 1)):
        with pytest.raises(Invalid, match=rf"bestand\.csv, r\S+ {row}: slug"):
            read_rows(text_of, "bestand.csv", "slug", reader)
    assert read_rows(text.splitlines()[0], "bestand.csv", "slug", reader, may_be_empty=True) == []
