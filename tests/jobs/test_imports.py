"""A sheet that is applied by workers that stop, die or are told to end: each row once, and nothing before all are taken."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.policy import Actor
from marketplace.imports.models import Outflow
from marketplace.imports.queries.outflow import get_outflow
from marketplace.imports.queries.runs import get_import
from marketplace.jobs import tasks
from marketplace.kernel import tasks as kernel_tasks
from marketplace.kernel.db import Database
from tests.factories import make_actor, seed_taxonomy
from tests.imported import load, reading, sheet

LINES = 1200  # three chunks
TOTAL_KG = Decimal(LINES * (LINES + 1) // 2)  # line n weighs n kilograms


@pytest.fixture
def borne(database: Database) -> Actor:
    with database.transaction() as session:
        seed_taxonomy(session)
        return make_actor(session, "borne", "coordinator")


def begun(database: Database, actor: Actor) -> tuple[int, int]:
    """A sheet and the task that is to apply it."""
    rows = [("17 03 02", "2025-02", number) for number in range(1, LINES + 1)]
    run = load(database, actor, sheet(rows, ("Eural", "Periode", "kg")), "outflow")
    with database.transaction() as session:
        return run.id, tasks.start_import(session, actor, import_id=run.id, only_good=False).id


def counted(database: Database, actor: Actor) -> tuple[int, Decimal]:
    """How many lines lie there, and how many kilograms count."""
    with reading(database) as session:
        return session.scalar(select(func.count()).select_from(Outflow)) or 0, get_outflow(session, actor, year=2025).total_kg


def test_a_sheet_whose_worker_stops_after_every_step_is_applied_once(app: Flask, database: Database, borne: Actor) -> None:
    import_id, task_id = begun(database, borne)
    counts = []
    while tasks.take(app, task_id, stopping=lambda: True):
        counts.append(counted(database, borne))
    assert counts[:3] == [(500, 0), (1000, 0), (1200, 0)]  # nothing counts before the last step
    assert counts[-1] == (LINES, TOTAL_KG)
    with reading(database) as session:
        assert get_import(session, borne, import_id).status == "applied"
        task = tasks.get_task(session, borne, task_id)
        assert (task.state, task.percent) == ("done", 100)


def test_a_step_whose_worker_lost_the_task_leaves_nothing_behind(
    app: Flask, database: Database, borne: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _import_id, task_id = begun(database, borne)
    assert tasks.take(app, task_id, stopping=lambda: True)

    def lost(*_of: object, **_more: object) -> bool:
        raise kernel_tasks.LeaseLost

    with monkeypatch.context() as patched:
        patched.setattr(kernel_tasks, "advance", lost)
        assert tasks.take(app, task_id)
    assert counted(database, borne) == (500, 0)
    with database.transaction() as session:  # two minutes later
        task = kernel_tasks.find_task(session, task_id)
        assert task is not None
        task.leased_until = task.created_at
    assert tasks.work_off(app) == 1
    assert counted(database, borne) == (LINES, TOTAL_KG)


def test_a_task_that_is_cancelled_halfway_counts_for_nothing_and_can_be_begun_again(
    app: Flask, database: Database, borne: Actor
) -> None:
    import_id, task_id = begun(database, borne)
    assert tasks.take(app, task_id, stopping=lambda: True)
    with database.transaction() as session:
        tasks.cancel_task(session, borne, task_id=task_id)
    assert counted(database, borne) == (500, 0)
    with database.transaction() as session:
        again = tasks.start_import(session, borne, import_id=import_id, only_good=False).id
    assert again != task_id and tasks.work_off(app) == 1
    assert counted(database, borne) == (LINES, TOTAL_KG)
