"""A large sheet is read and judged by a task: begun by the upload, seen on its way, stopped, killed, resumed, and judged again."""

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from marketplace.accounts.policy import Actor
from marketplace.http.sheets import LargeFile, load_upload, read_upload
from marketplace.imports.actions.load import forget_previews
from marketplace.imports.actions.mend import choose_codes, mend_rows, set_columns
from marketplace.imports.models import ImportFile, ImportRow, ImportRun
from marketplace.imports.queries.runs import get_import, list_rows
from marketplace.jobs import tasks
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict
from marketplace.kernel.models import Task
from marketplace.sheets.reading import LARGE, USUAL, is_large
from tests.factories import make_actor, seed_taxonomy
from tests.imported import LMA, reading, sheet
from tests.visitors import csrf_token, log_in, newcomer, send

pytestmark = pytest.mark.postgresql
ROWS = 4_600  # three parts of two thousand
HEAD = ("Objectnummer", "Naam", "Soort", "Plaats", "Materiaal", "Hoeveelheid", "Eenheid")
KEI = "Betonstraatsteen keiformaat 8 cm"


@pytest.fixture
def borne(database: Database) -> Actor:
    with database.transaction() as session:
        seed_taxonomy(session)
        return make_actor(session, "borne", "coordinator")


def street(number: int, material: str = KEI) -> tuple[object, ...]:
    return (f"W-{number}", f"Wegvak {number}", "Weg", "Borne", material, "10,5", "m²")


def begun(database: Database, actor: Actor, content: bytes, kind: str = "passports") -> tuple[int, int]:
    """A file that was sent, and the task that is to read it."""
    file = read_upload("groot.csv", content, LARGE if kind == "passports" else USUAL)
    assert isinstance(file, LargeFile)
    with database.transaction() as session:
        run = load_upload(session, actor, kind=kind, file=file)
        assert (run.status, run.columns, run.counts) == ("reading", [], {})
        task = tasks.start_reading(session, actor, run=run)
        assert task is not None
        return run.id, task.id


def stands(database: Database, actor: Actor, import_id: int) -> ImportRun:
    with reading(database) as session:
        return get_import(session, actor, import_id)


def counted(database: Database, import_id: int) -> tuple[int, int]:
    """Rows that are stored, and files that wait."""
    with reading(database) as session:
        rows = session.scalar(select(func.count()).select_from(ImportRow).where(ImportRow.import_id == import_id)) or 0
        return rows, session.scalar(select(func.count()).select_from(ImportFile)) or 0


def task_of(database: Database, task_id: int) -> Task:
    with reading(database) as session:
        return session.get_one(Task, task_id)


STREETS = sheet([*(street(number) for number in range(1, ROWS)), street(ROWS, "Onbekend spul")], HEAD)


def test_a_file_of_two_thousand_rows_is_read_at_once_and_one_more_is_not() -> None:
    """The names of the columns are a line too: 2 000 lines hold 1 999 rows."""
    assert not is_large(sheet([street(number) for number in range(1, 2_000)], HEAD))
    assert is_large(sheet([street(number) for number in range(1, 2_001)], HEAD))


def test_a_large_file_is_stored_and_judged_by_its_task(app: Flask, database: Database, borne: Actor) -> None:
    import_id, task_id = begun(database, borne, STREETS)
    assert counted(database, import_id) == (0, 1)
    assert tasks.take(app, task_id)
    run, task = stands(database, borne, import_id), task_of(database, task_id)
    assert (task.state, task.error, task.percent) == ("done", "", 100)
    assert (run.status, run.counts) == ("preview", {"ok": ROWS - 1, "error": 1})
    assert run.summary["assets"] == {"ok": ROWS - 1}
    assert counted(database, import_id) == (ROWS, 0)
    assert run.notations == {"quantity": "nl"}


def test_a_worker_that_stops_after_every_step_stores_each_row_once(app: Flask, database: Database, borne: Actor) -> None:
    """A step for the columns, three for 4 601 lines, the names of the columns among them. What was judged is judged again."""
    import_id, task_id = begun(database, borne, STREETS)
    counts = []
    for _step in range(4):
        assert tasks.take(app, task_id, stopping=lambda: True)
        counts.append(counted(database, import_id)[0])
        assert 0 < task_of(database, task_id).percent < 100
    assert counts == [0, 1_999, 3_999, ROWS]
    assert tasks.take(app, task_id)
    assert stands(database, borne, import_id).counts == {"ok": ROWS - 1, "error": 1}
    assert counted(database, import_id) == (ROWS, 0)


def test_a_reading_that_is_stopped_can_be_begun_again(app: Flask, database: Database, borne: Actor) -> None:
    import_id, task_id = begun(database, borne, STREETS)
    assert tasks.take(app, task_id, stopping=lambda: True)
    with database.transaction() as session:
        tasks.cancel_task(session, borne, task_id=task_id)
    tasks.take(app, task_id)
    assert task_of(database, task_id).state == "cancelled"
    run = stands(database, borne, import_id)
    assert run.status == "reading"
    with database.transaction() as session, pytest.raises(Conflict):
        tasks.start_import(session, borne, import_id=import_id, only_good=True)
    with database.transaction() as session:
        again = tasks.start_reading(session, borne, run=get_import(session, borne, import_id))
        assert again is not None
        assert again.id != task_id
        again_id = again.id
    assert tasks.take(app, again_id)
    assert stands(database, borne, import_id).counts == {"ok": ROWS - 1, "error": 1}


