"""The pages on which a municipality reports a year, and on which the reviewer reads it."""

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
from marketplace.impact.queries.reports import get_material_use
from marketplace.impact.rules.material_use import UseRow
from marketplace.kernel import clock
from tests.databases import PASSWORD
from tests.entries import append_entry
from tests.factories import make_actor, seed_taxonomy

YEAR = clock.today().year


@pytest.fixture
def bank(session: Session) -> Session:
    """Borne received 1 000.5 kg from Hengelo and reported 10 tonnes."""
    seed_taxonomy(session)
    append_entry(session, "hengelo", "borne", mass_kg="1000.5", happened_on=date(YEAR, 1, 3))
    rows = [UseRow("bestrating", "primary", Decimal(6000)), UseRow("bestrating", "reused", Decimal(4000))]
    report_material_use(session, make_actor(session, "borne", "coordinator"), organisation_slug="borne", year=YEAR, rows=rows)
    session.commit()
    return session


def logged_in(session: Session, client: FlaskClient, slug: str, role: Role = Role.PROJECT_LEADER) -> FlaskClient:
    email = f"{role.value.replace('_', '.')}@{slug}.example"
    organisation = get_organisation_by_slug(session, slug)
    add_person(
        session, email=email, name="Iemand", organisation_id=organisation.id, role=role, password_hash=hash_password(PASSWORD)
    )
    session.commit()
    answer = client.post("/inloggen", data={"email": email, "password": PASSWORD, "csrf_token": csrf(client.get("/inloggen"))})
    assert answer.status_code == 303
    return client


def csrf(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found
    return found[1]


def content(page: TestResponse) -> str:
    return page.text.split('<main id="content"')[1].split("<footer")[0]


def test_a_visitor_is_asked_to_log_in(bank: Session, client: FlaskClient) -> None:
    assert "/inloggen" in client.get(f"/beheer/materiaalgebruik/{YEAR}").location


def test_a_coordinator_reports_in_tonnes_and_keeps_what_was_typed_on_an_error(bank: Session, client: FlaskClient) -> None:
    member = logged_in(bank, client, "hengelo", Role.COORDINATOR)
    path = f"/beheer/materiaalgebruik/{YEAR}"
    sent = {
        "csrf_token": csrf(member.get(path)),
        "version": "0",
        "mass-bestrating-primary": "1.200,5",
        "mass-bestrating-reused": "-3",
        "includes_bank_kg": "",
        "includes_bank_as_of": "",
    }
    wrong = member.post(path, data=sent)
    assert wrong.status_code == 422
    assert 'value="1.200,5"' in wrong.text and 'value="-3"' in wrong.text
    assert 'href="#includes_bank_kg"' in wrong.text
    wrong = member.post(path, data={**sent, "includes_bank_kg": "0"})
    assert wrong.status_code == 422
    assert 'href="#mass-bestrating-reused"' in wrong.text
    right = member.post(path, data={**sent, "includes_bank_kg": "0", "mass-bestrating-reused": "3"})
    assert right.status_code == 303
    hengelo = make_actor(bank, "hengelo", "coordinator")
    kept = get_material_use(bank, hengelo, year=YEAR)
    bank.rollback()
    assert kept.rows == (UseRow("bestrating", "primary", Decimal(1_200_500)), UseRow("bestrating", "reused", Decimal(3000)))
    again = member.post(path, data={**sent, "includes_bank_kg": "0", "mass-bestrating-reused": "4"})
    assert again.status_code == 422  # version 0 is not what stands there
    assert "intussen" in again.text and 'value="4"' in again.text


def test_a_report_tells_how_much_of_the_banks_it_includes_and_what_stood_there_before(bank: Session, client: FlaskClient) -> None:
    member = logged_in(bank, client, "borne", Role.COORDINATOR)
    path = f"/beheer/materiaalgebruik/{YEAR}"
    page = member.get(path)
    sent = {
        "csrf_token": csrf(page),
        "version": "1",
        "mass-bestrating-primary": "6",
        "mass-bestrating-reused": "0,9",
        "includes_bank_kg": "1",
        "includes_bank_as_of": f"31-1-{YEAR}",
    }
    refused = member.post(path, data=sent)
    assert refused.status_code == 422
    assert "U geeft 900\u00a0kg op als hergebruikt" in refused.text
    assert member.post(path, data={**sent, "mass-bestrating-reused": "1,5"}).status_code == 303
    after = content(member.get(path))
    assert "Eerdere opgaven over dit jaar" in after
    assert re.search(r"10,0</td>\s*<td[^>]*>4,0</td>\s*<td[^>]*>0,0</td>", after)  # what was reported before, of which reused
    assert f'value="31 januari {YEAR}"' in after


def test_a_project_leader_does_not_report(bank: Session, client: FlaskClient) -> None:
    assert logged_in(bank, client, "hengelo").get(f"/beheer/materiaalgebruik/{YEAR}").status_code == 403
