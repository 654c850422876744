"""The ledger of SQLite is made anew for legs of lots: no row, no hash and no guard of it is another."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from marketplace.cli.migrations import alembic_config
from marketplace.kernel.db import Database
from marketplace.ledger.queries import find_breach
from marketplace.ledger.rules import chained
from tests.migrations.schema import describe

pytestmark = pytest.mark.slow

BEFORE, AFTER = "0033_movement_places", "0030_legs"
SECOND = {"row_version": 2, "replaces_purchase": "yes", "processing_factor": 2210, "processing_kgco2e": None, "origin": "reused"}
THIRD = {"carbon_confidence": "B", "carbon_low": 90_000, "carbon_high": None, "through": "depot", "is_bulk": False}
WRITTEN = {  # of those as they are hashed; of the columns of numbers above in thousandths and millionths
    2: {
        "rowVersion": "2",
        "replacesPurchase": "yes",
        "processingFactor": "0.00221",
        "processingKgCo2e": None,
        "origin": "reused",
    },
    3: {"carbonConfidence": "B", "carbonLow": "0.09", "carbonHigh": None, "through": "depot", "isBulk": "false"},
}
NOTHING = {"avoidedLowKgCo2e": None, "avoidedHighKgCo2e": None, "purchaseCents": None, "savedCents": None}


@pytest.fixture
def old(old_url: str) -> Iterator[Database]:
    """A ledger with rows of versions 1, 2 and 3, before legs."""
    command.upgrade(alembic_config(old_url), BEFORE)
    database = Database(old_url)
    with database.engine.begin() as connection:
        add_row(connection, SECOND | {"period": "2026-02"}, WRITTEN[2] | {"period": "2026-02"})
        more = SECOND | THIRD | {"row_version": 3, "period": "2026-03"}
        add_row(connection, more, WRITTEN[2] | WRITTEN[3] | NOTHING | {"rowVersion": "3", "period": "2026-03"})
    yield database
    database.dispose()


def add_row(connection: Connection, columns: dict[str, Any], written: dict[str, str | None]) -> None:
    """The last transfer once more, as a row of a later version that says this too."""
    was = connection.execute(text("SELECT * FROM exchange WHERE kind = 'transfer' ORDER BY seq DESC LIMIT 1")).mappings().one()
    seq, last = connection.execute(text("SELECT seq, hash FROM ledger_head")).one()
    number = was["reservation_id"] + 1000
    words = json.loads(was["canonical"]) | written | {"seq": str(seq + 1), "reservationId": str(number)}
    canonical = json.dumps(words, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    row = {**was, **columns, "seq": seq + 1, "reservation_id": number, "previous_hash": last}
    row |= {"canonical": canonical, "hash": chained(last, canonical)}
    connection.execute(text(f"INSERT INTO exchange ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"), row)
    connection.execute(text("UPDATE ledger_head SET seq = :seq, hash = :hash"), {"seq": row["seq"], "hash": row["hash"]})


def rows(database: Database) -> list[dict[str, Any]]:
    with database.engine.connect() as connection:
        return [dict(row) for row in connection.execute(text("SELECT * FROM exchange ORDER BY seq")).mappings()]


def ledger_schema(database: Database) -> list[str]:
    """The schema of the ledger; a table that was renamed stands in quotes on SQLite."""
    with database.engine.connect() as connection:
        return sorted(line for line in describe(connection) if line.startswith("exchange "))


def test_every_row_comes_along_with_its_hash_and_the_chain_holds(old: Database, old_url: str) -> None:
    before = rows(old)
    assert {row["row_version"] for row in before} == {1, 2, 3}
    command.upgrade(alembic_config(old_url), AFTER)
    empty = {"lot_id": None, "cause": None, "recall_id": None}
    assert rows(old) == [row | empty for row in before]
    command.upgrade(alembic_config(old_url), "head")
    with old.read() as session:
        assert find_breach(session) is None


@pytest.mark.parametrize("statement", ["UPDATE exchange SET price_cents = 1", "DELETE FROM exchange WHERE seq = 1"])
def test_the_ledger_made_anew_refuses_changes_as_before(old: Database, old_url: str, statement: str) -> None:
    command.upgrade(alembic_config(old_url), AFTER)
    with pytest.raises(DBAPIError, match="append-only"), old.engine.begin() as connection:
        connection.execute(text(statement))


def test_down_again_it_is_what_it_was(old: Database, old_url: str) -> None:
    before, schema = rows(old), ledger_schema(old)
    command.upgrade(alembic_config(old_url), AFTER)
    assert ledger_schema(old) != schema
    command.downgrade(alembic_config(old_url), BEFORE)
    assert (rows(old), ledger_schema(old)) == (before, schema)
    command.upgrade(alembic_config(old_url), "head")
    with old.read() as session:
        assert find_breach(session) is None


def test_a_ledger_with_a_leg_does_not_go_back_for_nothing_is_taken_out_of_it(old: Database, old_url: str) -> None:
    command.upgrade(alembic_config(old_url), AFTER)
    before = rows(old)
    with old.engine.begin() as connection:
        leg = before[-1] | {
            "seq": 99,
            "hash": "leg",
            "kind": "haul",
            "mass_kg": 0,
            "row_version": 4,
            "lot_id": 7,
            "cause": "depot",
        }
        leg |= {"reservation_id": None, "listing_id": None}
        connection.execute(text(f"INSERT INTO exchange ({', '.join(leg)}) VALUES ({', '.join(f':{name}' for name in leg)})"), leg)
    with pytest.raises(RuntimeError, match="1 legs of lots"):
        command.downgrade(alembic_config(old_url), BEFORE)
    assert [row["seq"] for row in rows(old)] == [row["seq"] for row in before] + [99]
