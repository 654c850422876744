"""Goal 3 on the pages: how much was valued, of what, and which kind of value that is."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.rules.accounts import Role
from marketplace.impact.actions.goals import seed_goals
from marketplace.kernel import clock
from tests.factories import make_actor, seed_taxonomy
from tests.rooms.test_valued_goal import appraised, estimated, run, steel
from tests.web.test_figures import content, logged_in


@pytest.fixture
def bank(session: Session) -> Session:
    """Of 500 t that Hengelo owns 120 t have a passport, and 90 t a value."""
    seed_taxonomy(session)
    seed_region(session)
    seed_goals(session)
    hengelo = make_actor(session, "hengelo", "coordinator")
    appraised(session, hengelo, steel(session, hengelo, 90))
    steel(session, hengelo, 30)
    estimated(session, hengelo, 500)
    run(session, hengelo, 1)
    session.commit()
    return session


def test_a_member_reads_what_a_municipality_had_valued(bank: Session, client: FlaskClient) -> None:
    logged_in(bank, client, "borne", Role.PROJECT_LEADER)
    page = content(client.get(f"/doelen?jaar={clock.today().year}&gemeente=hengelo"))
    assert "18,0%" in page and "75,0%" in page and "BBV" in page
    assert "nog geen paspoorten" not in page


def test_everybody_reads_it_of_a_municipality(bank: Session, client: FlaskClient) -> None:
    page = content(client.get("/gemeente/hengelo"))
    assert "18,0%" in page and "BBV" in page


def test_a_municipality_without_any_passport_says_so(bank: Session, client: FlaskClient) -> None:
    assert "nog geen paspoorten" in content(client.get("/gemeente/almelo"))
