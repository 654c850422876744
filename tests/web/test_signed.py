"""Links in mail: looking changes nothing, the button does it once as the person of the link, and less mail needs no log-in."""

from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.preferences import get_preferences
from marketplace.accounts.rules.links import ActionLink, sign_action, sign_less_mail
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.jobs.post import post_due
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.matching.actions.mail_actions import MAIL_ACTIONS, accepting_offer, confirming_demand
from marketplace.notices.models import AuditRow
from marketplace.notices.rules.kinds import CHOOSABLE, Cadence, Notice
from marketplace.notices.rules.wording import WORDINGS
from tests.databases import SECRET
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.visitors import hidden, send


class Deal:
    """A request of Borne's on a lot of Hengelo's."""

    def __init__(self, session: Session) -> None:
        seed_taxonomy(session)
        self.hengelo, self.borne = make_actor(session, "hengelo"), make_actor(session, "borne")
        self.listing = make_listing(session, self.hengelo)
        draft = ReservationDraft(Quantity(self.listing.available, Unit.M2))
        self.number = reserve.reserve(session, self.borne, listing_id=self.listing.id, draft=draft).id
        session.commit()


@pytest.fixture
def deal(session: Session) -> Deal:
    return Deal(session)


def answer(actor: Actor, word: str, number: int, **later: Any) -> str:
    until = clock.now() + timedelta(**(later or {"days": 1}))
    assert actor.person_id
    return "/antwoord/" + sign_action(SECRET, ActionLink(actor.person_id, word, number, until))


def status(session: Session) -> str:
    session.rollback()
    return session.scalars(select(Reservation.status)).one()


def test_looking_at_a_link_changes_nothing_and_its_button_approves_once(
    client: FlaskClient, session: Session, deal: Deal
) -> None:
    link = answer(deal.hengelo, "approve", deal.number)
    page = client.get(link)
    assert "U keurt de aanvraag van Borne voor 1.200\u00a0m² van “Grijze betonstraatstenen” goed." in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert status(session) == "requested"
    session.rollback()
    assert [client.post(link, data=hidden(page.text)).status_code for _twice in range(2)] == [303, 200]
    done = client.get(link)
    assert "Dit is gedaan" in done.text and status(session) == "approved"
    rows = session.scalars(select(AuditRow).where(AuditRow.action == "reservation.approve")).all()
    assert [(row.person_id, row.origin) for row in rows] == [(deal.hengelo.person_id, "mail")]


def test_a_link_says_when_the_state_has_moved_on(client: FlaskClient, session: Session, deal: Deal) -> None:
    page = client.get(answer(deal.hengelo, "approve", deal.number)).text
    decide.reject(session, deal.hengelo, reservation_id=deal.number, reason="Zelf nodig")
    session.commit()
    link = answer(deal.hengelo, "approve", deal.number)
    moved = client.get(link)
    assert moved.status_code == 200 and "Dit kan nu niet" in moved.text and "<form" in page
    assert f'href="/reserveringen/{deal.number}"' in moved.text
    assert status(session) == "rejected"


def test_a_state_that_moves_between_looking_and_pressing_is_a_conflict(client: FlaskClient, session: Session, deal: Deal) -> None:
    link = answer(deal.hengelo, "approve", deal.number)
    fields = hidden(client.get(link).text)
    decide.reject(session, deal.hengelo, reservation_id=deal.number, reason="Zelf nodig")
    session.commit()
    assert client.post(link, data=fields).status_code == 409
    assert status(session) == "rejected"


def test_a_link_that_expired_sends_to_the_page_itself(client: FlaskClient, session: Session, deal: Deal) -> None:
    late = client.get(answer(deal.hengelo, "approve", deal.number, seconds=-1))
    assert late.status_code == 200 and "Deze link is verlopen" in late.text and "Goedkeuren</button>" not in late.text
    assert status(session) == "requested"


def test_the_rights_of_today_decide(client: FlaskClient, session: Session, deal: Deal) -> None:
    stranger = make_actor(session, "losser")
    session.commit()
    assert client.get(answer(deal.borne, "approve", deal.number)).status_code == 403
    assert client.get(answer(stranger, "approve", deal.number)).status_code == 404
    session.get_one(Person, deal.hengelo.person_id).is_active = False
    session.commit()
    assert client.get(answer(deal.hengelo, "approve", deal.number)).status_code == 404


