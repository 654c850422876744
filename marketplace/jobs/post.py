"""Post: renders notices in the reader's language and sends them, after the transaction that wrote them.

At least once, visibly once: a notice is leased, sent, and marked; a worker that dies in between leaves it to the next, and the
Message-ID is the same again, so the reader's mail program shows one. Without a mail server each letter becomes an .eml file.
"""

import hashlib
import logging
import os
import re
import smtplib
import ssl
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask

from config import Config
from marketplace.accounts import links, queries
from marketplace.accounts.queries import Recipient
from marketplace.accounts.rules import ROLE_LABELS, Role
from marketplace.jobs.addresses import Addresses
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.language import LOCALES, localize, reading_in
from marketplace.kernel.units import Quantity, Unit
from marketplace.notices import actions
from marketplace.notices.actions import Letter
from marketplace.notices.queries import list_due
from marketplace.notices.rules import Notice

log = logging.getLogger(__name__)
TIMEOUT_S = 10
SIGNED = {Notice.INVITATION: (links.INVITATION, "invitation_id"), Notice.PASSWORD_RESET: (links.RESET, "reset_id")}


def post_due(app: Flask) -> int:
    """Post what is due; how many letters went out. One that fails waits longer each time and holds up none of the others."""
    database = cast(Database, app.extensions["database"])
    with database.read() as reading:
        due = list_due(reading)
    return sum(_post(app, database, notice_id) for notice_id in due)


def _post(app: Flask, database: Database, notice_id: int) -> int:
    letter = database.run(lambda session: actions.lease(session, notice_id=notice_id))
    if letter is None:
        return 0
    sent = 0
    try:
        nonce, readers = _gather(database, letter)
        for reader in readers:
            _deliver(_settings(app), render(app, letter, reader, nonce), letter)
            sent += 1
    except Exception as error:  # whatever goes wrong with one letter is kept with it and tried again
        log.warning("notice %s was not posted: %s", notice_id, type(error).__name__)
        failure = f"{type(error).__name__}: {error}"
        database.run(lambda session: actions.mark_failed(session, letter=letter, error=failure))
        return 0
    database.run(lambda session: actions.mark_sent(session, letter=letter))
    return sent


def _gather(database: Database, letter: Letter) -> tuple[str | None, list[Recipient]]:
    """What a signed link is signed over, and who reads; nobody when the link works no more or everyone has left."""
    with database.read() as reading:
        nonce = None
        if letter.kind in SIGNED:
            purpose, fact = SIGNED[letter.kind]
            nonce = queries.find_nonce(reading, purpose, int(letter.facts[fact]))
            if nonce is None:
                return None, []
        if letter.email:
            return nonce, [Recipient(letter.email, "", letter.locale)]
        return nonce, queries.list_recipients(reading, person_id=letter.person_id, organisation_id=letter.organisation_id)


def render(app: Flask, letter: Letter, reader: Recipient, nonce: str | None = None) -> EmailMessage:
    """The letter for one reader: subject and text from `mail/<kind>.txt` (its first line is the subject), and the same as HTML."""
    config = _settings(app)
    locale = reader.locale if reader.locale in LOCALES else "nl"
    with reading_in(locale):
        along = [_told(one.facts) for one in (letter, *letter.more)]
        told = {
            **along[0],
            "along": along,
            "name": reader.name,
            "locale": locale,
            "addresses": Addresses(app, locale),
            "link": None,
        }
        if nonce is not None:
            purpose, fact = SIGNED[letter.kind]
            told["link"] = told["addresses"].signed(
                purpose, links.sign(config.secret_key, purpose, int(letter.facts[fact]), nonce)
            )
        subject, _blank, text = app.jinja_env.get_template(f"mail/{letter.kind}.txt").render(told).strip().partition("\n")
        html = app.jinja_env.get_template(f"mail/{letter.kind}.html").render({**told, "subject": subject.strip()})
    message = EmailMessage()
    message["From"] = config.mail_from
    message["To"] = reader.email
    message["Subject"] = subject.strip()
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = (
        f"<notice-{letter.notice_id}-{_mark(reader.email)}@{urlsplit(config.base_url).hostname or 'localhost'}>"
    )
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n")
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = locale
    return message


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as a reader writes them: quantities with their unit, days in words, roles by name."""
    told: dict[str, Any] = dict(facts)
    quantity = facts.get("quantity")
    if isinstance(quantity, dict):
        told["quantity"] = localize(Quantity(Decimal(quantity["amount"]), Unit(quantity["unit"])))
    until = facts.get("until")
    if until:
        told["until"] = localize(clock.local(datetime.fromisoformat(until)).date() if "T" in until else date.fromisoformat(until))
    if facts.get("role"):
        told["role"] = str(ROLE_LABELS[Role(facts["role"])])
    return told


def _deliver(config: Config, message: EmailMessage, letter: Letter) -> None:
    deliver: Callable[[EmailMessage], None] = _by_smtp(config) if config.smtp_host else _as_file(config, letter)
    deliver(message)


def _by_smtp(config: Config) -> Callable[[EmailMessage], None]:
    def deliver(message: EmailMessage) -> None:
        context = ssl.create_default_context()
        connect = (
            smtplib.SMTP_SSL(config.smtp_host, config.smtp_port, timeout=TIMEOUT_S, context=context)
            if config.smtp_tls == "tls"
            else smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=TIMEOUT_S)
        )
        with connect as server:
            if config.smtp_tls == "starttls":
                server.starttls(context=context)
            if config.smtp_user:
                server.login(config.smtp_user, config.smtp_password)
            server.send_message(message)

    return deliver


def _as_file(config: Config, letter: Letter) -> Callable[[EmailMessage], None]:
    def deliver(message: EmailMessage) -> None:
        """The name is the letter's own, so that posting it twice leaves one file."""
        config.mail_path.mkdir(parents=True, exist_ok=True)
        name = f"{letter.created_at:%Y%m%d-%H%M%S}-{letter.notice_id}-{_mark(message['To'])[:8]}-{letter.kind}.eml"
        drawn: Path = config.mail_path / f".{name}.{os.getpid()}"
        drawn.write_bytes(message.as_bytes())
        drawn.replace(config.mail_path / name)

    return deliver


def _mark(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()[:16]


def _settings(app: Flask) -> Config:
    return cast(Config, app.extensions["settings"])
