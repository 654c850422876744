"""Annual reports: made once, the same for ever, adding up to the pages, and open to everybody."""

import hashlib
import io
import re
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR
from marketplace.http.reports import make_report
from marketplace.impact.queries.statistics import get_statistics
from marketplace.impact.rules.cut import Cut
from marketplace.jobs.timetable import list_files_in_use
from marketplace.kernel.db import Database
from marketplace.published.actions import publish
from marketplace.published.queries.report import get_report
from tests.adopted import YEAR, four_years, seed
from tests.entries import append_reversal
from tests.factories import make_actor
from tests.visitors import send, visit

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]
Tables = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def adopted(session: Session) -> Session:
    four_years(session)
    session.commit()
    return session


@pytest.fixture
def reviewer(app: Flask, adopted: Session) -> FlaskClient:
    return visit(app, adopted, seed(adopted))


def published(reviewer: FlaskClient, what: str = f"{YEAR}/") -> str:
    """Publish by the form; the address of the report."""
    answer = send(reviewer, "/rapport", what=what)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def pdf_text(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def tables(content: bytes) -> Tables:
    return {sheet.title: list(sheet.values) for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets}


def total(rows: list[tuple[object, ...]], column: str) -> Decimal:
    place = rows[0].index(column)
    return sum((Decimal(str(row[place])) for row in rows[1:] if row[place] is not None), Decimal(0))


def test_the_ao_ce_publishes_and_everybody_reads(client: FlaskClient, reviewer: FlaskClient) -> None:
    address = published(reviewer)
    assert address == f"/rapport/{YEAR}/1"
    page = client.get(address)
    assert page.status_code == 200
    for suffix, kind in (
        ("pdf", "application/pdf"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ):
        file = client.get(f"{address}.{suffix}")
        digest = hashlib.sha256(file.data).hexdigest()
        assert (file.status_code, file.mimetype) == (200, kind)
        assert digest in page.text
        assert f"materialenbank-jaarverslag-{YEAR}-1-{digest}.{suffix}" in file.headers["Content-Disposition"]
        assert "immutable" in file.headers["Cache-Control"]
    assert f'href="{address}"' in client.get("/rapport").text
    assert f"materials-bank-annual-report-{YEAR}-1-" in client.get(f"/en{address}.pdf").headers["Content-Disposition"]


def test_only_the_ao_ce_publishes(app: Flask, adopted: Session, client: FlaskClient) -> None:
    coordinator = visit(app, adopted, make_actor(adopted, "hengelo", "coordinator"))
    assert "Publiceer het verslag" not in coordinator.get("/rapport").text
    assert send(coordinator, "/doelen", to="/rapport", what=f"{YEAR}/").status_code == 403
    assert client.get(f"/rapport/{YEAR}/1").status_code == 404


def test_a_year_or_a_municipality_that_is_not_adopted_is_not_offered(reviewer: FlaskClient) -> None:
    page = reviewer.get("/rapport").text
    assert re.findall(r'<option value="([^"]*)"', page) == [
        f"{YEAR}/",
        *(f"{YEAR}/{slug}" for slug in ("almelo", "enschede", "hengelo", "hof-van-twente")),
    ]
    assert send(reviewer, "/rapport", what=f"{YEAR}/borne").status_code == 422
    assert send(reviewer, "/rapport", what=f"{YEAR - 1}/").status_code == 422


def test_a_report_is_the_same_bytes_for_ever_and_a_later_one_stands_beside_it(
    reviewer: FlaskClient, client: FlaskClient, adopted: Session
) -> None:
    first = published(reviewer)
    before = client.get(f"{first}.pdf").data
    adopted.execute(text("UPDATE organisation SET name = 'Stad Hengelo' WHERE slug = 'hengelo'"))
    adopted.commit()
    second = published(reviewer)
    assert second == f"/rapport/{YEAR}/2"
    assert client.get(f"{first}.pdf").data == before
    assert "Er is een later verslag" in client.get(first).text
    assert "Er is een later verslag" not in client.get(second).text


def test_the_report_says_what_was_adopted_and_by_whom_and_what_is_not_known(reviewer: FlaskClient, client: FlaskClient) -> None:
    report = pdf_text(client.get(f"{published(reviewer)}.pdf").data).replace("CO₂", "CO2").replace("\u00a0", " ")
    # Enschede 6 000 + 500 + 1 500 + 2 000 + 200 of the bank; Hengelo counts its 259 once; (4 200 + 2 000 + 0) / (10 200 + 5 000 + 4 800)
    expected = (
        f"Jaarverslag {YEAR}",
        "Almelo 0,0% 0,0 2.400,0",
        "Enschede 41,2% 4.200,0 10.200,0",
        "Hengelo 40,0% 2.000,0 5.000,0",
        "31,0% in 2025. Gevraagd is 50% in 2030. Er is dus nog 19 procentpunt te gaan.",
        "College van B en W, 3 feb 2026, Besluit 2026-114",
        "Vastgesteld voor 4 van de 14 gemeenten",
        "Nog niet vastgesteld: Borne, Dinkelland",
        "Massa van materialen zonder CO2-factor 10 ton",
        "Regels die iets terugdraaien",
        "de leden van het PHO Milieu, Duurzaamheid en Afval, het AO Afval, het AO Milieu en Duurzaamheid, de veertien gemeenteraden",
    )
    assert [words for words in expected if words not in report] == []


def test_the_pdf_is_accessible_and_names_its_charts(reviewer: FlaskClient, client: FlaskClient) -> None:
    reader = PdfReader(io.BytesIO(client.get(f"{published(reviewer)}.pdf").data))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "nl-NL"
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    assert reader.metadata is not None and reader.metadata.title == f"Jaarverslag {YEAR}"


def test_every_sheet_adds_up_to_the_page(reviewer: FlaskClient, client: FlaskClient, adopted: Session) -> None:
    sheets = tables(client.get(f"{published(reviewer)}.xlsx").data)
    totals = get_statistics(adopted, OPERATOR, Cut(f"{YEAR}-01", f"{YEAR}-12")).totals
    # 200 + 259 + 10 + 30 − 30 tonnes; without the 10 t of wood and the 30 t that came back: 459 000 × 0.1188
    assert (totals.mass_kg, totals.avoided_kgco2e) == (Decimal(469_000), Decimal("54529.2"))
    for name in ("Gemeenten", "Materiaalgroepen", "Maanden"):
        assert total(sheets[name], "Opnieuw gebruikt (kg)") == totals.mass_kg, name
        assert total(sheets[name], "Vermeden (kg CO₂e)") == totals.avoided_kgco2e, name
        assert total(sheets[name], "Zonder CO₂-factor (kg)") == totals.unknown_factor_mass_kg == 10_000, name
        assert total(sheets[name], "Uitwisselingen") == totals.exchanges == 4, name
    assert total(sheets["Stromen"], "Massa (kg)") == totals.mass_kg
    assert total(sheets["Zekerheid"], "Massa (kg)") == totals.mass_kg
    figures = {row[0]: row[1] for row in sheets["Cijfers"]}
    assert figures["Opnieuw gebruikt"] == 469_000
    assert Decimal(str(figures["Vermeden, vervangt een aankoop"])) == Decimal(200_000) * Decimal("0.1188")
    assert [row[0] for row in sheets["Correcties"]] == ["Regel van het grootboek", 5]


def test_what_was_taken_back_when_the_year_was_over_is_told_and_changes_no_figure(
    reviewer: FlaskClient, client: FlaskClient, adopted: Session
) -> None:
    append_reversal(adopted, seq=1, happened_on=date(YEAR + 1, 2, 10))  # the 200 t to Enschede; row 6
    adopted.commit()
    address = published(reviewer)
    sheets = tables(client.get(f"{address}.xlsx").data)
    assert [(row[0], row[1]) for row in sheets["Later teruggenomen"]][1:] == [(6, 1)]
    assert [row[0] for row in sheets["Correcties"]] == ["Regel van het grootboek", 5]
    assert {row[0]: row[1] for row in sheets["Cijfers"]}["Opnieuw gebruikt"] == 469_000
    report = pdf_text(client.get(f"{address}.pdf").data).replace("\u00a0", " ")
    assert "Teruggenomen toen het jaar voorbij was" in report
    assert f"6 1 10 feb {YEAR + 1} februari {YEAR + 1} -200 ton" in report
    almelo = tables(client.get(f"{published(reviewer, f'{YEAR}/almelo')}.xlsx").data)
    assert len(almelo["Later teruggenomen"]) == 1


def test_who_has_not_adopted_is_counted_and_not_named(reviewer: FlaskClient, client: FlaskClient) -> None:
    sheets = tables(client.get(f"{published(reviewer)}.xlsx").data)
    assert [row[0] for row in sheets["Gemeenten"]][1:] == [
        "Almelo",
        "Enschede",
        "Hengelo",
        "Hof van Twente",
        "Niet vastgesteld, en andere organisaties",
    ]
    assert ("Enschede", "Borne", 1, 10_000) not in sheets["Stromen"]
    assert ("Hengelo", "Enschede", 1, 200_000) in sheets["Stromen"]


def test_the_report_of_one_municipality_is_about_it_alone(reviewer: FlaskClient, client: FlaskClient) -> None:
    address = published(reviewer, f"{YEAR}/hengelo")
    assert address == f"/rapport/{YEAR}/hengelo/1"
    report = pdf_text(client.get(f"{address}.pdf").data).replace("\u00a0", " ")
    assert "ontving Hengelo 259 ton via de materialenbank en gaf 200 ton" in report
    assert "Vastgesteld door College van B en W op 3 februari 2026 (Besluit 2026-114)" in report
    assert "Almelo" not in report


def test_what_is_published_is_swept_by_nobody(reviewer: FlaskClient, client: FlaskClient, database: Database) -> None:
    digest = hashlib.sha256(client.get(f"{published(reviewer)}.pdf").data).hexdigest()
    with database.read() as session:
        assert f"{digest}.pdf" in list_files_in_use(session)


@pytest.mark.parametrize("statement", ["UPDATE published_report SET number = 7", "DELETE FROM published_report"])
def test_a_published_report_cannot_be_changed_in_the_database(reviewer: FlaskClient, database: Database, statement: str) -> None:
    published(reviewer)
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text(statement))


def test_the_same_report_is_made_of_the_same_bytes(app: Flask, adopted: Session) -> None:
    from marketplace.sheets.annual_report import annual_report
    from marketplace.sheets.annual_workbook import annual_workbook

    with app.test_request_context():
        report = get_report(adopted, year=YEAR)
        for make in (annual_report, annual_workbook):
            assert make(report, "http://x/rapport/2025/1") == make(report, "http://x/rapport/2025/1")
        adopted.commit()
        assert publish(adopted, OPERATOR, *make_report(OPERATOR, year=YEAR)).number == 1
