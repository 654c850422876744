"""How a part gets its value, what becomes of that between two runs, and which prices can be loaded. Worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.impact.rules.goals import valued_share
from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import Unit
from marketplace.passports.rules.items import ChangeKind
from marketplace.valuations.rules.appraisals import CENTS_MAX, AppraisalDraft, clean_appraisal
from marketplace.valuations.rules.changes import Ends, find_changes
from marketplace.valuations.rules.method import (
    Appraised,
    Costs,
    Lack,
    Median,
    Method,
    PricedExchange,
    PriceKey,
    TablePrice,
    check_as_of,
    find_lack,
    medians_of,
    months_before,
    value_part,
)
from marketplace.valuations.rules.movement import NOTHING, Movement, Stand, movement_of
from marketplace.valuations.rules.share import ValuedMass, add_masses, say_valued

TODAY = date(2026, 11, 28)
D = Decimal


def exchange(cents_each: str, quantity: str = "100", **changes: object) -> PricedExchange:
    values = {"material_id": 1, "condition": "good", "unit": Unit.M2, "quantity": D(quantity), "happened_on": TODAY}
    return PricedExchange(**(values | {"price_cents": int(D(cents_each) * D(quantity))} | changes))  # type: ignore[arg-type]


def paid(*each: str, **changes: object) -> Median | None:
    medians = medians_of([exchange(price, **changes) for price in each])
    return next(iter(medians.values()), None)


def worth(median: Median | None = None, *, table: TablePrice | None = None, appraised: Appraised | None = None):
    return value_part(D(1200), Unit.M2, median=median, prices=[table] if table else [], appraised=appraised)


TABLE = TablePrice(7, D(300), D(500))
APPRAISED = Appraised(9, 90_000, D(100))


def test_three_prices_and_two_om_niet_make_the_middle_price() -> None:
    """€ 4.00, 5.00 and 6.50: the middle is € 5.00, and 1 200 m² of it € 6 000; from € 4 800 to € 7 800."""
    value = worth(paid("400", "500", "650", "0", "0"), table=TABLE, appraised=APPRAISED)
    assert (value.method, value.unit_cents, value.value_cents) == (Method.EXCHANGES, D(500), 600_000)
    assert (value.low_cents, value.high_cents) == (480_000, 780_000)


def test_two_prices_are_too_few_and_the_price_table_says_so() -> None:
    """The middle of € 3.00 and 5.00 is € 4.00: 1 200 m² are € 4 800, from € 3 600 to € 6 000."""
    value = worth(paid("400", "500", "0", "0"), table=TABLE, appraised=APPRAISED)
    assert (value.method, value.source, value.unit_cents, value.value_cents) == (Method.PRICE_TABLE, 7, D(400), 480_000)
    assert (value.low_cents, value.high_cents) == (360_000, 600_000)


def test_without_prices_an_appraisal_counts_for_what_is_there() -> None:
    """€ 900 for 100 m² is € 9.00 a m², and 1 200 m² of it € 10 800."""
    value = worth(paid("400", "500"), appraised=APPRAISED)
    assert (value.method, value.source, value.unit_cents, value.value_cents) == (Method.APPRAISAL, 9, D(900), 1_080_000)


def test_with_none_of_the_three_there_is_no_value_which_is_not_nought() -> None:
    value = worth(paid("400", "500"))
    assert (value.method, value.value_cents, value.unit_cents, value.source) == (Method.NONE, None, None, None)


def test_an_appraisal_of_a_third_is_rounded_once() -> None:
    """€ 100.00 for 3 pieces: 2 of them are € 66.67, and all 3 are € 100.00 again."""
    appraised = Appraised(1, 10_000, D(3))
    assert [value_part(D(count), Unit.PIECE, median=None, prices=[], appraised=appraised).value_cents for count in (2, 3)] == [
        6_667,
        10_000,
    ]


def test_of_an_even_number_the_two_in_the_middle_are_halved() -> None:
    median = paid("400", "500", "501", "700")
    assert median is not None and (median.unit_cents, median.exchanges, median.low_cents, median.high_cents) == (
        D("500.5"),
        4,
        400,
        700,
    )


def test_prices_are_of_one_material_in_one_condition() -> None:
    rows = [exchange("400"), exchange("500"), exchange("600", condition="fair"), exchange("700", material_id=2)]
    medians = medians_of(rows)
    assert {(key.material_id, key.condition): median.exchanges for key, median in medians.items()} == {
        (1, "good"): 2,
        (1, "fair"): 1,
        (2, "good"): 1,
    }


def test_kilograms_are_priced_by_the_tonne_and_nothing_else_is_converted() -> None:
    """2 000 kg for € 100 and 1 tonne for € 60: € 50 and € 60 a tonne; 500 kg at € 60 are € 30."""
    rows = [
        exchange("5", "2000", unit=Unit.KG),
        exchange("6000", "1", unit=Unit.TONNE),
        exchange("7000", "1", unit=Unit.TONNE),
        exchange("400"),
    ]
    medians = medians_of(rows)
    tonne = medians[PriceKey(1, "good", Unit.TONNE)]
    assert (tonne.unit_cents, tonne.low_cents, tonne.exchanges) == (6_000, 5_000, 3)
    assert medians[PriceKey(1, "good", Unit.M2)].exchanges == 1
    value = value_part(D(500), Unit.KG, median=tonne, prices=[], appraised=None)
    assert value.value_cents == 3_000


def test_costs_come_of_the_appraisal_before_the_table() -> None:
    """The table knows € 1.00 taking out and € 0.50 moving for 1 m²; the appraisal € 60 taking out for 100 m²: € 720 and € 600."""
    table = TablePrice(7, D(300), D(500), Costs(taking_out=D(100), transport=D(50)))
    value = worth(table=table, appraised=Appraised(9, 1, D(100), Costs(taking_out=D(6_000))))
    assert (value.taking_out_cents, value.cleaning_cents, value.transport_cents) == (72_000, None, 60_000)


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 28), 24, date(2024, 11, 28)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2027, 1, 15), 24, date(2025, 1, 15)),
    ],
)
def test_months_back_keep_the_day_where_there_is_one(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def test_a_run_is_of_a_day_on_which_there_was_something() -> None:
    first = date(2026, 3, 1)
    for good in (first, TODAY):
        check_as_of(good, first, TODAY)
    for wrong, since in ((date(2026, 2, 28), first), (date(2026, 11, 29), first), (TODAY, None)):
        with pytest.raises(Invalid) as refused:
            check_as_of(wrong, since, TODAY)
        assert refused.value.field == "as_of"


def moved(before: Stand, after: Stand, **changes: str) -> Movement:
    movement = movement_of(before, after, {ChangeKind(kind): D(amount) for kind, amount in changes.items()})
    assert movement.adds_up
    return movement


def test_what_only_the_price_did_stands_apart_from_what_came_and_went() -> None:
    """1 000 at € 5 and 860 at € 6: 200 new are € 1 200, 300 out € 1 500, 50 lost € 250, 10 more counted € 50; 660 × € 1 = € 660."""
    before, after = Stand(D(1000), 500_000), Stand(D(860), 516_000)
    movement = moved(before, after, put_in="200", taken_out="-200", handed_over="-100", lost="-50", counted="10")
    assert (movement.opening_cents, movement.closing_cents) == (500_000, 516_000)
    assert (movement.new_cents, movement.released_cents, movement.lost_cents) == (120_000, 150_000, 25_000)
    assert (movement.price_cents, movement.counted_cents, movement.known_cents) == (66_000, 5_000, 0)
    assert movement.revalued_cents == 71_000


def test_what_is_new_comes_at_the_closing_price_also_when_a_part_of_it_left() -> None:
    """100 put in at € 2, 40 of them handed over: € 200 new, € 80 released, € 120 left."""
    movement = moved(NOTHING, Stand(D(60), 12_000), put_in="100", handed_over="-40")
    assert (movement.new_cents, movement.released_cents, movement.price_cents) == (20_000, 8_000, 0)


def test_what_rounding_leaves_over_of_what_is_new_goes_to_what_is_new() -> None:
    """7 of € 1.00 are 14.29 cents each: 9 put in are 129, 1 out and 1 lost 14 each, so one cent too many."""
    movement = moved(NOTHING, Stand(D(7), 100), put_in="9", handed_over="-1", lost="-1")
    assert (movement.new_cents, movement.released_cents, movement.lost_cents, movement.price_cents) == (128, 14, 14, 0)


def test_what_left_as_a_whole_takes_its_opening_value_with_it() -> None:
    movement = moved(Stand(D(3), 10_000), NOTHING, taken_out="-1", handed_over="-2")
    assert (movement.released_cents, movement.lost_cents, movement.price_cents) == (10_000, 0, 0)
    movement = moved(Stand(D(3), 10_000), NOTHING, lost="-2", taken_out="-1")
    assert (movement.lost_cents, movement.released_cents, movement.closing_cents) == (6_667, 3_333, 0)


def test_a_value_that_becomes_known_or_unknown_is_no_price_change() -> None:
    movement = moved(Stand(D(10), None), Stand(D(10), 700))
    assert (movement.known_cents, movement.price_cents, movement.new_cents) == (700, 0, 0)
    movement = moved(Stand(D(10), 700), Stand(D(12), None), put_in="2")
    assert (movement.known_cents, movement.price_cents, movement.new_cents, movement.closing_cents) == (-700, 0, 0, 0)


def test_an_import_that_is_undone_takes_its_value_back() -> None:
    movement = moved(NOTHING, NOTHING, put_in="100", undone="-100")
    assert movement == Movement()
    movement = moved(Stand(D(100), 5_000), NOTHING, undone="-100")
    assert (movement.counted_cents, movement.released_cents, movement.closing_cents) == (-5_000, 0, 0)


@pytest.mark.parametrize("cents", [99, 101])
def test_a_movement_that_does_not_close_does_not_add_up(cents: int) -> None:
    assert Movement(opening_cents=60, new_cents=40, closing_cents=100).adds_up
    assert not Movement(opening_cents=60, new_cents=40, closing_cents=cents).adds_up


def appraisal(**changes: object) -> AppraisalDraft:
    values = {"value_cents": 1, "appraiser": " J. de Boer ", "valued_on": TODAY, "source": "Rapport 12"}
    return AppraisalDraft(**(values | changes))  # type: ignore[arg-type]


def test_an_appraisal_is_of_all_that_is_there_unless_it_says_of_how_much() -> None:
    assert clean_appraisal(appraisal(), D(40), TODAY, kg_per_unit=D(185)).quantity == 40
    tidy = clean_appraisal(appraisal(quantity=D(7), value_cents=CENTS_MAX), D(40), TODAY, kg_per_unit=D(1_428_572))
    assert (tidy.quantity, tidy.appraiser) == (7, "J. de Boer")


@pytest.mark.parametrize(
    ("wrong", "there", "field"),
    [
        ({"value_cents": 0}, "40", "value_cents"),
        ({"value_cents": -100}, "40", "value_cents"),
        ({"value_cents": CENTS_MAX + 1}, "40", "value_cents"),
        ({"appraiser": "  "}, "40", "appraiser"),
        ({"source": ""}, "40", "source"),
        ({"valued_on": date(2026, 11, 29)}, "40", "valued_on"),
        ({"valued_on": date(1989, 12, 31)}, "40", "valued_on"),
        ({}, "0", "quantity"),
        ({"quantity": D(-1)}, "40", "quantity"),
    ],
)
def test_what_an_appraisal_cannot_be_is_refused_at_its_field(wrong: dict[str, object], there: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_appraisal(appraisal(**wrong), D(there), TODAY, kg_per_unit=D(1_000_000))
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize("name", ["value_cents", "taking_out_cents", "cleaning_cents", "transport_cents"])
def test_a_kilogram_of_material_is_never_worth_or_costs_more_than_a_thousand_euros(name: str) -> None:
    """2 m² of 185 kg weigh 370 kg: € 370 000.00 may be, a cent more may not."""
    most = {name: 37_000_000, "quantity": D(2)}
    assert getattr(clean_appraisal(appraisal(**most), D(40), TODAY, kg_per_unit=D(185)), name) == 37_000_000
    with pytest.raises(Invalid) as refused:
        clean_appraisal(appraisal(**(most | {name: 37_000_001})), D(40), TODAY, kg_per_unit=D(185))
    assert [error.field for error in refused.value.errors] == [name]


def test_18_percent_is_valued_and_three_quarters_of_what_has_a_passport() -> None:
    mass = ValuedMass(D(90_000_000), D(120_000_000), D(500_000_000))
    assert valued_share(mass).share == D("0.18") and mass.share_of_passports == D("0.75")
    assert "500.000" in str(say_valued(mass)) and "75,0%" in str(say_valued(mass))


def test_without_an_estimate_the_sentence_says_so() -> None:
    mass = ValuedMass(D(90_000_000), D(120_000_000))
    assert (valued_share(mass).share, mass.has_estimate) == (D("0.75"), False)
    assert "schatting" in str(say_valued(mass))
    assert "nog niets" in str(say_valued(ValuedMass(D(0), D(0), D(1000))))
    assert valued_share(None).share is None


def test_a_sum_says_of_how_many_nothing_is_estimated() -> None:
    total = add_masses([ValuedMass(D(1), D(2), D(10)), ValuedMass(D(3), D(4))])
    assert total is not None and (total.valued_kg, total.passported_kg, total.owned_kg, total.without_estimate) == (4, 6, 14, 1)
    assert not total.has_estimate and add_masses([]) is None
    most = add_masses([ValuedMass(D(1), D(2)), ValuedMass(D(3), D(4)), ValuedMass(D(1), D(2), D(10))])
    assert most is not None and most.without_estimate == 2


@pytest.mark.parametrize(
    ("condition", "exchanges", "lack"),
    [("good", 2, Lack.FEW_EXCHANGES), ("good", 0, Lack.NOTHING), ("", 0, Lack.NOBODY_LOOKED)],
)
def test_a_part_without_value_says_what_it_lacks(condition: str, exchanges: int, lack: Lack) -> None:
    assert find_lack(condition, exchanges) is lack


def ends(low: str, high: str) -> Ends:
    return Ends(D(low), D(high))


def test_a_table_tells_what_it_changes_the_largest_change_first() -> None:
    """€ 4 to 6 becomes 5 to 7.50: the middle goes from 5 to 6.25, a quarter more. € 2 becomes 3, half more."""
    keys = [PriceKey(number, "", Unit.M2) for number in range(5)]
    before = dict(zip(keys, (ends("400", "600"), ends("200", "200"), ends("100", "100"), ends("50", "50")), strict=False))
    after = {keys[0]: ends("500", "750"), keys[1]: ends("300", "300"), keys[2]: ends("100", "100"), keys[4]: ends("70", "70")}
    changes = find_changes(before, after)
    assert [(change.key.material_id, change.share) for change in changes] == [(1, D("0.5")), (0, D("0.25")), (4, None), (3, None)]
    assert (changes[2].before, changes[3].after) == (None, None)
    assert not any(change.is_much for change in changes)


def test_a_cost_that_is_not_known_any_more_is_a_change_too() -> None:
    key = PriceKey(1, "", Unit.M2)
    [change] = find_changes({key: Ends(D(400), D(600), (D(150), None, D(80)))}, {key: Ends(D(400), D(600), (None, None, None))})
    assert (change.share, change.before and change.before.known_costs_cents) == (0, 230)
    assert change.after is not None and change.after.known_costs_cents is None


def test_a_third_is_not_much_less() -> None:
    key = PriceKey(1, "", Unit.M2)
    for before, after, much in (("300", "100", False), ("303", "100", True)):
        [change] = find_changes({key: ends(before, before)}, {key: ends(after, after)})
        assert change.is_much is much


@pytest.mark.parametrize(("after", "much"), [("300", False), ("301", True), ("34", False), ("33", True)])
def test_more_than_three_times_as_large_or_as_small_is_much(after: str, much: bool) -> None:
    key = PriceKey(1, "", Unit.M2)
    [change] = find_changes({key: ends("100", "100")}, {key: ends(after, after)})
    assert change.is_much is much
