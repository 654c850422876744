"""Sheets of lots: judged by the rules of the form, made into drafts once, and taken back as far as nobody worked on them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.depots import create_depot
from marketplace.depots.rules.depot import DepotDraft
from marketplace.imports.actions.apply import apply_chunk
from marketplace.imports.actions.lots import LOTS_CHUNK
from marketplace.imports.actions.mend import mend_rows
from marketplace.imports.actions.undo import undo_import
from marketplace.imports.models import ImportRow, ImportRun
from marketplace.imports.queries.lots import get_lots_preview
from marketplace.imports.queries.runs import get_import, list_rows
from marketplace.jobs import tasks
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, TooLarge
from marketplace.kernel.geo import Point
from marketplace.market.actions.listings import update_listing
from marketplace.market.models import Listing
from tests.factories import listing_draft, make_actor, seed_taxonomy
from tests.imported import apply, load, reading, sheet

HEAD = (
    *("Titel", "Materiaal", "Hoeveelheid", "Eenheid", "Kwaliteit", "Vrij vanaf", "Plaats"),
    *("Extern nummer", "Formaat van de steen", "Dikte (cm)"),
)
KEI_NL = "Betonstraatsteen keiformaat 8 cm"
GOOD = ("Keien", KEI_NL, "1.200,5", "m²", "Goed", "1-3-2027", "Borne", "B-1", "Keiformaat (44 per m²)", "8,5")


@pytest.fixture
def borne(database: Database) -> Actor:
    with database.transaction() as session:
        seed_taxonomy(session)
        return make_actor(session, "borne", "coordinator")


def row(**changes: str) -> list[str]:
    return [changes.get(name, value) for name, value in zip(HEAD, GOOD, strict=True)]


def lots(database: Database, borne: Actor, rows: Sequence[Sequence[object]], header: Sequence[str] = HEAD) -> ImportRun:
    return load(database, borne, sheet(rows, header), "listings", "aanbod.csv")


def said(database: Database, borne: Actor, run: ImportRun) -> dict[int, dict[str, str]]:
    with reading(database) as session:
        return {import_row.row_number: import_row.messages for import_row in list_rows(session, borne, run, state="error")[0]}


def stored(database: Database) -> list[Listing]:
    with reading(database) as session:
        return list(session.scalars(select(Listing).order_by(Listing.id)))


def test_a_row_becomes_a_draft_with_the_answers_of_its_material(app: Flask, database: Database, borne: Actor) -> None:
    second = row(**{"Extern nummer": "", "Formaat van de steen": "waal", "Dikte (cm)": "Onbekend", "Plaats": "7621"})
    run = lots(database, borne, [GOOD, second])
    assert (run.status, run.counts) == ("preview", {"ok": 2})
    assert stored(database) == []  # nothing stands there yet
    with reading(database) as session:
        [total] = get_lots_preview(session, borne, run)
    assert (total.name, total.lots, total.quantity, total.unit) == (KEI_NL, 2, Decimal(2401), "m2")
    assert apply(app, database, borne, run).result == {"lots": 2}
    first, other = stored(database)
    assert (first.status, first.title, first.quantity, first.unit, first.condition) == (
        "draft",
        "Keien",
        Decimal("1200.5"),
        "m2",
        "good",
    )
    assert (first.place_name, first.municipality, first.available_from, first.external_id) == (
        "Borne",
        "borne",
        date(2027, 3, 1),
        "B-1",
    )
    assert first.fields == {"paver-format": "kei", "thickness-cm": "8.5"} and first.fields_version is not None
    assert other.fields == {"paver-format": "waal", "thickness-cm": "unknown"}
    assert (other.place_basis, other.external_id) == ("postcode", None)


def test_each_wrong_cell_has_the_sentence_of_the_form(database: Database, borne: Actor) -> None:
    rows = [
        row(Materiaal="Keitjes", Eenheid="emmers", Kwaliteit="puik"),
        row(Hoeveelheid="veel", Titel=""),
        row(**{"Dikte (cm)": "80", "Formaat van de steen": "rond", "Extern nummer": "B-2"}),
        row(Plaats="Nergenshuizen"),
        row(Materiaal="Parkbank beton", Eenheid="stuks", Hoeveelheid="3"),
        row(**{"Dikte (cm)": "=A1*2"}),
        row(**{"Vrij vanaf": "gauw", "Extern nummer": "B-3"}),
    ]
    faults = said(database, borne, lots(database, borne, rows))
    assert faults[2]["material"] == "Dat materiaal staat niet in de lijst. Kies er een uit de lijst met materialen."
    assert {"unit", "condition"} < set(faults[2])
    assert faults[3]["title"].startswith("Vul een titel in") and "quantity" in faults[3]
    assert faults[4]["fields.thickness-cm"] == "Dikte ligt tussen 6 cm en 12 cm. Controleer het getal en de eenheid.".replace(
        " cm", "\u00a0cm"
    )
    assert faults[4]["fields.paver-format"].startswith("“rond” staat niet in de lijst van Formaat van de steen.")
    assert set(faults[5]) == {"place", "external_id"}
    assert "wordt van dit materiaal niet gevraagd" in faults[6]["fields.paver-format"]
    assert faults[7]["fields.thickness-cm"].startswith("Deze cel bevat een formule.")
    assert set(faults[8]) == {"available_from"}


def test_a_number_that_stands_there_is_skipped_where_it_is_the_same_and_refused_where_not(
    app: Flask, database: Database, borne: Actor
) -> None:
    apply(app, database, borne, lots(database, borne, [GOOD]))
    run = lots(database, borne, [GOOD, row(**{"Extern nummer": "B-9"})])
    assert run.counts == {"unchanged": 1, "ok": 1}
    assert apply(app, database, borne, run).result == {"lots": 1}
    assert [listing.external_id for listing in stored(database)] == ["B-1", "B-9"]
    other = lots(database, borne, [row(Titel="Andere keien")])
    assert "B-1" in said(database, borne, other)[2]["external_id"]
    twice = lots(database, borne, [row(**{"Extern nummer": "B-4"}), row(**{"Extern nummer": "B-4"})])
    assert twice.counts == {"error": 2}
    with database.transaction() as session:
        mended = mend_rows(session, borne, import_id=twice.id, values={3: {"external_id": "B-5"}}, locale="nl")
        assert mended.counts == {"ok": 2}


def test_taking_back_removes_what_nobody_worked_on(app: Flask, database: Database, borne: Actor) -> None:
    rows = [row(Titel=f"Partij {number}", **{"Extern nummer": ""}) for number in (1, 2, 3)]
    run = apply(app, database, borne, lots(database, borne, rows))
    with database.transaction() as session:
        second = stored(database)[1]
        draft = listing_draft("borne", title="Door mij verbeterd")
        update_listing(session, borne, listing_id=second.id, version=second.version, draft=draft)
    with database.transaction() as session:
        undone = undo_import(session, borne, import_id=run.id)
        assert (undone.status, undone.result) == ("undone", {"lots": 3, "stayed": [second.id]})
    assert [listing.title for listing in stored(database)] == ["Door mij verbeterd"]
    only = apply(app, database, borne, lots(database, borne, [row(Titel="Nog een", **{"Extern nummer": ""})]))
    with database.transaction() as session:
        last = stored(database)[1]
        update_listing(session, borne, listing_id=last.id, version=last.version, draft=replace(draft, title="Ook"))
    with database.transaction() as session, pytest.raises(Conflict, match="ingetrokken|gewijzigd|changed"):
        undo_import(session, borne, import_id=only.id)


def test_a_task_that_ended_half_way_goes_on_without_making_a_lot_twice(app: Flask, database: Database, borne: Actor) -> None:
    rows = [row(Titel=f"Partij {number}", **{"Extern nummer": ""}) for number in range(LOTS_CHUNK + 5)]
    run = lots(database, borne, rows)
    with database.transaction() as session:
        task = tasks.start_import(session, borne, import_id=run.id, only_good=False)
    with database.transaction() as session:
        after, _summary = apply_chunk(session, borne, import_id=run.id, after=0, summary={})
        assert after == LOTS_CHUNK + 1  # the row with the names is the first
    assert tasks.take(app, task.id)
    assert len(stored(database)) == LOTS_CHUNK + 5
    with reading(database) as session:
        assert get_import(session, borne, run.id).result == {"lots": LOTS_CHUNK + 5}
        numbers = session.scalars(select(ImportRow.result_id).where(ImportRow.import_id == run.id)).all()
    assert len(set(numbers)) == LOTS_CHUNK + 5 and None not in numbers


def test_more_rows_than_a_sheet_of_lots_may_hold_are_refused(database: Database, borne: Actor) -> None:
    with pytest.raises(TooLarge, match="2"):
        lots(database, borne, [GOOD] * 2001)


def test_what_two_columns_are_called_the_same_is_read_in_order(database: Database, borne: Actor) -> None:
    head = (*HEAD[:8], "Materiaal", "Type")
    bench = row(Materiaal="Parkbank beton", Eenheid="stuks", Hoeveelheid="3")[:8]
    run = lots(database, borne, [[*bench, "Onbekend", "Onbekend"]], head)
    assert (run.places["material"], run.places["fields.furniture-material"]) == (1, 8)
    assert run.counts == {"ok": 1}


def test_a_lot_lies_at_a_point_in_a_depot_or_at_a_place_and_in_one_way_only(app: Flask, database: Database, borne: Actor) -> None:
    with database.transaction() as session:
        depot = create_depot(session, borne, draft=DepotDraft("Werf Noord", "Borne", "borne", Point(52.3, 6.75), "point"))
        depot_id = depot.id
    head = (*HEAD[:7], "Breedtegraad", "Lengtegraad", "Depot")
    rows = [
        [*row(Plaats="")[:7], "52,2658", "6.7931", ""],
        [*row(Plaats="")[:7], "", "", "werf noord"],
        [*row(Plaats="Borne")[:7], "", "", "werf noord"],
        [*row(Plaats="")[:7], "", "", ""],
        [*row(Plaats="")[:7], "6,79", "52,26", ""],
        [*row(Plaats="")[:7], "noord", "52,26", ""],
        [*row(Plaats="")[:7], "", "", "Nergens"],
    ]
    run = lots(database, borne, rows, head)
    assert run.counts == {"ok": 2, "error": 5}
    faults = said(database, borne, run)
    assert {number: list(fields) for number, fields in faults.items()} == {
        4: ["place"],
        5: ["place"],
        6: ["lat"],
        7: ["lat"],
        8: ["depot"],
    }
    assert faults[5]["place"] == "Vul in waar het materiaal ligt: een plaats, een postcode, coördinaten of een depot."
    apply(app, database, borne, run, only_good=True)
    at, inside = stored(database)
    assert (at.lat, at.lon, at.place_basis, at.municipality) == (52.2658, 6.7931, "point", "hengelo")
    assert (inside.depot_id, inside.place_name) == (depot_id, "Borne")


PLAN_HEAD = (
    "Titel",
    "Materiaal",
    "Hoeveelheid",
    "Eenheid",
    "Kwaliteit",
    "Vrij vanaf",
    "Plaats",
    "Gepland",
    "Komt vrij vanaf",
    "Komt vrij tot en met",
    "Zekerheid",
)


def planned_row(year: int, **changes: str) -> list[str]:
    good = ("Keien", KEI_NL, "1.200", "m²", "Goed", "", "Borne", "ja", f"1-7-{year}", f"31-12-{year}", "begroot")
    return [changes.get(name, value) for name, value in zip(PLAN_HEAD, good, strict=True)]


def test_a_planned_row_becomes_a_planned_draft(app: Flask, database: Database, borne: Actor) -> None:
    year = clock.today().year + 1
    rows = [planned_row(year), planned_row(year, Titel="Zonder het woord", Gepland="", Zekerheid="in uitvoering")]
    run = lots(database, borne, rows, PLAN_HEAD)
    assert run.counts == {"ok": 2}
    apply(app, database, borne, run)
    assert [
        (listing.planned, listing.earliest, listing.latest, listing.certainty, listing.status) for listing in stored(database)
    ] == [
        (True, date(year, 7, 1), date(year, 12, 31), "budgeted", "draft"),
        (True, date(year, 7, 1), date(year, 12, 31), "in_execution", "draft"),
    ]


def test_a_plan_is_judged_by_the_rules_of_the_form(database: Database, borne: Actor) -> None:
    year = clock.today().year + 1
    rows = [
        planned_row(year, Gepland="misschien"),
        planned_row(year, Zekerheid=""),
        planned_row(year, **{"Komt vrij tot en met": f"1-1-{year}"}),
        planned_row(year, **{"Vrij vanaf": f"1-2-{year}"}),
        planned_row(year, Gepland="nee", **{"Vrij vanaf": f"1-2-{year}"}),
        planned_row(year, Gepland="nee", Zekerheid="", **{"Komt vrij vanaf": "", "Komt vrij tot en met": ""}),
    ]
    wrong = said(database, borne, lots(database, borne, rows, PLAN_HEAD))
    assert {number: set(fields) for number, fields in wrong.items()} == {
        2: {"planned"},
        3: {"certainty"},
        4: {"latest"},
        5: {"available_from"},
        6: {"earliest", "latest", "certainty"},
        7: {"available_from"},
    }
