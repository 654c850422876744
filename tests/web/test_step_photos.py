"""The photos of a lot in its steps and on their own page: described, taken away, put back, turned, sent one by one."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.market.models import Photo, Sketch
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.visitors import picture, send, upload, visit
from tests.web.test_steps import FIRST, JSON, SECOND, START, begin, csrf


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def hengelo(app: Flask, session: Session, owner: Actor) -> FlaskClient:
    return visit(app, session, owner)


def test_words_about_photos_go_along_with_the_button_and_with_every_other(hengelo: FlaskClient, session: Session) -> None:
    begin(hengelo, picture(), picture("red"))
    first, second = session.scalars(select(Photo.id).order_by(Photo.position)).all()
    session.rollback()
    words = {f"alt-{first}": "Stapel", f"alt-{second}": "Pallets"}
    assert send(hengelo, FIRST, {**words, "do": "next"}).location == SECOND
    page = hengelo.get(FIRST).text
    assert 'value="Stapel"' in page and 'value="Pallets"' in page
    gone = send(hengelo, FIRST, {f"alt-{first}": "Stapel keien", "do": f"delete-{second}"})
    assert gone.location == f"{FIRST}?removed={second}&place=2"
    page = hengelo.get(gone.location).text
    assert "Foto 2 is weg." in page and 'value="Stapel keien"' in page and 'value="Pallets"' not in page
    back = send(hengelo, gone.location, {"do": f"restore-{second}"}, to=FIRST)
    assert back.location == f"{FIRST}#photo-{second}" and 'value="Pallets"' in hengelo.get(FIRST).text
    assert send(hengelo, FIRST, {"do": f"move-{second}-1"}).status_code == 303
    assert hengelo.get(FIRST).text.index(f'id="photo-{second}"') < hengelo.get(FIRST).text.index(f'id="photo-{first}"')
    assert send(hengelo, FIRST, {f"alt-{first}": "x" * 301, "do": "next"}).status_code == 422


def test_one_broken_photo_leaves_the_others(hengelo: FlaskClient, session: Session) -> None:
    files = [upload(picture()), upload(b"geen foto", "stuk.jpg"), upload(picture("red"), "drie.jpg")]
    refused = send(hengelo, START, {"photos": files, "do": "next"})
    assert refused.status_code == 422 and "stuk.jpg" in refused.text and refused.text.count('name="kept"') == 2
    assert session.scalars(select(Sketch)).all() == []
    session.rollback()
    photo_names = [part.split('"')[0] for part in refused.text.split('name="kept" value="')[1:]]
    assert send(hengelo, START, {"kept": photo_names, "do": "next"}).location.endswith("/stap/2")
    assert len(session.scalars(select(Photo)).all()) == 2


def test_a_script_sends_photos_one_by_one(hengelo: FlaskClient, session: Session) -> None:
    token = {"csrf_token": csrf(hengelo, START)}
    bad = hengelo.post(START, data={"photos": upload(b"x", "stuk.jpg"), **token}, headers=JSON)
    assert bad.status_code == 422 and bad.json is not None and "stuk.jpg" in bad.json["faults"][0]
    good = hengelo.post(START, data={"photos": upload(picture()), **token}, headers=JSON)
    assert good.status_code == 200 and good.json is not None
    first = good.json["address"]
    assert first.endswith("/stap/1") and good.json == {"photos": 1, "address": first}
    more = hengelo.post(first, data={"photos": upload(picture("red")), **token}, headers=JSON)
    assert more.json == {"photos": 2, "address": first}
    before = session.scalars(select(Photo).order_by(Photo.id)).first()
    assert before is not None
    number, files = before.id, before.files["webp-480"]
    session.rollback()
    assert send(hengelo, first, {"do": f"turn-{number}"}).location == f"{first}#photo-{number}"
    after = session.get_one(Photo, number, populate_existing=True).files["webp-480"]
    assert (after["width"], after["height"]) == (files["height"], files["width"])


def test_photos_of_a_lot_on_offer_are_changed_in_one_form(app: Flask, session: Session, owner: Actor) -> None:
    make_listing(session, owner)
    client, where_to = visit(app, session, owner), "/aanbod/1/fotos"
    [only] = session.scalars(select(Photo.id)).all()
    session.rollback()
    refused = send(client, where_to, {"do": f"delete-{only}"})
    assert refused.status_code == 409 and "minstens één foto" in refused.text
    assert send(client, where_to, {"photos": [upload(picture())], f"alt-{only}": "Keien", "do": "add"}).location == where_to
    gone = send(client, where_to, {"do": f"delete-{only}"})
    assert gone.location == f"{where_to}?removed={only}&place=1" and "Foto 1 is weg." in client.get(gone.location).text
    assert send(client, where_to, {"do": f"restore-{only}"}).location == f"{where_to}#photo-{only}"
    assert send(client, where_to, {"do": "done"}).location == "/aanbod/1" and 'value="Keien"' in client.get(where_to).text
