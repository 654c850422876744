"""Pictures in letters: the logo and the lot travel inside, small, and only for whom they are."""

import os
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import delete
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.people import Recipient
from marketplace.jobs.letters import render
from marketplace.jobs.pictures import BYTES_MAX, LONGEST_SIDE_PX, inline, photos_of
from marketplace.jobs.post import post_due
from marketplace.kernel import clock
from marketplace.market.actions.photos import add_photo, store_picture
from marketplace.market.models import Listing, Photo
from marketplace.notices.actions.deliveries import Letter
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice
from tests.factories import make_actor, make_draft, make_listing, seed_taxonomy

READER = Recipient("jan@borne.nl", "Jan", "nl", 1)


def noise(side_px: int = 960) -> bytes:
    """A photo that no coding makes small."""
    out = BytesIO()
    Image.frombytes("RGB", (side_px, side_px), os.urandom(side_px * side_px * 3)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


def pictured(app: Flask, session: Session, owner: Actor, *, is_draft: bool = False, **words: str) -> Listing:
    lot = (make_draft if is_draft else make_listing)(session, owner, **words)
    session.execute(delete(Photo).where(Photo.listing_id == lot.id))
    session.expire_all()
    add_photo(
        session, owner, listing_id=lot.id, picture=store_picture(app.extensions["media"], noise()), alt="Keien <op> pallets"
    )
    return lot


def letter(lots: list[Listing], person_id: int | None) -> Letter:
    facts = [{"listing_id": lot.id, "listing_title": lot.title, "organisation": "Borne"} for lot in lots]
    made = [Letter(7, Notice.NEW_MATCH, fact, person_id, None, None, "nl", clock.now()) for fact in facts]
    return Letter(7, Notice.NEW_MATCH, facts[0], person_id, None, None, "nl", clock.now(), more=tuple(made[1:]))


def related(message: EmailMessage) -> dict[str, bytes]:
    """The pictures of a letter by the name under which its HTML shows them."""
    return {part["Content-ID"].strip("<>"): part.get_payload(decode=True) for part in message.walk() if part["Content-ID"]}


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_every_letter_carries_the_logo_and_the_same_words_without_pictures(app: Flask) -> None:
    message = render(app, Letter(7, Notice.PASSWORD_CHANGED, {}, 1, None, None, "nl", clock.now()), READER)
    assert set(related(message)) == {"logo"}
    with Image.open(BytesIO(related(message)["logo"])) as logo:
        assert (logo.format, logo.size) == ("PNG", (96, 96))
    assert '<img src="cid:logo" alt="Twentse Materialenbank" width="48" height="48">' in html_of(message)
    text = message.get_body(("plain",))
    assert (text is not None and "Uw wachtwoord is gewijzigd" in text.get_content()) or "wachtwoord" in str(text)
    assert message.get_content_type() == "multipart/alternative"


def test_a_letter_about_a_lot_shows_it_small_and_asks_nothing_of_any_server(app: Flask, session: Session, owner: Actor) -> None:
    lot, reader = pictured(app, session, owner), make_actor(session, "borne")
    lot_letter = letter([lot], reader.person_id)
    message = render(app, lot_letter, READER, photos=photos_of(session, lot_letter))
    pictures = related(message)
    assert set(pictures) == {"logo", f"lot-{lot.id}"}
    with Image.open(BytesIO(pictures[f"lot-{lot.id}"])) as picture:
        assert (picture.format, max(picture.size)) == ("JPEG", LONGEST_SIDE_PX)
    html = html_of(message)
    assert f'src="cid:lot-{lot.id}" alt="Keien &lt;op&gt; pallets"' in html and 'src="http' not in html
    assert len(message.as_bytes()) < 100_000


@pytest.mark.slow
def test_a_digest_stays_below_a_hundred_kilobytes(app: Flask, session: Session, owner: Actor) -> None:
    lots = [pictured(app, session, owner, title=f"Partij {number}") for number in range(6)]
    many = letter([*lots, lots[0]], make_actor(session, "borne").person_id)
    message = render(app, many, READER, photos=photos_of(session, many))
    pictures = related(message)
    assert 1 <= len(pictures) - 1 < 4 and sum(map(len, pictures.values())) < BYTES_MAX + 2_000
    assert html_of(message).count("cid:lot-") == len(pictures) - 1
    assert len(message.as_bytes()) < 100_000


def test_a_reader_who_may_not_see_a_lot_gets_no_picture_of_it(app: Flask, session: Session, owner: Actor) -> None:
    draft, reader = pictured(app, session, owner, is_draft=True), make_actor(session, "borne")
    assert photos_of(session, letter([draft], reader.person_id)) == {}
    assert set(photos_of(session, letter([draft], owner.person_id))) == {draft.id}
    assert photos_of(session, letter([draft], None)) == {}


def test_a_picture_that_cannot_be_read_is_left_out(app: Flask, session: Session, owner: Actor) -> None:
    lot = pictured(app, session, owner)
    photos = photos_of(session, letter([lot], owner.person_id))
    store = app.extensions["media"]
    [path] = store.root.glob(f"??/{photos[lot.id].file}")
    path.write_bytes(path.read_bytes()[:200])
    assert inline(store, photos) == {}
    path.unlink()
    assert inline(store, photos) == {}


def test_what_is_posted_carries_the_picture(app: Flask, session: Session, owner: Actor) -> None:
    lot = pictured(app, session, owner)
    reader = make_actor(session, "borne")
    facts = {"listing_id": lot.id, "listing_title": lot.title, "organisation": "Hengelo", "message": "Dag", "reservation_id": 1}
    notify(session, Notice.MESSAGE, person_id=reader.person_id, **facts)
    session.commit()
    assert post_due(app) == 1
    [file] = Path(app.extensions["settings"].mail_path).glob("*.eml")
    sent = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(sent, EmailMessage)
    assert set(related(sent)) == {"logo", f"lot-{lot.id}"}
    assert "/gesprek/" in html_of(sent)
