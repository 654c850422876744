"""Post: spreads notices over their readers and sends what is due.

After the transaction that wrote it.

At least once, visibly once: a delivery is leased, sent, and marked; a worker that dies in between leaves it to the next, and the
Message-ID is the same again, so the reader's mail program shows one. Without a mail server each letter becomes an .eml file.
"""

import logging
import os
import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from functools import cache, partial
from pathlib import Path
from typing import cast

from flask import Flask

from config import Config
from marketplace.accounts.actions.deliveries import reassign, record_failure, spread
from marketplace.accounts.queries import people
from marketplace.accounts.queries.people import Recipient
from marketplace.jobs.letters import SIGNED, mark, render
from marketplace.jobs.pictures import Thumbnail, photos_of
from marketplace.kernel.db import Database, Session
from marketplace.notices.actions import deliveries
from marketplace.notices.actions.deliveries import Letter
from marketplace.notices.queries import list_due, list_due_deliveries
from marketplace.notices.rules.kinds import Failure

log = logging.getLogger(__name__)
TIMEOUT_S = 10
SPREAD_AT_ONCE = 50  # notices in one transaction
TAKEN_AT_ONCE = 10  # deliveries leased in one transaction, and left to the next worker when this one dies


class Unreachable(Exception):
    """The mail server does not answer: nothing is wrong with the letter."""


class Unwritable(Exception):
    """A letter that can never be written.

    An address, a title or a fact of it does not fit in a mail.
    """


def post_due(app: Flask) -> int:
    """Post what is due; how many letters went out. One that fails waits longer each time and holds up none of the others.

    Where the mail server does not answer at all, the rest is left for the next time.
    """
    database = cast(Database, app.extensions["database"])
    spread_due(database)
    with database.read() as reading:
        due = list_due_deliveries(reading)
    sent = 0
    for begin in range(0, len(due), TAKEN_AT_ONCE):
        taken = database.run(partial(_take, delivery_ids=due[begin : begin + TAKEN_AT_ONCE]))
        while taken:
            try:
                sent += _post(app, database, taken.pop(0))
            except Unreachable:
                database.run(partial(_leave, taken=taken))
                return sent
    return sent


def spread_due(database: Database) -> int:
    """Make the deliveries of every notice that has none yet; how many were made."""
    with database.read() as reading:
        due = list_due(reading)
    return sum(
        database.run(partial(_spread_some, some=due[begin : begin + SPREAD_AT_ONCE]))
        for begin in range(0, len(due), SPREAD_AT_ONCE)
    )


