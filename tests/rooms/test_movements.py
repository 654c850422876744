"""Movements of lots: what a lot is, is their sum; what changes place or owner leaves the one and comes to the other."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.depots import create_depot
from marketplace.depots.actions.movements import By, change, move, split_off, take_in
from marketplace.depots.models import Depot, DepotKeeper, Lot, Movement
from marketplace.depots.queries.lots import find_last_day, get_lot, list_lots, list_movements, lock, tree_of
from marketplace.depots.rules.depot import DepotDraft
from marketplace.depots.rules.lots import LotDraft, LotFilter, MovementKind, Whereabouts
from marketplace.kernel.errors import Missing
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Unit
from marketplace.materials.queries import get_taxonomy
from tests.factories import KEI, make_actor

MAY = date(2026, 5, 4)
JUNE = date(2026, 6, 15)
YARD = DepotDraft("Gemeentewerf", "Borne", "borne", Point(52.3001, 6.7480), "point", "Industriestraat 1")
STREET = Whereabouts(place_name="Almelo", point=Point(52.35667, 6.6625))


def make_yard(session: Session) -> Depot:
    return create_depot(session, make_actor(session, "borne", "coordinator"), draft=YARD)


def make_lot(session: Session, owner: Actor, at: Whereabouts = STREET, quantity: str = "276", day: date = MAY) -> Lot:
    material = get_taxonomy(session).material(KEI)
    mine = int(owner.organisation_id or 0)
    draft = LotDraft(
        material_id=material.id,
        title="Grijze betonstraatstenen",
        unit=Unit.M2,
        quantity=Decimal(quantity),
        kg_per_unit=Decimal(185),
        kg_basis="taxonomy",
        condition="good",
        owner_id=mine,
        holder_id=mine,
        at=at,
    )
    return take_in(session, By(owner, day), draft)


def told(session: Session, lot: Lot) -> list[tuple[str, Decimal, int | None]]:
    return [(row.kind, row.quantity, row.depot_id) for row in list_movements(session, lot.id)]


def test_what_comes_in_is_its_first_movement(session: Session) -> None:
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    lot = make_lot(session, owner, Whereabouts(yard.id, "A1", 12))
    (row,) = list_movements(session, lot.id)
    assert (row.kind, row.quantity, row.pallets, row.happened_on, row.bay) == ("in", Decimal(276), 12, MAY, "A1")
    assert (row.person_id, row.owner_id, row.depot_id) == (owner.person_id, owner.organisation_id, yard.id)
    assert (lot.quantity, lot.pallets, lot.in_depot_since, lot.lat) == (Decimal(276), 12, MAY, None)


def test_more_than_there_is_does_not_go(session: Session) -> None:
    owner = make_actor(session, "almelo")
    lot = make_lot(session, owner)
    assert not change(session, By(owner, JUNE), lot, MovementKind.OUT, Decimal("-276.001"))
    assert (lot.quantity, len(list_movements(session, lot.id))) == (Decimal(276), 1)
    assert change(session, By(owner, JUNE, "naar de Kerkstraat"), lot, MovementKind.OUT, Decimal(-276))
    assert (lot.quantity, list_movements(session, lot.id)[-1].reason) == (Decimal(0), "naar de Kerkstraat")


def test_the_last_of_a_lot_leaves_no_pallet_behind(session: Session) -> None:
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    lot = make_lot(session, owner, Whereabouts(yard.id, "A1", 12))
    change(session, By(owner, JUNE), lot, MovementKind.OUT, Decimal(-76), pallets=-3)
    assert lot.pallets == 9
    change(session, By(owner, JUNE), lot, MovementKind.WRITE_OFF, Decimal(-200))
    assert (lot.pallets, [row.pallets for row in list_movements(session, lot.id)]) == (0, [12, -3, -9])


def test_a_split_is_told_on_both_sides(session: Session) -> None:
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    lot = make_lot(session, owner, Whereabouts(yard.id, "A1", 12))
    child = split_off(session, By(owner, JUNE), lot, Decimal(100), to=Whereabouts(yard.id, "B2", 5))
    assert child is not None
    assert (lot.quantity, lot.pallets, child.quantity, child.pallets) == (Decimal(176), 7, Decimal(100), 5)
    assert (child.parent_id, child.origin_id, child.owner_id, child.bay) == (lot.id, lot.id, lot.owner_id, "B2")
    assert child.in_depot_since == MAY
    assert told(session, lot) == [("in", Decimal(276), yard.id), ("split", Decimal(-100), yard.id)]
    assert told(session, child) == [("split", Decimal(100), yard.id)]
    assert [row.other_lot_id for row in (*list_movements(session, lot.id), *list_movements(session, child.id))] == [
        *(None, child.id),
        lot.id,
    ]
    assert split_off(session, By(owner, JUNE), lot, Decimal("176.001")) is None


def test_a_part_of_a_part_knows_where_it_began(session: Session) -> None:
    owner = make_actor(session, "almelo")
    lot = make_lot(session, owner)
    first = split_off(session, By(owner, MAY), lot, Decimal(100))
    assert first is not None
    second = split_off(session, By(owner, MAY), first, Decimal(40))
    assert second is not None
    assert (second.parent_id, second.origin_id, second.place_name) == (first.id, lot.id, "Almelo")
    assert [row.id for row in tree_of(session, second)] == [lot.id, first.id, second.id]
    assert [row.quantity for row in tree_of(session, lot)] == [Decimal(176), Decimal(60), Decimal(40)]


def test_what_moves_leaves_one_place_and_comes_to_the_other(session: Session) -> None:
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    taker = make_actor(session, "hengelo")
    lot = make_lot(session, owner)
    move(session, By(owner, JUNE), lot, Whereabouts(yard.id, "A1", 4))
    assert (lot.depot_id, lot.in_depot_since, lot.place_name, lot.lat) == (yard.id, JUNE, "", None)
    kinds = (MovementKind.OUT, MovementKind.IN)
    move(session, By(owner, JUNE), lot, STREET, owner_id=taker.organisation_id, holder_id=taker.organisation_id, kinds=kinds)
    assert (lot.owner_id, lot.depot_id, lot.in_depot_since, lot.pallets) == (taker.organisation_id, None, None, 0)
    assert [(row.kind, row.quantity, row.pallets, row.depot_id, row.owner_id) for row in list_movements(session, lot.id)] == [
        ("in", Decimal(276), 0, None, owner.organisation_id),
        ("move", Decimal(-276), 0, None, owner.organisation_id),
        ("move", Decimal(276), 4, yard.id, owner.organisation_id),
        ("out", Decimal(-276), -4, yard.id, owner.organisation_id),
        ("in", Decimal(276), 0, None, taker.organisation_id),
    ]
    total = func.sum(Movement.quantity)
    by_place = session.execute(select(Movement.depot_id, total).group_by(Movement.depot_id))
    assert {row[0]: int(row[1]) for row in by_place} == {None: 276, yard.id: 0}


def test_a_movement_remembers_the_place_that_the_lot_forgets(session: Session) -> None:
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    lot = make_lot(session, owner)
    move(session, By(owner, JUNE), lot, Whereabouts(yard.id, "A1", 4))
    assert [(row.kind, row.place_name, row.lat, row.lon) for row in list_movements(session, lot.id)] == [
        ("in", "Almelo", 52.35667, 6.6625),
        ("move", "Almelo", 52.35667, 6.6625),
        ("move", "", None, None),
    ]


def test_another_bay_is_the_same_stay(session: Session) -> None:
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    lot = make_lot(session, owner, Whereabouts(yard.id, "A1"))
    move(session, By(owner, JUNE), lot, Whereabouts(yard.id, "C3"))
    assert (lot.bay, lot.in_depot_since) == ("C3", MAY)


def test_nothing_leaves_a_depot_before_it_came(session: Session) -> None:
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    lot = make_lot(session, owner, Whereabouts(yard.id), day=JUNE)
    child = split_off(session, By(owner, MAY), lot, Decimal(100), to=STREET)
    assert child is not None
    assert [row.happened_on for row in (*list_movements(session, lot.id), *list_movements(session, child.id))] == [JUNE] * 3
    assert find_last_day(session, lot.id) == JUNE


def test_a_part_of_what_is_blocked_is_blocked(session: Session) -> None:
    owner = make_actor(session, "almelo")
    lot = make_lot(session, owner)
    lot.blocked_at = lot.created_at
    child = split_off(session, By(owner, MAY), lot, Decimal(1))
    assert child is not None
    assert child.blocked_at == lot.created_at


def test_no_movement_is_changed_or_taken_away(session: Session) -> None:
    make_lot(session, make_actor(session, "almelo"))
    session.commit()
    for statement in ("UPDATE movement SET quantity = 1", "DELETE FROM movement"):
        with pytest.raises(DBAPIError):
            session.execute(text(statement))
        session.rollback()


def test_a_lot_is_seen_by_its_owner_its_holder_and_its_keeper(session: Session) -> None:
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    keeper, stranger = make_actor(session, "hengelo"), make_actor(session, "hengelo")
    session.add(DepotKeeper(depot_id=yard.id, person_id=keeper.person_id))
    session.flush()
    session.expire(yard)
    lot = make_lot(session, owner, Whereabouts(yard.id))
    loose = make_lot(session, owner)
    for actor in (owner, keeper, make_actor(session, "borne", "coordinator"), make_actor(session, "regio-twente", "reviewer")):
        assert get_lot(session, actor, lot.id).depot == yard
        assert lot in list_lots(session, actor, LotFilter())[0]
    assert list_lots(session, keeper, LotFilter()) == ([lot], 1)
    assert list_lots(session, stranger, LotFilter()) == ([], 0)
    with pytest.raises(Missing):
        get_lot(session, stranger, lot.id)
    with pytest.raises(Missing):
        get_lot(session, keeper, loose.id)
    with pytest.raises(Missing):
        get_lot(session, owner, loose.id + 1)


def test_lots_are_found_by_what_is_asked(session: Session) -> None:
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    inside, outside = make_lot(session, owner, Whereabouts(yard.id)), make_lot(session, owner)
    outside.title = "Trottoirbanden 100 %"
    outside.blocked_at = outside.created_at
    empty = make_lot(session, owner)
    change(session, By(owner, JUNE), empty, MovementKind.OUT, Decimal(-276))

    def found(**wanted: object) -> list[Lot]:
        return list_lots(session, owner, LotFilter(**wanted))[0]  # type: ignore[arg-type]

    assert found() == [outside, inside]
    assert found(with_empty=True) == [empty, outside, inside]
    assert found(depot_id=yard.id) == [inside]
    assert found(words="GRIJZE steen") == []
    assert found(words="GRIJZE stenen") == [inside]
    assert found(words="100 %") == [outside]
    assert found(is_blocked=True) == [outside]
    assert found(is_blocked=False) == [inside]
    assert found(owner_id=int(owner.organisation_id or 0) + 1) == []
    assert list_lots(session, owner, LotFilter(page=2, page_size=1)) == ([inside], 2)


def test_a_lot_is_read_again_behind_its_lock(session: Session) -> None:
    lot = make_lot(session, make_actor(session, "almelo"))
    session.execute(text("UPDATE lot SET quantity = 5000"))
    assert lock(session, lot.id).quantity == Decimal(5)
