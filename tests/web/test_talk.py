"""Questions on pages, the conversation of a transfer with its photo, and the reply from a mail."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor
from marketplace.accounts.rules import links
from marketplace.accounts.rules.links import ActionLink
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.messages.actions import send as send_message
from marketplace.messages.models import Message
from marketplace.questions.actions import answer, ask
from marketplace.questions.models import Question
from marketplace.questions.rules import QUESTIONS_PER_DAY
from tests.databases import SECRET
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.visitors import hidden, picture, send, upload, visit


class Bank:
    """Hengelo's lot, Borne's demand and a request of Borne for the lot; browsers of both."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        seed_taxonomy(session)
        self.hengelo, self.borne = make_actor(session, "hengelo"), make_actor(session, "borne")
        self.lot = make_listing(session, self.hengelo)
        self.demand = make_demand(session, self.borne)
        self.number = reserve(
            session, self.borne, listing_id=self.lot.id, draft=ReservationDraft(Quantity(Decimal(80), Unit.M2))
        ).id
        self.lot_page, self.demand_page = f"/aanbod/{self.lot.id}", f"/gezocht/{self.demand.id}"
        self.page, self.thread = f"/reserveringen/{self.number}", f"/reserveringen/{self.number}/gesprek"
        self.owner, self.asker = self.browser(self.hengelo), self.browser(self.borne)

    def browser(self, actor: Actor) -> FlaskClient:
        return visit(self.app, self.session, actor)

    def count(self, table: Any) -> int:
        with self.app.extensions["database"].read() as reading:
            return int(reading.scalar(select(func.count()).select_from(table)) or 0)

    def newest(self, table: Any) -> Any:
        with self.app.extensions["database"].read() as reading:
            row = reading.scalars(select(table).order_by(table.id.desc())).first()
            reading.expunge(row)
            return row


@pytest.fixture
def bank(app: Flask, session: Session) -> Bank:
    return Bank(app, session)


def test_a_member_asks_on_the_page_of_a_lot_and_the_owner_answers_there(bank: Bank, client: FlaskClient) -> None:
    response = send(bank.asker, f"{bank.lot_page}/vragen", text="Liggen ze op <b>pallets</b>?")
    assert (response.status_code, response.location) == (303, f"{bank.lot_page}#questions")
    row = bank.newest(Question)
    page = bank.owner.get(bank.lot_page).text
    assert "Liggen ze op &lt;b&gt;pallets&lt;/b&gt;?" in page and bank.borne.name not in page
    reply = send(bank.owner, bank.lot_page, to=f"/vragen/{row.id}/antwoord", text="Ja, 40 pallets.")
    assert (reply.status_code, reply.location) == (303, f"{bank.lot_page}#questions")
    page = bank.asker.get(bank.lot_page).text
    assert "Ja, 40 pallets." in page and "Trek de vraag in" not in page
    assert "pallets" not in client.get(bank.lot_page).text
    assert "/inloggen" in client.get(f"{bank.lot_page}/vragen").location


def test_a_demand_has_questions_too_and_who_asked_withdraws(bank: Bank) -> None:
    response = send(bank.owner, f"{bank.demand_page}/vragen", text="Mag 7 cm ook?")
    assert response.location == f"{bank.demand_page}#questions"
    page = bank.owner.get(bank.demand_page).text
    assert "Mag 7 cm ook?" in page and "Trek de vraag in" in page
    row = bank.newest(Question)
    gone = send(bank.owner, bank.demand_page, to=f"/vragen/{row.id}/intrekken")
    assert gone.location == f"{bank.demand_page}#questions"
    assert bank.count(Question) == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Schrijf uw vraag"),
        ("Bel 06-55551234", "Laat telefoonnummers en mailadressen weg"),
        ("a" * 501, "Gebruik er niet meer dan 500."),
    ],
)
def test_a_refused_question_says_why_and_stays_typed(bank: Bank, text: str, sentence: str) -> None:
    page = send(bank.asker, f"{bank.lot_page}/vragen", text=text)
    assert page.status_code == 422
    assert sentence in page.text and f">\r\n{text}</textarea>" in page.text.replace("\n", "\r\n").replace("\r\r", "\r")


