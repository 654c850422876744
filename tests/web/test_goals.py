"""Goals as pages: what counts, who deviates, and recording a decision after a second look."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.rules.accounts import Role
from marketplace.impact.models import GoalVersion
from tests.web.test_figures import content, csrf, logged_in

pytestmark = pytest.mark.postgresql

ADDRESS = "/doelen/2/vaststellen"
TYPED = {
    "organisation": "regio-twente",
    "percent": "45",
    "year": "2032",
    "body": "Bestuurlijk overleg",
    "decided_on": "13-10-2026",
    "document": "Besluitenlijst <oktober>",
    "text": "Minder sloop.\nMeer vraag.",
}


@pytest.fixture
def bank(session: Session) -> Session:
    seed_region(session)
    session.commit()
    return session


def sent(client: FlaskClient, address: str = ADDRESS, **changes: str) -> TestResponse:
    token = csrf(client.get(address))
    return client.post(address, data={**TYPED, **changes, "csrf_token": token})


def hidden(page: TestResponse) -> dict[str, str]:
    """What the second look sends along."""
    form = content(page).split('<form method="post"')[1]
    return {
        name: value.replace("&lt;", "<").replace("&gt;", ">") for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)
    }


def versions(session: Session) -> list[tuple[int, int]]:
    session.expire_all()
    rows = session.scalars(select(GoalVersion).where(GoalVersion.number == 2).order_by(GoalVersion.id))
    pairs = [(row.version, row.target_year) for row in rows]
    session.rollback()
    return pairs


def test_the_reviewer_looks_at_what_changes_and_records_it(bank: Session, client: FlaskClient) -> None:
    reviewer = logged_in(bank, client, "regio-twente", Role.REVIEWER)
    look = sent(reviewer)
    assert look.status_code == 200
    assert "50% in 2030" in content(look) and "45% in 2032" in content(look)
    assert "13\u00a0oktober\u00a02026" in content(look)
    assert versions(bank) == [(1, 2030)]
    carried = hidden(look)
    assert carried["version"] == "1"
    recorded = reviewer.post(ADDRESS, data={**carried, "step": "record"})
    assert (recorded.status_code, recorded.location) == (303, "/doelen/2")
    assert versions(bank) == [(1, 2030), (2, 2032)]
    page = content(reviewer.get("/doelen/2"))
    assert "In 2032 is minstens 45% van al het materiaal" in page
    assert "Besluitenlijst &lt;oktober&gt;" in page and "Koersdocument Circulaire Economie Twente" in page
    assert "niet bekend" in page  # on which day the first one was decided
    again = reviewer.post(ADDRESS, data={**carried, "step": "record", "percent": "44"})
    assert again.status_code == 409
    assert "ondertussen een ander besluit" in content(again)
    assert 'value="44"' in content(again)


def test_what_was_typed_stays_where_something_is_changed_or_wrong(bank: Session, client: FlaskClient) -> None:
    reviewer = logged_in(bank, client, "regio-twente", Role.REVIEWER)
    carried = hidden(sent(reviewer))
    changing = reviewer.post(ADDRESS, data={**carried, "step": "change"})
    assert changing.status_code == 200
    for page in (changing, sent(reviewer, percent="0", year="volgend jaar", decided_on="morgen")):
        for words in ("Bestuurlijk overleg", "Besluitenlijst &lt;oktober&gt;", "Meer vraag."):
            assert words in content(page)
    wrong = sent(reviewer, percent="0", decided_on="31-12-2040", year="2031")
    assert wrong.status_code == 422
    for words in ("meer dan 0 en ten hoogste 100", "Vul de dag van het besluit in", 'value="2031"', 'value="31-12-2040"'):
        assert words in content(wrong)
    assert "vier cijfers" in content(sent(reviewer, year="volgend jaar"))
    assert "zoals het nu is" in content(sent(reviewer, percent="50,0", year="2030"))
    assert versions(bank) == [(1, 2030)]


def test_a_coordinator_records_the_own_pace_which_then_deviates(bank: Session, client: FlaskClient) -> None:
    coordinator = logged_in(bank, client, "losser", Role.COORDINATOR)
    assert "Dit is een besluit van Losser" in content(coordinator.get(ADDRESS))
    look = sent(coordinator, organisation="losser", body="Gemeenteraad", year="2035")
    assert "Losser wijkt dan af van de regio, die 50% in 2030 vraagt" in content(look)
    coordinator.post(ADDRESS, data={**hidden(look), "step": "record"})
    page = content(coordinator.get("/doelen/2"))
    assert "wijkt af" in page and "45% in 2035" in page and "In 2030 is minstens 50%" in page
    assert sent(coordinator, organisation="borne").status_code == 422  # no choice of the form
    assert sent(coordinator, organisation="regio-twente").status_code == 422


def test_the_public_reads_what_the_region_decided_and_no_municipalitys_pace(bank: Session, client: FlaskClient) -> None:
    member = logged_in(bank, client, "losser", Role.COORDINATOR)
    member.post(ADDRESS, data={**hidden(sent(member, organisation="losser", year="2035")), "step": "record"})
    with client.application.test_client() as anyone:
        page = content(anyone.get("/doelen/2"))
        assert "Koersdocument" in page and "Losser" not in page and "vaststellen" not in page
        assert anyone.get("/doelen/9").status_code == 404
        assert "/inloggen" in anyone.get(ADDRESS).location


def test_a_project_leader_reads_and_records_nothing(bank: Session, client: FlaskClient) -> None:
    leader = logged_in(bank, client, "losser")
    assert "vaststellen" not in content(leader.get("/doelen/2"))
    assert leader.get(ADDRESS).status_code == 403
