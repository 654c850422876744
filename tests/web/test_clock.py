"""The page of the clock: for the administrator only, with what ran, what waits, and what can be tried again or dropped."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.jobs.worker import run_all, run_due_jobs
from marketplace.kernel import clock, health
from marketplace.kernel.db import Database
from marketplace.kernel.models import JobRun
from marketplace.notices.models import AuditRow, DeliveryRow, NoticeRow
from tests.visitors import csrf_token, log_in, newcomer


@pytest.fixture
def admin(client: FlaskClient, database: Database) -> FlaskClient:
    log_in(client, newcomer(database, "regio-twente", "admin"))
    return client


@pytest.fixture
def given_up(database: Database) -> int:
    """A notice that was tried nine times, for somebody without an account."""
    moment = clock.now() - timedelta(days=3)
    with database.transaction() as session:
        session.add(NoticeRow(kind="completed", facts={}, email="weg@nergens.example", created_at=moment, spread_at=moment))
        session.flush()
        tried = {"cadence": "at_once", "due_at": moment, "next_try_at": moment, "attempts": 9}
        dead = {"state": "dead", "dead_at": moment, "last_error": "TimeoutError: timed out"}
        session.add(DeliveryRow(notice_id=1, email="weg@nergens.example", **tried, **dead))
    return 1


def post(client: FlaskClient, path: str) -> str:
    """Press a button that stands on the page; what the page says after it."""
    token = csrf_token(client.get("/beheer/klok"))
    return client.post(path, data={"csrf_token": token}, follow_redirects=True).text


def test_only_the_administrator_sees_the_clock(admin: FlaskClient, app: Flask, database: Database) -> None:
    assert 'href="/beheer/klok"' in admin.get("/beheer").text
    assert admin.get("/beheer/klok").status_code == 200
    coordinator = app.test_client()
    log_in(coordinator, newcomer(database, "borne", "coordinator"))
    assert coordinator.get("/beheer/klok").status_code == 403
    assert 'href="/beheer/klok"' not in coordinator.get("/beheer").text


def test_every_job_stands_there_with_its_last_and_next_time(admin: FlaskClient, app: Flask) -> None:
    page = admin.get("/beheer/klok").text
    assert page.count("nog niet") == len(app.extensions["timetable"])
    run_due_jobs(app)
    page = admin.get("/beheer/klok").text
    assert "nog niet" not in page
    assert "Schrijft één keer per dag de laatste hash van het grootboek in het logboek." in page
    assert "1 ding gedaan in 0," in page and "niets te doen, 0," in page
    assert "elke minuut" in page and "elke 10 minuten" in page and "elke 6 uur" in page


def test_a_job_that_failed_says_why(admin: FlaskClient, database: Database) -> None:
    now = clock.now()
    with database.transaction() as session:
        ran = {"started_at": now, "claimed_until": now, "finished_at": now, "count": 0}
        session.add(JobRun(name="post", slot=now, worker="w", failure="OSError: the disk is full", **ran))
    assert admin.get("/beheer/klok").text.count("OSError: the disk is full") == 2


def test_what_waits_is_counted(admin: FlaskClient, database: Database, given_up: int) -> None:
    assert "Er wacht niets." in admin.get("/beheer/klok").text
    moment = clock.now()
    with database.transaction() as session:
        for _number in range(3):
            session.add(NoticeRow(kind="completed", facts={}, organisation_id=1, created_at=moment))
    assert "3 berichten wachten, het oudste sinds" in admin.get("/beheer/klok").text


def test_what_was_given_up_can_be_tried_again(admin: FlaskClient, app: Flask, database: Database, given_up: int) -> None:
    page = admin.get("/beheer/klok").text
    assert "weg@nergens.example" in page and "TimeoutError: timed out" in page
    page = post(admin, f"/beheer/klok/bezorging/{given_up}/opnieuw")
    assert "Het wordt binnen een minuut opnieuw geprobeerd." in page
    assert "weg@nergens.example" not in page
    with database.read() as session:
        row = session.scalars(select(DeliveryRow)).one()
        assert (row.state, row.dead_at, row.attempts) == ("waiting", None, 0)
        assert session.scalars(select(AuditRow.action).where(AuditRow.object_type == "delivery")).all() == ["delivery.retry"]


def test_what_was_given_up_can_be_dropped_once(admin: FlaskClient, database: Database, given_up: int) -> None:
    assert "Het wordt niet meer verzonden." in post(admin, f"/beheer/klok/bezorging/{given_up}/weg")
    assert "Dit was al afgehandeld." in post(admin, f"/beheer/klok/bezorging/{given_up}/weg")
    assert "Dit was al afgehandeld." in post(admin, f"/beheer/klok/bezorging/{given_up}/opnieuw")
    with database.read() as session:
        assert session.scalars(select(DeliveryRow.state)).all() == ["dropped"]
        rows = session.scalars(select(AuditRow).where(AuditRow.object_type == "delivery")).all()
        assert [(row.action, row.object_id, row.facts) for row in rows] == [("delivery.drop", 1, {"deliveries": [1]})]


def test_a_worker_that_is_silent_for_ten_minutes_is_missed_but_the_site_is_ready(
    admin: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = clock.now()
    run_all(app)
    with clock.frozen(started + timedelta(minutes=9)):
        assert "workerSilentSince" not in admin.get("/readyz").get_json()
        assert "heeft geen werkproces een beurt genomen" not in admin.get("/beheer/klok").text
    with clock.frozen(started + timedelta(minutes=11)):
        answer = admin.get("/readyz")
        assert (answer.status_code, answer.get_json()["ready"]) == (200, True)
        assert answer.get_json()["workerSilentSince"] >= started.isoformat(timespec="seconds")
        assert "heeft geen werkproces een beurt genomen" in admin.get("/beheer/klok").text


def test_a_worker_that_never_came_is_missed_from_the_start_of_the_site_on(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "BEGUN_AT", clock.now() - timedelta(minutes=11))
    assert client.get("/readyz").get_json()["workerSilentSince"] == health.BEGUN_AT.isoformat(timespec="seconds")
