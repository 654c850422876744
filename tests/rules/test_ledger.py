"""A row of the ledger as it is written down for ever, and how it holds on to the row before it."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from marketplace.ledger.rules import (
    FIELDS_OF_VERSION,
    FIRST_HASH,
    FREEZES_FACTORS,
    Entry,
    ReplacesPurchase,
    canonical,
    chained,
    misplaced,
)

BOOKED = datetime(2027, 1, 12, 9, 30, 0, 5, tzinfo=UTC)
ROW = Entry(
    kind="transfer",
    reservation_id=7,
    listing_id=12,
    demand_id=None,
    from_slug="almelo",
    from_name="Almelo",
    from_kind="municipality",
    to_slug="borne",
    to_name="Børne",
    to_kind="municipality",
    material_slug="betonklinker",
    group_slug="bestrating",
    quantity=Decimal("800.000"),
    unit="m2",
    kg_per_unit=Decimal(185),
    kg_basis="taxonomy",
    mass_kg=Decimal(148000),
    distance_km=Decimal("10.500"),
    distance_basis="geodesic",
    road_km=Decimal("13.65"),
    road_basis="estimated",
    tonne_km=Decimal("2020.2"),
    vehicle_class="vrachtauto-zwaar-50",
    vehicle_basis="default",
    vehicle_factor=Decimal("0.2"),
    carbon_factor=None,
    transport_kgco2e=Decimal("404.04"),
    avoided_kgco2e=None,
    net_kgco2e=None,
    factor_version=3,
    price_cents=0,
    happened_on=date(2027, 1, 11),
)


def test_what_no_hash_guards_is_misplaced() -> None:
    """The lot and the recall came with the fourth version of a row."""
    assert misplaced(ROW) == misplaced(replace(ROW, lot_id=3)) == ()
    old = replace(ROW, row_version=3)
    assert misplaced(old) == ()
    assert misplaced(replace(old, lot_id=3)) == ("lot_id",)
    assert set(misplaced(replace(old, lot_id=3, recall_id=4))) == {"lot_id", "recall_id"}


def test_a_row_counts_in_the_month_in_which_it_happened() -> None:
    assert ROW.month == "2027-01"
    assert replace(ROW, happened_on=date(2026, 12, 31)).month == "2026-12"
    assert replace(ROW, period="2027-02").month == "2027-02"


def test_a_row_is_written_with_sorted_keys_without_blanks_and_with_plain_numbers() -> None:
    text = canonical(ROW, seq=4, booked_at=BOOKED)
    begin = (
        '{"avoidedHighKgCo2e":null,"avoidedKgCo2e":null,"avoidedLowKgCo2e":null,"bookedAt":"2027-01-12T09:30:00.000005Z","carbon'
    )
    assert text.startswith(begin)
    assert '"toName":"Børne"' in text
    values = json.loads(text)
    assert list(values) == sorted(values)
    names = ("quantity", "distanceKm", "kgPerUnit", "priceCents", "happenedOn", "seq", "transportKgCo2e", "reverses")
    assert [values[name] for name in names] == ["800", "10.5", "185", "0", "2027-01-11", "4", "404.04", None]


def test_nothing_is_written_as_a_nought_whatever_its_places_and_its_sign() -> None:
    values = json.loads(canonical(replace(ROW, road_km=Decimal("0.000"), tonne_km=Decimal("-0")), seq=1, booked_at=BOOKED))
    assert (values["roadKm"], values["tonneKm"]) == ("0", "0")


def test_a_row_holds_on_to_the_row_before_it() -> None:
    assert FIRST_HASH == "0" * 64
    assert chained(FIRST_HASH, "{}") == hashlib.sha256(b"0" * 64 + b"\n{}").hexdigest()


def test_each_version_of_a_row_has_its_own_fields_and_they_only_grow() -> None:
    assert list(FIELDS_OF_VERSION) == [1, 2, 3, 4]
    assert set(FIELDS_OF_VERSION[1]) < set(FIELDS_OF_VERSION[2]) < set(FIELDS_OF_VERSION[3]) < set(FIELDS_OF_VERSION[4])


def test_yes_and_no_are_written_as_json_writes_them_and_not_said_is_null() -> None:
    written = [
        json.loads(canonical(replace(ROW, is_bulk=is_bulk), seq=1, booked_at=BOOKED))["isBulk"] for is_bulk in (True, False, None)
    ]
    assert written == ["true", "false", None]


def test_whether_a_purchase_is_replaced_is_yes_no_or_not_said() -> None:
    assert [ReplacesPurchase.of(answer).value for answer in (True, False, None)] == ["yes", "no", "not_said"]


def test_a_row_says_how_sure_its_factors_are_from_the_third_version_on() -> None:
    assert "carbon_confidence" in FIELDS_OF_VERSION[FREEZES_FACTORS]
    assert "carbon_confidence" not in FIELDS_OF_VERSION[FREEZES_FACTORS - 1]
