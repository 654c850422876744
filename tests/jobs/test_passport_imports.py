"""A sheet of passports whose workers stop, die or are told to end: each asset and each part once, and taken back whole or half."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.policy import Actor
from marketplace.imports.actions.undo import undo_import
from marketplace.imports.queries.runs import get_import
from marketplace.jobs import tasks
from marketplace.kernel import tasks as kernel_tasks
from marketplace.kernel.db import Database
from marketplace.passports.models import Asset, AssetItem, ItemChange
from tests.factories import make_actor, seed_taxonomy
from tests.imported import reading
from tests.rooms.test_passports_in_sheets import HEAD, KEI, holds, load

pytestmark = pytest.mark.postgresql
ASSETS, EACH = 260, 5  # 1 300 rows: three chunks of 500, with assets across their edges


@pytest.fixture
def borne(database: Database) -> Actor:
    with database.transaction() as session:
        seed_taxonomy(session)
        return make_actor(session, "borne", "coordinator")


def begun(database: Database, actor: Actor) -> tuple[int, int]:
    """A sheet and the task that is to apply it. Three rows of an asset, so that the edge of a chunk of 500 cuts through one."""
    rows: list[tuple[object, ...]] = [("W-0", "GBI", "Wegvak 0", "Weg", "Borne", "1987", "", "", "", "", "")]
    rows += [
        (f"W-{number}", "GBI", f"Wegvak {number}", "Weg", "Borne", "1987", KEI, "10", "m²", f"Strook {part}", "1")
        for number in range(1, ASSETS + 1)
        for part in range(EACH)
    ]
    run = load(database, actor, rows, HEAD)
    assert run.counts == {"ok": 1 + ASSETS * EACH}
    with database.transaction() as session:
        return run.id, tasks.start_import(session, actor, import_id=run.id, only_good=False).id


def counted(database: Database) -> tuple[int, int, int]:
    """Assets that stand, parts that hold something, and rows of history."""
    with reading(database) as session:
        return (
            session.scalar(select(func.count()).select_from(Asset).where(Asset.ended_at.is_(None))) or 0,
            session.scalar(select(func.count()).select_from(AssetItem).where(AssetItem.quantity > 0)) or 0,
            session.scalar(select(func.count()).select_from(ItemChange)) or 0,
        )


def test_a_sheet_whose_worker_stops_after_every_step_is_taken_in_once(app: Flask, database: Database, borne: Actor) -> None:
    """Row 500 of the sheet is the fourth part of asset 100, so the first chunk holds 101 assets and 499 parts."""
    import_id, task_id = begun(database, borne)
    counts = []
    while tasks.take(app, task_id, stopping=lambda: True):
        counts.append(counted(database))
    assert counts[0] == (101, 499, 499)
    assert counts[-1] == (1 + ASSETS, ASSETS * EACH, ASSETS * EACH)
    with reading(database) as session:
        assert get_import(session, borne, import_id).result == {"assets": 1 + ASSETS, "parts": ASSETS * EACH}
        task = tasks.get_task(session, borne, task_id)
        assert (task.state, task.percent) == ("done", 100)
    holds(database)


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
    assert counted(database) == (101, 499, 499)
    with database.transaction() as session:  # two minutes later
        task = kernel_tasks.find_task(session, task_id)
        assert task is not None
        task.leased_until = task.created_at
    assert tasks.work_off(app) == 1
    assert counted(database) == (1 + ASSETS, ASSETS * EACH, ASSETS * EACH)


def test_what_was_taken_in_before_it_was_cancelled_is_taken_back_or_made_whole(
    app: Flask, database: Database, borne: Actor
) -> None:
    import_id, task_id = begun(database, borne)
    assert tasks.take(app, task_id, stopping=lambda: True)
    with database.transaction() as session:
        tasks.cancel_task(session, borne, task_id=task_id)
    with database.transaction() as session:
        again = tasks.start_import(session, borne, import_id=import_id, only_good=False).id
    assert tasks.take(app, again, stopping=lambda: True)
    assert counted(database) == (101, 499, 499)  # the same rows once more: nothing twice
    with database.transaction() as session:
        tasks.cancel_task(session, borne, task_id=again)
    with database.transaction() as session:
        undone = undo_import(session, borne, import_id=import_id)
        assert (undone.status, undone.result) == ("undone", {"undone": {"assets": 101, "parts": 499}})
    assert counted(database) == (0, 0, 998)
    holds(database)


def test_a_sheet_that_is_taken_in_whole_is_taken_back_whole(app: Flask, database: Database, borne: Actor) -> None:
    import_id, _task_id = begun(database, borne)
    assert tasks.work_off(app) == 1
    with database.transaction() as session:
        undo_import(session, borne, import_id=import_id)
    assert counted(database) == (0, 0, 2 * ASSETS * EACH)
    holds(database)
