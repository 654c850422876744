"""Figures, goals and material use as pages and files: who sees what, and that every file adds up to the page."""

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.accounts.actions.people import add_person
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.accounts.rules.accounts import Role
from marketplace.accounts.rules.passwords import hash_password
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.rules.material_use import UseRow
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.sheets.writing import csv_file
from tests.adopting import adopt_year
from tests.databases import PASSWORD
from tests.entries import append_entry
from tests.factories import make_actor, make_organisation, seed_taxonomy

pytestmark = pytest.mark.postgresql

YEAR = clock.today().year


@pytest.fixture
def bank(session: Session) -> Session:
    """Borne received 1 000 kg from Hengelo and reported half of its material as reused."""
    seed_taxonomy(session)
    make_organisation(session, "sloper-bv", "partner")
    append_entry(session, "hengelo", "borne", mass_kg="1000.5", happened_on=date(YEAR, 1, 3), processing_factor=Decimal("0.002"))
    append_entry(
        session, "hengelo", "sloper-bv", mass_kg="200", happened_on=date(YEAR - 1, 12, 3), material="zand", group="grond"
    )
    rows = [UseRow("bestrating", "primary", Decimal(6000)), UseRow("bestrating", "reused", Decimal(4000))]
    borne = make_actor(session, "borne", "coordinator")
    report_material_use(session, borne, organisation_slug="borne", year=YEAR, rows=rows)
    for slug in ("almelo", "borne", "enschede", "hengelo"):  # more than half the inhabitants
        adopt_year(session, slug, YEAR - 1, primary=6000, reused=4000)
    session.commit()
    return session


def logged_in(session: Session, client: FlaskClient, slug: str, role: Role = Role.PROJECT_LEADER) -> FlaskClient:
    email = f"{role.value.replace('_', '.')}@{slug}.example"
    organisation = get_organisation_by_slug(session, slug)
    add_person(
        session, email=email, name="Iemand", organisation_id=organisation.id, role=role, password_hash=hash_password(PASSWORD)
    )
    session.commit()
    token = csrf(client.get("/inloggen"))
    answer = client.post("/inloggen", data={"email": email, "password": PASSWORD, "csrf_token": token})
    assert answer.status_code == 303
    return client


def csrf(page: TestResponse) -> str:
    match = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert match
    return match[1]


def table(client: FlaskClient, key: str, path: str = "/cijfers.csv") -> list[dict[str, str]]:
    answer = client.get(path, query_string={"table": key})
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def content(page: TestResponse) -> str:
    return page.text.split('<main id="content"')[1].split("<footer")[0]


def test_the_public_sees_totals_and_no_municipalitys_figures(bank: Session, client: FlaskClient) -> None:
    page = content(client.get("/cijfers"))
    assert "1,2\u00a0ton" in page or "1,20\u00a0ton" in page
    goals = content(client.get("/doelen"))
    assert f"De regio in {YEAR - 1}" in goals  # this year is not over
    assert "40,0%" in goals  # the region
    assert "4 van de 14 gemeenten, 53,5% van de inwoners" in goals
    for name in ("Hengelo", "Borne", "Sloper", "Almelo"):
        assert name not in page
        assert name not in goals
    assert "mp-bars" not in page and "mp-matrix" not in page and "mp-years" not in page


@pytest.mark.parametrize("key", ["municipalities", "groups", "months"])
def test_the_public_gets_no_file_of_a_municipality(bank: Session, client: FlaskClient, key: str) -> None:
    assert "/inloggen" in client.get("/cijfers.csv", query_string={"table": key}).location
    assert number(table(client, "totals")[0]["Opnieuw gebruikt (kg)"]) == Decimal("1200.5")


@pytest.mark.parametrize("typed", ["-1", "abc", "9223372036854775807", "9" * 30])
def test_a_page_of_the_ledger_that_cannot_exist_is_an_empty_or_the_first_one(
    bank: Session, client: FlaskClient, typed: str
) -> None:
    assert logged_in(bank, client, "borne").get(f"/cijfers/uitwisselingen?page={typed}").status_code == 200


@pytest.mark.parametrize("path", ["/cijfers/uitwisselingen", "/cijfers/uitwisselingen.csv"])
def test_rows_are_for_members(bank: Session, client: FlaskClient, path: str) -> None:
    assert "/inloggen" in client.get(path).location


def test_a_member_sees_the_waterfall_of_few_transfers_and_every_municipalitys_goal(bank: Session, client: FlaskClient) -> None:
    member = logged_in(bank, client, "losser")
    page, goals = content(member.get("/cijfers?jaar=alles")), content(member.get(f"/doelen?jaar={YEAR}"))
    assert page.count('class="mp-fall ') == 2  # few transfers: the waterfall for two widths, and no chart over time
    assert goals.count("niet gerapporteerd") >= 13  # all but Borne
    assert "nog geen paspoorten" in goals
    assert "style=" not in page + goals


@pytest.mark.parametrize("key", ["municipalities", "groups", "months", "pairs"])
def test_each_file_adds_up_to_the_totals(bank: Session, client: FlaskClient, key: str) -> None:
    member = logged_in(bank, client, "losser")
    whole = table(member, "totals")[0]
    rows = table(member, key)
    for column, total in list(whole.items())[1:]:
        name = column.replace("Opnieuw gebruikt", "Ontvangen") if key == "municipalities" else column
        values = [number(row[name]) for row in rows if row[name]]  # an empty cell: unknown, and never zero
        assert sum(values) == (number(total) if total else 0), column
    if key == "municipalities":
        assert sum(number(row["Gegeven (kg)"]) for row in rows) == number(whole["Opnieuw gebruikt (kg)"])


def test_a_file_in_english_is_for_an_english_spreadsheet(bank: Session, client: FlaskClient) -> None:
    assert b"Used again (kg)," in client.get("/en/cijfers.csv").data


def test_a_table_that_does_not_exist_is_missing(bank: Session, client: FlaskClient) -> None:
    assert logged_in(bank, client, "losser").get("/cijfers.csv?table=people").status_code == 404


def test_a_member_lists_the_rows_of_the_own_organisation_only(bank: Session, client: FlaskClient) -> None:
    member = logged_in(bank, client, "borne")
    page = content(member.get("/cijfers/uitwisselingen"))
    assert "1 regel" in page and "Sloper" not in page
    assert member.get("/cijfers/uitwisselingen.csv").text.count("\r\n") == 2


def test_the_reviewer_lists_every_row(bank: Session, client: FlaskClient) -> None:
    assert "2 regels" in content(logged_in(bank, client, "regio-twente", Role.REVIEWER).get("/cijfers/uitwisselingen"))


@pytest.mark.parametrize("path", ["/cijfers", "/doelen", "/en/cijfers", "/en/doelen", "/cijfers/hoe-wij-rekenen"])
def test_a_bank_in_which_nothing_happened_yet_says_so(database: Database, client: FlaskClient, path: str) -> None:
    with database.transaction() as session:
        seed_taxonomy(session)
    assert client.get(path).status_code == 200


def test_text_that_a_spreadsheet_would_run_is_kept_as_text() -> None:
    written = csv_file(["name", "kg"], [["=1+1", Decimal("-1234.50")], ["-x", None]], "nl").decode("utf-8-sig")
    assert written == "name;kg\r\n'=1+1;-1234,5\r\n'-x;\r\n"
