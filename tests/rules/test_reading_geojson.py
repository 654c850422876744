"""A map as rows: features, their properties and their shapes, in degrees or in metres of the national grid."""

import json
from typing import Any

import pytest

from marketplace.imports.rules.columns import CellFault, SheetRow
from marketplace.kernel.errors import Invalid
from marketplace.kernel.rd import degrees_of, is_rd
from marketplace.passports.rules.shapes import clean_shape
from marketplace.sheets import reading_geojson
from marketplace.sheets.reading import LARGE, Limits, read_sheet

SQUARE = [[[6.75, 52.3], [6.751, 52.3], [6.751, 52.301], [6.75, 52.301], [6.75, 52.3]]]


def read(*features: dict[str, Any], **more: Any) -> tuple[SheetRow, ...]:
    return read_sheet(json.dumps({"type": "FeatureCollection", "features": features, **more}).encode(), LARGE).rows


def feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


@pytest.mark.parametrize(
    ("x", "y", "lat", "lon"),
    [
        (155_000, 463_000, 52.15517, 5.38721),  # Amersfoort, the middle of the grid
        (233_883.131, 582_065.167, 53.21938, 6.56820),  # the Martinitoren in Groningen
    ],
)
def test_metres_of_the_national_grid_become_degrees(x: float, y: float, lat: float, lon: float) -> None:
    degrees = degrees_of(x, y)
    assert (round(degrees[0], 5), round(degrees[1], 5)) == (lat, lon)
    assert is_rd(x, y) and not is_rd(lon, lat)


def test_a_feature_is_a_row_with_its_shape_beside_it() -> None:
    line = {"type": "LineString", "coordinates": [[6.75, 52.3], [6.76, 52.3]]}
    head, first, second = read(feature(line, id="W-1", lengte=12.5, oud=None), feature(None, id="W-2", naam="Plein", aan=True))
    assert head.cells == ("id", "lengte", "oud", "naam", "aan")
    assert (first.number, first.cells, first.shape) == (2, ("W-1", "12.5"), line)
    assert (second.cells, second.shape) == (("W-2", "", "", "Plein", "true"), None)


def test_the_area_of_a_shape_is_a_column_where_no_property_is() -> None:
    """0.001° of latitude is 111.4 m, of longitude at 52.3° 68.1 m: 7 590 m²; with a hole of a quarter, three quarters of that."""
    hole = [[6.7502, 52.3002], [6.7502, 52.3007], [6.7507, 52.3007], [6.7507, 52.3002], [6.7502, 52.3002]]
    head, whole, holed = read(
        feature({"type": "Polygon", "coordinates": SQUARE}, id="1"),
        feature({"type": "MultiPolygon", "coordinates": [[*SQUARE, hole]]}, id="2"),
    )
    assert head.cells[1] == "Oppervlakte van de vorm (m2)"
    assert float(whole.cells[1]) == pytest.approx(7_590, rel=0.002)
    assert float(holed.cells[1]) == pytest.approx(7_590 * 0.75, rel=0.002)
    [head, _row] = read(feature({"type": "Polygon", "coordinates": SQUARE}, id="1", oppervlakte=12))
    assert head.cells == ("id", "oppervlakte")


def test_a_shape_in_the_national_grid_is_read_in_degrees() -> None:
    _head, row = read(feature({"type": "Point", "coordinates": [155_000, 463_000, 3.2]}, id="1"))
    assert row.shape == {"type": "Point", "coordinates": [5.3872062, 52.1551744]}


def test_a_list_of_materials_gives_a_row_for_each() -> None:
    """As IMBOR says of what an object consists."""
    parts = [{"materiaal": "Hardhout", "gewicht": 70.12}, {"materiaal": "Staal", "gewicht": 120.55}]
    head, wood, steel = read({**feature(None, consistsOf=parts), "id": "LM123"})
    assert head.cells == ("id", "materiaal", "gewicht")
    assert (wood.cells, steel.cells) == (("LM123", "Hardhout", "70.12"), ("LM123", "Staal", "120.55"))
    assert (wood.number, steel.number) == (2, 3)


@pytest.mark.parametrize(
    "content",
    [b"{", b'{"type": "Feature"}', b'{"type": "FeatureCollection", "features": [1]}', b'{"type": "FeatureCollection", "features": []}',
     b'{"type": "FeatureCollection", "features": NaN}', b"{" * 5_000, b'{"a":' * 100_000, b'{"\xff": 1}'],
)  # fmt: skip
def test_what_is_no_collection_of_features_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_sheet(content, LARGE)


def test_a_whole_number_keeps_its_figures_however_many_it_has() -> None:
    """Two buildings with a number of sixteen figures stay two; of four hundred figures the cell says that it is too long."""
    head, first, second = read(feature(None, id=1680010000012345, aantal=10**400), feature(None, id=1680010000012346))
    assert (head.cells, first.cells[0], second.cells[0]) == (("id", "aantal"), "1680010000012345", "1680010000012346")
    assert first.faults == {1: CellFault.LONG}


def test_what_costs_more_memory_than_a_map_of_the_largest_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists within lists, and an object that is spread over more rows than a sheet may have."""
    monkeypatch.setattr(reading_geojson, "LISTS_MAX", 20)
    with pytest.raises(Invalid, match="meer dan 20 punten"):
        read(feature({"type": "LineString", "coordinates": [[]] * 20}, id="1"))
    monkeypatch.undo()
    parts = feature(None, id="1", consistsOf=[{}] * 4)
    content = json.dumps({"type": "FeatureCollection", "features": [parts]}).encode()
    assert len(list(reading_geojson.read_features(content, Limits(rows=4)))) == 5
    with pytest.raises(Invalid, match="meer dan 3 regels"):
        list(reading_geojson.read_features(content, Limits(rows=3)))


@pytest.mark.parametrize("kind", [["Polygon"], {"Polygon": 1}, None, 7])
def test_a_geometry_of_no_kind_is_refused(kind: Any) -> None:
    with pytest.raises(Invalid, match="geen lijn of vlak"):
        clean_shape({"type": kind, "coordinates": [6.75, 52.3]})


@pytest.mark.parametrize("coordinates", [None, [], [[]], [[[]]], [[["a", "b"]]], [[[1]]], [[[1e308, 1e308]] * 4], "x", {},
     [[{"a": 1}]], [{"a": 1}], [[[6.75, 52.3], [6.76, 52.3], [10**400, 52.4], [6.75, 52.3]]]])  # fmt: skip
def test_an_area_that_cannot_be_read_is_left_to_its_row(coordinates: Any) -> None:
    rows = read(feature({"type": "Polygon", "coordinates": coordinates}, id="1"))
    assert rows[1].cells[0] == "1"
