"""A row of a sheet of assets and their parts, cell by cell: what it tells, and at which column it is wrong."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.imports.rules.columns import CellFault
from marketplace.imports.rules.passports import PassportRow, PassportWords, read_passport
from marketplace.imports.rules.tables import Record
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Answer, Certainty, Condition, Location, PlaceBasis
from marketplace.materials.rules.taxonomy import Material
from marketplace.passports.rules.assets import AssetKind, Coming
from marketplace.passports.rules.items import Detachability, KnownBy
from tests.ruled import TODAY, material

SAND = material("zand", "", "pak", default=Unit.M3)
BORNE = Location("Borne", "borne", Point(52.3, 6.75), PlaceBasis.PLACE)
AT_BORNE = {"point": BORNE.point, "place_name": "Borne", "municipality": "borne"}


def find_material(name: str) -> Material | None:
    return SAND if name == "zand" else None


def find_place(typed: str) -> Location:
    if typed != "Borne":
        raise Invalid("nergens", "place")
    return BORNE


WORDS = PassportWords(
    find_material,
    {"weg": "road"},
    {"begroot": "budgeted"},
    {"gemeten": "measured", "schatting": "estimate"},
    {"los": "loose"},
    {"goed": "good"},
    {"borne": "borne"},
    {"ja": "yes", "nee": "no"},
    find_place,
    lambda point: Location("punt", "", point, PlaceBasis.POINT),
    "beheer.csv",
    TODAY,
)
NAMED = {"external_id": "W-1", "external_system": "GBI", "name": "Dorpsstraat"}
PART = {"external_id": "W-1", "external_system": "GBI", "material": "zand", "quantity": "1.200,5", "unit": "m³"}


def read(cells: dict[str, str], **more: Any) -> tuple[PassportRow | None, dict[str, str]]:
    repeats = more.pop("repeats", False)
    row, faults = read_passport(Record(cells, **more), WORDS, repeats=repeats)
    return row, {key: str(sentence) for key, sentence in faults.sentences.items()}


def good(cells: dict[str, str], **more: Any) -> PassportRow:
    row, wrong = read(cells, **more)
    assert row is not None and not wrong, wrong
    return row


def values_of(**cells: str) -> dict[str, Any]:
    return dict(good({**NAMED, **cells}).values)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ({}, {}),
        ({"kind": "Weg"}, {"kind": AssetKind.ROAD}),
        ({"maintainer": "Borne"}, {"maintainer": "borne"}),
        ({"built_year": "1998"}, {"built_year": 1998}),
        ({"built_year": "2998"}, {"built_year": 2998}),
        ({"nen_2767": "3"}, {"nen_2767": 3}),
        ({"is_public": "Ja"}, {"is_public": True}),
        ({"is_public": "nee"}, {"is_public": False}),
        ({"place": "Borne"}, AT_BORNE),
        ({"lat": "52,3", "lon": "6.75"}, {"point": Point(52.3, 6.75), "place_name": "punt", "municipality": ""}),
        ({"earliest": "2027"}, {"coming": Coming(date(2027, 1, 1), date(2027, 12, 31), Certainty.IDEA)}),
        ({"latest": "2027"}, {"coming": Coming(date(2027, 1, 1), date(2027, 12, 31), Certainty.IDEA)}),
        ({"earliest": "1-3-2027"}, {"coming": Coming(date(2027, 3, 1), date(2027, 3, 1), Certainty.IDEA)}),
        (
            {"earliest": "2027", "latest": "1-3-2028", "certainty": "Begroot"},
            {"coming": Coming(date(2027, 1, 1), date(2028, 3, 1), Certainty.BUDGETED)},
        ),
    ],
)
def test_a_row_tells_of_its_asset_what_stands_in_its_cells(cells: dict[str, str], values: dict[str, Any]) -> None:
    assert values_of(**cells) == {"name": "Dorpsstraat", **values}


def test_coordinates_of_the_national_grid_are_read_as_metres() -> None:
    """The tower of Amersfoort is where x is 155 000 and y is 463 000."""
    assert values_of(lat="463 000", lon="155000")["point"] == Point(52.15517440, 5.38720621)


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"external_id": ""}, {"external_id"}),
        ({"external_id": "x" * 81}, {"external_id"}),
        ({"external_system": "x" * 81}, {"external_system"}),
        ({"name": ""}, {"external_id"}),
        ({"kind": "zee"}, {"kind"}),
        ({"maintainer": "Rome"}, {"maintainer"}),
        ({"built_year": "998"}, {"built_year"}),
        ({"built_year": "3000"}, {"built_year"}),
        ({"nen_2767": "slecht"}, {"nen_2767"}),
        ({"nen_2767": "12345"}, {"nen_2767"}),
        ({"is_public": "soms"}, {"is_public"}),
        ({"place": "Rome"}, {"place"}),
        ({"lat": "52,3"}, {"lat"}),
        ({"lon": "6,75"}, {"lon"}),
        ({"lat": "noord", "lon": "6,75"}, {"lat"}),
        ({"earliest": "ooit"}, {"earliest"}),
        ({"earliest": "2027", "latest": "ooit"}, {"latest"}),
        ({"earliest": "2027", "certainty": "zeker"}, {"certainty"}),
        ({"material": "zand"}, {"material"}),
        ({"quantity": "3"}, {"external_id"}),
        ({"material": "", "layer": "1"}, {"material"}),
    ],
)
def test_what_is_wrong_is_told_at_its_column(cells: dict[str, str], wrong: set[str]) -> None:
    row, faults = read({**NAMED, **cells})
    assert row is None
    assert set(faults) == wrong


def test_a_cell_that_is_no_value_is_told_at_its_column() -> None:
    assert set(read(NAMED, faults={"name": CellFault.ERROR})[1]) == {"name"}


def test_a_sentence_names_what_may_be_typed() -> None:
    assert read({**NAMED, "kind": "zee"})[1]["kind"].count(" / ") == len(AssetKind) - 1
    assert read({**NAMED, "earliest": "2027", "certainty": "zeker"})[1]["certainty"].count(" / ") == len(Certainty) - 1
    assert f": {AssetKind.ROAD.label} / " in read({**NAMED, "kind": "zee"})[1]["kind"]
    assert "“" + "x" * 60 + "…”" in read({**NAMED, "maintainer": "x" * 61})[1]["maintainer"]
    assert "“" + "9" * 60 + "…”" in read({**NAMED, "built_year": "9" * 61})[1]["built_year"]
    assert "“" + "9" * 60 + "…”" in read({**NAMED, "nen_2767": "9" * 61})[1]["nen_2767"]
    assert "“" + "x" * 60 + "…”" in read({**PART, "material": "x" * 61})[1]["material"]


def test_a_row_that_says_nothing_is_wrong_and_one_that_repeats_is_not() -> None:
    bare = {"external_id": "W-1"}
    assert set(read(bare)[1]) == {"external_id"}
    again = good({**NAMED, "kind": "zee"}, repeats=True)
    assert (again.values, again.item, again.key) == ({}, None, ("GBI", "W-1"))


LINE = {"type": "LineString", "coordinates": [[6.7, 52.3], [6.8, 52.3], [6.9, 52.3]]}


def test_a_shape_says_where_an_asset_is_before_its_coordinates() -> None:
    shaped = good({**NAMED, "lat": "53", "lon": "6"}, shape=LINE).values
    assert (shaped["shape"], shaped["point"]) == (LINE, Point(52.3, 6.8))
    single = good(NAMED, shape={"type": "Point", "coordinates": [6.7, 52.3]}).values
    assert (single["shape"], single["point"]) == (None, Point(52.3, 6.7))
    assert set(read(NAMED, shape={"type": "Circle", "coordinates": [6.7, 52.3]})[1]) == {"external_id"}
    later = good(NAMED, shape={"type": "Polygon", "coordinates": [[*LINE["coordinates"], LINE["coordinates"][0]]]}).values  # type: ignore[misc,index]
    assert later["shape"] is not None


def part(**cells: str) -> Any:
    return good({**PART, **cells}).item


def test_a_part_is_read_with_all_that_is_said_of_it() -> None:
    item = part(
        element="Zandbed",
        layer="2",
        known_by="gemeten",
        detachability="los",
        condition="goed",
        hazards="pak: nee",
        phase="Fase 3",
        kg_per_unit="1.650,5",
        source="tekening 14",
    )
    assert (item.material, item.quantity) == (SAND, Quantity(Decimal("1200.5"), Unit.M3))
    assert item.details == {
        "element": "Zandbed",
        "layer": 2,
        "known_by": KnownBy.MEASURED,
        "detachability": Detachability.LOOSE,
        "condition": Condition.GOOD,
        "hazards": {"pak": Answer.NO},
        "source": "tekening 14",
    }
    assert (item.kg_per_unit, item.use_count) == (Decimal("1650.5"), 3)
    bare = part()
    assert (bare.details, bare.kg_per_unit, bare.use_count) == ({}, None, 0)
    assert [part(phase=typed).use_count for typed in ("0", "phase 12", "FASE 1")] == [0, 12, 1]


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"material": ""}, {"material"}),
        ({"material": "hout"}, {"material"}),
        ({"material": "hout", "hazards": "pak: nee"}, {"material"}),
        ({"layer": "boven"}, {"layer"}),
        ({"known_by": "gegokt"}, {"known_by"}),
        ({"detachability": "vast"}, {"detachability"}),
        ({"condition": "prima"}, {"condition"}),
        ({"hazards": "pfas: nee"}, {"hazards"}),
        ({"phase": "nieuw"}, {"phase"}),
        ({"phase": "123"}, {"phase"}),
        ({"kg_per_unit": "zwaar"}, {"kg_per_unit"}),
        ({"quantity": "veel"}, {"quantity"}),
        ({"quantity": "0"}, {"quantity"}),
        ({"unit": "emmer"}, {"unit"}),
        ({"quantity": ""}, {"quantity"}),
        ({"quantity": "", "mass_kg": "0"}, {"mass_kg"}),
        ({"quantity": "", "mass_kg": "veel"}, {"mass_kg"}),
        ({"quantity": "", "mass_kg": "9999999,9995"}, {"mass_kg"}),  # more than any quantity
        ({"quantity": "", "mass_kg": "9" * 30}, {"mass_kg"}),
        ({"quantity": "", "mass_kg": "-" + "9" * 29}, {"mass_kg"}),
        ({"quantity": "", "whole_kg": "9" * 30, "percentage": "100"}, {"percentage"}),
        ({"quantity": "", "area": "9" * 30, "thickness": "8"}, {"thickness"}),
        ({"quantity": "", "whole_kg": "2000"}, {"quantity"}),
        ({"quantity": "", "percentage": "10"}, {"quantity"}),
        ({"quantity": "", "whole_kg": "2000", "percentage": "101"}, {"percentage"}),
        ({"quantity": "", "area": "1200"}, {"quantity"}),
        ({"quantity": "", "thickness": "8"}, {"quantity"}),
        ({"quantity": "", "area": "1200", "thickness": "1001"}, {"thickness"}),
        ({"quantity": "", "area": "1200", "thickness": "dik"}, {"thickness"}),
        ({"quantity": "", "area": "1200", "thickness": "8", "material": "hout"}, {"material"}),
    ],
)
def test_a_part_that_is_wrong_is_told_at_its_column(cells: dict[str, str], wrong: set[str]) -> None:
    row, faults = read({**PART, **cells})
    assert row is None
    assert set(faults) == wrong


@pytest.mark.parametrize(
    ("columns", "at"),
    [
        (("quantity", "mass_kg", "area"), "quantity"),
        (("mass_kg", "area"), "mass_kg"),
        (("area",), "area"),
        ((), "material"),
    ],
)
def test_how_much_is_asked_at_a_column_that_the_sheet_has(columns: tuple[str, ...], at: str) -> None:
    cells = {"external_id": "W-1", "material": "zand", **dict.fromkeys(columns, "")}
    assert set(read(cells)[1]) == {at}


def test_a_unit_that_lacks_is_asked_at_the_quantity() -> None:
    assert set(read({"external_id": "W-1", "material": "zand", "quantity": "3"})[1]) == {"quantity"}
    assert set(read({"external_id": "W-1", "layer": "3"})[1]) == {"external_id"}


@pytest.mark.parametrize(
    ("cells", "quantity", "source"),
    [
        ({"mass_kg": "1.200,0005"}, Quantity(Decimal("1200.001"), Unit.KG), None),
        ({"mass_kg": "9.999.999,999"}, Quantity(Decimal("9999999.999"), Unit.KG), None),
        ({"whole_kg": "2.000", "percentage": "12,5"}, Quantity(Decimal(250), Unit.KG), "12,5 % × 2.000 kg"),
        ({"area": "1.200", "thickness": "8"}, Quantity(Decimal(96), Unit.M3), "1.200 m² × 8 cm"),
        ({"area": "1.200", "thickness": "80 mm"}, Quantity(Decimal(96), Unit.M3), "1.200 m² × 8 cm"),
        ({"area": "1.200", "thickness": "0,08 M"}, Quantity(Decimal(96), Unit.M3), "1.200 m² × 8 cm"),
        ({"area": "1.200", "thickness": "8cm"}, Quantity(Decimal(96), Unit.M3), "1.200 m² × 8 cm"),
    ],
)
def test_how_much_there_is_is_worked_out_and_says_of_what(cells: dict[str, str], quantity: Quantity, source: str | None) -> None:
    item = part(quantity="", unit="", **cells)
    assert item.quantity == quantity
    if source is None:
        assert item.details == {}
    else:
        assert item.details["known_by"] is KnownBy.ESTIMATE
        assert item.details["source"].replace("\xa0", " ") == f"{source}, beheer.csv"
        named = part(quantity="", unit="", source="tekening 14", **cells)
        assert named.details["source"].replace("\xa0", " ") == f"{source}, tekening 14"


def test_a_thickness_is_written_as_its_column_else_as_the_area() -> None:
    cells = {**PART, "quantity": "", "area": "1.200", "thickness": "0.5"}
    english = good({**cells, "area": "1,200"}, notations={"area": "en"}).item
    assert english is not None and english.quantity == Quantity(Decimal(6), Unit.M3)
    mixed = good(cells, notations={"area": "nl", "thickness": "en"}).item
    assert mixed is not None and mixed.quantity == Quantity(Decimal(6), Unit.M3)
