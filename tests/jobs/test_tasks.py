"""Long tasks: each step counts once, whatever is killed, and whoever started one may end it."""

import os
import random
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.actions.people import deactivate
from marketplace.accounts.policy import OPERATOR, Actor
from marketplace.jobs import running, tasks, waking
from marketplace.jobs.running import Report, TaskRun
from marketplace.kernel import clock, writers
from marketplace.kernel import tasks as kernel_tasks
from marketplace.kernel.db import Database, Session
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.language import _
from marketplace.kernel.models import Task
from marketplace.notices.models import AuditRow
from tests.apart import APART
from tests.factories import make_actor
from tests.jobs.long_work import STEP_S, STEPS, fail, kind, leave_a_row, pace, work
from tests.jobs.test_turns import wait_for

ONCE = {f"step {number}": 1 for number in range(STEPS)}
KILLS = 4


@pytest.fixture(autouse=True)
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tasks.KINDS, "count", kind())


@pytest.fixture
def leader(database: Database) -> Actor:
    with database.transaction() as session:
        return make_actor(session, "borne")


def started(database: Database, actor: Actor = OPERATOR, name: str = "count") -> int:
    with database.transaction() as session:
        return tasks.start_task(session, actor, kind=name).id


def now_is(database: Database, task_id: int) -> Task:
    with database.read() as session:
        task = session.get_one(Task, task_id)
        session.expunge_all()
        return task


def steps(database: Database) -> Counter[str]:
    with database.read() as session:
        return Counter(session.scalars(select(AuditRow.action).where(AuditRow.object_type == "test")))


@pytest.mark.slow
def test_a_task_whose_worker_is_killed_again_and_again_takes_each_step_once(
    app: Flask, database: Database, database_url: str, instance: Path
) -> None:
    task_id, chance = started(database), random.Random(7)
    for _kill in range(KILLS):
        before = sum(steps(database).values())
        worker = APART.Process(target=work, args=(database_url, instance))
        worker.start()
        wait_for(lambda before=before: sum(steps(database).values()) > before)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.02))
        worker.kill()
        worker.join(60)
        assert worker.exitcode == -9
        left = now_is(database, task_id)
        assert (left.state, left.checkpoint) == ("running", {"next": left.done})
        assert sum(steps(database).values()) == left.done
        with database.transaction() as session:  # two minutes later
            session.get_one(Task, task_id).leased_until = clock.now()
    assert 0 < now_is(database, task_id).done < STEPS
    assert tasks.work_off(app) == 1
    assert steps(database) == ONCE
    over = now_is(database, task_id)
    assert (over.state, over.percent, over.result, over.worker) == ("done", 100, {"counted": STEPS}, None)
    assert tasks.work_off(app) == 0


@pytest.mark.slow
def test_a_lease_runs_out_after_two_minutes_and_not_before(app: Flask, database: Database) -> None:
    task_id, begun = started(database), clock.now()
    with clock.frozen(begun), database.transaction() as session:
        assert kernel_tasks.claim(session, task_id=task_id, worker="killed")
    with clock.frozen(begun + timedelta(seconds=119)):
        assert (tasks.work_off(app), tasks.take(app, task_id)) == (0, False)
    with clock.frozen(begun + timedelta(seconds=120)):
        assert tasks.work_off(app) == 1
    assert now_is(database, task_id).state == "done"


@pytest.mark.slow
def test_a_worker_that_lost_its_lease_leaves_no_trace_of_its_step(app: Flask, database: Database) -> None:
    task_id = started(database)
    late = database.run(lambda session: kernel_tasks.claim(session, task_id=task_id, worker="late"))
    assert late is not None
    with database.transaction() as session:
        session.get_one(Task, task_id).leased_until = clock.now()
    assert tasks.work_off(app) == 1
    with pytest.raises(kernel_tasks.LeaseLost):
        TaskRun(app, late, OPERATOR, lambda: False).step(partial(leave_a_row, 0), done=1, total=STEPS)
    assert not database.run(lambda session: kernel_tasks.finish(session, task_id=task_id, worker="late", state="failed"))
    assert (steps(database), now_is(database, task_id).state) == (ONCE, "done")


