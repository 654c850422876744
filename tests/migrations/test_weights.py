"""Lots that were handed over before they took their agreed weight along weigh afterwards what the ledger says."""

from decimal import Decimal

import pytest
from alembic import command
from sqlalchemy import select, text

from marketplace.cli.migrations import alembic_config
from marketplace.depots.actions.movements import By, change, split_off
from marketplace.depots.models import Lot
from marketplace.depots.queries.lots import list_movements
from marketplace.depots.rules.lots import MovementKind
from marketplace.exchange.actions import hand_over
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.market.models import Listing
from tests.at_the_gate import back, sound
from tests.factories import make_actor, seed_taxonomy
from tests.rooms.test_weights import AGREED, given

pytestmark = pytest.mark.slow


def test_a_lot_is_weighed_as_the_ledger_says_with_what_was_split_off_since(database: Database, database_url: str) -> None:
    """300 of 500 m² went at 190.5 kg, of which 100 came back and 50 were split off; all still weigh 185. And 500 of 500, used up."""
    with database.transaction() as session:
        seed_taxonomy(session)
        cast = {slug: make_actor(session, slug) for slug in ("hengelo", "borne")}
        _listing, done, part = given(session, cast)
        hand_over.return_part(session, cast["borne"], reservation_id=done.id, draft=back("100"))
        child = split_off(session, By(cast["borne"], clock.today()), part, Decimal(50))
        assert child is not None
        _whole, _all, lot = given(session, cast, "500")
        assert change(session, By(cast["borne"], clock.today()), lot, MovementKind.OUT, Decimal(-500))
        numbers = {"part": part.id, "child": child.id, "lot": lot.id}
        sound(session)
    database.dispose()
    command.downgrade(alembic_config(database_url), "0045_weights-1")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE lot SET kg_per_unit = 185000000, kg_basis = 'taxonomy'"))
        connection.execute(text("UPDATE listing SET kg_per_unit = NULL"))
    command.upgrade(alembic_config(database_url), "head")
    with database.transaction() as session:
        sound(session)
        weighs = {row.id: row.kg_per_unit for row in session.scalars(select(Lot))}
        assert {name: weighs[number] for name, number in numbers.items()} == dict.fromkeys(numbers, AGREED)
        returned = session.scalars(select(Listing).where(Listing.parent_id.is_not(None))).one()
        assert (returned.kg_per_unit, weighs[returned.lot_id or 0]) == (AGREED, AGREED)
        assert sorted(weighs.values()).count(Decimal(185)) == 1  # what Hengelo kept
        rows = [(row.kind, int(row.quantity), row.kg_per_unit) for row in list_movements(session, numbers["child"])]
        assert rows[-2:] == [("count", -50, Decimal(185)), ("count", 50, AGREED)]
