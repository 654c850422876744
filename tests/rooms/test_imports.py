"""Sheets that are loaded: judged row by row, mended, applied as one task, taken back while nothing depends on them."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.http.sheets import read_file
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.models import MaterialUseReport
from marketplace.impact.queries.reports import get_material_use
from marketplace.impact.rules.material_use import UseRow
from marketplace.imports.actions.apply import as_seen, versions_of
from marketplace.imports.actions.load import load_sheet
from marketplace.imports.actions.mend import choose_codes, mend_from_sheet, mend_rows, set_columns
from marketplace.imports.actions.take_over import take_over
from marketplace.imports.actions.undo import undo_import
from marketplace.imports.models import ImportRow, ImportRun, Outflow
from marketplace.imports.queries.outflow import get_outflow
from marketplace.imports.queries.preview import get_outflow_preview, get_use_preview
from marketplace.imports.queries.runs import find_same, get_import, is_mapped, list_rows
from marketplace.jobs import tasks
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from tests.factories import make_actor, make_organisation, seed_taxonomy

HEADER = ("Jaar", "Materiaalgroep", "Herkomst", "Ton")
LMA = (
    *("Afvalstroomnummer", "Ontdoener", "Locatie van herkomst", "Verwerker", "Euralcode", "Gebruikelijke benaming"),
    *("Verwerkingsmethode", "Periode", "Hoeveelheid (kg)", "Aantal vrachten", "Contactpersoon"),
)


@pytest.fixture
def borne(database: Database) -> Actor:
    with database.transaction() as session:
        seed_taxonomy(session)
        return make_actor(session, "borne", "coordinator")


@contextmanager
def reading(database: Database) -> Iterator[Session]:
    """A reading session whose rows can be looked at afterwards."""
    with database.read() as session:
        yield session
        session.expunge_all()


def sheet(rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def load(database: Database, actor: Actor, content: bytes, kind: str = "material_use", name: str = "gebruik.csv") -> ImportRun:
    with database.transaction() as session:
        return load_sheet(session, actor, kind=kind, file=read_file(name, content))


def apply(app: Flask, database: Database, actor: Actor, run: ImportRun, *, only_good: bool = False) -> ImportRun:
    with database.transaction() as session:
        task = tasks.start_import(session, actor, import_id=run.id, only_good=only_good)
    assert tasks.take(app, task.id)
    with reading(database) as session:
        task = tasks.get_task(session, actor, task.id)
        assert (task.state, task.error) == ("done", "")
        return get_import(session, actor, run.id)


def stands(database: Database, actor: Actor, year: int) -> tuple[int, dict[tuple[str, str, str], Decimal]]:
    """The newest version of a year's report, and its kilograms by flow, group and origin."""
    with reading(database) as session:
        known = get_material_use(session, actor, year=year)
        return known.version, {(row.flow, row.group_slug, row.origin): row.mass_kg for row in known.rows}


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
    assert [(one.cell.row.group_slug, one.old_kg, one.new_kg, one.rows) for one in preview.changed] == [
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
    assert [(one.cell.row.group_slug, one.old_kg, one.new_kg) for one in preview.changed] == [
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
        found, total = list_rows(session, borne, run, state="error")
    assert total == 6
    said = {row.row_number: row.messages for row in found}
    assert said[2] == {"year": "Kies een jaar van 2015 tot en met 2026."}
    assert said[3] == {"group": "Er is geen materiaalgroep “Klinkertjes”. Kies er een uit de lijst met materialen."}
    assert set(said[4]) == {"origin", "tonnes"} and said[4]["tonnes"] == "Een massa is nul of meer."
    assert set(said[5]) == {"group", "origin", "tonnes"} and said[5]["group"] == "Vul “Materiaalgroep” in."
    assert said[6] == {"tonnes": "Een massa in kilogram heeft hooguit drie decimalen."}
    assert set(said[7]) == {"group", "tonnes"} and said[7]["group"].startswith("Deze cel bevat een formule.")
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
        pytest.raises(Conflict, match="verslag van 2024 is sindsdien veranderd: het is nu versie 5"),
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
    with database.transaction() as session, pytest.raises(Conflict, match="intussen een verslag veranderd"):
        tasks.start_import(session, borne, import_id=run.id, only_good=False, seen=seen)


def lma_rows() -> list[list[object]]:
    """200 lines of 14 codes: 17 03 02 and ten others known, three not; line n of a code weighs 1 000 × its place in the list, and a half."""
    codes = (
        *("17 03 02", "17 05 06", "17 08 02", "17 02 02", "17 02 04*", "20 01 11", "20 03 07"),
        *("17 01 01", "17 02 01", "17 04 05", "17 05 04", "15 01 06", "20 03 01", "17 06 05*"),
    )
    return [
        [
            *(f"08A{number:09d}", "Gemeente Borne", "7621 Borne", "Twence", codes[number % 14], f"afval {number % 14}", "B04"),
            *(f"{1 + number % 12:02d}2025", f"{1000 * (1 + number % 14)},5", number % 5, "J. Jansen, 06 12345678"),
        ]
        for number in range(200)
    ]


# Lines 0–199: places 0–3 come 15 times, places 4–13 14 times. Kilograms of a place p: times × (1000 (p + 1) + 0.5).
#   mapped, places 0–6: 15 × (1000.5 + 2000.5 + 3000.5 + 4000.5) + 14 × (5000.5 + 6000.5 + 7000.5) = 150 030 + 252 021 = 402 051
#   several groups, places 7–10: 14 × (8000.5 + 9000.5 + 10000.5 + 11000.5) = 532 028
#   unknown, places 11–13: 14 × (12000.5 + 13000.5 + 14000.5) = 546 021
MAPPED_KG, UNCERTAIN_KG, UNKNOWN_KG = Decimal(402_051), Decimal(532_028), Decimal(546_021)


def test_a_file_of_waste_notifications_is_accounted_for_to_the_kilogram(app: Flask, database: Database, borne: Actor) -> None:
    run = load(database, borne, sheet(lma_rows(), LMA), "outflow", "lma.csv")
    assert run.counts == {"ok": 200}
    with reading(database) as session:
        preview = get_outflow_preview(session, borne, run)
    assert len(preview.codes) == 14
    assert (preview.mapped_kg, preview.unknown_kg) == (MAPPED_KG, UNCERTAIN_KG + UNKNOWN_KG)
    unknown = {code.eural: code.mass_kg for code in preview.codes if code.certainty == "unknown"}
    assert unknown == {"15 01 06": Decimal("168007.0"), "20 03 01": Decimal("182007.0"), "17 06 05*": Decimal("196007.0")}
    apply(app, database, borne, run)
    with reading(database) as session:
        year = get_outflow(session, borne, year=2025)
        assert (year.total_kg, year.mapped_kg, year.unknown_kg, year.lines) == (
            Decimal("1480100.0"),
            MAPPED_KG,
            UNCERTAIN_KG + UNKNOWN_KG,
            200,
        )
        assert year.by_group["asfalt"] == 15 * Decimal("1000.5")
        assert get_outflow(session, borne, year=2024).codes == ()
        line = session.scalars(select(Outflow).order_by(Outflow.id).limit(1)).one()
        assert (line.stream, line.period, line.loads, line.group_slug) == ("08A000000000", "2025-01", 0, "asfalt")
        texts = " ".join(str(cell) for row in session.scalars(select(ImportRow)) for cell in row.cells)
    assert "Jansen" not in texts  # a person's name is in a column that is not read


def test_a_choice_for_a_code_counts_and_is_known_for_the_next_file(app: Flask, database: Database, borne: Actor) -> None:
    run = load(database, borne, sheet(lma_rows(), LMA), "outflow")
    with database.transaction() as session:
        run = choose_codes(session, borne, import_id=run.id, codes={"17 01 01": "bestrating", "17 06 05*": ""})
        with pytest.raises(Invalid, match="Euralcode"):
            choose_codes(session, borne, import_id=run.id, codes={"onzin": "bestrating"})
        with pytest.raises(Invalid, match="materiaalgroep"):
            choose_codes(session, borne, import_id=run.id, codes={"17 01 01": "onzin"})
    apply(app, database, borne, run)
    with reading(database) as session:
        year = get_outflow(session, borne, year=2025)
    assert year.mapped_kg == MAPPED_KG + 14 * Decimal("8000.5") and year.by_group["bestrating"] == 14 * Decimal("8000.5")
    assert load(database, borne, sheet(lma_rows(), LMA), "outflow").codes == {"17 01 01": "bestrating"}


def test_a_later_file_takes_the_place_of_earlier_ones_in_its_periods_only(app: Flask, database: Database, borne: Actor) -> None:
    def lines(*periods_kg: tuple[str, int]) -> bytes:
        return sheet([("17 03 02", period, kg) for period, kg in periods_kg], ("Eural", "Periode", "kg"))

    def total() -> Decimal:
        with reading(database) as session:
            return get_outflow(session, borne, year=2025).total_kg

    apply(app, database, borne, load(database, borne, lines(("2025-01", 100), ("2025-02", 200), ("2025-03", 400)), "outflow"))
    second = load(database, borne, lines(("2025-03", 500), ("2025-04", 1000)), "outflow")
    with reading(database) as session:
        [replaced] = get_outflow_preview(session, borne, second).replaced
    assert (replaced.lines, replaced.mass_kg) == (1, 400)
    apply(app, database, borne, second)
    assert total() == 100 + 200 + 500 + 1000
    quarter = apply(app, database, borne, load(database, borne, lines(("Q1 2025", 7)), "outflow"))
    assert total() == 7 + 1000
    with database.transaction() as session:
        undo_import(session, borne, import_id=quarter.id)
    assert total() == 1800  # what it had replaced counts again
    with database.transaction() as session:
        undo_import(session, borne, import_id=second.id)
    assert total() == 700


def test_outflow_is_taken_over_into_the_report_and_cannot_be_taken_back_while_it_is(
    app: Flask, database: Database, borne: Actor
) -> None:
    outflow = apply(app, database, borne, load(database, borne, sheet(lma_rows(), LMA), "outflow"))
    with database.transaction() as session:
        over = take_over(session, borne, year=2025, scope="territory")
        with pytest.raises(Invalid):
            take_over(session, borne, year=2025, scope="wereld")
        with pytest.raises(Conflict, match="niets om over te nemen"):
            take_over(session, borne, year=2024, scope="territory")
    assert over.name == "Afvalmeldingen 2025"
    over = apply(app, database, borne, over)
    version, rows = stands(database, borne, 2025)
    assert version == 1 and sum(rows.values()) == MAPPED_KG  # what has no group stays out of it
    assert rows["out", "asfalt", "unknown"] == 15 * Decimal("1000.5")
    with database.transaction() as session, pytest.raises(Conflict, match=rf"overgenomen in het verslag \(invoer {over.id}\)"):
        undo_import(session, borne, import_id=outflow.id)
    with database.transaction() as session:
        undo_import(session, borne, import_id=over.id)
        assert undo_import(session, borne, import_id=outflow.id).status == "undone"
    with reading(database) as session:
        assert get_outflow(session, borne, year=2025).codes == ()
        assert session.scalar(select(func.count()).select_from(Outflow)) == 200  # nothing is removed


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
    ("content", "said"),
    [
        (b"1;2\r\n", "geen regels eronder"),
        (b"alleen\r\n", "namen van de kolommen"),
        (b"Jaar;Groep\r\n\r\n", "geen regels eronder"),
    ],
)
def test_a_sheet_without_names_or_rows_is_refused(database: Database, borne: Actor, content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        load(database, borne, content)
