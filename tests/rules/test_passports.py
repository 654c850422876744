"""What may be said of an asset and its parts, of what a municipality owns, and how a shape is read: each limit, and one past it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import Answer, Certainty
from marketplace.passports.rules.assets import AssetDraft, AssetKind, Coming, check_asset, clean_asset_name
from marketplace.passports.rules.intake import read_hazards, tidy_asset
from marketplace.passports.rules.items import (
    ChangeDraft,
    ChangeKind,
    ItemDetails,
    KnownBy,
    check_left,
    check_mass,
    check_use_count,
    clean_change,
    clean_details,
    find_delta,
)
from marketplace.passports.rules.owned import OwnedDraft, check_year, clean_owned
from marketplace.passports.rules.shapes import clean_shape, middle_of
from tests.ruled import TODAY, material

TILES = material("tegel", "", "pak", "asbest", default=Unit.M2, kg={Unit.M2: Decimal(110), Unit.M3: Decimal(2200)})
SAND = material("zand", default=Unit.M3, kg={Unit.M3: Decimal(1700)})
CHURCH = Point(52.3, 6.7)


def faults(call: Callable[..., object], *given: Any, **named: Any) -> set[str]:
    """The fields at which this is refused; none where it is taken."""
    try:
        call(*given, **named)
    except Invalid as refusal:
        return {error.field for error in refusal.errors}
    return set()


def owned(tonnes: str = "100", source: str = "Beheersysteem", year: int = 2024, kind: AssetKind = AssetKind.ROAD) -> OwnedDraft:
    return OwnedDraft(kind, Decimal(tonnes), source, year)


@pytest.mark.parametrize(("year", "refused"), [(2014, {"year"}), (2015, set()), (2026, set()), (2027, {"year"})])
def test_an_estimate_is_of_a_year_from_2015_until_this_one(year: int, refused: set[str]) -> None:
    assert faults(check_year, year, TODAY) == refused


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        (owned("0"), set()),
        (owned("-0.001"), {"rows[0].tonnes"}),
        (owned("100000000"), set()),
        (owned("100000000.001"), {"rows[0].tonnes"}),
        (owned("NaN"), {"rows[0].tonnes"}),
        (owned("Infinity"), {"rows[0].tonnes"}),
        (owned(source=""), {"rows[0].source"}),
        (owned(source="x" * 300), set()),
        (owned(source="x" * 301), {"rows[0].source"}),
        (owned(year=1999), {"rows[0].source_year"}),
        (owned(year=2000), set()),
        (owned(year=2026), set()),
        (owned(year=2027), {"rows[0].source_year"}),
        (owned(source="Beheersysteem\nuitdraai van maart"), set()),
    ],
)
def test_an_estimate_of_what_is_owned_has_its_limits(row: OwnedDraft, refused: set[str]) -> None:
    assert faults(clean_owned, [row], {}, TODAY, confirmed=False) == refused


def test_an_estimate_names_a_class_and_each_once() -> None:
    bridge = owned(kind=AssetKind.BRIDGE)
    assert faults(clean_owned, [], {}, TODAY, confirmed=True) == {"rows"}
    assert faults(clean_owned, [owned(), bridge, owned("200")], {}, TODAY, confirmed=True) == {"rows"}
    assert clean_owned([owned(source=" Beheer "), bridge], {}, TODAY, confirmed=False) == (owned(source="Beheer"), bridge)
    assert faults(clean_owned, [owned(), owned("-1", kind=AssetKind.BRIDGE)], {}, TODAY, confirmed=False) == {"rows[1].tonnes"}


def test_a_refusal_names_the_years_and_the_tonnes_that_it_is_about() -> None:
    with pytest.raises(Invalid, match="2000 tot en met 2026"):
        clean_owned([owned(year=1999)], {}, TODAY, confirmed=False)
    with pytest.raises(Invalid, match="1000 tot en met 2031"):
        check_asset(asset(built_year=999), None, TODAY)
    with pytest.raises(Invalid, match=r"400\ston.*100\ston"):
        clean_owned([owned("400")], {AssetKind.ROAD: Decimal(100_000)}, TODAY, confirmed=False)
    twice = [owned(kind=kind) for kind in (AssetKind.QUAY, AssetKind.ROAD)] * 2
    with pytest.raises(Invalid, match=str(AssetKind.ROAD.label)):
        clean_owned(twice, {}, TODAY, confirmed=False)
    with pytest.raises(Invalid, match="–"):
        read_hazards("pak: nee", SAND)
    with pytest.raises(Invalid, match=r"\(.*, .*\)"):
        read_hazards("pfas: nee", TILES)


@pytest.mark.parametrize(
    ("tonnes", "before_kg", "refused"),
    [
        ("300", "100000", set()),
        ("300.001", "100000", {"confirm_unusual"}),
        ("100", "300000", set()),
        ("99.999", "300000", {"confirm_unusual"}),
        ("300.001", "0", set()),  # nothing was known: nothing is unusual
    ],
)
def test_three_times_as_much_or_as_little_is_asked_twice(tonnes: str, before_kg: str, refused: set[str]) -> None:
    before = {AssetKind.ROAD: Decimal(before_kg)}
    assert faults(clean_owned, [owned(tonnes)], before, TODAY, confirmed=False) == refused
    assert faults(clean_owned, [owned(tonnes)], before, TODAY, confirmed=True) == set()
    assert faults(clean_owned, [owned(tonnes)], {AssetKind.QUAY: Decimal(before_kg)}, TODAY, confirmed=False) == set()


SQUARE = [[6.7, 52.3], [6.8, 52.3], [6.8, 52.4], [6.7, 52.3]]


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "Point", "coordinates": [6.7, 52.3]},
        {"type": "MultiPoint", "coordinates": [[6.7, 52.3]]},
        {"type": "LineString", "coordinates": [[6.7, 52.3], [6.8, 52.3]]},
        {"type": "LineString", "coordinates": [[6.7, 52.3], [6.8, 52.3], [6.9, 52.3]]},
        {"type": "MultiLineString", "coordinates": [[[6.7, 52.3], [6.8, 52.3]]]},
        {"type": "Polygon", "coordinates": [SQUARE, SQUARE]},
        {"type": "Polygon", "coordinates": [[*SQUARE[:3], [6.7, 52.4], SQUARE[0]]]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]},
    ],
)
def test_every_shape_of_geojson_is_taken_as_it_is(shape: dict[str, Any]) -> None:
    assert clean_shape(shape) == shape


@pytest.mark.parametrize(
    "shape",
    [
        None,
        [6.7, 52.3],
        {"coordinates": [6.7, 52.3]},
        {"type": "Circle", "coordinates": [6.7, 52.3]},
        {"type": "Point"},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [6.7]},
        {"type": "Point", "coordinates": [6.7, 52.3, 4, 4]},
        {"type": "Point", "coordinates": ["6.7", 52.3]},
        {"type": "Point", "coordinates": [6.7, "52.3"]},
        {"type": "Point", "coordinates": [True, 52.3]},
        {"type": "Point", "coordinates": [52.3, 6.7]},
        {"type": "Point", "coordinates": [float("nan"), 52.3]},
        {"type": "Point", "coordinates": [10**400, 52.3]},
        {"type": "MultiPoint", "coordinates": [6.7, 52.3]},
        {"type": "LineString", "coordinates": [[6.7, 52.3]]},
        {"type": "MultiLineString", "coordinates": [[[6.7, 52.3], [6.8, 52.3]], [[6.7, 52.3]]]},
        {"type": "Polygon", "coordinates": [[*SQUARE[:2], SQUARE[0]]]},
        {"type": "Polygon", "coordinates": [[*SQUARE[:3], [6.7, 52.4]]]},
        {"type": "Polygon", "coordinates": [[*SQUARE[:3], [6.7, 52.2]]]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE[:3]]]},
    ],
)
def test_what_is_no_shape_is_refused(shape: Any) -> None:
    assert faults(clean_shape, shape) == {"shape"}


def test_a_shape_has_at_most_five_thousand_points_to_the_centimetre_and_no_heights() -> None:
    line = [[6.7, 52.3]] * 5000
    assert len(clean_shape({"type": "MultiPoint", "coordinates": line})["coordinates"]) == 5000
    assert faults(clean_shape, {"type": "MultiPoint", "coordinates": [*line, [6.7, 52.3]]}) == {"shape"}
    for height in (14.5, "unknown"):
        deep = {"type": "Point", "coordinates": (Decimal("6.12345674"), 52.12345676, height)}
        assert clean_shape(deep) == {"type": "Point", "coordinates": [6.1234567, 52.1234568]}


def test_a_shape_stands_where_the_corner_nearest_to_its_middle_is() -> None:
    """Of 6.1, 6.2 and 6.6 the mean is 6.3: 6.2 is nearest. In the square the mean is 6.75 and 52.325, where 6.8, 52.3 is."""
    line = {"type": "LineString", "coordinates": [[6.1, 52.3], [6.2, 52.3], [6.6, 52.3]]}
    up = {"type": "LineString", "coordinates": [[6.1, 52.1], [6.1, 52.2], [6.1, 52.6]]}
    flat = {"type": "Polygon", "coordinates": [[[6.1, 52.3], [6.5, 52.2], [6.3, 52.9], [6.1, 52.3]]]}
    assert middle_of(line) == Point(52.3, 6.2)
    assert middle_of(up) == Point(52.2, 6.1)
    assert middle_of(flat) == Point(52.3, 6.1)  # the mean is 6.25 and 52.425: 0.038, 0.113 and 0.228 away, squared
    assert middle_of({"type": "Point", "coordinates": [6.1, 52.3]}) == Point(52.3, 6.1)
    tie = {"type": "LineString", "coordinates": [[6.75, 52.25], [6.25, 52.25]]}
    assert middle_of(tie) == Point(52.25, 6.25)


def asset(**fields: Any) -> AssetDraft:
    return AssetDraft("Dorpsstraat", AssetKind.ROAD, CHURCH, **fields)


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({}, set()),
        ({"external_id": "x" * 80, "external_system": "y" * 80}, set()),
        ({"external_id": "x" * 81}, {"external_id"}),
        ({"external_id": "x", "external_system": "y" * 81}, {"external_system"}),
        ({"external_system": "GBI"}, {"external_id"}),
        ({"external_id": "14"}, set()),
        ({"built_year": 999}, {"built_year"}),
        ({"built_year": 1000}, set()),
        ({"built_year": 2031}, set()),
        ({"built_year": 2032}, {"built_year"}),
        ({"nen_2767": 0}, {"nen_2767"}),
        ({"nen_2767": 1}, set()),
        ({"nen_2767": 6}, set()),
        ({"nen_2767": 7}, {"nen_2767"}),
    ],
)
def test_what_an_asset_can_be_has_its_limits(fields: dict[str, Any], refused: set[str]) -> None:
    assert faults(check_asset, asset(**fields), None, TODAY) == refused


@pytest.mark.parametrize(
    ("first", "last", "sure", "refused"),
    [
        (date(2027, 1, 1), date(2027, 1, 1), Certainty.IDEA, set()),
        (date(2027, 1, 2), date(2027, 1, 1), Certainty.IDEA, {"latest"}),
        (date(2026, 1, 1), TODAY, Certainty.IDEA, set()),
        (date(2026, 1, 1), date(2026, 11, 27), Certainty.IDEA, {"latest"}),
        (date(2027, 1, 1), None, None, {"latest", "certainty"}),
        (None, date(2027, 1, 1), Certainty.IDEA, {"earliest"}),
        (date(2027, 1, 1), date(2027, 1, 1), None, {"certainty"}),
        (date(1989, 12, 31), date(2056, 12, 31), Certainty.IDEA, {"earliest"}),
        (date(1990, 1, 1), date(2057, 1, 1), Certainty.IDEA, {"latest"}),
    ],
)
def test_when_an_asset_comes_free_is_said_whole_and_lies_ahead(
    first: date | None, last: date | None, sure: Certainty | None, refused: set[str]
) -> None:
    coming = Coming(first, last, sure)
    assert faults(check_asset, asset(coming=coming), None, TODAY) == refused
    assert faults(check_asset, asset(coming=coming), asset(), TODAY) == refused
    assert faults(check_asset, asset(coming=coming), asset(coming=coming), TODAY) == set()  # what stays may lie in the past


def test_an_asset_has_a_name_of_at_most_120_signs() -> None:
    assert clean_asset_name(" " + "x" * 120) == "x" * 120
    assert faults(clean_asset_name, "x" * 121) == {"name"}
    assert faults(clean_asset_name, " ") == {"name"}


def test_an_asset_is_kept_tidy() -> None:
    shape = {"type": "Point", "coordinates": [6.7, 52.3, 10]}
    tidy = tidy_asset(AssetDraft(" Brug ", AssetKind.BRIDGE, CHURCH, external_id=" 14 ", external_system=" GBI ", shape=shape))
    assert (tidy.name, tidy.external_id, tidy.external_system) == ("Brug", "14", "GBI")
    assert tidy.shape == {"type": "Point", "coordinates": [6.7, 52.3]}
    assert tidy_asset(asset()).shape is None


@pytest.mark.parametrize(
    ("details", "refused"),
    [
        (ItemDetails(element="x" * 120, source="y" * 300), set()),
        (ItemDetails(source="tekening 14\nblad 2"), set()),
        (ItemDetails(element="x" * 121), {"element"}),
        (ItemDetails(source="y" * 301), {"source"}),
        (ItemDetails(layer=0), {"layer"}),
        (ItemDetails(layer=1), set()),
        (ItemDetails(layer=500), set()),
        (ItemDetails(layer=501), {"layer"}),
        (ItemDetails(known_by=KnownBy.ESTIMATE), {"source"}),
        (ItemDetails(known_by=KnownBy.ESTIMATE, source="tekening 14"), set()),
        (ItemDetails(known_by=KnownBy.MEASURED), set()),
        (ItemDetails(hazards={"pak": Answer.NO}), set()),
        (ItemDetails(hazards={"pak": Answer.NO, "pfas": Answer.NO}), {"hazards"}),
    ],
)
def test_what_is_said_of_a_part_has_its_limits(details: ItemDetails, refused: set[str]) -> None:
    assert faults(clean_details, details, ("pak",)) == refused


@pytest.mark.parametrize(
    ("kg", "confirmed", "refused"),
    [
        ("20000000", False, set()),
        ("20000000.001", False, {"confirm_unusual"}),
        ("20000000.001", True, set()),
        ("1000000000", True, set()),
        ("1000000000.001", True, {"quantity"}),
        ("1000000000.001", False, {"quantity"}),
    ],
)
def test_more_than_twenty_thousand_tonnes_is_asked_twice(kg: str, confirmed: bool, refused: set[str]) -> None:
    assert faults(check_mass, Decimal(kg), confirmed=confirmed) == refused


def test_the_question_names_the_tonnes_that_it_would_be() -> None:
    with pytest.raises(Invalid, match=r"25\.000\ston"):
        check_mass(Decimal("24999600"), confirmed=False)


@pytest.mark.parametrize(
    ("left", "confirmed", "refused"),
    [
        ("200000", False, set()),  # of 100 kg: 20 000 tonnes
        ("200000.001", False, {"confirm_unusual"}),
        ("200000.001", True, set()),
        ("9999999.999", True, set()),
        ("10000000", True, {"quantity"}),  # more than any quantity is
    ],
)
def test_what_a_part_becomes_is_bounded_as_a_new_part_is(left: str, confirmed: bool, refused: set[str]) -> None:
    draft = ChangeDraft(ChangeKind.PUT_IN, Decimal(1), TODAY, confirm_unusual=confirmed)
    assert faults(check_left, draft, Decimal(left), Unit.M2, Decimal(100)) == refused


@pytest.mark.parametrize(("count", "refused"), [(-1, {"use_count"}), (0, set()), (50, set()), (51, {"use_count"})])
def test_how_often_it_was_used_is_from_none_to_fifty(count: int, refused: set[str]) -> None:
    assert faults(check_use_count, count) == refused


def change(kind: ChangeKind, amount: str = "10", on: date = TODAY, reason: str = "") -> ChangeDraft:
    return ChangeDraft(kind, Decimal(amount), on, reason)


def test_a_source_and_a_reason_may_have_more_than_one_line() -> None:
    text = "tekening 14\nblad 2"
    assert clean_details(ItemDetails(source=text), ()).source == text
    assert clean_owned([owned(source=text)], {}, TODAY, confirmed=False)[0].source == text
    assert clean_change(change(ChangeKind.LOST, reason=text), TODAY).reason == text


def test_a_change_gives_or_takes_no_more_than_there_is() -> None:
    there = Decimal(10)
    assert find_delta(change(ChangeKind.COUNTED, "12"), there, Unit.M2) == 2
    assert find_delta(change(ChangeKind.COUNTED, "7"), there, Unit.M2) == -3
    assert find_delta(change(ChangeKind.PUT_IN, "12"), there, Unit.M2) == 12
    assert find_delta(change(ChangeKind.TAKEN_OUT, "10"), there, Unit.M2) == -10
    assert find_delta(change(ChangeKind.LOST, "4"), there, Unit.M2) == -4
    assert faults(find_delta, change(ChangeKind.COUNTED, "10"), there, Unit.M2) == {"quantity"}
    assert faults(find_delta, change(ChangeKind.TAKEN_OUT, "10.001"), there, Unit.M2) == {"quantity"}


@pytest.mark.parametrize(
    ("draft", "refused"),
    [
        (change(ChangeKind.PUT_IN), set()),
        (change(ChangeKind.TAKEN_OUT), set()),
        (change(ChangeKind.LOST), {"reason"}),
        (change(ChangeKind.COUNTED), {"reason"}),
        (change(ChangeKind.LOST, reason="gestolen"), set()),
        (change(ChangeKind.PUT_IN, reason="x" * 500), set()),
        (change(ChangeKind.PUT_IN, reason="x" * 501), {"reason"}),
        (change(ChangeKind.HANDED_OVER), {"kind"}),
        (change(ChangeKind.UNDONE), {"kind"}),
        (change(ChangeKind.PUT_IN, on=date(2026, 11, 29)), {"happened_on"}),
        (change(ChangeKind.PUT_IN, on=date(1990, 1, 1)), set()),
        (change(ChangeKind.PUT_IN, on=date(1989, 12, 31)), {"happened_on"}),
    ],
)
def test_what_happened_to_a_part_has_its_limits(draft: ChangeDraft, refused: set[str]) -> None:
    assert faults(clean_change, draft, TODAY) == refused
