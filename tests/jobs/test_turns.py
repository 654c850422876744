"""Turns of the timetable: each taken once, by whichever worker, and written down."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import PROJECT
from marketplace.accounts.actions import sessions
from marketplace.accounts.models import WebSession
from marketplace.accounts.policy import ANONYMOUS
from marketplace.jobs import waking, worker
from marketplace.jobs.timetable import TIMETABLE, Job
from marketplace.kernel import clock, runs
from marketplace.kernel.db import Database
from marketplace.kernel.models import JobRun
from marketplace.notices.actions import deliveries, notify
from marketplace.notices.models import AuditRow, DeliveryRow, NoticeRow
from marketplace.notices.rules.kinds import Notice
from tests.apart import APART
from tests.jobs.side_by_side import LINES, die_at_work, take_everything, tally
from tests.visitors import settle_in

pytestmark = pytest.mark.slow

NOON = datetime(2026, 12, 15, 12, 0, tzinfo=UTC)


def turns(database: Database) -> list[JobRun]:
    with database.read() as session:
        runs = list(session.scalars(select(JobRun).order_by(JobRun.slot, JobRun.name)))
        session.expunge_all()
        return runs


def test_turns_of_a_cadence_begin_at_the_same_moments_for_everybody() -> None:
    assert runs.slot_at(NOON + timedelta(minutes=7, seconds=59), timedelta(minutes=1)) == NOON + timedelta(minutes=7)
    assert runs.slot_at(NOON + timedelta(minutes=7), timedelta(minutes=10)) == NOON
    assert runs.slot_at(NOON + timedelta(hours=5), timedelta(hours=6)) == NOON
    assert runs.slot_at(clock.local(NOON), timedelta(hours=6)) == NOON


def test_two_processes_with_four_threads_each_do_every_turn_once(database: Database, database_url: str, instance: Path) -> None:
    with APART.Pool(2) as pool:
        results = [pool.apply_async(take_everything, (database_url, instance, NOON)) for _ in range(2)]
        done = [result.get(timeout=120) for result in results]
    assert sum(done) == LINES
    with database.read() as session:
        tallied = Counter(session.scalars(select(AuditRow.action).where(AuditRow.object_type == "test")))
    assert tallied == {f"line {number}": 1 for number in range(LINES)}
    assert [(run.count, run.failure, run.finished_at) for run in turns(database)] == [(1, "", NOON)] * LINES


def test_a_turn_of_a_worker_that_was_killed_is_taken_over_after_two_minutes(
    app: Flask, database: Database, database_url: str, instance: Path
) -> None:
    process = APART.Process(target=die_at_work, args=(database_url, instance, NOON))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    again = Job("halfway", timedelta(hours=6), lambda _app: 3)
    with clock.frozen(NOON + timedelta(minutes=1, seconds=59)):
        assert worker.run_job(app, again) is None
    with clock.frozen(NOON + timedelta(minutes=2)):
        assert worker.run_job(app, again) == worker.Outcome("halfway", 3)
        assert worker.run_job(app, again) is None
    assert [(run.slot, run.count) for run in turns(database)] == [(NOON, 3)]


def test_who_lost_a_claim_writes_nothing_over_the_turn_of_who_took_it(database: Database) -> None:
    turn = {"name": "slow", "slot": NOON}
    with clock.frozen(NOON):
        assert database.run(lambda session: runs.claim(session, worker="first", **turn))
    with clock.frozen(NOON + runs.CLAIM):
        assert database.run(lambda session: runs.claim(session, worker="second", **turn))
        with database.transaction() as session:
            for name, count in (("first", 1), ("second", 2), ("first", 3)):
                runs.finish(session, worker=name, count=count, failure="", **turn)
    assert [(run.worker, run.count) for run in turns(database)] == [("second", 2)]


def test_a_turn_that_takes_long_stays_with_its_worker(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "RENEW_EVERY", timedelta(milliseconds=50))

    def slow(_app: Flask) -> int:
        [first] = [run.claimed_until for run in turns(database)]
        wait_for(lambda: turns(database)[0].claimed_until > first)
        with clock.frozen(first):  # when the first claim is over
            return int(worker.run_job(app, Job("slow", timedelta(days=30), lambda _app: 1)) is None)

    assert worker.run_job(app, Job("slow", timedelta(days=30), slow)) == worker.Outcome("slow", 1)


def test_a_job_that_fails_is_written_down_and_the_next_turn_comes(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_app: Flask) -> int:
        raise RuntimeError("out of order\nand more that nobody needs to read")

    broken = Job("broken", timedelta(minutes=1), fail)
    monkeypatch.setattr(worker, "TIMETABLE", (broken, tally("sound")))
    with clock.frozen(NOON):
        assert [outcome.count for outcome in worker.run_due_jobs(app)] == [0, 1]
    with clock.frozen(NOON + timedelta(minutes=1)):
        assert [outcome.count for outcome in worker.run_due_jobs(app)] == [0, 1]
    assert [(run.name, run.failure, run.count) for run in turns(database)] == [
        ("broken", "RuntimeError: out of order", 0),
        ("sound", "", 1),
    ] * 2


def test_a_moment_that_is_played_is_not_written_down_and_ends_no_session(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        sessions.start_session(session, ANONYMOUS, person=settle_in(session), agent="")
    played = app.test_cli_runner().invoke(args=["jobs", "run", "--at", "2027-06-01T08:00"])
    assert played.exit_code == 0
    assert [line.split(": ")[0] for line in played.output.splitlines()] == [job.name for job in TIMETABLE]
    assert turns(database) == []
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(WebSession)) == 1


def test_run_does_everything_each_time_and_due_only_what_nobody_has_done(app: Flask, database: Database) -> None:
    command = app.test_cli_runner()
    every = [f"{job.name}: 0" for job in TIMETABLE]
    with clock.frozen(NOON):
        assert len(command.invoke(args=["jobs", "run", "--due"]).output.splitlines()) == len(TIMETABLE)
        assert command.invoke(args=["jobs", "run", "--due"]).output == ""
    with clock.frozen(NOON + timedelta(seconds=30)):
        assert command.invoke(args=["jobs", "run"]).output.splitlines() == every
    assert len(turns(database)) == 2 * len(TIMETABLE)


def test_the_command_line_says_whether_a_worker_lives(app: Flask, database: Database) -> None:
    command = app.test_cli_runner()
    assert command.invoke(args=["jobs", "alive"]).exit_code == 1
    with clock.frozen(NOON):
        worker.run_due_jobs(app)
    for minutes, status in ((10, 0), (11, 1)):
        with clock.frozen(NOON + timedelta(minutes=minutes)):
            assert command.invoke(args=["jobs", "alive"]).exit_code == status


def test_a_run_with_a_failure_says_so_and_ends_with_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_app: Flask) -> int:
        raise RuntimeError("out of order")

    monkeypatch.setattr(worker, "TIMETABLE", (Job("broken", timedelta(minutes=1), fail), tally("sound")))
    ran = app.test_cli_runner().invoke(args=["jobs", "run"])
    assert (ran.exit_code, ran.output.splitlines()) == (1, ["broken: RuntimeError: out of order", "sound: 1"])


def test_the_worker_inside_the_server_is_woken_at_once_and_takes_the_lines_in_order(
    app: Flask, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    lines = tuple(tally(name) for name in ("first", "second", "third"))
    monkeypatch.setattr(waking, "TIMETABLE", lines)
    with waking.embedded(app):
        wait_for(lambda: [run.finished_at is not None for run in turns(database)] == [True] * 3)
    with database.read() as session:
        rows = session.scalars(select(AuditRow.action).where(AuditRow.object_type == "test").order_by(AuditRow.id))
        assert list(rows) == ["first", "second", "third"]


def test_two_worker_processes_share_the_timetable_and_stop_when_told(
    app: Flask, database: Database, database_url: str, instance: Path
) -> None:
    with database.transaction() as session:
        for number in range(20):
            notify.notify(session, Notice.PASSWORD_CHANGED, person_id=settle_in(session, email=f"p{number}@borne.example").id)
    environment = os.environ | {
        "PYTHONPATH": str(PROJECT),
        "APP_ENV": "test",
        "DATABASE_URL": database_url,
        "INSTANCE_PATH": str(instance),
    }
    command = [sys.executable, "-m", "marketplace.cli.command", "jobs", "work"]
    workers = [
        subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    try:
        wait_for(lambda: {run.name for run in turns(database) if run.finished_at} == {job.name for job in TIMETABLE})
    finally:
        for process in workers:
            process.send_signal(signal.SIGTERM)
        outputs = [process.communicate(timeout=60)[0] for process in workers]
    assert [process.returncode for process in workers] == [0, 0], outputs
    with database.read() as session:
        assert session.scalar(select(func.count()).where(AuditRow.action == "ledger.head")) == 1
        assert session.scalar(select(func.max(DeliveryRow.attempts))) == 1
    assert len(list((instance / "mail").glob("*.eml"))) == 20


def test_what_is_kept_for_some_time_goes_after_it(database: Database) -> None:
    with database.transaction() as session:
        for age_days, count in ((100, 5), (50, 5), (2, 0), (1.5, 4), (0.5, 0)):
            slot = NOON - timedelta(days=age_days)
            ran = {"worker": "w", "started_at": slot, "claimed_until": slot, "finished_at": slot, "failure": ""}
            session.add(JobRun(name="often", slot=slot, count=count, **ran))
            if age_days == 100:
                session.add(JobRun(name="seldom", slot=slot, count=count, **ran))
        for age_days, is_sent in ((366, True), (364, True), (366, False)):
            moment = NOON - timedelta(days=age_days)
            row = {"kind": "completed", "facts": {}, "organisation_id": 1, "created_at": moment}
            session.add(NoticeRow(spread_at=moment if is_sent else None, **row))
    with clock.frozen(NOON):
        assert database.run(runs.forget_runs) == 2
        assert database.run(deliveries.forget_notices) == 1
    ages = [(run.name, (NOON - run.slot) / timedelta(days=1)) for run in turns(database)]
    assert ages == [("seldom", 100), ("often", 50), ("often", 1.5), ("often", 0.5)]


def test_every_line_of_the_timetable_says_what_it_does() -> None:
    assert [job.name for job in TIMETABLE if not str(job.does).endswith(".")] == []
    assert len({job.name for job in TIMETABLE}) == len(TIMETABLE)


def wait_for(question, seconds: float = 60) -> None:  # type: ignore[no-untyped-def]
    """Until it is so; a minute is long for what takes two seconds."""
    until = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < until, "it never came so far"
        time.sleep(0.1)