def test_a_refused_answer_stays_typed_at_its_question(bank: Bank) -> None:
    row = ask(bank.session, bank.borne, listing_id=bank.lot.id, text="Op pallets?")
    bank.session.commit()
    page = send(bank.owner, f"{bank.lot_page}/vragen", to=f"/vragen/{row.id}/antwoord", text="Mail a@b.nl")
    assert page.status_code == 422
    assert "Mail a@b.nl</textarea>" in page.text and f'id="answer-{row.id}"' in page.text
    assert bank.owner.get(f"/vragen/{row.id}/antwoord").location == f"{bank.lot_page}/vragen"
    answer(bank.session, bank.hengelo, question_id=row.id, text="Ja.")
    bank.session.commit()
    late = bank.owner.post(
        f"/vragen/{row.id}/antwoord", data={**hidden(bank.owner.get("/account/gegevens").text), "text": "Nee."}
    )
    assert late.status_code == 409 and "al beantwoord" in late.text


def test_too_many_questions_are_refused_in_words(bank: Bank) -> None:
    for number in range(QUESTIONS_PER_DAY):
        ask(bank.session, bank.borne, listing_id=bank.lot.id, text=f"Vraag {number}?")
    bank.session.commit()
    page = send(bank.asker, f"{bank.lot_page}/vragen", text="Nog een?")
    assert page.status_code == 429 and "20 vragen op één dag" in page.text and "Nog een?</textarea>" in page.text


def test_a_page_shows_the_newest_questions_and_to_the_owner_all_that_wait(bank: Bank) -> None:
    for number in range(5):
        question = ask(bank.session, bank.borne, listing_id=bank.lot.id, text=f"Vraag {number}?")
        if number != 1:
            answer(bank.session, bank.hengelo, question_id=question.id, text="Ja.")
    bank.session.commit()

    def shown(browser: FlaskClient, address: str) -> list[int]:
        page = browser.get(address).text
        return [number for number in range(5) if f"Vraag {number}?" in page]

    assert shown(bank.asker, bank.lot_page) == [2, 3, 4]
    assert shown(bank.owner, bank.lot_page) == [1, 2, 3, 4]
    assert shown(bank.asker, f"{bank.lot_page}/vragen") == [0, 1, 2, 3, 4]
    assert f'href="{bank.lot_page}/vragen">Alle 5 vragen' in bank.asker.get(bank.lot_page).text


def test_who_may_not_ask_sees_no_form(bank: Bank) -> None:
    for reader in (bank.hengelo, make_actor(bank.session, "regio-twente", "reviewer")):
        assert "Stel Hengelo een vraag" not in bank.browser(reader).get(bank.lot_page).text
    assert "Stel Hengelo een vraag" in bank.asker.get(bank.lot_page).text


def test_the_two_sides_talk_on_the_page_of_the_transfer(bank: Bank) -> None:
    sent = send(bank.asker, bank.page, to=bank.thread, text="Staat er iemand?\nGraag.")
    assert (sent.status_code, sent.location) == (303, f"{bank.page}#talk")
    page = bank.owner.get(bank.page).text
    assert "Staat er iemand?\nGraag." in page and bank.borne.name not in page and "Schrijf aan Borne" in page
    for text in ("Ja.", "Van 8 tot 16 uur."):
        send(bank.owner, bank.page, to=bank.thread, text=text)
    page = bank.asker.get(bank.page).text
    assert "1 eerder" in page and "Staat er iemand?" not in page and "Van 8 tot 16 uur." in page
    assert all(text in bank.asker.get(bank.thread).text for text in ("Staat er iemand?", "Ja.", "Van 8 tot 16 uur."))


def test_a_photo_is_stored_without_what_the_camera_knew_and_seen_by_the_two_sides(bank: Bank, client: FlaskClient) -> None:
    sent = send(bank.asker, bank.page, to=bank.thread, photo=upload(picture()), text="Zo ligt het.")
    assert sent.status_code == 303
    row = bank.newest(Message)
    name = row.files["webp-480"]["name"]
    assert f"/media/{name}" in bank.owner.get(bank.page).text
    with bank.owner.get(f"/media/{name}") as response:
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "private, max-age=86400")
    losser = bank.browser(make_actor(bank.session, "losser"))
    assert losser.get(f"/media/{name}").status_code == client.get(f"/media/{name}").status_code == 404


def test_what_is_no_photo_is_refused_and_the_words_stay(bank: Bank) -> None:
    page = send(bank.asker, bank.page, to=bank.thread, photo=upload(b"geen foto"), text="Zie de foto.")
    assert page.status_code == 422 and "Zie de foto.</textarea>" in page.text and "message-photo-error" in page.text
    empty = send(bank.asker, bank.page, to=bank.thread, text="")
    assert empty.status_code == 422 and "Schrijf een bericht of voeg een foto toe." in empty.text
    words = send(bank.asker, bank.page, to=bank.thread, photo="gevel.jpg", text="")  # a name and no file
    assert words.status_code == 422 and "Schrijf een bericht of voeg een foto toe." in words.text
    assert bank.count(Message) == 0


