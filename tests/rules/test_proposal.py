"""Which parts of which lots cover a need together: sums that can be redone with a pencil, and what always holds."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kernel.geo import Point
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Amount, Unit
from marketplace.market.rules.listing import Condition, ListingStatus, is_part_allowed
from marketplace.matching.rules.pair import Lot
from marketplace.matching.rules.proposal import Plan, Supply, plan, sentences
from marketplace.materials.rules.taxonomy import Material, MaterialGroup, conversion, weights

PAVING = MaterialGroup("bestrating", "Bestrating", "Paving")
KEI = Material(
    "kei", "Kei", "Paver", 1, PAVING, Unit.M2,
    weights({Unit.M2: Decimal(185), Unit.PIECE: Decimal("4.2")}, Decimal(44)), Decimal(44),
)  # fmt: skip
NOTHING = Amount(Decimal(0), Unit.PIECE)


def amount(text: str) -> Amount:
    number, unit = text.split()
    return Amount(Decimal(number), Unit(unit))


def supply(number: int, available: str, km: str = "10", minimum: str | None = None, **changes: Any) -> Supply:
    values: dict[str, Any] = {
        "material": KEI,
        "organisation_id": number,
        "status": ListingStatus.PUBLISHED,
        "condition": Condition.GOOD,
        "available": amount(available),
        "kg_per_unit": None,
        "available_from": date(2026, 12, 8),
        "available_until": None,
        "hazards_yes": frozenset(),
        "hazards_unknown": False,
        "region_from": None,
        "partners_from": None,
        "confirmed_on": None,
        "point": Point(52.3, 6.8),
    }
    return Supply(number, f"Gemeente {number}", Lot(**{**values, **changes}), Decimal(minimum) if minimum else None, Decimal(km))


def proposed(needed: str, *supplies: Supply) -> Plan:
    return plan(amount(needed), KEI, supplies)


def parts_of(of: Plan) -> list[tuple[int, str, str]]:
    return [(part.supply.number, str(part.takes), str(part.gives)) for part in of.parts]


def figures(of: Plan) -> tuple[str, str, str]:
    return str(of.covered), str(of.surplus), str(of.missing)


def test_ten_thousand_pieces_come_from_two_owners_with_a_thousand_to_spare() -> None:
    proposal = proposed("10000 piece", supply(1, "150 m2", "6.5"), supply(2, "120 m2", "15.6", "100"))
    assert parts_of(proposal) == [(1, "150 m2", "6600 piece"), (2, "100 m2", "4400 piece")]  # 150 × 44 and 100 × 44
    assert figures(proposal) == ("10000 piece", "1000 piece", "0 piece")
    assert [(part.mass_kg, part.tonne_km) for part in proposal.parts] == [
        (Decimal(27750), Decimal("180.375")),  # 150 × 185 kg; 27.75 t × 6.5 km
        (Decimal(18500), Decimal("288.6")),  # 100 × 185 kg; 18.5 t × 15.6 km
    ]
    assert (proposal.mass_kg, proposal.tonne_km) == (Decimal(46250), Decimal("468.975"))
    with reading_in("nl"):
        assert [str(sentence).replace("\u00a0", " ") for sentence in sentences(proposal, NOTHING)] == [
            "Samen is dit 11.000 stuks, bij een vraag van 10.000 stuks: alles is gedekt.",
            "U houdt 1.000 stuks over, want Gemeente 2 geeft niet minder dan 100 m² weg.",
        ]


def test_without_a_smallest_part_the_last_lot_gives_just_enough() -> None:
    proposal = proposed("10000 piece", supply(1, "150 m2"), supply(2, "120 m2"))
    assert parts_of(proposal) == [(1, "150 m2", "6600 piece"), (2, "77.273 m2", "3400 piece")]  # 3 400 ÷ 44 = 77.2727…
    assert figures(proposal) == ("10000 piece", "0 piece", "0 piece")


@pytest.mark.parametrize(
    ("needed", "supplies", "parts", "sums"),
    [
        # one lot that covers all goes before two that lie nearer
        ("800 m2", [("100 m2", "5", None), ("1200 m2", "20", None)], [(2, "800 m2", "800 m2")], ("800 m2", "0 m2", "0 m2")),
        # the last lot would give 1 000 where 200 is needed: the one behind it gives 200 and costs fewer tonne-km
        (
            "500 m2",
            [("300 m2", "1", None), ("1000 m2", "2", "1000"), ("200 m2", "3", None)],
            [(1, "300 m2", "300 m2"), (3, "200 m2", "200 m2")],  # 37 t × 3 = 111 tonne-km, not 185 × 2 = 370
            ("500 m2", "0 m2", "0 m2"),
        ),
        # 250 where 200 is needed is fewer tonne-km than 200 from far away: 46.25 × 2 = 92.5, not 37 × 30 = 1 110
        (
            "500 m2",
            [("300 m2", "1", None), ("260 m2", "2", "250"), ("200 m2", "30", None)],
            [(1, "300 m2", "300 m2"), (2, "250 m2", "250 m2")],
            ("500 m2", "50 m2", "0 m2"),
        ),
        # passing over helps only where what lies behind is enough
        (
            "500 m2",
            [("300 m2", "1", None), ("450 m2", "2", "400"), ("50 m2", "3", None)],
            [(1, "300 m2", "300 m2"), (2, "400 m2", "400 m2")],
            ("500 m2", "200 m2", "0 m2"),
        ),
        # a lot that is smaller than its smallest part is given whole
        (
            "500 m2",
            [("80 m2", "1", "100"), ("430 m2", "2", None)],
            [(1, "80 m2", "80 m2"), (2, "420 m2", "420 m2")],
            ("500 m2", "0 m2", "0 m2"),
        ),
        # only one lot, which gives no less: it is proposed, with its surplus
        ("5 m2", [("120 m2", "1", "100")], [(1, "100 m2", "100 m2")], ("5 m2", "95 m2", "0 m2")),
        # not enough: all there is, and what is missing
        (
            "1000 m2",
            [("300 m2", "1", None), ("200 m2", "2", "150")],
            [(1, "300 m2", "300 m2"), (2, "200 m2", "200 m2")],
            ("500 m2", "0 m2", "500 m2"),
        ),
        # whole pieces towards square metres: 2 201 pieces are 50.0227… m²
        ("50.01 m2", [("4400 piece", "1", None)], [(1, "2201 piece", "50.022 m2")], ("50.01 m2", "0.012 m2", "0 m2")),
        # each lot is counted by itself: 1.5 m² and 0.5 m² are 66 and 22 pieces; 0.02 m² is no whole piece and is left alone
        (
            "100 piece",
            [("1.5 m2", "1", None), ("0.02 m2", "2", None), ("0.5 m2", "3", None)],
            [(1, "1.5 m2", "66 piece"), (3, "0.5 m2", "22 piece")],
            ("88 piece", "0 piece", "12 piece"),
        ),
        ("10 tonne", [("30 m2", "1", None), ("2000 piece", "2", None)], [(1, "30 m2", "5.55 tonne"), (2, "1060 piece", "4.452 tonne")],
         ("10 tonne", "0.002 tonne", "0 tonne")),  # 30 × 185 kg; 4 450 ÷ 4.2 = 1 059.5…
        ("10 m2", [], [], ("0 m2", "0 m2", "10 m2")),
        ("0 m2", [("5 m2", "1", None)], [], ("0 m2", "0 m2", "0 m2")),
    ],
)  # fmt: skip
def test_the_rule_by_hand(
    needed: str, supplies: list[tuple[str, str, str | None]], parts: list[tuple[int, str, str]], sums: tuple[str, str, str]
) -> None:
    proposal = proposed(needed, *(supply(number, *values) for number, values in enumerate(supplies, 1)))
    assert parts_of(proposal) == parts
    assert figures(proposal) == sums


def test_a_measured_weight_counts() -> None:
    (part,) = proposed("2 tonne", supply(1, "100 m2", kg_per_unit=Decimal(200))).parts
    assert (str(part.takes), str(part.gives), part.mass_kg) == ("10 m2", "2 tonne", 2000)


def test_what_is_under_way_and_what_is_missing_are_told() -> None:
    proposal = proposed("1000 m2", supply(1, "300 m2"), supply(2, "200 m2"))
    with reading_in("nl"):
        assert [str(sentence).replace("\u00a0", " ") for sentence in sentences(proposal, amount("250 m2"))] == [
            "U reserveerde al 250 m² voor deze vraag, en hebt nog 1.000 m² nodig.",
            "Samen is dit 500 m², bij een vraag van 1.000 m². U mist dan nog 500 m².",
        ]
        short = proposed("50.01 m2", supply(1, "4400 piece"))
        assert str(sentences(short, NOTHING)[-1]).replace("\u00a0", " ") == (
            "U houdt 0,012 m² over, want deze partij is niet in kleinere delen te krijgen."
        )


UNITS = st.sampled_from([Unit.PIECE, Unit.M2, Unit.TONNE, Unit.KG])


@st.composite
def amounts(draw: Any, most: int = 100_000) -> Amount:
    unit = draw(UNITS)
    steps = draw(st.integers(1, most if unit is Unit.PIECE else most * 1000))
    return Amount(Decimal(steps).scaleb(-unit.places), unit)


@st.composite
def lots(draw: Any) -> list[Supply]:
    drawn = draw(
        st.lists(
            st.tuples(
                amounts(),
                st.one_of(st.none(), st.integers(1, 10**8)),
                st.integers(0, 300),
                st.sampled_from([None, Decimal("187.123456"), Decimal("0.37")]),
            ),
            max_size=8,
        )
    )
    return [
        supply(number, str(held), str(km), str(Decimal(least).scaleb(-3)) if least else None, kg_per_unit=weight)
        for number, (held, least, km, weight) in enumerate(sorted(drawn, key=lambda row: row[2]), 1)
    ]


@settings(max_examples=400, deadline=None)
@given(amounts(), lots())
@pytest.mark.slow
def test_nothing_is_created_or_lost_and_every_owner_is_respected(needed: Amount, supplies: list[Supply]) -> None:
    proposal = plan(needed, KEI, supplies)
    assert proposal.covered.amount + proposal.missing.amount == needed.amount
    assert sum(part.gives.amount for part in proposal.parts) == proposal.covered.amount + proposal.surplus.amount
    assert proposal.missing.amount == 0 or proposal.surplus.amount == 0
    assert len({part.supply.number for part in proposal.parts}) == len(proposal.parts)
    for part in proposal.parts:
        lot = part.supply.lot
        assert 0 < part.takes.amount <= lot.available.amount
        assert part.takes.unit == lot.available.unit and part.gives.unit == needed.unit
        assert is_part_allowed(part.takes.amount, lot.available.amount, part.supply.minimum)
        for quantity in (part.takes, part.gives):
            assert quantity.amount == quantity.amount.quantize(Decimal(1).scaleb(-quantity.unit.places))
        exact = Fraction(part.takes.amount) * conversion(part.takes.unit, needed.unit, KEI, lot.kg_per_unit, part.takes.unit)
        assert 0 <= exact - Fraction(part.gives.amount) < Fraction(1, 10**needed.unit.places)  # down, and less than one step


@settings(max_examples=200, deadline=None)
@given(amounts(), lots())
@pytest.mark.slow
def test_a_surplus_is_never_more_than_the_last_part_needs_to_be(needed: Amount, supplies: list[Supply]) -> None:
    proposal = plan(needed, KEI, supplies)
    if proposal.surplus.amount:
        *others, last = proposal.parts
        assert sum(part.gives.amount for part in others) < needed.amount
        if last.supply.minimum is None:
            step = Fraction(1, 10**last.takes.unit.places)
            rate = conversion(last.takes.unit, needed.unit, KEI, last.supply.lot.kg_per_unit, last.takes.unit)
            less = sum(part.gives.amount for part in others) + Decimal(0)
            assert Fraction(less) + (Fraction(last.takes.amount) - step) * rate < Fraction(needed.amount)


@settings(max_examples=200, deadline=None)
@given(amounts(), lots())
@pytest.mark.slow
def test_nothing_is_missing_while_a_lot_could_give_it(needed: Amount, supplies: list[Supply]) -> None:
    proposal = plan(needed, KEI, supplies)
    if proposal.missing.amount:
        by_number = {part.supply.number: part for part in proposal.parts}
        for offer in supplies:
            whole_lot = plan(Amount(Decimal(9_999_999), needed.unit), KEI, [offer])
            assert offer.number in by_number or whole_lot.given.amount == 0
            assert offer.number not in by_number or by_number[offer.number].takes == offer.lot.available


def test_half_a_square_metre_that_is_left_is_still_looked_for() -> None:
    proposal = proposed("100.5 m2", supply(1, "100 m2"), supply(2, "50 m2", "20"), supply(3, "1 m2", "30"))
    assert figures(proposal) == ("100.5 m2", "0 m2", "0 m2")
    assert parts_of(proposal) == [(1, "100 m2", "100 m2"), (2, "0.5 m2", "0.5 m2")]


def test_one_lot_that_covers_all_goes_before_a_nearer_part_even_where_its_pieces_give_a_little_more() -> None:
    proposal = proposed("50.01 m2", supply(1, "440 piece", "5"), supply(2, "4400 piece", "20"))
    assert parts_of(proposal) == [(2, "2201 piece", "50.022 m2")]  # 50.01 × 44 = 2 200.44; 2201 ÷ 44 = 50.0227
    assert figures(proposal) == ("50.01 m2", "0.012 m2", "0 m2")


def test_a_surplus_of_whole_pieces_is_not_laid_at_the_owners_smallest_part() -> None:
    proposal = proposed("50.01 m2", supply(1, "4400 piece", minimum="10"))
    with reading_in("en"):
        texts = [str(sentence).replace("\u00a0", " ") for sentence in sentences(proposal, Amount(Decimal(0), Unit.M2))]
    assert texts[-1] == "0.012 m² is surplus: this lot does not come in smaller steps."


def test_a_lot_that_goes_by_no_unit_of_the_need_gives_nothing() -> None:
    kerb = Material(
        "band", "Band", "Kerb", 2, PAVING, Unit.M, {Unit.M: Decimal(80), Unit.TONNE: Decimal(1000), Unit.KG: Decimal(1)}
    )
    assert parts_of(proposed("100 m2", supply(1, "500 m", material=kerb))) == []
    assert parts_of(proposed("100 m2", supply(1, "37 tonne", material=kerb))) == [
        (1, "18.5 tonne", "100 m2")
    ]  # as pavers: 185 kg in a m²


@pytest.mark.parametrize(("needed", "available"), [("0 m2", "10 m2"), ("-1 m2", "10 m2"), ("10 m2", "0 m2"), ("10 m2", "-1 m2")])
def test_nothing_is_proposed_where_nothing_is_needed_or_left(needed: str, available: str) -> None:
    assert parts_of(proposed(needed, supply(1, available))) == []
