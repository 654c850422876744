"""The inbox in the browser: read when it is opened, all at once, and how often mail is wanted."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.preferences import get_preferences
from marketplace.notices.actions.notify import notify
from marketplace.notices.models import DeliveryRow, NoticeRow
from marketplace.notices.rules.kinds import (
    FOR_ADMINISTRATORS,
    FOR_ADVISERS,
    FOR_BOTH_SIDES_OF_A_REPORT,
    FOR_COORDINATORS,
    FOR_REVIEWERS,
    Cadence,
    Notice,
)
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.visitors import send, visit


@pytest.fixture
def borne(session: Session) -> Actor:
    borne = make_actor(session, "borne")
    for title in ("Keien", "Klinkers <oud>"):
        notify(
            session,
            Notice.RESERVATION_APPROVED,
            person_id=borne.person_id,
            organisation_id=borne.organisation_id,
            reservation_id=7,
            listing_title=title,
        )
    session.flush()
    return borne


@pytest.fixture
def browser(app: Flask, session: Session, borne: Actor) -> FlaskClient:
    return visit(app, session, borne)


def test_what_is_new_stands_in_the_inbox_and_is_counted_on_every_page(browser: FlaskClient) -> None:
    page = browser.get("/berichten").text
    assert "Uw reservering van “Keien” is goedgekeurd" in page and "“Klinkers &lt;oud&gt;”" in page
    assert page.index("Klinkers") < page.index("“Keien”")
    assert '<span class="mp-count">2<span class="mp-sr"> ongelezen</span></span>' in browser.get("/aanbod").text


def test_words_of_people_are_dutch_on_an_english_page(browser: FlaskClient) -> None:
    assert 'Your reservation of “<span lang="nl">Keien</span>” is approved' in browser.get("/en/berichten").text


def test_a_message_that_is_opened_is_read_and_leads_to_what_it_is_about(browser: FlaskClient) -> None:
    opened = send(browser, "/berichten", {}, to="/berichten/1/openen")
    assert (opened.status_code, opened.location) == (303, "/reserveringen/7")
    unread = browser.get("/berichten?ongelezen=1").text
    assert "Klinkers" in unread and "“Keien”" not in unread
    assert '<a href="/reserveringen/7">Uw reservering van “Keien”' in browser.get("/berichten").text


def test_all_are_read_but_what_came_after_the_page_was_shown(browser: FlaskClient, session: Session, borne: Actor) -> None:
    notify(session, Notice.RESERVATION_REJECTED, person_id=borne.person_id, listing_title="Later")
    session.commit()
    assert send(browser, "/berichten", {"until": "2"}, to="/berichten/gelezen").location == "/berichten"
    assert "Later" in browser.get("/berichten?ongelezen=1").text
    send(browser, "/berichten", {}, to="/berichten/gelezen")
    assert "U hebt alles gelezen" in browser.get("/berichten?ongelezen=1").text
    assert "mp-count" not in browser.get("/aanbod").text


def test_a_message_of_somebody_else_is_not_there(app: Flask, session: Session, browser: FlaskClient) -> None:
    stranger = visit(app, session, make_actor(session, "losser"))
    assert send(stranger, "/account/berichten", {}, to="/berichten/1/openen").status_code == 404


def test_pages_of_messages_follow_each_other(browser: FlaskClient, session: Session, borne: Actor) -> None:
    for number in range(30):
        notify(session, Notice.RESERVATION_REJECTED, person_id=borne.person_id, listing_title=f"Partij {number}")
    session.commit()
    assert "“Keien”" not in browser.get("/berichten").text
    assert "“Keien”" in browser.get("/berichten?page=2").text


def test_how_often_mail_comes_is_chosen_kind_by_kind(browser: FlaskClient, session: Session, borne: Actor) -> None:
    page = browser.get("/account/berichten").text
    chosen = {kind.value: cadence.value for kind, cadence in get_preferences(session, borne).items()}
    session.commit()
    hidden = len((*FOR_ADMINISTRATORS, *FOR_ADVISERS, *FOR_COORDINATORS, *FOR_REVIEWERS, *FOR_BOTH_SIDES_OF_A_REPORT))
    assert page.count("<select") == len(chosen) - hidden and "password_changed" not in page
    saved = send(browser, "/account/berichten", {**chosen, "everything": "by_kind", "new_match": "weekly", "completed": "never"})
    assert (saved.status_code, saved.location) == (303, "/account/berichten")
    now = get_preferences(session, borne)
    assert (now[Notice.NEW_MATCH], now[Notice.COMPLETED], now[Notice.DISPUTED]) == (
        Cadence.WEEKLY,
        Cadence.NEVER,
        Cadence.AT_ONCE,
    )


def test_all_mail_comes_alike_where_that_is_chosen(browser: FlaskClient, session: Session, borne: Actor) -> None:
    by_kind = {kind.value: cadence.value for kind, cadence in get_preferences(session, borne).items()}
    session.rollback()
    assert 'value="by_kind" checked' in " ".join(browser.get("/account/berichten").text.split())
    assert send(browser, "/account/berichten", {**by_kind, "everything": "weekly"}).status_code == 303
    assert set(get_preferences(session, borne).values()) == {Cadence.WEEKLY}
    session.rollback()
    assert 'value="weekly" checked' in " ".join(browser.get("/account/berichten").text.split())
    assert send(browser, "/account/berichten", {**by_kind, "everything": "by_kind"}).status_code == 303
    assert {kind.value: cadence.value for kind, cadence in get_preferences(session, borne).items()} == by_kind


def test_a_word_that_is_no_choice_is_refused_at_its_field(browser: FlaskClient, session: Session, borne: Actor) -> None:
    chosen = {kind.value: cadence.value for kind, cadence in get_preferences(session, borne).items()}
    session.commit()
    refused = send(browser, "/account/berichten", {**chosen, "everything": "by_kind", "new_match": "hourly"})
    assert refused.status_code == 422 and 'href="#new_match"' in refused.text


def test_an_administrator_sees_what_did_not_leave_and_tries_it_again(app: Flask, session: Session, borne: Actor) -> None:
    admin = visit(app, session, make_actor(session, "regio-twente", "admin"))
    assert "Alle mail is weg" in admin.get("/beheer/klok").text
    notice = session.scalars(select(NoticeRow)).first()
    assert notice
    at = notice.created_at
    dead = DeliveryRow(
        notice_id=1, person_id=borne.person_id, cadence="at_once", state="dead", due_at=at, next_try_at=at, dead_at=at
    )
    session.add(dead)
    session.commit()
    page = admin.get("/beheer/klok").text
    assert "project_leader.0@borne.example" in page and "Uw reservering is goedgekeurd" in page and "Keien" not in page
    assert send(admin, "/beheer/klok", {}, to=f"/beheer/klok/bezorging/{dead.id}/opnieuw").location == "/beheer/klok"
    session.refresh(dead)
    assert dead.state == "waiting"
    session.commit()
    leader = visit(app, session, borne)
    assert leader.get("/beheer/klok").status_code == 403


def test_a_message_about_a_lot_shows_its_photo(browser: FlaskClient, session: Session, borne: Actor) -> None:
    seed_taxonomy(session)
    lot = make_listing(session, make_actor(session, "hengelo"))
    notify(session, Notice.RESERVATION_APPROVED, person_id=borne.person_id, listing_id=lot.id, listing_title=lot.title)
    session.commit()
    page = browser.get("/berichten").text
    assert f'<div class="mp-thumb"><img src="/media/{lot.id:064d}.webp"' in page
