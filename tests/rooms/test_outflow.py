"""Waste notifications as outflow: to the kilogram, by period, with a choice for codes, taken over into the report."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.policy import Actor
from marketplace.imports.actions.mend import choose_codes
from marketplace.imports.actions.take_over import take_over
from marketplace.imports.actions.undo import undo_import
from marketplace.imports.models import ImportRow, Outflow
from marketplace.imports.queries.outflow import get_outflow
from marketplace.imports.queries.preview import get_outflow_preview
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Invalid
from tests.factories import make_actor, seed_taxonomy
from tests.imported import LMA, apply, load, reading, sheet, stands


@pytest.fixture
def borne(database: Database) -> Actor:
    with database.transaction() as session:
        seed_taxonomy(session)
        return make_actor(session, "borne", "coordinator")


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
#   mapped, places 0–3, 5 and 6: 15 × (1000.5 + 2000.5 + 3000.5 + 4000.5) + 14 × (6000.5 + 7000.5) = 150 030 + 182 014 = 332 044
#   several groups, places 7–10, and mixed waste, place 4: 14 × (5000.5 + 8000.5 + 9000.5 + 10000.5 + 11000.5) = 602 035
#   unknown, places 11–13: 14 × (12000.5 + 13000.5 + 14000.5) = 546 021
MAPPED_KG, UNCERTAIN_KG, UNKNOWN_KG = Decimal(332_044), Decimal(602_035), Decimal(546_021)


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
    with database.transaction() as session, pytest.raises(Conflict, match=rf"overgenomen in de opgave \(invoer {over.id}\)"):
        undo_import(session, borne, import_id=outflow.id)
    with database.transaction() as session:
        undo_import(session, borne, import_id=over.id)
        assert undo_import(session, borne, import_id=outflow.id).status == "undone"
    with reading(database) as session:
        assert get_outflow(session, borne, year=2025).codes == ()
        assert session.scalar(select(func.count()).select_from(Outflow)) == 200  # nothing is removed
