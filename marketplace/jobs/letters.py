"""Letters: one notice or a digest for one reader, as text and as HTML. In the reader's language."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from itertools import groupby
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask

from config import Config
from marketplace.accounts.queries.people import Recipient
from marketplace.accounts.rules import links
from marketplace.accounts.rules.accounts import ROLE_LABELS, Role
from marketplace.accounts.rules.links import ActionLink
from marketplace.jobs.addresses import Addresses
from marketplace.jobs.pictures import LOGO_PX, Inline, Thumbnail, attach, inline
from marketplace.kernel import clock
from marketplace.kernel.language import LOCALES, Text, reading_in
from marketplace.matching.actions.mail_actions import MAIL_ACTIONS
from marketplace.notices.actions.deliveries import Letter
from marketplace.notices.rules.kinds import SECURITY, Notice
from marketplace.notices.rules.letter import Moment
from marketplace.notices.rules.talking import REPLY
from marketplace.notices.rules.wording import WORDINGS, line, readable_facts, sentences, subject

ANSWERED_WITHIN = timedelta(days=14)  # a link works until the term of the notice, else for so long
SIGNED = {Notice.INVITATION: (links.INVITATION, "invitation_id"), Notice.PASSWORD_RESET: (links.RESET, "reset_id")}


@dataclass(frozen=True, slots=True)
class Button:
    """A link and its words."""

    label: Text
    href: str


@dataclass(frozen=True, slots=True)
class Item:
    """One notice in a letter."""

    line: Text
    before: list[Text]
    points: list[Moment]
    answers: list[Button]
    links: list[Button]
    after: list[Text]
    picture: Inline | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The notices of one kind."""

    heading: Text
    items: list[Item]


class LetterPolicy(EmailPolicy):
    """How letters become bytes: as Python does it, but for the subject.

    Python 3.11 writes one encoded word inside another where a long word holds a sign outside ASCII, and no reader undoes that.
    """

    def fold(self, name: str, value: str) -> str:
        if name != "Subject":
            return str(super().fold(name, value))
        is_plain = value.isascii() and "=?" not in value
        words = Header(value, "us-ascii" if is_plain else "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {words}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        return super().fold_binary(name, value) if name != "Subject" else self.fold(name, value).encode("ascii")


def render(
    app: Flask, letter: Letter, reader: Recipient, nonce: str | None = None, photos: Mapping[int, Thumbnail] | None = None
) -> EmailMessage:
    """The letter for one reader. `nonce` is what the secret link of an invitation or a reset is signed over."""
    pictures = inline(app.extensions["media"], photos or {})
    config = cast(Config, app.extensions["settings"])
    locale = reader.locale if reader.locale in LOCALES else "nl"
    person_id = reader.person_id or letter.person_id
    kinds = [item.kind for item in letter.along]
    with reading_in(locale):
        addresses = Addresses(app, locale)
        secret = _secret_link(config, addresses, letter, nonce)
        notices = [(item.kind, _item(config, addresses, item, person_id, secret)) for item in letter.along]
        items = _with_pictures(letter, notices, pictures)
        headline = " ".join(str(subject(kinds, items[0][1].line)).splitlines())  # a header is one line
        less = None
        if person_id is not None:
            stored = [kind for kind in kinds if kind not in SECURITY]
            less = addresses.signed(links.LESS_MAIL, links.sign_less_mail(config.secret_key, person_id, stored))
        values = {
            "subject": headline,
            "name": reader.name,
            "locale": locale,
            "parts": _parts(items),
            "is_digest": len(items) > 1,
            "logo_px": LOGO_PX,
            "less": less,
            "is_security": letter.kind in SECURITY and letter.kind not in (Notice.JOIN_DECLINED, Notice.RECALLED),
            "preferences": addresses.page("inbox.preferences"),
        }
        text = app.jinja_env.get_template("mail/letter.txt").render(values)
        html = app.jinja_env.get_template("mail/letter.html").render(values)
    message = EmailMessage(policy=LetterPolicy())
    message["From"] = config.mail_from
    message["To"] = reader.email
    message["Subject"] = headline
    message["Date"] = format_datetime(clock.now() if letter.more else letter.created_at)
    name = f"notice-{letter.notice_id}" if letter.digest is None else f"digest-{letter.digest}"
    host = urlsplit(config.base_url).hostname or "localhost"
    message["Message-ID"] = f"<{name}-{mark(f'person {person_id}' if person_id is not None else reader.email)}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    if less is not None and letter.kind not in SECURITY:
        message["List-Unsubscribe"] = f"<{less}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n")
    message.add_alternative(html, subtype="html")
    attach(message, pictures)
    message["Content-Language"] = locale
    return message


