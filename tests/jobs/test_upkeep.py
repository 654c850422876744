"""Proving the whole bank and counting its figures again, as long work that can be interrupted."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update

from marketplace.accounts.policy import OPERATOR
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.jobs import tasks, upkeep
from marketplace.kernel.db import Database
from marketplace.kernel.models import Task
from marketplace.ledger import queries
from marketplace.ledger.models import ROLLUP_PAIR, ROLLUP_SIDE
from marketplace.ledger.queries import find_rollup_breach, get_head
from marketplace.ledger.rules import SUM_NAMES
from tests.entries import append_entry

ROWS = 7


@pytest.fixture
def bank(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A ledger of seven rows in three months, walked three rows at a time."""
    monkeypatch.setattr(queries, "CHUNK", 3)
    monkeypatch.setattr(upkeep, "CHUNK", 3)
    with database.transaction() as session:
        for number in range(ROWS):
            append_entry(session, "almelo", "borne", mass_kg="100", happened_on=date(2026, 1 + number % 3, 15))
    return database


def brought_on(app: Flask, bank: Database, kind: str, stops_after: int | None = None) -> Task:
    """Start a kind of work and do it, at most so many steps at first."""
    with bank.transaction() as session:
        task_id = tasks.start_task(session, OPERATOR, kind=kind).id
    if stops_after is not None:
        taken = iter([False] * (stops_after - 1))
        tasks.take(app, task_id, lambda: next(taken, True))
        assert tasks.report_on(at(bank, task_id)).sentence is None
    tasks.work_off(app)
    return at(bank, task_id)


def at(bank: Database, task_id: int) -> Task:
    with bank.read() as session:
        task = session.get_one(Task, task_id)
        session.expunge_all()
        return task


@pytest.mark.parametrize("stops_after", [None, 2, 12, 14])
def test_a_sound_ledger_is_walked_to_its_head_also_with_a_stop_on_the_way(
    app: Flask, bank: Database, stops_after: int | None
) -> None:
    task = brought_on(app, bank, "check", stops_after)
    with bank.read() as session:
        rows, head = get_head(session)
    assert task.result is not None and (rows, head) == (ROWS, task.result["ledgerHead"])
    assert (task.result["ledgerRows"], task.done) == (ROWS, task.total)
    assert task.total == len(INVARIANTS) + 3  # three chunks


def test_what_is_broken_is_named_and_the_rest_is_still_looked_at(app: Flask, bank: Database) -> None:
    with bank.transaction() as session:
        session.execute(text("DROP TRIGGER IF EXISTS exchange_no_update" + on(session)))
        session.execute(text("DROP TRIGGER IF EXISTS exchange_no_change" + on(session)))
        session.execute(text("UPDATE exchange SET mass_kg = mass_kg + 1 WHERE seq = 5"))
    task = brought_on(app, bank, "check", 3)
    report = tasks.report_on(task)
    wrong = {finding.label.message: finding.detail for finding in report.findings if not finding.is_right}
    assert wrong["the ledger's chain holds"] == "seq 5: a column differs from what was hashed"
    assert set(wrong) == {"the ledger's chain holds", "the roll-ups equal the ledger"}
    assert [finding.is_right for finding in report.findings].count(True) == len(INVARIANTS) - 2
    assert (report.is_right, str(report.sentence)[:21]) == (False, "2 dingen kloppen niet")


def test_a_check_that_is_stopped_tells_what_it_has_found_so_far(app: Flask, bank: Database) -> None:
    with bank.transaction() as session:
        task_id = tasks.start_task(session, OPERATOR, kind="check").id
    tasks.take(app, task_id, lambda: True)
    assert [finding.is_right for finding in tasks.report_on(at(bank, task_id)).findings] == [True] + [None] * (
        len(INVARIANTS) - 1
    )


@pytest.mark.parametrize("stops_after", [None, 1, 2])
def test_roll_ups_are_counted_again_month_by_month(app: Flask, bank: Database, stops_after: int | None) -> None:
    with bank.transaction() as session:
        session.execute(update(ROLLUP_SIDE).where(ROLLUP_SIDE.c.month == "2026-02").values(exchanges=99))
        nowhere = {"group_slug": "x", "span": "2025", "from_slug": "x", "to_slug": "x", "through": "", "is_bulk": False}
        session.execute(insert(ROLLUP_PAIR).values(**nowhere, **dict.fromkeys(SUM_NAMES, 1)))
    task = brought_on(app, bank, "rebuild", stops_after)
    assert (task.state, task.result, task.total) == ("done", {"months": 4, "ledgerRows": ROWS}, 4)
    with bank.read() as session:
        assert find_rollup_breach(session) is None
        assert "2025" not in session.scalars(select(ROLLUP_PAIR.c.span)).all()
    assert str(tasks.report_on(task).sentence) == "7 regels van het grootboek zijn opnieuw geteld."


def on(session) -> str:  # type: ignore[no-untyped-def]
    """PostgreSQL wants to know of which table a trigger is."""
    return "" if session.get_bind().dialect.name == "sqlite" else " ON exchange"
