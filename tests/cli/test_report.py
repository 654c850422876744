"""Publishing a report from the console, and working out a year once more: beside what was booked, never instead of it."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.kernel.db import Database
from marketplace.kernel.files import SHIPPED
from marketplace.published.queries.restatements import list_restatements
from tests.adopted import YEAR, four_years, seed
from tests.visitors import visit

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    ended = app.test_cli_runner().invoke(args=[*arguments])
    return ended.exit_code, f"{ended.output}{ended.exception or ''}".strip()


@pytest.fixture
def adopted(database: Database) -> None:
    with database.transaction() as session:
        four_years(session)


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The list of materials with 0.1000 for 0.1188 kg CO₂e per kg, and nothing else changed."""
    content = (SHIPPED / "materials.csv").read_text(encoding="utf-8")
    assert ",0.1188," in content
    file = tmp_path / "materials.csv"
    file.write_text(content.replace(",0.1188,", ",0.1000,"), encoding="utf-8")
    return file


def test_a_report_is_published_with_its_address_and_both_digests(app: Flask, adopted: None) -> None:
    code, output = run(app, "report", str(YEAR))
    assert code == 0
    assert re.fullmatch(rf"\S+/rapport/{YEAR}/1\nPDF   [0-9a-f]{{64}}\nXLSX  [0-9a-f]{{64}}", output)
    assert f"/rapport/{YEAR}/hengelo/1" in run(app, "report", str(YEAR), "--organisation", "hengelo")[1]
    code, output = run(app, "report", str(YEAR), "--organisation", "borne")
    assert code == 1
    assert "Borne is nog niet vastgesteld" in output


def test_a_new_factor_changes_no_figure_of_an_adopted_year(app: Flask, adopted: None, newer: Path, database: Database) -> None:
    with database.transaction() as session:
        reviewer = visit(app, session, seed(session))
    paths = (
        "/cijfers/uitwisselingen.csv",
        f"/cijfers.csv?table=municipalities&jaar={YEAR}",
        f"/cijfers.csv?table=groups&jaar={YEAR}",
    )
    run(app, "report", str(YEAR))
    before = [reviewer.get(path).data for path in (*paths, f"/rapport/{YEAR}/1.pdf")]
    assert run(app, "materials", "sync", str(newer))[0] == 0
    assert [reviewer.get(path).data for path in (*paths, f"/rapport/{YEAR}/1.pdf")] == before


def test_a_restatement_stands_beside_what_was_booked(app: Flask, adopted: None, newer: Path, database: Database) -> None:
    run(app, "materials", "sync", str(newer))
    code, output = run(app, "restate", str(YEAR))
    # 459 t that stayed, in one material: × 0.1188 as it was booked, × 0.1000 once more; of the 10 t of wood today's list knows a factor
    assert code == 0
    assert "Avoided: booked 54529.2, restated " in output
    # nobody booked what processing costs; today's list knows it of the 10 t of wood, × 0.03854
    assert "Processing: booked unknown, restated 385.4" in output
    with database.read() as session:
        [restatement] = list_restatements(session, year=YEAR)
        group = {row.key: row for row in restatement.groups}
        assert group["bestrating"].booked.avoided_kgco2e == Decimal(459_000) * Decimal("0.1188")
        assert group["bestrating"].restated.avoided_kgco2e == Decimal(459_000) * Decimal("0.1")
        assert group["hout"].booked.unknown_factor_mass_kg == 10_000
        assert restatement.total.mass_kg == 469_000
        assert restatement.factor_version == 2
    run(app, "report", str(YEAR))
    page = app.test_client().get(f"/rapport/{YEAR}/1").text
    assert "Herberekend met factorversie 2 op" in page
    assert "De vastgestelde cijfers veranderen niet" in page
    assert ">onbekend</td>" in page and ">385</td>" in page


def test_the_same_restatement_twice_is_one_and_none_is_changed(app: Flask, adopted: None, database: Database) -> None:
    assert run(app, "restate", str(YEAR)) == run(app, "restate", str(YEAR))
    with database.read() as session:
        assert len(list_restatements(session, year=YEAR)) == 1
    for statement in ("UPDATE restatement SET year = 2020", "DELETE FROM restatement"):
        with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
            session.execute(text(statement))


def test_a_year_that_goes_on_is_not_restated(app: Flask, adopted: None) -> None:
    assert run(app, "restate", "2100")[0] == 1
