"""Which needs fall together, and what they come to in one unit."""

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest

from marketplace.joint.rules.gathering import Want, added_in, gather, in_unit
from marketplace.joint.rules.question import JointQuestion, check_question
from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import Unit
from marketplace.materials.rules.taxonomy import Material, MaterialGroup, weights

TODAY = date(2027, 1, 12)
KEI = Material(
    "kei",
    "Keien",
    "Pavers",
    id=7,
    group=MaterialGroup("bestrating", "Bestrating", "Paving"),
    default_unit=Unit.M2,
    weights_kg=weights({Unit.M2: Decimal(185)}, Decimal(44)),
    pieces_per_m2=Decimal(44),
)


def want(number: int, asker: int, first: str, last: str, amount: str = "100", unit: Unit = Unit.M2) -> Want:
    return Want(number, asker, KEI.id, Decimal(amount), unit, date.fromisoformat(first), date.fromisoformat(last))


def numbers(wants: list[Want]) -> list[list[int]]:
    return [[want.demand_id for want in group.wants] for group in gather(KEI, wants)]


def test_needs_that_share_a_day_belong_together() -> None:
    assert numbers([want(1, 1, "2027-03-01", "2027-03-31"), want(2, 2, "2027-03-31", "2027-05-01")]) == [[1, 2]]
    assert numbers([want(1, 1, "2027-03-01", "2027-03-31"), want(2, 2, "2027-04-01", "2027-05-01")]) == [[1], [2]]


def test_a_need_between_two_others_joins_them_in_whatever_order_they_come() -> None:
    wants = [
        want(1, 1, "2027-03-01", "2027-03-31"),
        want(2, 2, "2027-05-01", "2027-05-31"),
        want(3, 3, "2027-03-20", "2027-05-10"),
    ]
    for some in permutations(wants):
        [group] = gather(KEI, some)
        assert [want.demand_id for want in group.wants] == [1, 2, 3]
        assert (group.first, group.last, group.shared) == (date(2027, 3, 1), date(2027, 5, 31), None)


def test_the_days_that_all_share_are_told() -> None:
    [group] = gather(KEI, [want(1, 1, "2027-03-01", "2027-04-15"), want(2, 2, "2027-04-01", "2027-05-01")])
    assert group.shared == (date(2027, 4, 1), date(2027, 4, 15))
    [group] = gather(KEI, [want(1, 1, "2027-03-01", "2027-04-15"), want(2, 2, "2027-04-15", "2027-05-01")])
    assert group.shared == (date(2027, 4, 15), date(2027, 4, 15))


def test_one_organisation_with_two_needs_is_not_joint() -> None:
    [alone] = gather(KEI, [want(1, 1, "2027-03-01", "2027-03-31"), want(2, 1, "2027-03-01", "2027-03-31")])
    [together] = gather(KEI, [want(1, 1, "2027-03-01", "2027-03-31"), want(2, 2, "2027-03-01", "2027-03-31")])
    [three] = gather(KEI, [want(asker, asker, "2027-03-01", "2027-03-31") for asker in (1, 2, 3)])
    assert (alone.is_joint, together.is_joint, three.is_joint) == (False, True, True)


def test_needs_are_added_up_in_the_unit_they_share_else_in_that_of_the_material() -> None:
    assert added_in(KEI, [Unit.PIECE, Unit.PIECE]) is Unit.PIECE
    assert added_in(KEI, [Unit.PIECE, Unit.TONNE]) is Unit.M2
    [group] = gather(
        KEI,
        [
            want(1, 1, "2027-03-01", "2027-03-31", "120"),
            want(2, 2, "2027-03-01", "2027-03-31", "4400", Unit.PIECE),  # 44 to the m2: 100 m2
            want(3, 3, "2027-03-01", "2027-03-31", "37", Unit.TONNE),  # 185 kg the m2: 200 m2
        ],
    )
    assert (group.unit, group.amount) == (Unit.M2, Decimal(420))


def test_what_does_not_convert_is_no_part_of_it() -> None:
    """Running metres say nothing of square metres."""
    wants = [want(1, 1, "2027-03-01", "2027-03-31"), want(2, 2, "2027-03-01", "2027-03-31", "60", Unit.M)]
    assert sorted(numbers(wants)) == [[1], [2]]


