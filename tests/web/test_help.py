"""Help: for the three kinds of readers, the law with its sources, and whom to ask without telling who that is."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor
from marketplace.web.help.topics import LAWS, TOPICS, steps_of
from tests.factories import make_actor, make_draft, seed_taxonomy
from tests.visitors import visit


@pytest.fixture
def coordinators(session: Session) -> dict[str, Actor]:
    """One of Hengelo and one of Borne."""
    made = {slug: make_actor(session, slug, "coordinator") for slug in ("hengelo", "borne")}
    session.commit()
    return made


def test_help_leads_to_each_kind_of_reader_and_each_has_at_least_four_steps_with_pictures(
    client: FlaskClient, coordinators: dict[str, Actor]
) -> None:
    page = client.get("/hulp").text
    for slug, topic in TOPICS.items():
        assert f'href="/hulp/{slug}"' in page and str(topic.title) in page
        steps = client.get(f"/hulp/{slug}").text
        assert steps.count('class="mp-draw"') == len(steps_of(slug)) >= 4
    assert client.get("/hulp/toveren").status_code == 404
    assert 'href="/hulp"' in client.get("/").text
    assert "You have material left over" in client.get("/en/hulp").text


def test_visitors_read_no_name_of_a_person(client: FlaskClient, coordinators: dict[str, Actor]) -> None:
    first = client.get("/hulp").text
    assert "Kies een organisatie" in first and "mp-help-answer" not in first
    page = client.get("/hulp?organisation=hengelo").text
    assert "geven uw vraag door aan de coördinator van Hengelo" in page
    assert "mailto:beheer@materialenbank.example?subject=Voor%20de%20co%C3%B6rdinator%20van%20Hengelo" in page
    for actor in coordinators.values():
        assert actor.name not in page
    assert "mp-help-answer" not in client.get("/hulp?organisation=nergens").text


def test_colleagues_read_who_their_own_coordinator_is_and_nobody_else_s(
    app: Flask, session: Session, coordinators: dict[str, Actor]
) -> None:
    left = session.get_one(Person, make_actor(session, "hengelo", "coordinator").person_id)
    left.name, left.is_active = "Vertrokken Persoon", False
    hengelo = visit(app, session, make_actor(session, "hengelo"))
    own = hengelo.get("/hulp").text
    assert coordinators["hengelo"].name in own and "coordinator" in own and "Vertrokken" not in own
    other = hengelo.get("/hulp?organisation=borne").text
    assert coordinators["borne"].name not in other and "aan de coördinator van Borne" in other
    partner = visit(app, session, make_actor(session, "bouwer", kind="partner"))
    assert "heeft nu geen coördinator" in partner.get("/hulp").text


def test_the_law_names_its_sources_and_says_what_was_not_read(client: FlaskClient) -> None:
    page = client.get("/hulp/wet").text
    for law in LAWS:
        assert f'id="{law.slug}"' in page
        for source in law.sources:
            assert source in page
    assert page.count("hebben de tekst hier niet nagelezen") == sum(not law.is_read for law in LAWS) == 2


def test_the_circular_materials_plan_took_the_place_of_the_waste_plan(client: FlaskClient) -> None:
    page = client.get("/hulp/wet").text
    assert "Sinds 30 december 2025" in page and "Circulair Materialenplan (CMP)" in page


def test_whoever_gets_stuck_logging_in_finds_help(client: FlaskClient) -> None:
    assert 'href="/hulp#inloggen"' in client.get("/inloggen").text


def test_whoever_gets_stuck_telling_of_a_lot_finds_help_beside_it(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    draft = make_draft(session, owner)
    page = visit(app, session, owner).get(f"/aanbod/{draft.id}/bewerken").text
    assert 'href="/hulp#kwaliteit" target="_blank"' in page
    assert 'href="/hulp/wet#asbest" target="_blank"' in page
