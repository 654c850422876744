"""Long tasks on their pages: begun on the clock, followed without a script, cancelled."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.jobs import tasks
from marketplace.kernel import tasks as kernel_tasks
from marketplace.kernel.db import Database
from marketplace.kernel.models import Task
from tests.visitors import csrf_token, log_in, newcomer, send

HALFWAY = {"checked": 9, "walked": 0, "chain": None, "breaches": []}


@pytest.fixture
def admin(client: FlaskClient, database: Database) -> FlaskClient:
    log_in(client, newcomer(database, "regio-twente", "admin"))
    return client


def begin(client: FlaskClient, kind: str = "check") -> str:
    """Press the button on the page of the clock; where it leads."""
    answer = send(client, "/beheer/klok", to="/taken", kind=kind)
    answer.close()  # as a server does when the answer has left
    assert answer.status_code == 303
    return answer.location


def at_work(database: Database) -> None:
    """A worker is past nine of sixteen steps of the first task."""
    with database.transaction() as session:
        assert kernel_tasks.claim(session, task_id=1, worker="w")
        kernel_tasks.advance(session, task_id=1, worker="w", done=9, total=16, checkpoint=HALFWAY)


def test_everything_is_checked_from_the_clock_and_the_page_tells_how_far_it_is(
    admin: FlaskClient, app: Flask, database: Database
) -> None:
    assert ">Alles controleren</button>" in admin.get("/beheer/klok").text
    address = begin(admin)
    assert address == "/taken/1"
    page = admin.get(address)
    assert "De taak wacht op een werkproces." in page.text and page.headers["Refresh"] == "3"
    at_work(database)
    page = admin.get(address)
    assert "9 van 16 stappen, 56%" in page.text and 'max="100" value="56"' in page.text
    assert page.text.count("nog niet bekeken") == 20
    with database.transaction() as session:
        kernel_tasks.release(session, task_id=1, worker="w")
    assert tasks.work_off(app) == 1
    page = admin.get(address)
    assert "Alles klopt. Het grootboek heeft 0 regels." in page.text and "Refresh" not in page.headers
    assert page.text.count(">klopt<") == 29
    assert f'href="{address}">Controle van de hele bank</a>' in admin.get("/beheer/klok").text
    assert f'href="{address}">Controle van de hele bank</a>' in admin.get("/taken").text


def test_a_worker_is_woken_when_the_answer_has_left(admin: FlaskClient, app: Flask) -> None:
    begin(admin)
    queue = tasks.open_tasks(app).huey
    assert [note.args for note in queue.pending()] == [(1,)]
    queue.storage.close()


def test_a_queue_that_is_out_of_order_holds_up_nobody(admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_order(_app: Flask, _name: str) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(tasks, "open_queue", out_of_order)
    assert admin.get(begin(admin)).status_code == 200


def test_a_reader_may_stop_the_page_from_renewing_itself(admin: FlaskClient) -> None:
    address = begin(admin)
    page = admin.get(address)
    assert "Deze pagina ververst zichzelf elke 3 seconden." in page.text and f'href="{address}?stil=1"' in page.text
    still = admin.get(f"{address}?stil=1")
    assert "Refresh" not in still.headers and f'href="{address}">Opnieuw kijken, en blijven verversen</a>' in still.text


def test_the_page_is_english_behind_its_prefix(admin: FlaskClient, app: Flask) -> None:
    address = begin(admin, "rebuild")
    assert "It waits for a worker." in admin.get(f"/en{address}").text
    tasks.work_off(app)
    assert "0 rows of the ledger are counted into the figures." in admin.get(f"/en{address}").text


def test_a_task_is_cancelled_from_its_page(admin: FlaskClient, database: Database) -> None:
    address = begin(admin)
    page = send(admin, address, to=f"{address}/annuleren")
    assert page.status_code == 303
    assert "De taak is geannuleerd." in admin.get(address).text
    begin(admin)
    with database.transaction() as session:
        assert kernel_tasks.claim(session, task_id=2, worker="w")
    send(admin, "/taken/2", to="/taken/2/annuleren")
    page = admin.get("/taken/2")
    assert "De taak stopt na de stap waarmee hij bezig is." in page.text and "Deze taak annuleren" not in page.text


def test_a_task_that_failed_says_why(admin: FlaskClient, database: Database) -> None:
    address = begin(admin)
    with database.transaction() as session:
        assert kernel_tasks.claim(session, task_id=1, worker="w")
        kernel_tasks.finish(session, task_id=1, worker="w", state="failed", error="OSError: the disk is full")  # type: ignore[arg-type]
    assert "De taak is niet afgekomen: OSError: the disk is full" in admin.get(address).text


def test_who_may_not_start_it_is_refused_and_sees_no_task_of_another(admin: FlaskClient, app: Flask, database: Database) -> None:
    address = begin(admin)
    leader = app.test_client()
    log_in(leader, newcomer(database))
    assert "U hebt nog geen taken op de achtergrond gestart" in leader.get("/taken").text
    token = csrf_token(leader.get("/account/gegevens"))
    assert leader.post("/taken", data={"csrf_token": token, "kind": "check"}).status_code == 403
    assert leader.post("/taken", data={"csrf_token": token, "kind": "nothing"}).status_code == 422
    assert [leader.get(address).status_code, leader.post(f"{address}/annuleren", data={"csrf_token": token}).status_code] == [
        404,
        404,
    ]
    with database.read() as session:
        assert session.query(Task).count() == 1
