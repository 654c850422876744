"""What the shipped taxonomy says, and how one unit becomes another. Figures computed by hand."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Invalid, Missing
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Unit
from marketplace.materials.rules.files import NAMES, ReferenceFiles, read_files, read_reference
from marketplace.materials.rules.taxonomy import Material, MaterialGroup, Taxonomy, VehicleClass, convert, weights, whole

PAVING = MaterialGroup("bestrating", "Bestrating", "Paving")
PAVERS = Material(
    slug="betonstraatsteen-kei-8cm",
    name_nl="Betonstraatsteen keiformaat 8 cm",
    name_en="Concrete block paver",
    id=1,
    group=PAVING,
    default_unit=Unit.M2,
    weights_kg=weights({Unit.PIECE: Decimal("4.2"), Unit.M2: Decimal(185)}, Decimal(44)),
    pieces_per_m2=Decimal(44),
    synonyms_nl=("klinker", "BKK"),
)
KERB = Material(
    slug="band",
    name_nl="Trottoirband 13/15x25 cm",
    name_en="Kerb",
    id=2,
    group=PAVING,
    default_unit=Unit.M,
    weights_kg=weights({Unit.M: Decimal("80.5"), Unit.PIECE: Decimal("80.5")}, None),
    substitutes=("betonstraatsteen-kei-8cm",),
)
OLD = replace(KERB, slug="oud", id=3, is_current=False, substitutes=())
TAXONOMY = Taxonomy(7, (PAVERS, KERB), (PAVING,), (), (), (OLD,))


@pytest.mark.parametrize(
    ("amount", "from_unit", "to_unit", "result"),
    [
        ("150", Unit.M2, Unit.PIECE, "6600"),  # 150 × 44
        ("10000", Unit.PIECE, Unit.M2, "227.272"),  # 10 000 / 44 = 227.2727…
        ("6600", Unit.PIECE, Unit.M2, "150"),
        ("1.01", Unit.M2, Unit.PIECE, "44"),  # 44.44
        ("0.02", Unit.M2, Unit.PIECE, "0"),
        ("100", Unit.M2, Unit.TONNE, "18.5"),  # 100 × 185 / 1000
        ("18.5", Unit.TONNE, Unit.M2, "100"),
        ("1", Unit.TONNE, Unit.M2, "5.405"),  # 1000 / 185 = 5.4054…
        ("1", Unit.TONNE, Unit.PIECE, "238"),  # 1000 / 4.2 = 238.09…
        ("800", Unit.M2, Unit.M2, "800"),
    ],
)
def test_pieces_and_square_metres_convert_by_pieces_and_the_rest_by_kilograms(
    amount: str, from_unit: Unit, to_unit: Unit, result: str
) -> None:
    assert convert(Decimal(amount), from_unit, to_unit, PAVERS) == Decimal(result)


def test_a_measured_weight_replaces_the_taxonomys_for_its_unit() -> None:
    assert convert(Decimal(100), Unit.M2, Unit.TONNE, PAVERS, Decimal(190)) == Decimal(19)
    assert convert(Decimal(19), Unit.TONNE, Unit.M2, PAVERS, Decimal(190), Unit.M2) == Decimal(100)
    assert convert(Decimal(100), Unit.M2, Unit.PIECE, PAVERS, Decimal(190)) == Decimal(4400)
    assert PAVERS.mass_kg(Decimal(800), Unit.M2) == Decimal(148000)
    assert PAVERS.mass_kg(Decimal(800), Unit.M2, Decimal("181.5")) == Decimal(145200)


@given(st.integers(1, 9_999_999_999), st.sampled_from(PAVERS.units), st.sampled_from(PAVERS.units))
def test_there_and_back_never_makes_more(thousandths: int, unit: Unit, other: Unit) -> None:
    amount = Decimal(thousandths).scaleb(-3) if unit is not Unit.PIECE else Decimal(thousandths)
    assert convert(convert(amount, unit, other, PAVERS), other, unit, PAVERS) <= amount


def test_a_unit_that_the_material_does_not_go_by_is_refused_with_those_it_does() -> None:
    with pytest.raises(Invalid, match=r"m², stuks, ton, kg"):
        PAVERS.kg_per_unit(Unit.M3)
    assert PAVERS.units == (Unit.M2, Unit.PIECE, Unit.TONNE, Unit.KG)
    assert not KERB.takes(Unit.M2)


def test_a_piece_weighs_its_part_of_a_square_metre_where_only_that_is_known() -> None:
    assert weights({Unit.M2: Decimal("4.065")}, Decimal(4))[Unit.PIECE] == Decimal("1.01625")


def test_names_are_in_the_readers_language() -> None:
    assert PAVERS.name == "Betonstraatsteen keiformaat 8 cm"
    with reading_in("en"):
        assert (PAVERS.name, PAVERS.group.name) == ("Concrete block paver", "Paving")


def test_the_taxonomy_answers_by_slug_id_and_group() -> None:
    assert TAXONOMY.material("band") is KERB
    assert TAXONOMY.material_by_id(1) is PAVERS
    assert TAXONOMY.materials_in("bestrating") == (PAVERS, KERB)
    assert TAXONOMY.ids_of(slugs=["band"]) == {2}
    assert TAXONOMY.ids_of(groups=["nergens"]) == frozenset()
    assert TAXONOMY.group("bestrating") is PAVING
    assert [TAXONOMY.group("aarde"), TAXONOMY.group("zand"), TAXONOMY.hazard("asbest")] == [None, None, None]
    assert TAXONOMY.serving(KERB) == (KERB, PAVERS)
    assert TAXONOMY.served_by(PAVERS) == (PAVERS, KERB)
    with pytest.raises(Invalid):
        TAXONOMY.material("nergens")
    with pytest.raises(Missing):
        TAXONOMY.material_by_id(9)


def test_what_a_newer_version_left_out_keeps_its_name_and_is_not_chosen_again() -> None:
    assert TAXONOMY.material_by_id(3).name == "Trottoirband 13/15x25 cm"
    with pytest.raises(Invalid):
        TAXONOMY.material("oud")


@pytest.mark.parametrize(
    ("typed", "materials"),
    [
        ("klinkers", [PAVERS]),
        ("klink", [PAVERS]),
        ("bkk", [PAVERS]),
        ("13/15", [KERB]),
        ("13", [KERB]),
        ("1", []),
        ("", [PAVERS, KERB]),
    ],
)
def test_people_find_a_material_by_what_they_call_it(typed: str, materials: list[Material]) -> None:
    assert list(TAXONOMY.search(typed)) == materials


def test_the_shipped_files_fit() -> None:
    rows = read_reference(read_files())
    kinds = [row.kind for row in rows]
    assert [kinds.count(kind) for kind in ("group", "material", "hazard", "transport")] == [20, 152, 25, 21]
    assert [kinds.count(kind) for kind in ("field_set", "field")] == [29, 102]
    facts = {row.slug: row.facts for row in rows if row.kind == "material"}
    assert facts["betonstraatsteen-kei-8cm"]["pieces_per_m2"] == "44"
    assert facts["menggranulaat-0-31-5"]["substitutes"] == ["betongranulaat-0-31-5"]
    assert facts["teerhoudend-asfaltgranulaat"]["hazards"] == ["pak", "niet_verhandelbaar"]
    assert all(row["tolerance_percent"] == "5" for row in facts.values())
    assert all(row["synonyms_nl"] for row in facts.values())


def test_pieces_per_square_metre_agree_with_the_weights() -> None:
    """A square metre of loose elements weighs its pieces, within a tenth (joints and rounded sizes; a wall has mortar besides)."""
    for row in read_reference(read_files()):
        kg = row.facts.get("kg_per_unit", {})
        if row.kind == "material" and row.facts["pieces_per_m2"] and {"piece", "m2"} <= set(kg):
            pieces = Decimal(row.facts["pieces_per_m2"]) * Decimal(kg["piece"])
            assert abs(pieces / Decimal(kg["m2"]) - 1) < Decimal("0.1"), row.slug


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",185,,1000", ",-185,,1000", "kg_per_m2"),
        (",185,,1000", ",NaN,,1000", "kg_per_m2"),
        (",0.1188,0.081", ",1e99,0.081", "co2_nieuw"),
        ("bestrating,Bestrating,m2", "bestrating,Bestrating,pallet", "eenheid"),
        (",DEFRA25,B,", ",DEFRA25,Z,", "co2_conf"),
        ("betonstraatsteen-kei-10cm,", "betonstraatsteen-kei-8cm,", "slug"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(old: str, new: str, words: str) -> None:
    files = read_files()
    spoilt = ReferenceFiles({**files.texts, NAMES[0]: files.texts[NAMES[0]].replace(old, new, 1)})
    with pytest.raises(Invalid, match=words) as refusal:
        read_reference(spoilt)
    assert NAMES[0] in str(refusal.value)


FILES = read_files()
HEADS = dict(zip(("materials", "hazards", "transport"), (text.splitlines()[0] for text in FILES.texts.values()), strict=False))
CELLS = {
    "materials": {
        "slug": "kei",
        "groep": "bestrating",
        "groep_nl": "Bestrating",
        "eenheid": "m2",
        "naam_nl": "Kei",
        "naam_en": "Paver",
        "kg_per_m2": "185",
    },
    "hazards": {"code": "asbest", "naam_nl": "Asbest", "naam_en": "Asbestos"},
    "transport": {"slug": "omrijfactor-standaard", "soort": "tkm", "waarde": "1.3", "naam_nl": "Omweg", "naam_en": "Detour"},
}


def facts_of(file: str, **changes: str) -> dict[str, Any]:
    """The facts of one row of a file with these cells changed."""
    texts = dict(FILES.texts)
    texts["notifications.csv"] = texts["notifications.csv"].splitlines()[0]  # they name materials of the whole list
    for (name, head), path in zip(HEADS.items(), NAMES, strict=False):
        cells = {**CELLS[name], **(changes if name == file else {})}
        texts[path] = head + "\n" + ",".join(cells.get(column, "") for column in head.split(",")) + "\n"
    slug = {**CELLS[file], **changes}["code" if file == "hazards" else "slug"]
    return next(row.facts for row in read_reference(ReferenceFiles(texts)) if row.slug == slug)


@pytest.mark.parametrize(
    ("column", "value", "weight"),
    [
        ("kg_per_m2", "0.001", "0.001"),
        ("kg_per_m2", "999999999.999", "999999999.999"),
        ("kg_per_m2", " 185.500 ", "185.5"),
    ],
)
def test_a_weight_goes_from_a_gram_to_nearly_a_million_tonnes(column: str, value: str, weight: str) -> None:
    assert facts_of("materials", **{column: value})["kg_per_unit"] == {"m2": weight}


@pytest.mark.parametrize("value", ["0", "-1", "1000000000", "0.0005", "x", "NaN", ""])
def test_a_weight_past_its_limits_is_named_with_file_and_row(value: str) -> None:
    with pytest.raises(Invalid, match=rf"{NAMES[0]}.* 2.*kg_per_"):
        facts_of("materials", kg_per_m2=value)


@pytest.mark.parametrize("value", ["0", "0.5", "0.000001", "100"])
def test_a_tolerance_or_a_factor_may_be_nothing(value: str) -> None:
    assert facts_of("materials", co2_nieuw_kg_per_kg=value, co2_bron="DEFRA25", co2_conf="A")["carbon_factor"] == value


def test_what_is_empty_is_unknown_and_the_tolerance_is_five_percent() -> None:
    facts = facts_of("materials")
    assert (facts["carbon_factor"], facts["carbon_confidence"], facts["pieces_per_m2"]) == (None, "", None)
    assert (facts["tolerance_percent"], facts["group_name_en"]) == ("5", "Bestrating")
    assert facts_of("materials", tolerance_percent="0", groep_en="Paving")["tolerance_percent"] == "0"


@pytest.mark.parametrize(
    ("file", "changes", "named"),
    [
        ("materials", {"gevaren": "pak"}, "rij 2: gevaren"),
        ("materials", {"substitutes": "kei"}, "rij 2: substitutes"),  # itself
        ("materials", {"eenheid": "m3"}, "rij 2: kg_per_"),  # of which no weight is given
        ("materials", {"naam_en": " "}, "rij 2: naam_en"),
        ("materials", {"co2_nieuw_kg_per_kg": "0.1", "co2_conf": "A"}, "rij 2: co2_bron"),
        ("hazards", {"naam_en": ""}, "rij 2: naam_en"),
        ("transport", {"waarde": ""}, "rij 2: waarde"),
        ("transport", {"waarde": "0"}, "rij 2: waarde"),
        ("transport", {"waarde": "0.0000001"}, "rij 2: waarde"),
        ("transport", {"soort": "vliegtuig"}, "rij 2: soort"),
        ("transport", {"soort": "brandstof"}, "rij 1: tkm"),  # no way to drive at all
        ("transport", {"slug": "ander"}, "rij 1: omrijfactor-standaard"),  # nothing says how much longer the road is
    ],
)
def test_a_row_that_a_ledger_could_not_rely_on_is_named(file: str, changes: dict[str, str], named: str) -> None:
    with pytest.raises(Invalid, match=f"{dict(zip(HEADS, NAMES, strict=False))[file]}, {named}"):
        facts_of(file, **changes)


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("materials", "slug naam_nl naam_en groep groep_nl eenheid"),
        ("hazards", "code naam_nl naam_en"),
        ("transport", "slug soort naam_nl naam_en waarde"),
    ],
)
def test_a_cell_that_every_row_needs_is_named_where_it_is_empty(file: str, columns: str) -> None:
    for column in columns.split():
        with pytest.raises(Invalid, match=f"{dict(zip(HEADS, NAMES, strict=False))[file]}, rij 2: {column} "):
            facts_of(file, **{column: " "})


def test_a_file_without_rows_is_refused_at_its_head() -> None:
    for name, spoilt in (
        ("materials.csv, rij 1: slug", "materials.csv"),
        ("gevaren.csv, rij 1: code", "gevaren.csv"),
        ("transport.csv, rij 1: slug", "transport.csv"),
        ("field_sets.csv, rij 1: slug", "field_sets.csv"),
        ("fields.csv, rij 1: slug", "fields.csv"),
    ):
        with pytest.raises(Invalid, match=name):
            read_reference(ReferenceFiles({**FILES.texts, spoilt: FILES.texts[spoilt].splitlines()[0]}))


def test_a_tonne_needs_no_weight() -> None:
    assert facts_of("materials", eenheid="ton", kg_per_m2="")["unit"] == "tonne"


@pytest.mark.parametrize(
    ("weighed", "pieces_per_m2", "derived"),
    [
        ({}, None, {}),
        ({}, "44", {}),
        ({Unit.M: "80"}, "5", {}),
        ({Unit.M2: "185"}, None, {}),
        ({Unit.PIECE: "4.2"}, None, {}),
        ({Unit.M2: "185", Unit.PIECE: "4.2"}, "44", {}),  # both were weighed: neither follows from the other
        ({Unit.M2: "185"}, "44", {Unit.PIECE: "4.204545"}),  # 185 ÷ 44 = 4.2045454…
        ({Unit.PIECE: "4.2"}, "44", {Unit.M2: "184.8"}),
    ],
)
def test_a_tonne_a_kilogram_and_what_follows_from_pieces_per_square_metre(
    weighed: dict[Unit, str], pieces_per_m2: str | None, derived: dict[Unit, str]
) -> None:
    kg = {unit: Decimal(weight) for unit, weight in weighed.items()}
    weights_kg = weights(kg, None if pieces_per_m2 is None else Decimal(pieces_per_m2))
    fixed = {Unit.TONNE: Decimal(1000), Unit.KG: Decimal(1)}
    assert weights_kg == {**kg, **fixed, **{unit: Decimal(weight) for unit, weight in derived.items()}}


@pytest.mark.parametrize(
    ("locale", "name"), [("en", "Kerb"), ("nl", "Trottoirband 13/15x25 cm"), ("de", "Trottoirband 13/15x25 cm")]
)
def test_whoever_reads_no_english_reads_the_dutch_name(locale: str, name: str) -> None:
    assert KERB.name_in(locale) == name


@pytest.mark.parametrize(
    ("exact", "unit", "down", "up"),
    [
        ("44.44", Unit.PIECE, "44", "45"),
        ("44", Unit.PIECE, "44", "44"),
        ("0.0001", Unit.M2, "0", "0.001"),
        ("227.2727", Unit.M2, "227.272", "227.273"),
        ("0.001", Unit.M2, "0.001", "0.001"),
    ],
)
def test_an_exact_figure_goes_down_or_up_to_a_whole_piece_or_a_thousandth(exact: str, unit: Unit, down: str, up: str) -> None:
    assert (whole(Fraction(exact), unit), whole(Fraction(exact), unit, up=True)) == (Decimal(down), Decimal(up))


def test_a_mass_is_rounded_half_up_to_the_gram() -> None:
    assert KERB.mass_kg(Decimal("0.001"), Unit.M) == Decimal("0.081")  # 0.0805
    assert KERB.mass_kg(Decimal("0.003"), Unit.M) == Decimal("0.242")  # 0.2415
    assert KERB.mass_kg(Decimal(2), Unit.M, Decimal("79.25")) == Decimal("158.5")


def test_five_percent_is_tolerated_where_nothing_else_was_said() -> None:
    assert KERB.tolerance_percent == 5
    assert KERB.is_tradable and KERB.is_current


def test_a_way_to_drive_is_found_by_its_slug_and_no_other() -> None:
    lorry, van = (VehicleClass(slug, slug, slug) for slug in ("vrachtwagen", "bestelbus"))
    taxonomy = replace(TAXONOMY, vehicles=(lorry, van))
    assert (taxonomy.vehicle("vrachtwagen"), taxonomy.vehicle("bestelbus")) == (lorry, van)
    with pytest.raises(Invalid):
        taxonomy.vehicle("fiets")