@pytest.mark.parametrize(
    ("amount", "unit", "wanted", "comes_to"),
    [
        ("22", Unit.PIECE, Unit.M2, "0.5"),
        ("1", Unit.PIECE, Unit.M2, "0.023"),  # 0.02272…
        ("0.5", Unit.M2, Unit.PIECE, "22"),
        ("0.034", Unit.M2, Unit.PIECE, "1"),  # 1.496
        ("0.0341", Unit.M2, Unit.PIECE, "2"),  # 1.5004
        ("1", Unit.TONNE, Unit.M2, "5.405"),  # 5.405405…
        ("0.0925", Unit.KG, Unit.M2, "0.001"),  # half a thousandth
        ("0.0924", Unit.KG, Unit.M2, "0"),
    ],
)
def test_an_amount_in_another_unit_is_rounded_once_halves_up(amount: str, unit: Unit, wanted: Unit, comes_to: str) -> None:
    assert in_unit(Decimal(amount), unit, wanted, KEI) == Decimal(comes_to)


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        (JointQuestion(within_km=1), []),
        (JointQuestion(within_km=200), []),
        (JointQuestion(within_km=0), ["within_km"]),
        (JointQuestion(within_km=201), ["within_km"]),
        (JointQuestion(first=date(2027, 3, 1), last=date(2027, 3, 1)), []),
        (JointQuestion(first=date(2027, 3, 1), last=date(2027, 9, 1)), []),
        (JointQuestion(first=date(2027, 3, 2), last=date(2027, 3, 1)), ["last"]),
        (JointQuestion(first=date(1989, 12, 31)), ["first"]),
        (JointQuestion(last=date(2057, 12, 31)), []),
        (JointQuestion(last=date(2058, 1, 1)), ["last"]),
        (JointQuestion(organisations=("borne", "hengelo")), []),
        (JointQuestion(organisations=("borne", "atlantis")), ["organisations"]),
        (JointQuestion(estimate_cents=1), []),
        (JointQuestion(estimate_cents=0), ["estimate_cents"]),
        (JointQuestion(estimate_cents=-1), ["estimate_cents"]),
        (JointQuestion(estimate_cents=100_000_000_000), []),
        (JointQuestion(estimate_cents=100_000_000_001), ["estimate_cents"]),
        (JointQuestion(within_km=0, organisations=("atlantis",)), ["within_km", "organisations"]),
    ],
)
def test_a_question_past_its_bounds_is_refused_at_its_field(question: JointQuestion, fields: list[str]) -> None:
    refused = []
    try:
        check_question(question, buyer_slugs=("borne", "hengelo"), today=TODAY)
    except Invalid as refusal:
        refused = [error.field for error in refusal.errors]
    assert refused == fields


@pytest.mark.parametrize(("length", "end"), [(60, "”"), (61, "…”")])
def test_a_municipality_that_is_not_there_is_repeated_up_to_sixty_signs(length: int, end: str) -> None:
    with pytest.raises(Invalid, match=f"“{'x' * 60}{end}"):
        check_question(JointQuestion(organisations=("x" * length,)), buyer_slugs=("borne",), today=TODAY)


def test_the_chosen_circle_stands_among_those_that_people_know() -> None:
    assert JointQuestion(within_km=40).circles_km == (10, 25, 40, 50)
    assert JointQuestion(within_km=25).circles_km == (10, 25, 50)


@pytest.mark.parametrize(
    ("first", "last", "is_in"),
    [
        (None, None, True),
        ("2027-03-31", None, True),
        ("2027-04-01", None, False),
        (None, "2027-03-01", True),
        (None, "2027-02-28", False),
        ("2027-03-31", "2027-05-01", True),
        ("2027-02-01", "2027-03-01", True),
        ("2027-02-01", "2027-02-28", False),
        ("2027-04-01", "2027-05-01", False),
        ("2027-03-10", "2027-03-11", True),
        ("2027-02-01", "2027-05-01", True),
    ],
)
def test_a_need_is_in_a_period_that_shares_a_day_with_it(first: str | None, last: str | None, is_in: bool) -> None:
    days = [None if day is None else date.fromisoformat(day) for day in (first, last)]
    assert want(1, 1, "2027-03-01", "2027-03-31").is_in(*days) is is_in


def test_the_groups_stand_by_their_days() -> None:
    later, earlier = want(1, 1, "2027-05-01", "2027-05-31"), want(2, 2, "2027-03-01", "2027-03-31")
    metres = want(3, 1, "2027-03-01", "2027-03-30", "60", Unit.M)
    assert numbers([later, earlier, metres]) == [[3], [2], [1]]
