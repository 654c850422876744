"""A property is written once: in the shape that writes the answer and the document."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import missing

from marketplace.api.fields import Day, Integer, LineOrNull, Moment, Number, Quantity
from marketplace.api.schema import List, Part, Shape


class PalletSchema(Shape):
    """A made-up part."""

    pieces = Integer()


class LoadSchema(Shape):
    """A made-up answer."""

    mass_kg = Number("on the scale", attribute="weight")
    avoided_kgco2e = Number(allow_none=True)
    quantity = Quantity()
    driven_on = Day(allow_none=True)
    arrived_at = Moment()
    remark = LineOrNull()
    total = Integer(get=lambda load: sum(pallet.pieces for pallet in load.pallets))
    pallets = List(Part(PalletSchema))
    distance_km = Integer(optional=True)
    signed_by = LineOrNull(optional=True, get=lambda load: load.signature)


def load(**changes: Any) -> SimpleNamespace:
    values = {
        "weight": Decimal("12.500"),
        "avoided_kgco2e": None,
        "quantity": Decimal("40.000"),
        "driven_on": date(2027, 3, 1),
        "arrived_at": datetime(2027, 3, 1, 9, 30, 15, 123456, UTC),
        "remark": "",
        "pallets": [SimpleNamespace(pieces=3), SimpleNamespace(pieces=4)],
        "signature": missing,
    }
    return SimpleNamespace(**values | changes)


WRITTEN = {
    "massKg": 12.5,
    "avoidedKgCo2e": None,
    "quantity": "40",
    "drivenOn": "2027-03-01",
    "arrivedAt": "2027-03-01T09:30:15Z",
    "remark": None,
    "total": 7,
    "pallets": [{"pieces": 3}, {"pieces": 4}],
}


def test_a_shape_writes_every_property_under_its_name_in_json() -> None:
    assert LoadSchema.write(load()) == WRITTEN


def test_a_number_that_is_whole_is_written_whole() -> None:
    assert repr(LoadSchema.write(load(weight=Decimal("12.000")))["massKg"]) == "12"


def test_an_optional_property_is_there_when_it_is_known() -> None:
    assert LoadSchema.write(load(distance_km=9)) == {**WRITTEN, "distanceKm": 9}
    assert LoadSchema.write(load(distance_km=None)) == WRITTEN


def test_an_optional_property_that_may_be_null_is_left_out_only_where_it_is_missing() -> None:
    assert LoadSchema.write(load(signature=None)) == {**WRITTEN, "signedBy": None}


def test_a_value_that_is_given_by_name_goes_first() -> None:
    given = LoadSchema.write(load(distance_km=9), distance_km=10, total=1, remark="wet")
    assert given == {**WRITTEN, "distanceKm": 10, "total": 1, "remark": "wet"}
    assert LoadSchema.write(load(distance_km=9), distance_km=None) == WRITTEN


def test_a_name_that_the_shape_does_not_have_cannot_be_given() -> None:
    with pytest.raises(KeyError, match="colour"):
        LoadSchema.write(load(), colour="red")


def test_the_same_lines_make_the_document() -> None:
    spec = APISpec("test", "1", "3.1.0", plugins=[MarshmallowPlugin()])
    spec.components.schema("Load", schema=LoadSchema)
    described = spec.to_dict()["components"]["schemas"]["Load"]
    assert list(described["properties"]) == [*WRITTEN, "distanceKm", "signedBy"]
    assert set(described["required"]) == set(WRITTEN)
    assert described["additionalProperties"] is False
    assert described["properties"]["massKg"] == {"type": "number", "description": "on the scale", "readOnly": True}
    assert described["properties"]["drivenOn"] == {"type": ["string", "null"], "format": "date", "readOnly": True}
