"""Letters: rendered in the reader's language, sent at least once and visibly once."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.accounts.actions.deliveries import spread
from marketplace.accounts.queries.people import Recipient
from marketplace.accounts.rules.links import read_action, read_less_mail
from marketplace.app import create_app
from marketplace.jobs.post import post_due, render
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.language import reading_in
from marketplace.notices.actions import deliveries, notify
from marketplace.notices.actions.deliveries import Letter
from marketplace.notices.models import DeliveryRow, NoticeRow
from marketplace.notices.rules.kinds import SECURITY, TRIES_MAX, Notice, back_off
from marketplace.notices.rules.wording import WORDINGS
from tests.databases import SECRET, settings
from tests.visitors import settle_in

FACTS: dict[str, Any] = {
    **dict.fromkeys(("invitation_id", "reset_id", "depot_id", "lot_id"), 1),
    "role": "coordinator",
    "organisation": "Borne & Co",
    "other": "Hengelo",
    "reservation_id": 12,
    **dict.fromkeys(("listing_id", "days"), 3),
    "year": 2026,
    "listing_title": "Keien <8 cm>",
    "demand_id": 4,
    "quantity": {"amount": "1200.500", "unit": "m2"},
    "reason": "De partij is <b>kapot</b>.",
    "until": "2026-12-15T11:00:00+00:00",
    "other_quantity": {"amount": "1180", "unit": "m2"},
    "times": ["2026-12-01T08:00:00+00:00", "2026-12-02T12:30:00+00:00"],
    "time": "2026-12-01T08:00:00+00:00",
    "demand_title": "Stenen <gezocht>",
    "search_id": 5,
    "search_name": "Keien & klinkers",
    "query": "q=keien&sort=newest",
    "count": 2,
    "reader": "jan@borne.nl",
    "about": "Keien <8 cm>",
    "question": "Op <b>pallets</b>?",
    "answer": "Ja, <b>40</b>.",
    "writer": "Regio Twente",
    "since": "2026-11-02",
    **dict.fromkeys(("first", "last"), "2028-07-01"),
    "message": "Tot <b>morgen</b>.",
    "error": "550 Geen <mailbox>",
    "version": 4,
    "verdict": "positive",
    "outcome": "disposed",
}


def letter(kind: Notice, **changes: Any) -> Letter:
    values: dict[str, Any] = {"notice_id": 7, "person_id": 1, "organisation_id": None, "email": None, "locale": "nl"}
    return Letter(kind=kind, facts={"depot": "B", **FACTS}, created_at=clock.now(), **{**values, **changes})


def parts(message: EmailMessage) -> tuple[str, str]:
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    assert all(bodies)
    return tuple(str(part.get_content()) for part in bodies if part)  # type: ignore[return-value]


@pytest.mark.parametrize(("kind", "locale"), list(itertools.product(Notice, ("nl", "en"))))
def test_every_notice_reads_well_in_every_language(app: Flask, kind: Notice, locale: str) -> None:
    message = render(
        app,
        letter(kind),
        Recipient("jan@borne.nl", "Jan <i>", locale),
        nonce="n" if kind.value in ("invitation", "password_reset") else None,
    )
    text, html = parts(message)
    assert message["Subject"] and "\n" not in message["Subject"]
    assert "None" not in text and "%(" not in text and "{{" not in text
    with reading_in(locale):
        assert message["Subject"] != str(WORDINGS[kind].label) or kind is Notice.PASSWORD_CHANGED
    assert "/minder-mail/" in text and "/minder-mail/" in html
    assert ("List-Unsubscribe" in message) == (kind not in SECURITY)
    assert "\n\n\n" not in text
    assert ("Beste Jan <i>," if locale == "nl" else "Dear Jan <i>,") in text
    assert "<i>" not in html and "<b>" not in html and "<8" not in html
    assert f'<html lang="{locale}">' in html
    link = "http://localhost/en/" if locale == "en" else "http://localhost/"
    assert link in text and link in html
    assert message["Content-Language"] == locale


def test_figures_and_days_are_the_readers_own(app: Flask) -> None:
    dutch, _html = parts(render(app, letter(Notice.RESERVATION_REQUESTED), Recipient("a@b.nl", "A", "nl")))
    english, _html = parts(render(app, letter(Notice.RESERVATION_REQUESTED), Recipient("a@b.nl", "A", "en")))
    assert "1.200,5\u00a0m²" in dutch and "15 december 2026" in dutch
    assert "1,200.5\u00a0m²" in english and "15 December 2026" in english
    assert "http://localhost/reserveringen/12" in dutch
    assert "http://localhost/en/reserveringen/12" in english


def test_a_letter_without_a_server_becomes_one_file(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        person = settle_in(session)
        notify.notify(session, Notice.PASSWORD_CHANGED, person_id=person.id)
    assert post_due(app) == 1
    assert post_due(app) == 0
    [file] = Path(app.extensions["settings"].mail_path).glob("*.eml")
    assert file.name.endswith("-password_changed.eml")
    sent = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert sent["To"] == "project_leader@borne.example"
    assert sent["Message-ID"].startswith("<notice-1-")


def test_a_worker_that_died_after_sending_leaves_one_letter(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        notify.notify(session, Notice.PASSWORD_CHANGED, person_id=settle_in(session).id)
    post_due(app)
    first = {
        file.name: message_from_bytes(file.read_bytes())["Message-ID"]
        for file in app.extensions["settings"].mail_path.glob("*.eml")
    }
    with database.transaction() as session:
        row = session.scalars(select(DeliveryRow)).one()
        row.state, row.sent_at = "waiting", None
        row.leased_until = clock.now() + timedelta(minutes=5)
    assert post_due(app) == 0
    with clock.frozen(clock.now() + timedelta(minutes=5, seconds=1)):
        assert post_due(app) == 1
    again = {
        file.name: message_from_bytes(file.read_bytes())["Message-ID"]
        for file in app.extensions["settings"].mail_path.glob("*.eml")
    }
    assert again == first and len(again) == 1


def test_two_workers_post_a_letter_once(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        notify.notify(session, Notice.PASSWORD_CHANGED, person_id=settle_in(session).id)
    for made in (1, 0):
        with database.transaction() as session:
            assert spread(session, notice_id=1) == made
    with database.transaction() as session:
        assert deliveries.lease(session, delivery_id=1) is not None
    with database.transaction() as session:
        assert deliveries.lease(session, delivery_id=1) is None


def test_an_organisation_is_told_through_its_coordinators(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        settle_in(session, "borne")
        coordinator = settle_in(session, "borne", "coordinator")
        facts = {name: FACTS[name] for name in ("reservation_id", "listing_title", "organisation", "quantity", "until")}
        notify.notify(session, Notice.RESERVATION_REQUESTED, organisation_id=coordinator.organisation_id, **facts)
    assert post_due(app) == 1
    [file] = app.extensions["settings"].mail_path.glob("*.eml")
    assert message_from_bytes(file.read_bytes())["To"] == "coordinator@borne.example"


def test_matches_are_mailed_once_a_day_in_one_letter(app: Flask, database: Database) -> None:
    facts = {name: FACTS[name] for name in ("listing_id", "listing_title", "demand_id", "organisation", "quantity")}

    def match(number: int) -> None:
        with database.transaction() as session:
            notify.notify(session, Notice.NEW_MATCH, person_id=person_id, **{**facts, "listing_title": f"Partij {number}"})

    with database.transaction() as session:
        person_id = settle_in(session).id
    begun = clock.now()
    with clock.frozen(begun):
        match(1)
        match(2)
        assert post_due(app) == 1
    with clock.frozen(begun + timedelta(hours=1)):
        match(3)
        assert post_due(app) == 0
    with clock.frozen(begun + timedelta(hours=24, seconds=1)):
        match(4)
        assert post_due(app) == 1
        assert post_due(app) == 0
    letters = [
        message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in sorted(app.extensions["settings"].mail_path.glob("*.eml"))
    ]
    assert [letter["Subject"] for letter in letters] == ["2 nieuwe matches", "2 nieuwe matches"]
    assert "Partij 3" in str(letters[1].get_body(("plain",))) and "Partij 4" in str(letters[1].get_body(("plain",)))


def test_a_digest_of_several_kinds_is_one_letter_with_a_heading_for_each(app: Flask) -> None:
    first, second = letter(Notice.NEW_MATCH), letter(Notice.LISTING_FRESHNESS)
    both = replace(first, more=(second,), digest=4)
    message = render(app, both, Recipient("jan@borne.nl", "Jan", "nl", 1))
    text, html = parts(message)
    assert message["Subject"] == "2 berichten voor u"
    assert message["Message-ID"].startswith("<digest-4-")
    for heading in ("Een nieuwe match", "Is uw aanbod er nog?"):
        assert heading in text and f"<h2>{heading}</h2>" in html
    assert "/antwoord/" in text and text.count("/antwoord/") == html.count("/antwoord/")
    token = str(message["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
    assert read_less_mail(SECRET, token).kinds == (Notice.LISTING_FRESHNESS, Notice.NEW_MATCH)


def test_no_letter_says_more_to_its_reader_than_what_is_signed_for_that_reader(app: Flask) -> None:
    """The button of one reader is not the button of another."""
    texts = {
        person_id: parts(render(app, letter(Notice.HANDED_OVER, person_id=person_id), Recipient("a@b.nl", "A", "nl", person_id)))[
            0
        ]
        for person_id in (1, 2)
    }
    tokens = {person_id: text.split("/antwoord/")[1].split()[0] for person_id, text in texts.items()}
    assert {person_id: read_action(SECRET, token).person_id for person_id, token in tokens.items()} == {1: 1, 2: 2}
    assert read_action(SECRET, tokens[1]).expires_at.isoformat() == FACTS["until"]


class Post:
    """A mail server on this machine that takes letters, or refuses them."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.refuses = False
        self.unknown: dict[str, str] = {}  # mailboxes, and what is said of each

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        if address in self.unknown:
            return self.unknown[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        if self.refuses:
            return "451 Try again later"
        self.letters.append(envelope.content)
        return "250 OK"


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    handler = Post()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def test_where_the_mail_server_is_away_nothing_else_is_tried_and_nothing_is_lost(
    database_url: str, database: Database, instance: Path, post: tuple[Post, int]
) -> None:
    server, port = post
    away = create_app(settings(database_url, instance, smtp_host="127.0.0.1", smtp_port=1, smtp_tls="none"))
    with database.transaction() as session:
        person_id = settle_in(session).id
        for _number in range(3):
            notify.notify(session, Notice.PASSWORD_CHANGED, person_id=person_id)
    assert post_due(away) == 0
    with database.read() as session:
        assert [row.attempts for row in session.scalars(select(DeliveryRow).order_by(DeliveryRow.id))] == [1, 0, 0]
    away.extensions["database"].dispose()
    app = create_app(settings(database_url, instance, smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none"))
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert post_due(app) == 3
    assert len(server.letters) == 3
    app.extensions["database"].dispose()


def test_a_server_that_refuses_is_asked_again_later_and_in_the_end_given_up(
    database_url: str, database: Database, instance: Path, post: tuple[Post, int]
) -> None:
    server, port = post
    app = create_app(settings(database_url, instance, smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none"))
    server.refuses = True
    with database.transaction() as session:
        notify.notify(session, Notice.PASSWORD_CHANGED, person_id=settle_in(session).id)
    at = clock.now()
    for attempt in range(1, TRIES_MAX + 1):
        with clock.frozen(at):
            assert post_due(app) == 0
            assert post_due(app) == 0
        with database.read() as session:
            row = session.scalars(select(DeliveryRow)).one()
            assert (row.attempts, "451" in (row.last_error or "")) == (attempt, True)
            assert (row.dead_at is not None) == (attempt == TRIES_MAX)
            at = row.next_try_at
    with clock.frozen(at):
        assert post_due(app) == 0
    assert server.letters == []
    app.extensions["database"].dispose()


def test_a_server_gets_the_letter_as_it_was_rendered(
    database_url: str, database: Database, instance: Path, post: tuple[Post, int]
) -> None:
    server, port = post
    app = create_app(settings(database_url, instance, smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none"))
    with database.transaction() as session:
        notify.notify(session, Notice.PASSWORD_CHANGED, person_id=settle_in(session).id)
    assert post_due(app) == 1
    [content] = server.letters
    assert message_from_bytes(content, policy=policy.default)["Subject"] == "Uw wachtwoord is gewijzigd"
    app.extensions["database"].dispose()


def test_the_wait_grows_to_half_a_day() -> None:
    assert [int(back_off(tries).total_seconds() // 60) for tries in (1, 2, 3, 4, 5, 6, 9)] == [1, 4, 16, 64, 256, 720, 720]


def states(database: Database, kind: Notice) -> list[tuple[str, int]]:
    """The state of every letter of this kind, and how often it was tried."""
    with database.read() as session:
        rows = select(DeliveryRow).join(NoticeRow, NoticeRow.id == DeliveryRow.notice_id).where(NoticeRow.kind == kind.value)
        return [(row.state, row.attempts) for row in session.scalars(rows.order_by(DeliveryRow.id))]


def test_a_title_with_a_line_break_of_another_kind_leaves_by_mail(app: Flask, database: Database) -> None:
    """A title that was stored before such signs were cleaned stopped the post."""
    with database.transaction() as session:
        person_id = settle_in(session).id
        notify.notify(session, Notice.RESERVATION_APPROVED, person_id=person_id, **{**FACTS, "listing_title": "a\u2028b\x0bc"})
    assert post_due(app) == 1
    [file] = app.extensions["settings"].mail_path.glob("*.eml")
    assert "a b c" in message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"]


def test_a_letter_that_cannot_be_written_is_given_up_at_once_and_the_administrator_is_told(
    app: Flask, database: Database, client: FlaskClient
) -> None:
    with database.transaction() as session:
        admin_id = settle_in(session, "regio-twente", "admin").id
        reader = settle_in(session)
        reader.email = "jan\u2028@borne.example"
        notify.notify(session, Notice.PASSWORD_CHANGED, person_id=reader.id)
        notify.notify(session, Notice.PASSWORD_CHANGED, person_id=admin_id)
    assert post_due(app) == 1
    assert states(database, Notice.PASSWORD_CHANGED) == [("dead", 1), ("sent", 1)]
    assert post_due(app) == 1
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert client.get("/readyz").get_json()["mail"]
    assert states(database, Notice.LETTER_GIVEN_UP) == [("sent", 1)]
    with database.read() as session:
        notice = session.scalars(select(NoticeRow).where(NoticeRow.kind == Notice.LETTER_GIVEN_UP.value)).one()
        assert (notice.person_id, notice.facts["reader"]) == (admin_id, "jan\u2028@borne.example")


def test_one_notice_that_cannot_be_written_stops_no_digest(app: Flask, database: Database) -> None:
    facts = {name: FACTS[name] for name in ("listing_id", "listing_title", "demand_id", "organisation")}
    with database.transaction() as session:
        person_id = settle_in(session).id
        for amount in ("1", "x", "3"):
            quantity = {"amount": amount, "unit": "m2"}
            notify.notify(
                session,
                Notice.NEW_MATCH,
                person_id=person_id,
                **{**facts, "quantity": quantity, "listing_title": f"Partij {amount}"},
            )
    assert post_due(app) == 1
    assert states(database, Notice.NEW_MATCH) == [("sent", 1), ("dead", 1), ("sent", 1)]
    [file] = app.extensions["settings"].mail_path.glob("*.eml")
    text = str(message_from_bytes(file.read_bytes(), policy=policy.default).get_body(("plain",)))
    assert "Partij 1" in text and "Partij 3" in text and "Partij x" not in text


def test_a_mailbox_that_is_refused_for_good_is_not_tried_again_and_one_that_is_full_is(
    database_url: str, database: Database, instance: Path, post: tuple[Post, int]
) -> None:
    server, port = post
    app = create_app(settings(database_url, instance, smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none"))
    with database.transaction() as session:
        gone, full, fine = (settle_in(session, "borne", role) for role in ("project_leader", "coordinator", "reviewer"))
        server.unknown = {gone.email: "550 5.1.1 No such user", full.email: "452 4.2.2 Mailbox full"}
        for person in (gone, full, fine):
            notify.notify(session, Notice.PASSWORD_CHANGED, person_id=person.id)
    assert post_due(app) == 1
    assert states(database, Notice.PASSWORD_CHANGED) == [("dead", 1), ("waiting", 1), ("sent", 1)]
    at = clock.now()
    for _attempt in range(2, 6):  # more than an hour: the post itself is well
        with database.read() as session:
            at = session.scalars(select(DeliveryRow.next_try_at).where(DeliveryRow.state == "waiting")).one()
        with clock.frozen(at):
            post_due(app)
            assert app.test_client().get("/readyz").get_json()["mail"]
    assert states(database, Notice.PASSWORD_CHANGED) == [("dead", 1), ("waiting", 5), ("sent", 1)]
    app.extensions["database"].dispose()