@pytest.mark.parametrize("path", ["/antwoord/onzin", "/minder-mail/onzin", "/antwoord/WzEsMV0.abc"])
def test_a_link_that_was_not_made_here_is_not_there(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_token_of_less_mail_answers_nothing(client: FlaskClient, deal: Deal) -> None:
    token = sign_less_mail(SECRET, deal.hengelo.person_id or 0, [Notice.COMPLETED])
    assert client.get(f"/antwoord/{token}").status_code == 404


def test_a_hand_over_is_confirmed_from_the_mail_itself(app: Flask, client: FlaskClient, session: Session, deal: Deal) -> None:
    decide.approve(session, deal.hengelo, reservation_id=deal.number)
    draft = HandoverDraft(Quantity(deal.listing.quantity, Unit.M2), handed_over_on=clock.today())
    hand_over.hand_over(session, deal.hengelo, reservation_id=deal.number, draft=draft)
    session.commit()
    post_due(app)
    [file] = app.extensions["settings"].mail_path.glob("*-handed_over.eml")
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    html = unescape(str(letter.get_body(("html",)).get_content()))  # type: ignore[union-attr]
    link = html.split("http://localhost/antwoord/")[1].split('"')[0]
    assert f"http://localhost/antwoord/{link}" in str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert send(client, f"/antwoord/{link}", {}).status_code == 303
    assert status(session) == "completed"


def test_a_lot_is_still_there_with_one_click(client: FlaskClient, session: Session, deal: Deal) -> None:
    session.get_one(Listing, deal.listing.id).confirmed_on = clock.today() - timedelta(days=61)
    session.commit()
    link = answer(deal.hengelo, "listing-still", deal.listing.id)
    assert "er nog is" in client.get(link).text
    assert send(client, link, {}).status_code == 303
    session.expire_all()
    assert session.get_one(Listing, deal.listing.id).confirmed_on == clock.today()


def test_less_mail_is_chosen_without_logging_in(client: FlaskClient, session: Session, deal: Deal) -> None:
    link = "/minder-mail/" + sign_less_mail(SECRET, deal.borne.person_id or 0, [Notice.RESERVATION_APPROVED])
    page = client.get(link)
    assert "Uw reservering is goedgekeurd" in page.text and "Meteen" in page.text
    assert get_preferences(session, deal.borne)[Notice.RESERVATION_APPROVED] is Cadence.AT_ONCE
    session.commit()
    assert client.post(link, data={"cadence": "at_once"}).status_code == 422
    assert client.post(link, data={"cadence": "weekly"}).location == link
    now = get_preferences(session, deal.borne)
    assert (now[Notice.RESERVATION_APPROVED], now[Notice.RESERVATION_REJECTED]) == (Cadence.WEEKLY, Cadence.AT_ONCE)
    session.commit()
    assert "Eén keer per week" in client.get(link).text


def test_a_mail_program_ends_a_kind_with_one_post(client: FlaskClient, session: Session, deal: Deal) -> None:
    link = "/minder-mail/" + sign_less_mail(SECRET, deal.borne.person_id or 0, [Notice.COMPLETED, Notice.NEW_MATCH])
    ended = client.post(link, data={"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert ended.status_code == 200
    now = get_preferences(session, deal.borne)
    assert {kind for kind in CHOOSABLE if now[kind] is Cadence.NEVER} == {Notice.COMPLETED, Notice.NEW_MATCH}


def test_a_letter_about_the_account_itself_offers_less_of_the_other_mail(
    client: FlaskClient, session: Session, deal: Deal
) -> None:
    link = "/minder-mail/" + sign_less_mail(SECRET, deal.borne.person_id or 0, [])
    assert "Mail over uw account zelf wordt altijd gestuurd" in client.get(link).text
    client.post(link, data={"cadence": "daily"})
    assert Cadence.AT_ONCE not in get_preferences(session, deal.borne).values()


def test_an_offer_that_was_accepted_already_and_a_demand_that_is_still_wanted_say_so(session: Session, deal: Deal) -> None:
    offer = accepting_offer(hand_over.confirm)
    assert offer.look(session, deal.borne, deal.number).is_done  # a request again: that is what accepting makes of it
    decide.approve(session, deal.hengelo, reservation_id=deal.number)
    assert isinstance(offer.look(session, deal.borne, deal.number).refusal, Conflict)
    demand = make_demand(session, deal.borne)
    wanted = confirming_demand(lambda *_arguments: None, lambda candidate: candidate.id == demand.id)
    assert wanted.look(session, deal.borne, demand.id).is_done
    demand.status = "withdrawn"
    session.flush()
    assert isinstance(wanted.look(session, deal.borne, demand.id).refusal, Conflict)


@pytest.mark.parametrize(
    "word", [answer.word for wording in WORDINGS.values() for answer in wording.buttons if answer.word in MAIL_ACTIONS]
)
def test_the_button_on_the_page_says_what_the_button_in_the_mail_said(word: str) -> None:
    labels = {str(answer.label) for wording in WORDINGS.values() for answer in wording.buttons if answer.word == word}
    assert labels == {str(MAIL_ACTIONS[word].button)}
