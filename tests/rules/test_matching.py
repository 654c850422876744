"""Which lot serves which need, how much of it, in which order and why: tables that can be redone with a pencil."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.impact.rules.impact import impact
from marketplace.kernel.geo import Point
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Amount, Unit
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import Condition, ListingStatus
from marketplace.matching.rules.pair import Cover, Lot, Need, cover, cover_of_all, explain, objections, rank_key, scant
from marketplace.materials.rules.taxonomy import Material, MaterialGroup, weights

TODAY = date(2026, 12, 15)
PAVING = MaterialGroup("bestrating", "Bestrating", "Paving")
KEI = Material(
    "kei", "Kei", "Paver", 1, PAVING, Unit.M2,
    weights({Unit.M2: Decimal(185), Unit.PIECE: Decimal("4.2")}, Decimal(44)), Decimal(44),
)  # fmt: skip
BAND = Material("band", "Band", "Kerb", 2, PAVING, Unit.M, {Unit.M: Decimal(80), Unit.TONNE: Decimal(1000), Unit.KG: Decimal(1)})
HENGELO, BORNE = Point(52.26583, 6.79306), Point(52.30136, 6.7482)
LOT = Lot(
    material=KEI,
    organisation_id=1,
    status=ListingStatus.PUBLISHED,
    condition=Condition.GOOD,
    available=Amount(Decimal(1200), Unit.M2),
    kg_per_unit=None,
    available_from=date(2026, 12, 8),
    available_until=date(2027, 1, 14),
    hazards_yes=frozenset(),
    hazards_unknown=False,
    region_from=date(2026, 12, 15),
    partners_from=date(2026, 12, 29),
    confirmed_on=date(2026, 12, 15),
    point=HENGELO,
)
NEED = Need(
    material=KEI,
    serving=frozenset({"kei", "dik"}),
    organisation_id=2,
    organisation_kind="municipality",
    status=DemandStatus.OPEN,
    min_condition=Condition.FAIR,
    remaining=Amount(Decimal(800), Unit.M2),
    needed_from=date(2026, 12, 15),
    needed_until=date(2027, 2, 13),
    max_distance_km=Decimal(15),
    accepts_hazards=frozenset(),
    accepts_unknown_hazards=True,
    confirmed_on=date(2026, 12, 15),
    point=BORNE,
)


def fits(lot: dict[str, Any] | None = None, need: dict[str, Any] | None = None, km: str = "5") -> bool:
    return not objections(replace(LOT, **lot or {}), replace(NEED, **need or {}), distance_km=Decimal(km), today=TODAY)


@pytest.mark.parametrize(
    ("lot", "need", "km", "does"),
    [
        ({}, {}, "5", True),
        ({}, {}, "15", True),
        ({}, {}, "15.001", False),
        ({}, {"max_distance_km": None}, "250", True),
        ({"material": replace(KEI, slug="dik")}, {}, "5", True),
        ({"material": replace(KEI, slug="waal")}, {}, "5", False),
        ({"condition": Condition.FAIR}, {}, "5", True),
        ({"condition": Condition.POOR}, {}, "5", False),
        ({"condition": Condition.NEW}, {"min_condition": Condition.NEW}, "5", True),
        ({"available_from": date(2027, 2, 13), "available_until": None}, {}, "5", True),
        ({"available_from": date(2027, 2, 14), "available_until": None}, {}, "5", False),
        ({"available_until": date(2026, 12, 15)}, {}, "5", True),
        ({"available_until": date(2026, 12, 15)}, {"needed_from": date(2026, 12, 16)}, "5", False),
        ({"available_until": date(2026, 12, 14)}, {"needed_from": date(2026, 12, 1)}, "5", False),
        ({"hazards_yes": frozenset({"asbest"})}, {}, "5", False),
        ({"hazards_yes": frozenset({"asbest"})}, {"accepts_hazards": frozenset({"asbest", "pak"})}, "5", True),
        ({"hazards_yes": frozenset({"asbest", "pfas"})}, {"accepts_hazards": frozenset({"asbest"})}, "5", False),
        ({"hazards_unknown": True}, {}, "5", True),
        ({"hazards_unknown": True}, {"accepts_unknown_hazards": False}, "5", False),
        ({"region_from": date(2026, 12, 16)}, {}, "5", False),
        ({"region_from": date(2026, 12, 16)}, {"organisation_id": 1}, "5", True),
        ({}, {"organisation_kind": "partner"}, "5", False),
        ({"partners_from": TODAY}, {"organisation_kind": "partner"}, "5", True),
        ({"confirmed_on": date(2026, 10, 16)}, {}, "5", True),
        ({"confirmed_on": date(2026, 10, 15)}, {}, "5", False),
        ({"available": Amount(Decimal(0), Unit.M2)}, {}, "5", False),
        ({"available": Amount(Decimal("0.02"), Unit.M2)}, {"remaining": Amount(Decimal(10), Unit.PIECE)}, "5", False),
        ({"status": ListingStatus.DRAFT}, {}, "5", False),
        ({}, {"status": DemandStatus.DRAFT}, "5", False),
        ({"material": BAND, "available": Amount(Decimal(5), Unit.M)}, {"serving": frozenset({"band"})}, "5", False),
    ],
)
def test_a_lot_serves_a_need(lot: dict[str, Any], need: dict[str, Any], km: str, does: bool) -> None:
    assert fits(lot, need, km) is does


def test_every_no_has_a_sentence_that_the_reader_understands() -> None:
    lot = replace(LOT, condition=Condition.POOR, hazards_yes=frozenset({"pak"}))
    with reading_in("nl"):
        sentences = [str(objection) for objection in objections(lot, NEED, distance_km=Decimal("20.5"), today=TODAY)]
    assert sentences == [
        "De kwaliteit is minder dan gevraagd: Redelijk.",
        "Het ligt verder weg dan 15 km.",
        "Er zit een gevaarlijke stof in die bij deze vraag niet mag.",
    ]


@pytest.mark.parametrize(
    ("available", "needed", "measured", "covers", "takes", "mass_kg"),
    [
        ("1200 m2", "800 m2", None, "800", "800", "148000.000"),
        ("500 m2", "800 m2", None, "500", "500", "92500.000"),
        ("150 m2", "10000 piece", None, "6600", "150", "27750.000"),  # 150 × 44
        ("120 m2", "3400 piece", None, "3400", "77.273", "14295.505"),  # 3400 / 44 = 77.2727…
        ("4400 piece", "100 m2", None, "100.000", "4400", "18480.0"),
        ("4400 piece", "50.01 m2", None, "50.01", "2201", "9244.2"),  # 2200.44 pieces: a whole one more
        ("1 m2", "1000 kg", None, "185.000", "1", "185.000"),
        ("100 m2", "10 tonne", None, "10", "54.055", "10000.175"),  # 10 000 / 185 = 54.054…
        ("100 m2", "10 tonne", "200", "10", "50", "10000.000"),
        ("0.03 m2", "1 piece", None, "1", "0.03", "5.550"),  # one piece is 0.0227: the rest of it gives nobody another
    ],
)
def test_what_a_lot_covers_is_exact_to_the_thousandth(
    available: str, needed: str, measured: str | None, covers: str, takes: str, mass_kg: str
) -> None:
    def amount(text: str) -> Amount:
        number, unit = text.split()
        return Amount(Decimal(number), Unit(unit))

    lot = replace(LOT, available=amount(available), kg_per_unit=Decimal(measured) if measured else None)
    covered = cover(lot, replace(NEED, remaining=amount(needed)))
    assert (covered.covers.amount, covered.covers.unit) == (Decimal(covers), amount(needed).unit)
    assert (covered.takes.amount, covered.takes.unit) == (Decimal(takes), amount(available).unit)
    assert covered.mass_kg == Decimal(mass_kg)


def test_the_nearest_stands_first_then_the_better_then_the_best_fitting() -> None:
    def key(km: str, condition: Condition = Condition.GOOD, available: int = 800, number: int = 1) -> Any:
        lot = replace(LOT, condition=condition, available=Amount(Decimal(available), Unit.M2))
        return rank_key(lot, NEED, Decimal(km), number)

    order = [
        key("4.999", Condition.FAIR),
        key("5", Condition.NEW, 10),
        key("5"),
        key("5", number=2),
        key("5", available=700),
        key("5", available=5000),
        key("5.001"),
    ]
    assert order == sorted(order)


def test_a_match_explains_itself_in_figures_that_add_up() -> None:
    covered = cover(LOT, NEED)
    figures = impact(
        mass_in_kg=covered.mass_kg,
        distance_in_km=Decimal("5.004"),
        vehicle_factors={"vrachtauto-zwaar-50": Decimal("0.25994")},
        carbon_factor=Decimal("0.1188"),
    )
    with reading_in("nl"):
        sentences = [str(reason) for reason in explain(LOT, NEED, covered, figures, place=1, total=3)]
    assert sentences == [
        "Nummer 1 van 3: eerst wat het dichtstbij ligt, dan de betere kwaliteit, dan de hoeveelheid die het beste past.",
        "5 km hemelsbreed; over de weg 6,5 km, gerekend als 1,3 keer zo ver.",
        "Het dekt alles wat nodig is: 800\u00a0m². Voor anderen blijft 400\u00a0m² over.",
        "Het is het gevraagde materiaal.",
        "De kwaliteit is “Goed”; gevraagd is “Redelijk” of beter.",
        "Zo ver rijden met 148 ton is 962,7 tonkilometer; met een vrachtauto die leeg terugrijdt geeft dat 250,3 kg CO₂e uitstoot.",
        "Een nieuw product zou 17.582,4 kg CO₂e uitstoten; na aftrek van het vervoer bespaart dit 17.332,1 kg CO₂e.",
    ]  # road 6.5052 → 6.505 km; 148 × 6.505 = 962.74; × 0.25994 = 250.255; 148 000 × 0.1188 = 17 582.4


def test_a_match_says_what_it_does_not_cover_and_what_is_not_known() -> None:
    lot = replace(LOT, material=replace(KEI, slug="dik"), available=Amount(Decimal(5), Unit.M2), hazards_unknown=True)
    covered = cover(lot, NEED)
    figures = impact(
        mass_in_kg=covered.mass_kg,
        distance_in_km=Decimal(0),
        vehicle_factors={"bestelbus-diesel": Decimal(1)},
        carbon_factor=None,
    )
    with reading_in("en"):
        sentences = [str(reason) for reason in explain(lot, NEED, covered, figures, place=2, total=2)]
    assert sentences[2] == "It covers 5\u00a0m² of the 800\u00a0m² that is needed; 795\u00a0m² remains to be found."
    assert sentences[3] == "It may replace the material that was asked for."
    assert sentences[5].startswith("Driving 0.925 tonnes that far is 0 tonne-km; by diesel van")
    assert sentences[6].startswith("How much carbon a new product would emit is not known")
    assert sentences[7].startswith("Not everything is known about hazardous content.")


@pytest.mark.parametrize(
    ("last", "late"),
    [
        (date(2027, 2, 1), None),
        (date(2027, 2, 13), None),
        (date(2027, 2, 14), "one day after"),
        (date(2027, 2, 15), "2 days after"),
    ],
)
def test_what_is_planned_says_by_how_much_it_may_be_late(last: date, late: str | None) -> None:
    lot = replace(LOT, certainty="budgeted", available_from=date(2027, 1, 20), available_until=last)
    figures = impact(
        mass_in_kg=Decimal(1000), distance_in_km=Decimal(5), vehicle_factors={"bestelbus-diesel": Decimal(1)}, carbon_factor=None
    )
    with reading_in("en"):
        explanation = " ".join(str(reason) for reason in explain(lot, NEED, cover(lot, NEED), figures, place=1, total=1))
        plain = " ".join(str(reason) for reason in explain(LOT, NEED, cover(LOT, NEED), figures, place=1, total=1))
    assert "It is not there yet" in explanation
    assert "It is not there yet" not in plain
    assert (late in explanation) if late else ("after it is needed" not in explanation)


def test_only_what_is_published_serves_only_what_is_open() -> None:
    assert [status.value for status in ListingStatus if fits({"status": status})] == ["published"]
    assert [status.value for status in DemandStatus if fits(None, {"status": status})] == ["open"]


def test_what_is_needed_today_for_the_last_time_is_served() -> None:
    assert fits(None, {"needed_until": TODAY})
    assert not fits(None, {"needed_from": date(2026, 12, 1), "needed_until": date(2026, 12, 14)})


@pytest.mark.parametrize(("available", "serves"), [("0.001", True), ("0.5", True), ("1", True), ("0", False), ("-1", False)])
def test_a_lot_serves_while_a_thousandth_is_left(available: str, serves: bool) -> None:
    assert fits({"available": Amount(Decimal(available), Unit.M2)}) is serves


@pytest.mark.parametrize("needed", ["0.001", "0.5", "1"])
def test_a_small_need_is_covered_exactly(needed: str) -> None:
    covered = cover(LOT, replace(NEED, remaining=Amount(Decimal(needed), Unit.M2)))
    assert (covered.covers.amount, covered.takes.amount) == (Decimal(needed), Decimal(needed))


@pytest.mark.parametrize(
    ("lot", "need"),
    [
        ({"available": Amount(Decimal(0), Unit.M2)}, {}),
        ({"available": Amount(Decimal(-5), Unit.M2)}, {}),
        ({}, {"remaining": Amount(Decimal(0), Unit.M2)}),
        ({}, {"remaining": Amount(Decimal(-5), Unit.M2)}),
        ({"available": Amount(Decimal("0.02"), Unit.M2)}, {"remaining": Amount(Decimal(10), Unit.PIECE)}),  # 0.88 of a piece
        ({"material": BAND, "available": Amount(Decimal(5), Unit.M)}, {}),  # metres of kerb are no square metres
    ],
)
def test_what_covers_nothing_takes_and_weighs_nothing(lot: dict[str, Any], need: dict[str, Any]) -> None:
    offered, needed = replace(LOT, **lot), replace(NEED, **need)
    nothing = Cover(Amount(Decimal(0), needed.remaining.unit), Amount(Decimal(0), offered.available.unit), Decimal(0))
    assert cover(offered, needed) == nothing


def test_a_lot_of_another_material_is_counted_by_the_material_that_goes_by_both_units() -> None:
    lot = replace(LOT, material=BAND, available=Amount(Decimal(37), Unit.TONNE))  # 37 000 kg of kerb; 185 kg in a m² of pavers
    assert cover_of_all(lot, NEED) == 200
    assert cover(lot, NEED).covers.amount == 200
    assert cover_of_all(replace(lot, available=Amount(Decimal(5), Unit.M)), NEED) == 0


THICK = replace(KEI, slug="dik", weights_kg=weights({Unit.M2: Decimal(300)}, Decimal(10)), pieces_per_m2=Decimal(10))


@pytest.mark.parametrize(
    ("source", "wanted", "materials", "least"),
    [
        (Unit.M2, Unit.M2, (KEI,), "0"),
        (Unit.PIECE, Unit.M2, (KEI,), "0.01"),  # a thousandth of a m² is no whole piece: (0 + 0.001) × 10
        (Unit.M2, Unit.PIECE, (KEI,), "0.23"),  # 1/44 = 0.022: (0.022 + 0.001) × 10
        (Unit.M2, Unit.TONNE, (KEI,), "0.06"),  # 1/185 = 0.005: (0.005 + 0.001) × 10
        (Unit.M2, Unit.PIECE, (KEI, THICK), "1.01"),  # 1/10: (0.1 + 0.001) × 10
        (Unit.M2, Unit.PIECE, (THICK, KEI), "1.01"),
        (Unit.M2, Unit.PIECE, (KEI, BAND), "0.23"),  # kerb goes by neither, so pavers count
        (Unit.M2, Unit.TONNE, (KEI, BAND), "0.06"),  # and by only one here
        (Unit.M2, Unit.M, (KEI, BAND), "10000000.999"),  # nothing goes by both: all of it is in doubt
    ],
)
def test_below_ten_times_what_one_piece_takes_it_is_in_doubt(
    source: Unit, wanted: Unit, materials: tuple[Material, ...], least: str
) -> None:
    assert scant(source, wanted, materials) == Decimal(least)