def _spread_some(session: Session, *, some: list[int]) -> int:
    return sum(spread(session, notice_id=number) for number in some)


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that this worker posts, who reads it, and what its secret link is signed over. Without a reader: why not, when that is known."""

    letter: Letter
    reader: Recipient | None
    nonce: str | None = None
    why: str = ""
    photos: Mapping[int, Thumbnail] = field(default_factory=dict)


def _take(session: Session, *, delivery_ids: list[int]) -> list[Taken]:
    """Lease some of what is due, and look up who reads it; what another worker has is left out."""
    letters = (deliveries.lease(session, delivery_id=delivery_id) for delivery_id in delivery_ids)
    return [_look_up(session, letter) for letter in letters if letter is not None]


def _look_up(session: Session, letter: Letter) -> Taken:
    nonce = None
    if letter.kind in SIGNED:
        purpose, fact = SIGNED[letter.kind]
        nonce = people.find_nonce(session, purpose, int(letter.facts[fact]))
        if nonce is None:
            return Taken(letter, None, why="its link works no longer")
    if letter.person_id is None:
        return Taken(letter, Recipient(letter.email or "", "", letter.locale), nonce)
    return Taken(letter, people.find_recipient(session, letter.person_id), nonce, photos=photos_of(session, letter))


def _leave(session: Session, *, taken: list[Taken]) -> None:
    """What was taken and not tried is free for the next worker."""
    for item in taken:
        deliveries.release(session, letter=item.letter)


def _post(app: Flask, database: Database, taken: Taken) -> int:
    letter, reader = taken.letter, taken.reader
    if reader is None:
        database.run(partial(_set_aside, letter=letter, why=taken.why))
        return 0
    try:
        message = _write(app, letter, reader, taken)
    except Unwritable as error:
        return _post_the_rest(app, database, taken, reader, error)
    try:
        _deliver(cast(Config, app.extensions["settings"]), message, letter)
    except Exception as error:  # whatever goes wrong with one letter is recorded with it and tried again
        _record(database, letter, reader, error)
        if isinstance(error, Unreachable):
            raise
        return 0
    database.run(lambda session: deliveries.mark_sent(session, letter=letter))
    return 1


def _write(app: Flask, letter: Letter, reader: Recipient, taken: Taken) -> EmailMessage:
    """The letter, once it is certain that it can be put down in bytes."""
    try:
        message = render(app, letter, reader, taken.nonce, taken.photos)
        message.as_bytes()
    except Exception as error:
        raise Unwritable(str(error)) from error
    return message


def _post_the_rest(app: Flask, database: Database, taken: Taken, reader: Recipient, error: Unwritable) -> int:
    """Give up what cannot be written, and post what else the same letter would have told."""
    fit: list[Letter] = []
    unfit: list[tuple[Letter, Unwritable]] = []
    for item in (replace(letter, more=()) for letter in taken.letter.along):
        try:
            _write(app, item, reader, taken)
            fit.append(item)
        except Unwritable as why:
            unfit.append((item, why))
    if not unfit:  # each of them alone would do, and together they do not
        _record(database, taken.letter, reader, error)
        return 0
    for item, fault in unfit:
        _record(database, item, reader, fault)
    return _post(app, database, replace(taken, letter=replace(fit[0], more=tuple(fit[1:])))) if fit else 0


def _record(database: Database, letter: Letter, reader: Recipient, error: Exception) -> None:
    log.warning("delivery %s was not posted: %s", letter.delivery_id, type(error).__name__)
    words, why = f"{type(error.__cause__ or error).__name__}: {error}", _judge(error)
    database.run(partial(record_failure, letter=letter, reader=reader, error=words, failure=why))


def _judge(error: Exception) -> Failure:
    """Say whose fault it is, by the answer of the mail server.

    4xx to this mailbox or letter may pass, 5xx never will.
    """
    if isinstance(error, Unwritable | smtplib.SMTPNotSupportedError):
        return Failure.FOR_EVER
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
    else:
        codes = [error.smtp_code] if isinstance(error, smtplib.SMTPDataError) else []
    if codes and all(500 <= code < 600 for code in codes):
        return Failure.FOR_EVER
    return Failure.MAILBOX_LATER if codes else Failure.POST


def _set_aside(session: Session, *, letter: Letter, why: str) -> None:
    """Set aside a letter that has no reader any more. Its link is used up, or it is for whoever takes the reader's place."""
    if why:
        deliveries.mark_dropped(session, letter=letter, why=why)
    else:
        reassign(session, letter=letter)


def _deliver(config: Config, message: EmailMessage, letter: Letter) -> None:
    deliver: Callable[[EmailMessage], None] = _by_smtp(config) if config.smtp_host else _as_file(config, letter)
    deliver(message)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _connect(config: Config) -> smtplib.SMTP:
    try:
        if config.smtp_tls == "tls":
            return smtplib.SMTP_SSL(config.smtp_host, config.smtp_port, timeout=TIMEOUT_S, context=_trust())
        return smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=TIMEOUT_S)
    except OSError as error:
        raise Unreachable(str(error)) from error


def _by_smtp(config: Config) -> Callable[[EmailMessage], None]:
    def deliver(message: EmailMessage) -> None:
        with _connect(config) as server:
            if config.smtp_tls == "starttls":
                server.starttls(context=_trust())
            if config.smtp_user:
                server.login(config.smtp_user, config.smtp_password)
            server.send_message(message)

    return deliver


def _as_file(config: Config, letter: Letter) -> Callable[[EmailMessage], None]:
    def deliver(message: EmailMessage) -> None:
        """The name is the letter's own, so that posting it twice leaves one file."""
        config.mail_path.mkdir(parents=True, exist_ok=True)
        kind = letter.kind if len({item.kind for item in letter.along}) == 1 else "digest"
        name = f"{letter.created_at:%Y%m%d-%H%M%S}-{letter.notice_id}-{mark(message['To'])[:8]}-{kind}.eml"
        drawn: Path = config.mail_path / f".{name}.{os.getpid()}"
        drawn.write_bytes(message.as_bytes())
        drawn.replace(config.mail_path / name)

    return deliver