def _with_pictures(
    letter: Letter, notices: list[tuple[Notice, Item]], pictures: Mapping[int, Inline]
) -> list[tuple[Notice, Item]]:
    """The notices, each with the picture of its lot, which a letter shows once."""
    left = dict(pictures)
    in_order = [left.pop(int(item.facts.get("listing_id") or 0), None) for item in letter.along]
    return [(kind, replace(item, picture=picture)) for (kind, item), picture in zip(notices, in_order, strict=True)]


def _parts(items: list[tuple[Notice, Item]]) -> list[Part]:
    """Group notices by kind, in the order in which the kinds are listed."""
    order = list(Notice)
    ordered = sorted(items, key=lambda pair: order.index(pair[0]))
    return [
        Part(WORDINGS[kind].label, [item for _kind, item in pairs]) for kind, pairs in groupby(ordered, key=lambda pair: pair[0])
    ]


def _item(config: Config, addresses: Addresses, letter: Letter, person_id: int | None, secret: str | None) -> Item:
    wording = WORDINGS[letter.kind]
    values = readable_facts(_named(letter.facts))
    places = [(label, secret if about == "secret" else addresses.of(about, letter.facts)) for about, label in wording.links]
    return Item(
        line=line(letter.kind, values),
        before=sentences(wording.before, values),
        points=values.get(wording.points, []),
        answers=_answers(config, addresses, letter, person_id),
        links=[Button(label, href) for label, href in places if href],
        after=sentences(wording.after, values),
    )


def _named(facts: dict[str, Any]) -> dict[str, Any]:
    """The role of an invitation by its name in the reader's language."""
    return {**facts, "role": str(ROLE_LABELS[Role(facts["role"])])} if facts.get("role") else facts


def _answers(config: Config, addresses: Addresses, letter: Letter, person_id: int | None) -> list[Button]:
    """List what the reader can do with one click. Signed for this person, until the term of the notice."""
    until = letter.facts.get("until")
    term = datetime.fromisoformat(until) if until and "T" in until else None
    expires_at = term or letter.created_at + ANSWERED_WITHIN
    return [
        Button(
            answer.label,
            _signed(config, addresses, ActionLink(person_id, answer.word, int(letter.facts[answer.about]), expires_at)),
        )
        for answer in WORDINGS[letter.kind].buttons
        if person_id is not None and answer.word in (*MAIL_ACTIONS, REPLY) and letter.facts.get(answer.about)
    ]


def _signed(config: Config, addresses: Addresses, link: ActionLink) -> str:
    purpose = links.REPLY if link.word == REPLY else links.ANSWER
    return addresses.signed(purpose, links.sign_action(config.secret_key, link, purpose))


def _secret_link(config: Config, addresses: Addresses, letter: Letter, nonce: str | None) -> str | None:
    if nonce is None:
        return None
    purpose, fact = SIGNED[letter.kind]
    return addresses.signed(purpose, links.sign(config.secret_key, purpose, int(letter.facts[fact]), nonce))


def mark(text: str) -> str:
    """Make a short name for a reader that does not reveal who it is."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
