"""Saved searches: kept per person, opened again, let go."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.preferences import set_preferences
from marketplace.catalogue.actions.saved_searches import SEARCHES_MAX, save_search
from marketplace.catalogue.models import SavedSearch
from marketplace.kernel.errors import Conflict
from marketplace.notices.rules.kinds import Cadence, Notice
from tests.factories import KEI, make_actor, make_listing, seed_taxonomy
from tests.visitors import send, visit

SEARCH = "q=klinkers&place=Borne&radiusKm=5"


def test_a_search_is_kept_under_a_name_and_opened_again(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    client = visit(app, session, make_actor(session, "borne"))
    page = client.get(f"/zoekopdrachten/nieuw?{SEARCH}&page=3").text
    assert 'value="klinkers, Borne"' in page
    answer = send(client, f"/zoekopdrachten/nieuw?{SEARCH}", {"name": "Klinkers dichtbij"})
    assert answer.status_code == 303
    page = client.get("/zoekopdrachten").text
    assert "Klinkers dichtbij" in page
    assert 'href="/aanbod?q=klinkers&amp;place=Borne&amp;radiusKm=5"' in page


def test_a_search_says_what_it_keeps_and_when_mail_comes(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    actor = make_actor(session, "borne")
    client = visit(app, session, actor)
    full = f"{SEARCH}&materialGroup=bestrating&condition=good&condition=fair&organisation=borne&availableFrom=12+jan+2030"
    page = client.get(f"/zoekopdrachten/nieuw?{full}").text.replace("\u00a0", " ")
    for sentence in (
        "klinkers",
        "Bestrating",
        "Goed, Redelijk",
        "Borne",
        "binnen 5 km van Borne",
        "op 12 januari 2030",
        "krijgt u die dag één mail",
    ):
        assert sentence in page, sentence
    send(client, f"/zoekopdrachten/nieuw?{full}", {"name": "Klinkers"})
    save_search(session, actor, name="Alles", query="now=1")
    save_search(session, actor, name="Nog meer", query="")
    set_preferences(session, actor, chosen={Notice.SAVED_SEARCH: Cadence.WEEKLY})
    session.commit()
    listed = client.get("/zoekopdrachten").text.replace("\u00a0", " ")
    for sentence in (
        "Woorden: klinkers",
        "Plaats: binnen 5 km van Borne",
        "Beschikbaar: nu af te halen",
        "Alles wat nieuw is",
        "één mail per week, op maandag",
    ):
        assert sentence in listed, sentence


def test_a_search_keeps_days_and_numbers_as_every_language_reads_them(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    client = visit(app, session, make_actor(session, "borne"))
    typed = f"material={KEI}&availableFrom=1-12-2027&veld-thickness-cm-min=1,125&veld-thickness-cm-max=1.125"
    send(client, f"/zoekopdrachten/nieuw?{typed}", {"name": "Dik"})
    stored = f"material={KEI}&availableFrom=2027-12-01&veld-thickness-cm-min=1.1250&veld-thickness-cm-max=1125"
    assert session.scalars(select(SavedSearch.query)).one() == stored
    for language, between in (("", "1,125 cm tot en met 1.125 cm"), ("/en", "1.125 cm to 1,125 cm")):
        page = client.get(f"{language}/aanbod?{stored}").text.replace("\u00a0", " ")
        assert between in page
        assert f"/gezocht/nieuw?material={KEI}&amp;veld-thickness-cm-min=1.1250&amp;" in page


def test_a_search_without_a_name_is_not_kept(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    client = visit(app, session, make_actor(session, "borne"))
    answer = send(client, f"/zoekopdrachten/nieuw?{SEARCH}", {"name": " "})
    assert answer.status_code == 422
    assert "Geef de zoekopdracht een naam" in answer.text


def test_who_is_not_signed_in_logs_in_first_and_comes_back_with_the_search(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    session.commit()
    answer = client.get(f"/zoekopdrachten/nieuw?{SEARCH}")
    assert answer.status_code == 303
    assert answer.location.startswith("/inloggen?next=/zoekopdrachten/nieuw?q%3Dklinkers") or "q%3Dklinkers" in answer.location


def test_another_persons_search_does_not_exist_for_anybody_else(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner, other = make_actor(session, "borne"), make_actor(session, "almelo")
    search = save_search(session, owner, name="Klinkers", query=SEARCH)
    client = visit(app, session, other)
    assert "Klinkers" not in client.get("/zoekopdrachten").text
    assert send(client, "/zoekopdrachten/nieuw", {}, to=f"/zoekopdrachten/{search.id}/verwijderen").status_code == 404
    own = visit(app, session, owner)
    assert send(own, "/zoekopdrachten", {}, to=f"/zoekopdrachten/{search.id}/verwijderen").status_code == 303
    assert "U bewaart nog geen zoekopdrachten" in own.get("/zoekopdrachten").text


def test_fifty_searches_are_the_most(session: Session) -> None:
    actor = make_actor(session, "borne")
    for number in range(SEARCHES_MAX):
        save_search(session, actor, name=f"Nummer {number}", query="")
    with pytest.raises(Conflict):
        save_search(session, actor, name="Een te veel", query="")


def test_nothing_found_leads_to_a_demand_that_is_filled_in_and_to_a_saved_search(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "losser"), title="Ver weg")
    session.commit()
    page = client.get("/aanbod?q=betonstraatstenen&place=Almelo&radiusKm=5").text
    assert "title=betonstraatstenen&amp;place=Almelo" in page
    assert 'href="/zoekopdrachten/nieuw?q=betonstraatstenen&amp;place=Almelo&amp;radiusKm=5"' in page


def test_a_demand_starts_with_what_was_searched_for(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    client = visit(app, session, make_actor(session, "borne"))
    page = client.get("/gezocht/nieuw?title=betonstraatstenen&place=Almelo").text
    assert 'value="betonstraatstenen"' in page
    assert 'value="Almelo"' in page