@pytest.mark.slow
def test_two_processes_share_the_tasks_and_take_each_step_once(database: Database, database_url: str, instance: Path) -> None:
    with database.transaction() as session:
        people = [make_actor(session, "borne") for _each in range(4)]
    for actor in people:
        started(database, actor)
    workers = [APART.Process(target=work, args=(database_url, instance, STEP_S / 10)) for _each in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert steps(database) == {step: len(people) for step in ONCE}
    with database.read() as session:
        assert set(session.scalars(select(Task.state))) == {"done"}


@pytest.mark.slow
def test_the_same_work_that_is_under_way_is_not_started_twice(app: Flask, database: Database, leader: Actor) -> None:
    assert started(database) == started(database) != started(database, leader)
    tasks.work_off(app)
    assert started(database) == 3


def test_a_task_that_waits_is_cancelled_at_once(app: Flask, database: Database, leader: Actor) -> None:
    task_id = started(database, leader)
    for _twice in range(2):
        with database.transaction() as session:
            assert tasks.cancel_task(session, leader, task_id=task_id).state == "cancelled"
    assert (tasks.work_off(app), steps(database)) == (0, {})
    with database.read() as session:
        audited = select(AuditRow.action).where(AuditRow.object_type == "task").order_by(AuditRow.id)
        assert session.scalars(audited).all() == ["task.start", "task.cancel"]


def test_a_task_at_work_ends_after_the_step_that_it_is_taking(
    app: Flask, database: Database, leader: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled_on_the_way(run: TaskRun) -> dict[str, Any]:
        for number in range(STEPS):
            if number == 1:
                with database.transaction() as session:
                    assert tasks.cancel_task(session, leader, task_id=task_id).is_open
            run.step(partial(leave_a_row, number), done=number + 1, total=STEPS)
        return {}

    monkeypatch.setitem(tasks.KINDS, "count", kind(cancelled_on_the_way))
    task_id = started(database, leader)
    tasks.work_off(app)
    over = now_is(database, task_id)
    assert (over.state, over.done, over.percent, over.result) == ("cancelled", 2, 3, None)
    assert steps(database) == {"step 0": 1, "step 1": 1}


def test_a_task_whose_worker_died_before_it_heard_of_the_cancelling_is_not_gone_on_with(app: Flask, database: Database) -> None:
    task_id = started(database)
    database.run(lambda session: kernel_tasks.claim(session, task_id=task_id, worker="killed"))
    with database.transaction() as session:
        tasks.cancel_task(session, OPERATOR, task_id=task_id)
        session.get_one(Task, task_id).leased_until = clock.now()
    assert tasks.work_off(app) == 1
    assert (now_is(database, task_id).state, steps(database)) == ("cancelled", {})


@pytest.mark.slow
def test_what_is_over_cannot_be_cancelled(app: Flask, database: Database) -> None:
    task_id = started(database)
    tasks.work_off(app)
    with pytest.raises(Conflict), database.transaction() as session:
        tasks.cancel_task(session, OPERATOR, task_id=task_id)


@pytest.mark.slow
def test_a_worker_that_must_stop_gives_its_task_back_and_the_next_goes_on_there(app: Flask, database: Database) -> None:
    task_id = started(database)
    assert tasks.take(app, task_id, stopping=lambda: True)
    back = now_is(database, task_id)
    assert (back.state, back.done, back.worker, back.attempts) == ("queued", 1, None, 0)
    assert tasks.wake(app, task_id) == 0  # it is noted already
    tasks.work_off(app)
    assert steps(database) == ONCE


def test_work_that_fails_says_why_in_one_line(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tasks.KINDS, "count", kind(fail))
    task_id = started(database)
    tasks.work_off(app)
    failed = now_is(database, task_id)
    assert (failed.state, failed.error, failed.percent) == ("failed", "RuntimeError: out of order", 0)


def test_work_that_kills_five_workers_without_a_step_is_given_up(app: Flask, database: Database) -> None:
    task_id = started(database)
    with database.transaction() as session:
        session.get_one(Task, task_id).attempts = kernel_tasks.ATTEMPTS_MAX
    tasks.work_off(app)
    failed = now_is(database, task_id)
    assert (failed.state, failed.error) == ("failed", "5 werkprocessen zijn eraan begonnen en vielen uit.")
    assert steps(database) == {}


def test_a_task_of_somebody_who_has_left_is_not_run(app: Flask, database: Database, leader: Actor) -> None:
    task_id = started(database, leader)
    with database.transaction() as session:
        assert leader.person_id is not None
        deactivate(session, OPERATOR, person_id=leader.person_id)
    tasks.work_off(app)
    failed = now_is(database, task_id)
    assert (failed.state, failed.error) == ("failed", "Het account dat dit startte, staat uit.")


def test_only_its_starter_and_the_administrator_see_a_task(database: Database, leader: Actor) -> None:
    task_id = started(database, leader)
    with database.transaction() as session:
        colleague, admin = make_actor(session, "borne"), make_actor(session, "regio-twente", "admin")
        assert [tasks.get_task(session, actor, task_id).id for actor in (leader, admin)] == [task_id, task_id]
        with pytest.raises(Missing):
            tasks.get_task(session, colleague, task_id)
        with pytest.raises(Missing):
            tasks.cancel_task(session, colleague, task_id=task_id)
        assert tasks.list_own_tasks(session, colleague, page=1, page_size=20) == ([], 0)


def test_the_timetable_writes_a_lost_note_again_and_not_twice(app: Flask, database: Database) -> None:
    started(database)
    assert [tasks.wake_waiting(app), tasks.wake_waiting(app)] == [1, 0]


@pytest.mark.slow
def test_the_worker_beside_the_server_does_what_is_noted(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "TIMETABLE", ())
    with waking.embedded(app):
        task_id = started(database)
        tasks.wake(app, task_id)
        wait_for(lambda: now_is(database, task_id).state == "done")
    assert steps(database) == ONCE


@pytest.mark.slow
def test_a_server_that_stops_halfway_gives_the_task_to_the_next(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "TIMETABLE", ())
    monkeypatch.setitem(pace, "step_s", STEP_S)
    task_id = started(database)
    tasks.wake(app, task_id)
    with waking.embedded(app):
        wait_for(lambda: sum(steps(database).values()) > 3)
    assert now_is(database, task_id).state == "queued"
    with waking.embedded(app):
        wait_for(lambda: now_is(database, task_id).state == "done")
    assert steps(database) == ONCE


@pytest.mark.slow
def test_cron_in_the_place_of_a_worker_does_what_waits(app: Flask, database: Database) -> None:
    task_id = started(database)
    output = app.test_cli_runner().invoke(args=["jobs", "run", "--due"]).output
    assert output.endswith("long tasks taken: 1\n")
    assert now_is(database, task_id).state == "done"


@pytest.mark.slow
def test_a_task_that_was_over_for_ninety_days_is_forgotten(app: Flask, database: Database) -> None:
    started(database)
    tasks.work_off(app)
    for days, dropped, left in ((89, 0, 1), (91, 1, 0)):
        with clock.frozen(clock.now() + timedelta(days=days)), database.transaction() as session:
            assert kernel_tasks.forget_tasks(session) == dropped
            assert session.scalar(select(func.count()).select_from(Task)) == left


def test_every_kind_says_what_it_is_and_reports_on_a_task_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(tasks.KINDS, "count")
    for name, task_kind in tasks.KINDS.items():
        assert str(task_kind.does).endswith(".")
        assert task_kind.report(Task(kind=name, arguments={}, created_at=clock.now())).sentence is None
    assert tasks.report_on(Task(kind="of before")) == Report()
    assert tasks.label_of(Task(kind="of before")) == _("of before")


def test_whoever_waits_to_write_has_their_turn_before_the_next_step(
    app: Flask, database: Database, leader: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite, where a task would otherwise take every turn. On PostgreSQL others write beside the step itself."""
    monkeypatch.setattr(running, "BREATH_S", 20.0)  # it goes on as soon as nobody waits
    order: list[str] = []

    def write() -> None:
        with database.transaction() as session:
            session.execute(select(Task.id).limit(1))
            order.append("somebody else")

    def take_step(run: TaskRun, number: int) -> None:
        def write_step(session: Session) -> dict[str, Any]:
            order.append(f"step {number}")
            if number == 1:
                other.start()
                wait_for(lambda: bool(others_wait()) or "somebody else" in order)
            return {}

        run.step(write_step, done=number, total=2)

    def both(run: TaskRun) -> dict[str, Any]:
        take_step(run, 1)
        take_step(run, 2)
        return {}

    other = Thread(target=write)
    file = Path(f"{database.engine.url.database}-waiting")

    def others_wait() -> bool:
        return database.is_sqlite and writers.is_any(file)

    monkeypatch.setitem(tasks.KINDS, "count", replace(kind(), run=both))
    tasks.take(app, started(database))
    other.join()
    assert order == ["step 1", "somebody else", "step 2"]


def test_a_task_does_not_wait_where_nobody_else_writes(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(_seconds: float) -> None:
        raise AssertionError("nobody waits")

    monkeypatch.setattr(writers, "sleep", sleep)
    task_id = started(database)
    tasks.take(app, task_id)
    assert (now_is(database, task_id).state, steps(database)) == ("done", ONCE)


def test_who_dies_waiting_does_not_wait_any_more(tmp_path: Path) -> None:
    file = tmp_path / "bank.sqlite3-waiting"
    assert not writers.is_any(file)
    with writers.waiting(file), writers.waiting(file):
        assert writers.is_any(file)
        writers.give_way(file, 0.01)  # no longer than that
    assert not writers.is_any(file)
    waiter = APART.Process(target=_wait_and_die, args=(file,))
    waiter.start()
    waiter.join()
    assert not writers.is_any(file)


def _wait_and_die(file: Path) -> None:
    with writers.waiting(file):
        os._exit(1)
