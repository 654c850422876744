"""Contracts in RAW: H becomes a planned lot that is closed to others, R a line of what leaves, the contractor's is refused, the rest passed over."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

import marketplace
from marketplace.accounts.policy import Actor
from marketplace.catalogue.queries.search import search
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.imports.actions.mend import choose_codes, mend_rows, say_once
from marketplace.imports.actions.undo import undo_import
from marketplace.imports.models import ImportRow, ImportRun, OutflowEstimate
from marketplace.imports.queries.raw import get_raw_preview, list_estimates, total_estimates
from marketplace.imports.queries.runs import find_same, get_import, list_rows
from marketplace.jobs import tasks
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.market.models import Listing
from marketplace.matching.actions.publish import open_to_others
from tests.factories import make_actor, seed_taxonomy
from tests.imported import apply, load, reading, sheet

pytestmark = pytest.mark.postgresql
EXAMPLE = Path(marketplace.__file__).parent / "data" / "demo_bestek.csv"
HEAD = ("Bestekspostnummer", "Omschrijving", "Eenheid", "Hoeveelheid", "Kenmerk", "Materiaal")
KEI = "Betonstraatsteen keiformaat 8 cm"
H_POST = ("210110", "Opbreken stenen", "m²", "1.200", "H", KEI)
R_POST = ("230010", "Opbreken fundering", "ton", "530", "R", "Menggranulaat 0/31,5")


def once(**changes: str) -> dict[str, str]:
    """What is said once of the contract: comes free in the second half of next year."""
    year = clock.today().year + 1
    values = {"contract": "HEN-2027-14", "place": "Borne", "earliest": f"1-7-{year}", "latest": f"31-12-{year}"}
    return {**values, "certainty": "aanbesteed", "condition": "goed", **changes}


@pytest.fixture
def borne(database: Database) -> Actor:
    with database.transaction() as session:
        seed_taxonomy(session)
        return make_actor(session, "borne", "coordinator")


@pytest.fixture
def losser(database: Database, borne: Actor) -> Actor:
    with database.transaction() as session:
        return make_actor(session, "losser", "coordinator")


def posts(database: Database, borne: Actor, rows: Sequence[Sequence[object]], header: Sequence[str] = HEAD) -> ImportRun:
    return load(database, borne, sheet(rows, header), "raw", "bestek.csv")


def said_once(database: Database, borne: Actor, run: ImportRun, **changes: str) -> ImportRun:
    with database.transaction() as session:
        return say_once(session, borne, import_id=run.id, values=once(**changes))


def told(database: Database, borne: Actor, run: ImportRun, state: str = "error") -> dict[int, dict[str, str]]:
    with reading(database) as session:
        return {row.row_number: row.messages for row in list_rows(session, borne, run, state=state)[0]}


def lots(database: Database) -> list[Listing]:
    with reading(database) as session:
        return list(session.scalars(select(Listing).order_by(Listing.id)))


def lines(database: Database) -> list[OutflowEstimate]:
    with reading(database) as session:
        return list(session.scalars(select(OutflowEstimate).order_by(OutflowEstimate.id)))


def test_forty_posts_give_twelve_lots_five_lines_two_refusals_and_pass_over_twenty_one(
    app: Flask, database: Database, borne: Actor, losser: Actor
) -> None:
    run = load(database, borne, EXAMPLE.read_bytes(), "raw", "bestek.csv")
    assert run.counts == {"ok": 17, "refused": 2, "ignored": 21}
    with reading(database) as session:
        preview = get_raw_preview(session, borne, run)
    assert (preview.posts, preview.lots, preview.lines, preview.refused, preview.ignored, preview.wrong) == (40, 12, 5, 2, 21, 0)
    assert preview.lacking == ("contract", "place", "earliest", "latest", "certainty", "condition")
    with database.transaction() as session, pytest.raises(Conflict, match=r"Besteknummer|Number of the contract"):
        tasks.start_import(session, borne, import_id=run.id, only_good=False)
    run = said_once(database, borne, run)
    done = apply(app, database, borne, run)
    made = lots(database)
    assert done.result == {
        "lots": 12,
        "drafts": sum(listing.status == "draft" for listing in made),
        "lines": 5,
        "refused": 2,
        "ignored": 21,
    }
    assert len(made) == 12
    year = clock.today().year + 1
    assert {(listing.planned, listing.earliest, listing.latest, listing.certainty, listing.condition) for listing in made} == {
        (True, date(year, 7, 1), date(year, 12, 31), "tendered", "good")
    }
    assert made[0].external_id == "HEN-2027-14/210110"
    assert (made[0].quantity, made[0].unit, made[0].lot_id) == (Decimal(1200), "m2", None)
    with reading(database) as session:
        assert search(session, losser, CatalogueQuery()).total == 0
        assert search(session, borne, CatalogueQuery()).total == 12 - done.result["drafts"]


def test_the_lots_of_the_example_are_all_closed_to_others(app: Flask, database: Database, borne: Actor) -> None:
    run = said_once(database, borne, load(database, borne, EXAMPLE.read_bytes(), "raw", "bestek.csv"))
    apply(app, database, borne, run)
    made = lots(database)
    assert [(listing.status, listing.is_closed_to_others) for listing in made] == [("published", True)] * 12


def test_what_leaves_is_weighed_where_its_material_is_known(app: Flask, database: Database, borne: Actor) -> None:
    unknown = ("230020", "Opbreken iets dat niemand kent xyz", "ton", "12", "R", "")
    run = said_once(database, borne, posts(database, borne, [R_POST, unknown]))
    apply(app, database, borne, run)
    assert [(line.post, line.quantity, line.unit, line.mass_kg, line.material_id is None) for line in lines(database)] == [
        ("230010", Decimal(530), "tonne", Decimal(530_000), False),
        ("230020", Decimal(12), "tonne", None, True),
    ]
    assert lots(database) == []
    with reading(database) as session:
        assert list_estimates(session, borne)[1] == 2
        year = total_estimates(session, borne)[0]
        assert (year.year, year.lines, year.mass_kg, year.unweighed) == (clock.today().year + 1, 2, Decimal(530_000), 1)


def test_the_quantity_for_information_counts_and_carries_the_mark(database: Database, borne: Actor) -> None:
    header = ("Post", "Omschrijving", "Eenheid", "Hoeveelheid", "Hoeveelheid ter inlichting", "Materiaal")
    rows = [
        ("1", "Opbreken", "m²", "900", "H 850,5", KEI),
        ("2", "Opbreken", "m²", "900", "120 r", KEI),
        ("3", "Opbreken", "m²", "900", "120", KEI),
        ("4", "Opbreken", "m²", "900", "120 V", KEI),
    ]
    run = posts(database, borne, rows, header)
    assert run.counts == {"ok": 2, "ignored": 2}
    assert run.summary["lot"] == {"betonstraatsteen-kei-8cm|m2": [1, "850.5"]}
    assert run.summary["outflow"] == {"betonstraatsteen-kei-8cm|m2": [1, "120"]}


@pytest.mark.parametrize(
    "text",
    [
        "Opbreken banden. De aannemer wordt eigenaar van de vrijgekomen materialen.",
        "Vrijkomend materiaal wordt eigendom van de aannemer",
        "Materiaal vervalt aan de aannemer",
    ],
)
def test_what_becomes_the_contractors_is_refused_whatever_its_mark(database: Database, borne: Actor, text: str) -> None:
    run = posts(database, borne, [("1", text, "m", "85", mark, "") for mark in ("H", "R", "")])
    assert run.counts == {"refused": 3}
    assert set(told(database, borne, run, "refused")) == {2, 3, 4}
    assert all(
        "aannemer" in sentence for messages in told(database, borne, run, "refused").values() for sentence in messages.values()
    )


def test_the_owner_may_stand_in_a_column_of_its_own(database: Database, borne: Actor) -> None:
    rows = [(*H_POST, "Aannemer"), ("2", *H_POST[1:], "Gemeente")]
    run = posts(database, borne, rows, (*HEAD, "Eigenaar"))
    assert run.counts == {"refused": 1, "ok": 1}
    assert list(told(database, borne, run, "refused")[2]) == ["owner"]


def test_a_post_without_a_mark_is_passed_over_whatever_else_is_wrong(database: Database, borne: Actor) -> None:
    run = posts(database, borne, [("", "Hoofdstuk 2: opbreken", "", "", "", ""), ("x", "=1+1", "EUR", "veel", "N", "")])
    assert run.counts == {"ignored": 2}
    with database.transaction() as session, pytest.raises(Conflict, match="H"):
        tasks.start_import(session, borne, import_id=run.id, only_good=False)


def test_a_name_that_is_not_in_the_list_is_explained_once_and_kept(database: Database, borne: Actor) -> None:
    row = ("1", "Opbreken bkk-stenen", "m²", "300", "H", "BKK stenen grijs")
    run = posts(database, borne, [row, ("2", *row[1:])])
    assert run.counts == {"error": 2}
    assert set(told(database, borne, run)[2]) == {"material"}
    with database.transaction() as session:
        run = choose_codes(session, borne, import_id=run.id, codes={"BKK stenen grijs": "betonstraatsteen-kei-8cm"})
    assert run.counts == {"ok": 2}
    assert posts(database, borne, [row]).counts == {"ok": 1}


def test_a_wrong_cell_is_mended(database: Database, borne: Actor) -> None:
    run = posts(database, borne, [("1", "Opbreken", "vierkante", "drie", "H", KEI)])
    assert set(told(database, borne, run)[2]) == {"unit", "quantity"}
    with database.transaction() as session:
        run = mend_rows(session, borne, import_id=run.id, values={2: {"unit": "m2", "quantity": "300"}}, locale="nl")
    assert run.counts == {"ok": 1}


def test_a_post_that_stands_there_twice_is_for_a_person_to_say(database: Database, borne: Actor) -> None:
    run = posts(database, borne, [H_POST, H_POST, ("210110", "Aanbrengen", "m²", "5", "", "")])
    assert run.counts == {"error": 2, "ignored": 1}


def test_a_mark_and_the_quantity_for_information_must_agree(database: Database, borne: Actor) -> None:
    run = posts(database, borne, [(*H_POST, "120 R")], (*HEAD, "Hoeveelheid ter inlichting"))
    assert set(told(database, borne, run)[2]) == {"mark"}


def test_what_is_said_once_is_checked_and_a_row_goes_before_it(app: Flask, database: Database, borne: Actor) -> None:
    run = posts(database, borne, [(*H_POST, "Losser"), ("2", *H_POST[1:], "")], (*HEAD, "Plaats"))
    wrong = {"place": "Nergenshuizen", "certainty": "misschien", "earliest": "1-7-2020", "latest": "30-6-2020"}
    with database.transaction() as session, pytest.raises(Invalid) as refusal:
        say_once(session, borne, import_id=run.id, values=wrong)
    assert {error.field for error in refusal.value.errors} == {"place", "certainty", "earliest", "latest"}
    run = said_once(database, borne, run)
    assert run.given["certainty"] == "tendered"
    apply(app, database, borne, run)
    assert [listing.municipality for listing in lots(database)] == ["losser", "borne"]


def test_the_same_file_is_noticed_and_makes_nothing_twice(app: Flask, database: Database, borne: Actor) -> None:
    first = apply(app, database, borne, said_once(database, borne, posts(database, borne, [H_POST, R_POST])))
    second = said_once(database, borne, posts(database, borne, [H_POST, R_POST]))
    with reading(database) as session:
        same = find_same(session, second)
        assert same is not None
        assert same.id == first.id
    assert second.counts == {"unchanged": 2}
    changed = posts(database, borne, [("210110", *H_POST[1:3], "900", *H_POST[4:]), ("230010", *R_POST[1:3], "1", *R_POST[4:])])
    changed = said_once(database, borne, changed)
    assert changed.counts == {"error": 2}
    assert all(set(messages) == {"number"} for messages in told(database, borne, changed).values())


def test_taking_back_withdraws_the_lots_and_counts_the_lines_no_longer(app: Flask, database: Database, borne: Actor) -> None:
    run = apply(app, database, borne, said_once(database, borne, posts(database, borne, [H_POST, R_POST])))
    with database.transaction() as session:
        undone = undo_import(session, borne, import_id=run.id)
    assert undone.result is not None
    assert undone.result["stayed"] == []
    assert [(listing.status, listing.external_id) for listing in lots(database)] == [("withdrawn", None)]
    with reading(database) as session:
        assert list_estimates(session, borne) == ([], 0)
    again = said_once(database, borne, posts(database, borne, [H_POST, R_POST]))
    assert again.counts == {"ok": 2}


def test_a_lot_that_was_opened_stays_when_the_contract_is_taken_back(app: Flask, database: Database, borne: Actor) -> None:
    run = apply(app, database, borne, said_once(database, borne, posts(database, borne, [H_POST, ("2", *H_POST[1:])])))
    opened = lots(database)[0]
    with database.transaction() as session:
        open_to_others(session, borne, listing_id=opened.id)
    with database.transaction() as session:
        undone = undo_import(session, borne, import_id=run.id)
    assert undone.result is not None
    assert undone.result["stayed"] == [opened.id]
    assert [listing.status for listing in lots(database)] == ["published", "withdrawn"]


@pytest.mark.slow
def test_a_task_that_is_cancelled_half_way_goes_on_without_making_anything_twice(
    app: Flask, database: Database, borne: Actor
) -> None:
    run = said_once(database, borne, posts(database, borne, [(str(number), *H_POST[1:]) for number in range(1, 61)] + [R_POST]))
    with database.transaction() as session:
        task = tasks.start_import(session, borne, import_id=run.id, only_good=False)
    stops = iter([True])
    assert tasks.running.take(app, tasks.KINDS, task.id, lambda: next(stops, False))
    assert len(lots(database)) == 50
    assert tasks.take(app, task.id)
    with reading(database) as session:
        done = get_import(session, borne, run.id)
        assert session.scalars(
            select(ImportRow.result_id).where(ImportRow.result_id.is_not(None)).order_by(ImportRow.row_number)
        ).all() == [listing.id for listing in lots(database)]
    assert done.result == {"lots": 60, "drafts": 0, "lines": 1, "refused": 0, "ignored": 0}


def test_a_lot_that_a_rule_stops_stays_a_draft(app: Flask, database: Database, borne: Actor) -> None:
    asphalt = ("220010", "Opbreken asfalt", "ton", "410", "H", "Asfaltschollen (niet-teerhoudend)")
    done = apply(app, database, borne, said_once(database, borne, posts(database, borne, [asphalt])))
    assert done.result is not None
    assert (done.result["lots"], done.result["drafts"]) == (1, 1)
    assert [(listing.status, listing.planned) for listing in lots(database)] == [("draft", True)]


def test_days_that_are_past_by_the_time_it_is_applied_are_refused_by_name(app: Flask, database: Database, borne: Actor) -> None:
    soon = clock.today() + timedelta(days=1)
    run = said_once(database, borne, posts(database, borne, [H_POST]), earliest=soon.isoformat(), latest=soon.isoformat())
    with clock.frozen(clock.now() + timedelta(days=3)):
        with database.transaction() as session:
            task = tasks.start_import(session, borne, import_id=run.id, only_good=False)
        assert tasks.take(app, task.id)
        with reading(database) as session:
            task = tasks.get_task(session, borne, task.id)
    assert task.state == "failed"
    assert task.error.startswith("Regel 2:")
