"""The mail about a lot that somebody keeps."""

from typing import Any

from flask import Flask

from marketplace.accounts.queries.people import Recipient
from marketplace.jobs.post import render
from marketplace.kernel import clock
from marketplace.notices.actions.deliveries import Letter
from marketplace.notices.rules.kinds import Notice


def written(app: Flask, kind: Notice, locale: str, **facts: Any) -> str:
    about = {"listing_id": 3, "listing_title": "Keien", **facts}
    letter = Letter(
        notice_id=7, kind=kind, facts=about, created_at=clock.now(), person_id=1, organisation_id=None, email=None, locale=locale
    )
    body = render(app, letter, Recipient("a@b.nl", "A", locale), nonce=None).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\u00a0", " ")


def test_it_says_what_changed_and_leads_to_the_lot(app: Flask) -> None:
    letter = written(
        app,
        Notice.FAVOURITE_CHANGED,
        "nl",
        price={"cents": None, "unit": "m2"},
        price_before={"cents": 250, "unit": "m2"},
        free={"amount": "500", "unit": "m2"},
        free_before={"amount": "800", "unit": "m2"},
    )
    assert "De prijs is nu gratis. Dat was € 2,50 per m²." in letter
    assert "Er is nu 500 m² vrij. Dat was 800 m²." in letter
    assert "niets meer" not in letter
    assert "http://localhost/aanbod/3" in letter


def test_about_one_that_is_gone_it_leads_to_what_is_kept(app: Flask) -> None:
    assert "http://localhost/en/bewaard" in written(app, Notice.FAVOURITE_GONE, "en")
