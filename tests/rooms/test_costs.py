"""What lots have cost, out of their movements and the prices of the depots where they lay."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.depots.actions.movements import By, change, move, split_off
from marketplace.depots.queries.costs import costs_of, list_charges
from marketplace.depots.rules.costs import Cost
from marketplace.depots.rules.lots import MovementKind, Whereabouts
from marketplace.depots.rules.quarter import Span
from marketplace.kernel.geo import Point
from tests.factories import make_actor
from tests.stored import FIRST, make_lot, make_yard

STREET = Whereabouts(place_name="Almelo", point=Point(52.35667, 6.6625))
QUARTER = Span(date(2026, 7, 1), date(2026, 10, 1))


def test_what_a_lot_and_its_child_have_cost_so_far(session: Session) -> None:
    """276 m² for 10 days and 176 for 32: 8 392 × 0.15 / 7 = 179.83; the child 100 × 32 × 0.15 / 7 = 68.57."""
    owner, yard = (
        make_actor(session, "almelo"),
        make_yard(session, make_actor(session, "borne", "coordinator"), "Werf", ("m2", "0.15", FIRST)),
    )
    lot = make_lot(session, owner, Whereabouts(yard.id, "A1"))
    child = split_off(session, By(owner, date(2026, 9, 11)), lot, Decimal(100))
    assert child is not None
    move(session, By(owner, date(2026, 9, 20)), child, Whereabouts(yard.id, "B2"))
    assert costs_of(session, [lot.id, child.id], date(2026, 10, 13)) == {
        lot.id: Cost(17983, 42, is_known=True),
        child.id: Cost(6857, 32, is_known=True),
    }


def test_a_lot_that_came_today_or_never_lay_in_a_depot_has_cost_nothing(session: Session) -> None:
    owner, yard = make_actor(session, "almelo"), make_yard(session, make_actor(session, "borne", "coordinator"))
    inside, outside = make_lot(session, owner, Whereabouts(yard.id)), make_lot(session, owner, STREET)
    nothing = Cost(0, 0, is_known=True)
    assert costs_of(session, [inside.id, outside.id], FIRST) == {inside.id: nothing, outside.id: nothing}
    assert costs_of(session, [inside.id], date(2026, 9, 2)) == {inside.id: Cost(None, 1, is_known=False)}


def test_stays_in_two_depots_are_added(session: Session) -> None:
    """70 m² a week in each: 7.00 and 14.00. What lay on the street in between costs nothing."""
    owner = make_actor(session, "almelo")
    borne, hengelo = (make_actor(session, town, "coordinator") for town in ("borne", "hengelo"))
    yard = make_yard(session, borne, "Werf", ("m2", "0.10", FIRST))
    other = make_yard(session, hengelo, "Werf", ("m2", "0.20", FIRST))
    lot = make_lot(session, owner, Whereabouts(yard.id), "70")
    move(session, By(owner, date(2026, 9, 8)), lot, STREET)
    move(session, By(owner, date(2026, 9, 15)), lot, Whereabouts(other.id))
    assert costs_of(session, [lot.id], date(2026, 9, 22)) == {lot.id: Cost(2100, 14, is_known=True)}


def test_every_owner_pays_for_its_own_days(session: Session) -> None:
    """Of a quarter: 70 m² of Almelo for 14 days and of Hengelo for the 16 days of September that are left; the day it changes is Hengelo's."""
    almelo, hengelo = make_actor(session, "almelo"), make_actor(session, "hengelo")
    yard = make_yard(session, make_actor(session, "borne", "coordinator"), "Werf", ("m2", "0.10", FIRST))
    lot = make_lot(session, almelo, Whereabouts(yard.id, "A1"), "70")
    gone = make_lot(session, almelo, Whereabouts(yard.id), "5", date(2026, 6, 1))
    change(session, By(almelo, date(2026, 6, 9)), gone, MovementKind.OUT, Decimal(-5))
    mine = int(hengelo.organisation_id or 0)
    kinds = (MovementKind.OUT, MovementKind.IN)
    move(session, By(hengelo, date(2026, 9, 15)), lot, Whereabouts(yard.id, "A1"), owner_id=mine, holder_id=mine, kinds=kinds)
    rows = list(list_charges(session, yard.id, QUARTER))
    assert [(row.organisation, row.lot_id, row.charge.first_on, row.charge.days, row.charge.cents) for row in rows] == [
        ("Almelo", lot.id, FIRST, 14, 1400),
        ("Hengelo", lot.id, date(2026, 9, 15), 16, 1600),
    ]
    assert [row.organisation_id for row in list_charges(session, yard.id, QUARTER, owner_id=mine)] == [mine]


def test_what_lay_there_before_the_quarter_counts_from_its_first_day(session: Session) -> None:
    """July to September has 92 days: 70 × 92 / 7 × 0.10 = 92.00, whatever was counted long before."""
    owner, yard = (
        make_actor(session, "almelo"),
        make_yard(session, make_actor(session, "borne", "coordinator"), "Werf", ("m2", "0.10", date(2026, 1, 1))),
    )
    lot = make_lot(session, owner, Whereabouts(yard.id), "72", date(2026, 2, 1))
    change(session, By(owner, date(2026, 3, 1), "geteld"), lot, MovementKind.COUNT, Decimal(-2))
    (row,) = list_charges(session, yard.id, QUARTER)
    assert (row.charge.first_on, row.charge.last_on, row.charge.amount_days, row.charge.cents) == (
        date(2026, 7, 1), date(2026, 9, 30), Decimal(6440), 9200,
    )  # fmt: skip