def test_what_is_no_sheet_fails_with_its_sentence(app: Flask, database: Database, borne: Actor) -> None:
    import_id, task_id = begun(database, borne, b"\n" * 3_000 + b"een woord\n")
    assert tasks.take(app, task_id)
    task = task_of(database, task_id)
    assert (task.state, stands(database, borne, import_id).status) == ("failed", "reading")
    assert task.error.startswith("De eerste regel moet")


def test_too_many_rows_for_the_table_fail_with_the_limit(app: Flask, database: Database, borne: Actor) -> None:
    head = ("Titel", "Materiaal", "Hoeveelheid", "Eenheid", "Kwaliteit", "Vrij vanaf", "Plaats")
    rows = [("Keien", KEI, "10", "m²", "Goed", "1-3-2028", "Borne")] * 2_001
    _import_id, task_id = begun(database, borne, sheet(rows, head), "listings")
    assert tasks.take(app, task_id)
    assert "2.000" in task_of(database, task_id).error


def test_waste_notifications_are_added_up_over_the_whole_sheet(app: Flask, database: Database, borne: Actor) -> None:
    row = ("08A1", "Gemeente Borne", "Borne", "Recycler", "17 03 02", "asfalt", "B04", "2025-03", "1,5", "1", "Jan")
    import_id, task_id = begun(database, borne, sheet([row] * 2_500, LMA), "outflow")
    assert tasks.take(app, task_id)
    run = stands(database, borne, import_id)
    assert (run.counts, run.summary["codes"]) == ({"ok": 2_500}, {"17 03 02": ["3750.0", 2_500, "asfalt"]})


def test_a_step_with_a_large_sheet_is_judged_by_a_task_as_well(app: Flask, database: Database, borne: Actor) -> None:
    import_id, task_id = begun(database, borne, STREETS)
    assert tasks.take(app, task_id)
    wrong = ROWS + 1
    with database.transaction() as session:
        run = choose_codes(session, borne, import_id=import_id, codes={"Onbekend spul": "ophoogzand"})
        assert run.status == "reading"
        with pytest.raises(Conflict):
            mend_rows(session, borne, import_id=import_id, values={wrong: {"unit": "m3"}}, locale="nl")
        task = tasks.start_reading(session, borne, run=run)
        assert task is not None
    assert tasks.work_off(app) == 1
    with reading(database) as session:
        assert list(list_rows(session, borne, get_import(session, borne, import_id), state="error")[0][0].messages) == ["unit"]
    with database.transaction() as session:
        run = mend_rows(session, borne, import_id=import_id, values={wrong: {"unit": "m3"}}, locale="nl")
        tasks.start_reading(session, borne, run=run)
    assert tasks.work_off(app) == 1
    assert stands(database, borne, import_id).counts == {"ok": ROWS}
    with database.transaction() as session:
        run = set_columns(session, borne, import_id=import_id, places={"external_id": 0, "name": 1, "kind": 2, "place": 3})
        tasks.start_reading(session, borne, run=run)
    assert tasks.work_off(app) == 1
    run = stands(database, borne, import_id)
    assert (run.status, run.counts, run.summary["parts"]) == ("preview", {"ok": ROWS}, {})


def test_a_large_sheet_that_nobody_reads_is_dropped_with_its_file(app: Flask, database: Database, borne: Actor) -> None:
    import_id, task_id = begun(database, borne, STREETS)
    assert tasks.take(app, task_id, stopping=lambda: True)
    with database.transaction() as session:
        session.get_one(ImportRun, import_id).made_at = session.get_one(ImportRun, import_id).made_at.replace(year=2020)
    with database.transaction() as session:
        assert forget_previews(session) == 1
    assert counted(database, import_id) == (0, 0)


def test_the_page_of_a_large_sheet_shows_how_far_it_is_and_renews_itself(
    app: Flask, client: FlaskClient, database: Database, borne: Actor
) -> None:
    log_in(client, newcomer(database, "borne", "coordinator"))
    form = {"csrf_token": csrf_token(client.get("/invoer/paspoorten")), "file": (BytesIO(STREETS), "groot.csv")}
    answer = client.post("/invoer/paspoorten", data=form)
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert page.headers["Refresh"] == "3"
    assert "op de achtergrond ingelezen" in page.text
    assert "Refresh" not in client.get(f"{answer.location}?stil=1").headers
    with reading(database) as session:
        task_id = session.scalars(select(Task.id)).one()
    assert tasks.take(app, task_id, stopping=lambda: True)
    assert 'class="mp-progress"' in client.get(answer.location).text
    assert send(client, answer.location, to=f"/taken/{task_id}/annuleren").status_code == 303
    tasks.take(app, task_id)
    assert "Het inlezen is gestopt" in client.get(answer.location).text
    assert send(client, answer.location, to=f"{answer.location}/opnieuw").status_code == 303
    assert tasks.work_off(app) == 1
    page = client.get(answer.location)
    assert "Refresh" not in page.headers
    assert "4.599" in page.text
