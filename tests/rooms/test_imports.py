"""Sheets that are loaded: judged row by row, mended, applied as one task, taken back while nothing depends on them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.http.sheets import read_file
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.models import MaterialUseReport
from marketplace.impact.rules.material_use import UseRow
from marketplace.imports.actions.apply import as_seen, versions_of
from marketplace.imports.actions.load import forget_previews, load_sheet
from marketplace.imports.actions.mend import mend_from_sheet, mend_rows, set_columns
from marketplace.imports.actions.undo import undo_import
from marketplace.imports.models import ImportRow, ImportRun
from marketplace.imports.queries.preview import get_use_preview
from marketplace.imports.queries.runs import find_same, get_import, is_mapped, list_rows
from marketplace.jobs import tasks
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from tests.factories import make_actor, make_organisation, seed_taxonomy
from tests.imported import apply, load, reading, sheet, stands


@pytest.fixture
def borne(database: Database) -> Actor:
    with database.transaction() as session:
        seed_taxonomy(session)
        return make_actor(session, "borne", "coordinator")


def test_rows_of_one_figure_are_added_up_and_become_a_new_concept(app: Flask, database: Database, borne: Actor) -> None:
    rows = [
        (2024, "Bestrating", "hergebruikt", "1,5"),
        (2024, "bestrating", "Hergebruikt", "2,25"),
        (2024, "Grond", "primair", "10"),
    ]
    run = load(database, borne, sheet(rows))
    assert (run.status, run.counts) == ("preview", {"ok": 3})
    assert stands(database, borne, 2024) == (0, {})  # nothing counts yet
    with reading(database) as session:
        preview = get_use_preview(session, borne, run)
    assert [(change.cell.row.group_slug, change.old_kg, change.new_kg, change.rows) for change in preview.changed] == [
        ("bestrating", None, 3750, 2),
        ("grond", None, 10000, 1),
    ]
    assert preview.rows_added_up == 2
    applied = apply(app, database, borne, run)
    assert applied.result == {"reports": [{"year": 2024, "version": 1, "before": 0}]}
    assert stands(database, borne, 2024) == (1, {("in", "bestrating", "reused"): 3750, ("in", "grond", "primary"): 10000})


def test_figures_that_a_sheet_does_not_name_stay_and_others_are_shown_old_and_new(
    app: Flask, database: Database, borne: Actor
) -> None:
    with database.transaction() as session:
        rows = [
            UseRow("bestrating", "reused", Decimal(500)),
            UseRow("hout", "primary", Decimal(70)),
            UseRow("staal", "reused", Decimal(8)),
        ]
        report_material_use(session, borne, organisation_slug="borne", year=2024, rows=rows)
    run = load(
        database,
        borne,
        sheet([(2024, "Bestrating", "reused", "1"), (2024, "Staal", "reused", "0,008"), (2024, "Asfalt", "nieuw", "3")]),
    )
    assert run.counts == {"changed": 1, "unchanged": 1, "ok": 1}
    with reading(database) as session:
        preview = get_use_preview(session, borne, run)
    assert [(change.cell.row.group_slug, change.old_kg, change.new_kg) for change in preview.changed] == [
        ("asfalt", None, 3000),
        ("bestrating", 500, 1000),
    ]
    [year] = preview.years
    assert (year.year, year.version, year.stays, year.stays_kg, year.fault) == (2024, 1, 1, 70, None)
    apply(app, database, borne, run)
    after = {
        ("in", "bestrating", "reused"): 1000,
        ("in", "hout", "primary"): 70,
        ("in", "staal", "reused"): 8,
        ("in", "asfalt", "primary"): 3000,
    }
    assert stands(database, borne, 2024) == (2, after)


def test_each_wrong_cell_has_the_sentence_of_the_form_and_is_mended_in_place(database: Database, borne: Actor) -> None:
    rows = [
        (2061, "Bestrating", "hergebruikt", "1"),
        (2024, "Klinkertjes", "hergebruikt", "1"),
        (2024, "Bestrating", "weet niet", "-1"),
        (2024, "", "onbekend", "veel"),
        (2024, "Bestrating", "hergebruikt", "0,0000001"),
        (2024, "=A1", "hergebruikt", "10000000"),
    ]
    run = load(database, borne, sheet(rows))
    assert run.counts == {"error": 6}
    with reading(database) as session:
        faulty_rows, total = list_rows(session, borne, run, state="error")
    assert total == 6
    messages = {row.row_number: row.messages for row in faulty_rows}
    assert messages[2] == {"year": "Kies een jaar van 2015 tot en met 2026."}
    assert messages[3] == {"group": "Er is geen materiaalgroep “Klinkertjes”. Kies er een uit de lijst met materialen."}
    assert set(messages[4]) == {"origin", "tonnes"} and messages[4]["tonnes"] == "Een massa is nul of meer."
    assert set(messages[5]) == {"group", "origin", "tonnes"} and messages[5]["group"] == "Vul “Materiaalgroep” in."
    assert messages[6] == {"tonnes": "Een massa in kilogram heeft hooguit drie decimalen."}
    assert set(messages[7]) == {"group", "tonnes"} and messages[7]["group"].startswith("Deze cel bevat een formule.")
    with database.transaction() as session:
        values = {2: {"year": "2024"}, 3: {"group": "Straatzwam"}, 7: {"group": "Hout", "tonnes": "1.234,5"}}
        run = mend_rows(session, borne, import_id=run.id, values=values, locale="nl")
    assert run.counts == {"error": 4, "ok": 2}  # “Straatzwam” is no material of the list
    with database.transaction() as session:
        run = mend_rows(session, borne, import_id=run.id, values={3: {"group": "Klinker"}, 6: {"tonnes": "1,234.5"}}, locale="en")
    assert run.counts == {
        "error": 2,
        "ok": 4,
    }  # a material stands for its group; English figures are rewritten as the column has them
    assert run.summary["cells"]["2024|organisation|in|bestrating|reused"] == ["1236500.0", "3"]


def test_wrong_rows_come_back_in_their_file_and_other_rows_stay(database: Database, borne: Actor) -> None:
    run = load(
        database, borne, sheet([(2024, "Hout", "primair", "5"), (2024, "Huot", "primair", "6"), (2024, "Hout", "anders", "7")])
    )
    file = "Regel,Jaar,Materiaalgroep,Herkomst,Ton,Wat er niet klopt\r\n3,2024,Hout,reused,6.5,\r\n99,2024,Hout,reused,6.5,\r\n"
    mended = read_file("fouten.csv", file.encode())
    with database.transaction() as session:
        run = mend_from_sheet(session, borne, import_id=run.id, rows=mended.rows, notation=mended.notation)
    assert run.counts == {"error": 1, "ok": 2}
    assert run.summary["cells"]["2024|organisation|in|hout|reused"] == ["6500.0", "1"]
    other = read_file("x.csv", b"a;b\r\n1;2\r\n")
    with database.transaction() as session, pytest.raises(Invalid, match="kolom “Regel”"):
        mend_from_sheet(session, borne, import_id=run.id, rows=other.rows, notation="nl")


def test_columns_that_are_not_recognised_are_chosen_once_and_known_the_next_year(
    app: Flask, database: Database, borne: Actor
) -> None:
    header = ("wanneer", "wat", "Herkomst", "Gewicht", "Telefoon")
    run = load(database, borne, sheet([(2024, "Hout", "primair", "1.500", "0612345678")], header))
    assert not is_mapped(run) and run.places == {"origin": 2} and run.counts == {}
    with database.transaction() as session, pytest.raises(Invalid) as refused:
        set_columns(session, borne, import_id=run.id, places={"year": 0, "group": 0, "origin": 2})
    assert {error.field for error in refused.value.errors} == {"year", "group", "tonnes"}
    places = {"year": 0, "group": 1, "origin": 2, "mass_kg": 3}
    with database.transaction() as session:
        run = set_columns(session, borne, import_id=run.id, places=places, notations={"mass_kg": "en"})
    assert run.counts == {"ok": 1} and run.summary["cells"]["2024|organisation|in|hout|primary"][0] == "1.500"
    with database.transaction() as session:
        run = set_columns(session, borne, import_id=run.id, places=places, notations={"mass_kg": "nl"})
    assert run.summary["cells"]["2024|organisation|in|hout|primary"][0] == "1500"
    next_year = load(database, borne, sheet([(2025, "Hout", "primair", "2.500", "0612345678")], header))
    assert is_mapped(next_year) and next_year.counts == {"ok": 1}
    apply(app, database, borne, next_year)
    with reading(database) as session:
        [row] = session.scalars(select(ImportRow).where(ImportRow.import_id == next_year.id))
        report = session.scalars(select(MaterialUseReport)).one()
    assert row.cells == ["2025", "Hout", "primair", "2.500", ""]  # the telephone number was not read, so it is not kept
    assert row.result_id == report.id


@pytest.mark.slow
def test_five_thousand_rows_of_which_37_are_wrong_are_taken_but_for_those_and_taken_back(
    app: Flask, database: Database, borne: Actor
) -> None:
    groups = ("Bestrating", "Hout", "Asfalt", "Grond")
    rows: list[list[object]] = [[2021 + number % 5, groups[number % 4], "hergebruikt", "1,5"] for number in range(5000)]
    for number in range(37):
        rows[number * 130 + 3][number % 4] = ("1999", "Onbekend spul", "?", "een halve")[number % 4]
    run = load(database, borne, sheet(rows))
    assert run.counts == {"ok": 4963, "error": 37}
    with reading(database) as session:
        wrong, total = list_rows(session, borne, run, state="error", page_size=100)
    assert total == 37
    assert [row.row_number for row in wrong] == [number * 130 + 5 for number in range(37)]
    assert all(list(row.messages) == [("year", "group", "origin", "tonnes")[number % 4]] for number, row in enumerate(wrong))
    with database.transaction() as session, pytest.raises(Conflict, match="37 regels zijn fout"):
        tasks.start_import(session, borne, import_id=run.id, only_good=False)
    apply(app, database, borne, run, only_good=True)
    in_all = sum(sum(stands(database, borne, year)[1].values()) for year in range(2021, 2026))
    assert in_all == 4963 * 1500
    with database.transaction() as session:
        assert undo_import(session, borne, import_id=run.id).status == "undone"
    assert [stands(database, borne, year) for year in range(2021, 2026)] == [(2, {})] * 5  # empty again, as a version of its own


def test_a_sheet_is_taken_back_to_what_stood_there_before_and_not_past_a_later_change(
    app: Flask, database: Database, borne: Actor
) -> None:
    with database.transaction() as session:
        report_material_use(session, borne, organisation_slug="borne", year=2024, rows=[UseRow("hout", "primary", Decimal(70))])
    run = apply(app, database, borne, load(database, borne, sheet([(2024, "Hout", "primair", "1")])))
    assert stands(database, borne, 2024) == (2, {("in", "hout", "primary"): 1000})
    with database.transaction() as session:
        undo_import(session, borne, import_id=run.id)
    assert stands(database, borne, 2024) == (3, {("in", "hout", "primary"): 70})
    with database.transaction() as session, pytest.raises(Conflict, match="niet toegepast"):
        undo_import(session, borne, import_id=run.id)
    again = apply(app, database, borne, load(database, borne, sheet([(2024, "Hout", "primair", "2")])))
    with database.transaction() as session:
        report_material_use(session, borne, organisation_slug="borne", year=2024, rows=[UseRow("hout", "primary", Decimal(71))])
    with (
        database.transaction() as session,
        pytest.raises(Conflict, match="opgave van 2024 is sindsdien veranderd: het is nu versie 5"),
    ):
        undo_import(session, borne, import_id=again.id)


def test_the_same_file_twice_is_noticed_and_changes_nothing_the_second_time(app: Flask, database: Database, borne: Actor) -> None:
    content = sheet([(2024, "Hout", "primair", "1")])
    first = apply(app, database, borne, load(database, borne, content))
    second = load(database, borne, content)
    with reading(database) as session:
        same = find_same(session, second)
        assert same is not None and same.id == first.id
    assert second.counts == {"unchanged": 1}
    with database.transaction() as session, pytest.raises(Conflict, match="staat er al"):
        tasks.start_import(session, borne, import_id=second.id, only_good=False)


def test_a_report_that_changed_after_it_was_looked_at_is_not_written_over(app: Flask, database: Database, borne: Actor) -> None:
    run = load(database, borne, sheet([(2024, "Hout", "primair", "1")]))
    with reading(database) as session:
        seen = as_seen(versions_of(session, run))
    with database.transaction() as session:
        task = tasks.start_import(session, borne, import_id=run.id, only_good=False, seen=seen)
        with pytest.raises(Conflict, match="wordt nu toegepast"):
            mend_rows(session, borne, import_id=run.id, values={2: {"year": "2023"}}, locale="nl")
    with database.transaction() as session:  # while the task waits
        report_material_use(session, borne, organisation_slug="borne", year=2024, rows=[UseRow("hout", "primary", Decimal(70))])
    assert tasks.take(app, task.id)
    with reading(database) as session:
        task = tasks.get_task(session, borne, task.id)
        assert task.state == "failed" and "intussen" in task.error
    assert stands(database, borne, 2024) == (1, {("in", "hout", "primary"): 70})
    with database.transaction() as session, pytest.raises(Conflict, match="intussen een opgave veranderd"):
        tasks.start_import(session, borne, import_id=run.id, only_good=False, seen=seen)


def test_a_sheet_that_nobody_applies_is_dropped_after_thirty_days(app: Flask, database: Database, borne: Actor) -> None:
    applied = apply(app, database, borne, load(database, borne, sheet([(2024, "Hout", "primair", "1")])))
    load(database, borne, sheet([(2024, "Hout", "primair", "2")]))
    for days, dropped, left in ((29, 0, 2), (31, 1, 1)):
        with clock.frozen(clock.now() + timedelta(days=days)), database.transaction() as session:
            assert forget_previews(session) == dropped
            assert session.scalar(select(func.count()).select_from(ImportRun)) == left
    with reading(database) as session:
        assert session.scalars(select(ImportRow.import_id)).all() == [applied.id]


def test_a_sheet_is_of_the_coordinators_of_its_municipality(session: Session) -> None:
    seed_taxonomy(session)
    make_organisation(session, "sloper-bv", "partner")
    borne, colleague = make_actor(session, "borne", "coordinator"), make_actor(session, "borne", "coordinator")
    file = read_file("x.csv", sheet([(2024, "Hout", "primair", "1")]))
    run = load_sheet(session, borne, kind="material_use", file=file)
    assert get_import(session, colleague, run.id) is run
    for slug, role in (("borne", "project_leader"), ("hengelo", "coordinator"), ("regio-twente", "reviewer")):
        with pytest.raises(Missing):
            get_import(session, make_actor(session, slug, role), run.id)
    for slug, role in (("borne", "project_leader"), ("sloper-bv", "coordinator"), ("regio-twente", "coordinator")):
        with pytest.raises(Forbidden):
            load_sheet(session, make_actor(session, slug, role), kind="material_use", file=file)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"1;2\r\n", "geen regels eronder"),
        (b"alleen\r\n", "namen van de kolommen"),
        (b"Jaar;Groep\r\n\r\n", "geen regels eronder"),
    ],
)
def test_a_sheet_without_names_or_rows_is_refused(database: Database, borne: Actor, content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        load(database, borne, content)
