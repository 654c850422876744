"""Mail per reader: what was sent or given up before is history, what still waited is spread anew."""

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import text

from marketplace.cli.migrations import alembic_config
from marketplace.kernel.db import Database

MADE = "2026-11-01 08:00:00"
ROW = """
    INSERT INTO notice (kind, facts, person_id, locale, created_at, next_try_at, attempts, sent_at, dead_at, last_error)
    VALUES ('completed', '{}', :person, 'nl', :made, :made, :attempts, :sent, :dead, :error)
"""


@pytest.fixture
def alembic(database_url: str) -> AlembicConfig:
    return alembic_config(database_url)


def test_what_waits_is_spread_and_what_was_sent_or_dead_is_history(alembic: AlembicConfig, database: Database) -> None:
    command.downgrade(alembic, "0012")
    rows = [
        {"person": 1, "attempts": 1, "sent": MADE, "dead": None, "error": None},
        {"person": 2, "attempts": 9, "sent": None, "dead": MADE, "error": "451"},
        {"person": 3, "attempts": 0, "sent": None, "dead": None, "error": None},
    ]
    with database.transaction() as session:
        for row in rows:
            session.execute(text(ROW), {**row, "made": MADE})
    command.upgrade(alembic, "head")
    with database.read() as session:
        notices = session.execute(text("SELECT id, spread_at IS NULL, is_history FROM notice ORDER BY id")).all()
        dead = session.execute(text("SELECT notice_id, person_id, state, attempts, last_error FROM delivery")).all()
    assert [(number, bool(waits), bool(history)) for number, waits, history in notices] == [
        (1, False, True),
        (2, False, True),
        (3, True, False),
    ]
    assert [tuple(row) for row in dead] == [(2, 2, "dead", 9, "451")]
