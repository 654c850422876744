"""The site on a device: its icon on the home screen, and a lot that was begun there without a network."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.market.models import Photo, Sketch
from tests.factories import make_actor, seed_taxonomy
from tests.visitors import picture, upload, visit


@pytest.mark.parametrize(("prefix", "name", "start"), [("", "Materialenbank", "/"), ("/en", "Materials bank", "/en/")])
def test_the_manifest_speaks_the_language_of_the_page(client: FlaskClient, prefix: str, name: str, start: str) -> None:
    page = client.get(f"{prefix}/").text
    assert f'<link rel="manifest" href="{start}app.webmanifest">' in page
    answer = client.get(f"{prefix}/app.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    assert answer.json is not None
    assert (answer.json["short_name"], answer.json["start_url"], answer.json["display"]) == (name, start, "standalone")
    assert answer.json["lang"] == (prefix.strip("/") or "nl")


def test_its_icons_are_pictures_of_the_size_that_they_say(client: FlaskClient) -> None:
    manifest = client.get("/app.webmanifest").json
    assert manifest is not None
    sizes = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
    assert sizes == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for icon in manifest["icons"]:
        with client.get(icon["src"]) as answer:
            drawn = Image.open(BytesIO(answer.data))
        assert (f"{drawn.width}x{drawn.height}", answer.mimetype) == (icon["sizes"], "image/png")
        if icon["purpose"] == "maskable":  # a launcher cuts it to its own shape: it is filled to its corners
            assert drawn.convert("RGBA").getpixel((0, 0)) == (0x17, 0x59, 0x4A, 255)


def test_its_shortcuts_lead_to_pages(client: FlaskClient) -> None:
    manifest = client.get("/app.webmanifest").json
    assert manifest is not None
    assert {client.get(shortcut["url"]).status_code for shortcut in manifest["shortcuts"]} <= {200, 303}


BEGUN = {
    "title": "Keien van de Brink",
    "quantity": "1.200",
    "unit": "m2",
    "place": "7551 AB",
    "idempotency_key": "made-on-the-device",
}
OFFLINE = "/aanbod/zonder-netwerk"


@pytest.fixture
def sender(app: Flask, session: Session) -> FlaskClient:
    seed_taxonomy(session)
    return visit(app, session, make_actor(session, "borne"))


def deliver(client: FlaskClient, **more: Any) -> TestResponse:
    key = client.get(f"{OFFLINE}.json").json
    assert key is not None
    photos = [upload(picture("red")), upload(b"no picture")]
    fields = {**BEGUN, "csrf_token": key["token"], "photos": photos, **more}
    return client.post(OFFLINE, data=fields, content_type="multipart/form-data")


def test_a_lot_from_a_device_becomes_a_draft_once_with_what_is_a_photo(sender: FlaskClient, session: Session) -> None:
    answers = [deliver(sender) for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert answers[0].json is not None
    assert (answers[0].json["name"], answers[0].json["note"]) == ("Keien van de Brink", "1 foto kon niet worden gelezen")
    [sketch] = session.scalars(select(Sketch))
    assert answers[0].json["address"] == f"/aanbod/concept/{sketch.id}/stap/1"
    assert (sketch.answers["title"], sketch.answers["quantity"], sketch.answers["locale"]) == (
        "Keien van de Brink",
        "1.200",
        "nl",
    )
    assert session.scalar(select(func.count()).select_from(Photo).where(Photo.sketch_id == sketch.id)) == 1
    assert sender.get(answers[0].json["address"]).status_code == 200


def test_what_cannot_be_stored_says_why_and_leaves_nothing(sender: FlaskClient, session: Session) -> None:
    refused = deliver(sender, description="x" * 6_000, title="x" * 6_000, place="x" * 6_000, quantity="x" * 6_000)
    assert refused.status_code == 422
    assert refused.json == {"fault": "Dit is te veel tekst om te bewaren. Maak de omschrijving en de opmerkingen korter."}
    assert session.scalar(select(func.count()).select_from(Sketch)) == 0


def test_only_somebody_who_may_offer_gets_the_key_and_a_strange_form_is_refused(
    app: Flask, client: FlaskClient, session: Session, sender: FlaskClient
) -> None:
    assert client.get(f"{OFFLINE}.json").status_code == 303
    reader = visit(app, session, make_actor(session, "regio-twente", role="reviewer"))
    assert reader.get(f"{OFFLINE}.json").status_code == 403
    assert deliver(sender, csrf_token="of somebody else").status_code == 400


def test_the_page_says_the_same_to_everybody_and_the_worker_keeps_it(client: FlaskClient, sender: FlaskClient) -> None:
    page = client.get(OFFLINE).text
    assert "uitloggen" not in page and "csrf_token" not in page
    script = client.get("/worker.js")
    assert (script.mimetype, script.headers["Cache-Control"]) == ("text/javascript", "public, max-age=3600")
    settings = json.loads(script.text.removeprefix("self.bank = ").partition(";\n")[0])
    assert settings["pages"] == [OFFLINE, f"/en{OFFLINE}"]
    for path in settings["files"]:
        with client.get(path) as answer:
            assert answer.status_code == 200, path
    assert set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"', page)) <= set(settings["files"])
