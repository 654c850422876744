"""What is on offer within its own organisation only, on its pages: kept, marked, opened by its owner."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.market.actions.listings import create_listing
from marketplace.market.rules.listing import Certainty
from tests.factories import listing_draft, make_actor
from tests.visitors import log_in, newcomer, send


@pytest.fixture
def number(client: FlaskClient, database: Database) -> int:
    """A planned draft of Borne, and a person of Borne who is logged in."""
    person = newcomer(database, "borne", "coordinator")
    today = clock.today()
    period = {"earliest": today + timedelta(days=20), "latest": today + timedelta(days=40)}
    draft = listing_draft("borne", planned=True, certainty=Certainty.IDEA, available_from=None, available_until=None, **period)
    with database.transaction() as session:
        made = create_listing(session, make_actor(session, "borne"), draft).id
    log_in(client, person)
    return made


def test_a_planned_draft_is_kept_for_its_own_organisation_and_opened(client: FlaskClient, number: int) -> None:
    assert "Alleen voor onze eigen organisatie" in client.get(f"/aanbod/{number}").text
    assert send(client, f"/aanbod/{number}", to=f"/aanbod/{number}/eigen-gebruik").status_code == 303
    page = client.get(f"/aanbod/{number}").text
    assert "Alleen eigen organisatie" in page
    assert "Gesloten voor anderen" in page
    assert "Wie mag wanneer reserveren" not in client.get(f"/aanbod/{number}/bewerken").text
    client.delete_cookie("session")
    assert client.get(f"/aanbod/{number}").status_code == 404


def test_opening_it_shows_it_to_everybody_whose_turn_it_is(client: FlaskClient, number: int) -> None:
    send(client, f"/aanbod/{number}", to=f"/aanbod/{number}/eigen-gebruik")
    assert send(client, f"/aanbod/{number}", to=f"/aanbod/{number}/openstellen").status_code == 303
    page = client.get(f"/aanbod/{number}").text
    assert "Openstellen voor anderen" not in page
    assert "Gesloten voor anderen" not in page
    client.delete_cookie("session")
    assert client.get(f"/aanbod/{number}").status_code == 200


def test_a_draft_is_not_opened_by_its_address(client: FlaskClient, number: int) -> None:
    answer = send(client, f"/aanbod/{number}", to=f"/aanbod/{number}/openstellen")
    assert answer.status_code == 303
    assert "Publiceer een concept" in client.get(f"/aanbod/{number}").text