def test_others_read_and_write_nothing(bank: Bank) -> None:
    send_message(bank.session, bank.borne, reservation_id=bank.number, text="Onder ons")
    bank.session.commit()
    for actor in (make_actor(bank.session, "losser"), make_actor(bank.session, "regio-twente", "reviewer")):
        browser = bank.browser(actor)
        assert browser.get(bank.thread).status_code == 404
        assert send(browser, "/account/gegevens", to=bank.thread, text="Dag").status_code in (403, 404)
    reviewer = bank.browser(make_actor(bank.session, "regio-twente", "reviewer"))
    assert "Onder ons" not in reviewer.get(bank.page).text
    assert bank.count(Message) == 1


def reply_link(bank: Bank, actor: Actor, *, days: int = 14) -> str:
    until = clock.now() + timedelta(days=days)
    link = ActionLink(actor.person_id or 0, "reply", bank.number, until)
    return f"/gesprek/{links.sign_action(SECRET, link, links.REPLY)}"


def test_a_link_in_a_mail_opens_the_conversation_at_its_form_without_log_in(bank: Bank, client: FlaskClient) -> None:
    send_message(bank.session, bank.borne, reservation_id=bank.number, text="Staat er iemand?")
    bank.session.commit()
    address = reply_link(bank, bank.hengelo)
    page = client.get(address)
    assert page.status_code == 200 and "Staat er iemand?" in page.text and page.headers["Cache-Control"] == "no-store"
    assert bank.count(Message) == 1
    sent = send(client, address, text="Ja, Jan.")
    assert (sent.status_code, sent.location) == (303, address)
    row = bank.newest(Message)
    assert (row.person_id, row.text) == (bank.hengelo.person_id, "Ja, Jan.")
    assert send(client, address, text="").status_code == 422


def test_a_link_that_is_over_false_or_of_somebody_who_left_sends_nothing(bank: Bank, client: FlaskClient) -> None:
    old = reply_link(bank, bank.hengelo, days=-1)
    page = client.get(old)
    assert "verlopen" in page.text and "<textarea" not in page.text
    token = hidden(client.get(reply_link(bank, bank.hengelo)).text)
    client.post(old, data={**token, "text": "Toch"})
    assert client.get(f"{old}x").status_code == 404
    action = ActionLink(bank.hengelo.person_id or 0, "approve", bank.number, clock.now() + timedelta(days=1))
    assert client.get(f"/gesprek/{links.sign_action(SECRET, action)}").status_code == 404
    assert client.get(reply_link(bank, make_actor(bank.session, "losser"))).status_code == 404
    bank.session.get_one(Person, bank.borne.person_id).role = "reviewer"
    bank.session.commit()
    assert client.get(reply_link(bank, bank.borne)).status_code == 403
    bank.session.get_one(Person, bank.hengelo.person_id).is_active = False
    bank.session.commit()
    assert client.get(reply_link(bank, bank.hengelo)).status_code == 404
    assert bank.count(Message) == 0


def test_ones_number_is_typed_at_the_account_and_shown_to_the_other_side(bank: Bank) -> None:
    approve(bank.session, bank.hengelo, reservation_id=bank.number)
    bank.session.commit()
    typed = {"name": "Anna", "locale": "nl", "phone": "06-5555 1234", "phone_shown": "transfer"}
    assert send(bank.owner, "/account/gegevens", typed).status_code == 303
    assert "06\u00a055551234" in bank.owner.get("/account").text
    assert 'value="06 55551234"' in bank.owner.get("/account/gegevens").text
    page = bank.asker.get(bank.page).text
    assert 'href="tel:+31655551234"' in page
    assert "tel:" not in bank.asker.get(bank.lot_page).text
    send(bank.owner, "/account/gegevens", {**typed, "phone_shown": "members"})
    assert 'href="tel:+31655551234"' in bank.asker.get(bank.lot_page).text
    send(bank.asker, "/account/gegevens", {**typed, "name": "Bart", "phone": "06 55551235", "phone_shown": "members"})
    assert 'href="tel:+31655551235"' in bank.owner.get(bank.demand_page).text
    refused = send(bank.owner, "/account/gegevens", {**typed, "phone": "112"})
    assert refused.status_code == 422 and 'value="112"' in refused.text
    refused = send(bank.owner, "/account/gegevens", {**typed, "phone": ""})
    assert refused.status_code == 422 and "kies “Aan niemand”" in refused.text
