"""The table of a listing's fields: every row is whole, and what stands in a field survives the way to the columns and back."""

from collections.abc import Callable
from dataclasses import fields as attributes
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.market.rules import fields
from marketplace.market.rules.fields import FIELDS, Kind, ListingField, Needed, Part
from marketplace.market.rules.listing import Answer, Condition, ListingDraft, ListingStatus, Location, Packaging
from marketplace.market.rules.values import (
    check_publishable,
    columns_of,
    plain_fields,
    stored_values,
    value_of,
)
from marketplace.places.rules import PlaceBasis

TODAY = date(2027, 1, 12)
BORNE = Location("Borne", "borne", Point(52.30136, 6.7482), PlaceBasis.PLACE)
LOT = ListingDraft("Klinkers", "betonklinker", Quantity(Decimal(400), Unit.M2), Condition.GOOD, TODAY, BORNE)


def test_a_name_stands_in_the_table_once() -> None:
    names = [row.name for row in FIELDS]
    assert len(names) == len(set(names))


def test_every_field_that_is_one_value_is_an_attribute_of_a_draft_and_a_column() -> None:
    names = {attribute.name for attribute in attributes(ListingDraft)}
    assert [row.name for row in plain_fields() if row.name not in names or not hasattr(Listing, row.name)] == []


def test_a_choice_has_choices_and_a_text_an_end() -> None:
    assert [
        row.name for row in FIELDS if (row.kind is Kind.CHOICE) != bool(row.choices) and row.kind not in (Kind.YES_NO, Kind.FLAG)
    ] == []
    texts = [row.name for row in FIELDS if row.kind in (Kind.LINE, Kind.TEXT) and row.longest is None]
    assert texts == ["window_reason"]  # the rule about windows says how long a reason may be


def test_what_is_empty_in_a_draft_is_what_its_field_says() -> None:
    optional = [row for row in plain_fields() if row.needed is not Needed.DRAFT]
    assert [row.name for row in optional if value_of(LOT, row) != row.empty] == []


def test_every_step_asks_something() -> None:
    assert {row.step for row in FIELDS} == {1, 2, 3, 4}
    assert [part.step for part in (Part.PHOTOS, Part.OFFER, Part.PLACE, Part.TITLE)] == [1, 2, 3, 4]


def names_where(is_so: Callable[[ListingField], bool]) -> set[str]:
    return {row.name for row in FIELDS if is_so(row)}


def test_where_each_field_is_asked_kept_and_shown() -> None:
    """The table once more, as people were promised it."""
    windows = {"circle", "circle_from", "region_from", "partners_from", "window_reason"}
    days = {"available_from", "available_until", "planned", "earliest", "latest", "certainty"}
    assert names_where(lambda row: row.step == 1) == {"photos"}
    assert names_where(lambda row: row.step == 2) == {
        *("material", "quantity", "quantity_basis", "condition", "hazards", "asbestos_suspected")
    }
    assert names_where(lambda row: row.step == 4) == {"title"}
    assert names_where(lambda row: row.needed is Needed.PUBLISHED) == {"place", "photos"}
    assert names_where(lambda row: row.needed is Needed.DRAFT) == {
        *("material", "title", "quantity", "quantity_basis", "condition", "available_from")
    }
    assert names_where(lambda row: not row.is_again) == {"quantity", "minimum_part", *days, *windows} - {"circle"}
    assert names_where(lambda row: row.is_of_project) == {"place", "depot", "project", *days}
    assert names_where(lambda row: row.is_feature) == {"packaging", "loading_possible", "project", "year_of_construction"}
    assert names_where(lambda row: row.is_inside) == {"project"}
    assert names_where(lambda row: row.is_checked) == {"project", "year_of_construction", "minimum_part"}
    folded = {"description", "packaging", "loading_possible", "kg_per_unit", "price_cents_per_unit", "project"}
    assert names_where(lambda row: row.is_folded and row.is_plain) == folded | {
        *("year_of_construction", "asbestos_suspected", "remarks", "minimum_part")
    }
    assert {row.name: row.longest for row in FIELDS if row.longest} == {
        "title": 120,
        "description": 5000,
        "project": 200,
        "remarks": 2000,
    }
    assert {row.name: dict(row.limits) for row in FIELDS if row.limits} == {
        "kg_per_unit": {"exclusiveMinimum": 0, "maximum": 1_000_000},
        "price_cents_per_unit": {"maximum": 100_000_000},
        "window_reason": {"maxLength": 500},
    }


def test_a_column_has_the_word_of_a_choice() -> None:
    columns = columns_of(replace(LOT, packaging=Packaging.MACHINE_PACK, asbestos_suspected=Answer.NO))
    assert (columns["packaging"], columns["asbestos_suspected"], columns["condition"]) == ("machine_pack", "no", "good")
    assert columns_of(LOT)["packaging"] is None


def test_what_stands_in_a_draft_comes_back_from_the_columns() -> None:
    draft = replace(LOT, packaging=Packaging.PALLET, kg_per_unit=Decimal("12.5"), loading_possible=False, available_until=TODAY)
    assert stored_values(SimpleNamespace(**columns_of(draft))) == {row.name: value_of(draft, row) for row in plain_fields()}


@pytest.mark.parametrize(("value", "refused"), [(None, True), (True, False), (False, False)])
def test_what_is_needed_to_publish_is_refused_while_it_is_empty(
    value: Any, monkeypatch: pytest.MonkeyPatch, *, refused: bool
) -> None:
    row = ListingField(name="tin", kind=Kind.YES_NO, label=Text("Tin"), needed=Needed.PUBLISHED)
    monkeypatch.setattr(fields, "FIELDS", (*FIELDS, row))
    publishing: dict[str, Any] = {"status": ListingStatus.DRAFT, "photos": 1, "values": {"tin": value}}
    if not refused:
        check_publishable(**publishing)
        return
    with pytest.raises(Invalid) as refusal:
        check_publishable(**publishing)
    assert refusal.value.field == "tin"
    with pytest.raises(Conflict):
        check_publishable(**{**publishing, "status": ListingStatus.PUBLISHED})
