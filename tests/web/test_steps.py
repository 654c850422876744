"""Offering a lot in four steps: kept at every step, told what is wrong, and picked up again."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.market.models import Listing, Photo, Sketch
from tests.factories import KEI, make_actor, make_listing, seed_taxonomy
from tests.visitors import picture, send, upload, visit

START = "/aanbod/nieuw/stap/1"
SECOND, THIRD, FOURTH = ("/aanbod/concept/1/stap/2", "/aanbod/concept/1/stap/3", "/aanbod/concept/1/stap/4")


def material(**changes: Any) -> dict[str, Any]:
    return {"material": KEI, "title": "Grijze keien", "project": "Dorpsstraat", "do": "next", **changes}


def amount(**changes: Any) -> dict[str, Any]:
    told = {"quantity": "1.200", "unit": "m2", "quantity_basis": "measured", "condition": "good", "place": "7551 AB"}
    return {**told, "available_from": "12 jan 2027", "asbestos_suspected": "no", "do": "next", **changes}


@pytest.fixture
def hengelo(app: Flask, session: Session) -> FlaskClient:
    seed_taxonomy(session)
    return visit(app, session, make_actor(session, "hengelo"))


@pytest.mark.slow
def test_four_steps_make_a_lot_on_offer(hengelo: FlaskClient, session: Session) -> None:
    assert "Stap 1 van 4" in hengelo.get(START).text
    assert send(hengelo, START, material()).location == SECOND
    page = hengelo.get(SECOND).text
    assert "Stap 2 van 4" in page and "Betonstraatsteen keiformaat 8 cm" in page
    assert send(hengelo, SECOND, amount()).location == THIRD
    assert send(hengelo, THIRD, {"photos": [upload(picture())], "do": "next"}).location == FOURTH
    check = hengelo.get(FOURTH).text
    assert "222\u00a0ton" in check and "Grijze keien" in check  # 1 200 m² × 185 kg
    sent = send(hengelo, FOURTH, {})
    assert sent.status_code == 303
    listing = session.scalars(select(Listing)).one()
    assert (listing.status, listing.title, str(listing.quantity), listing.project) == (
        "published",
        "Grijze keien",
        "1200.000",
        "Dorpsstraat",
    )
    assert session.scalars(select(Sketch)).all() == []


@pytest.mark.slow
def test_wrong_input_says_so_and_stays(hengelo: FlaskClient) -> None:
    refused = send(hengelo, START, material(title=""))
    assert refused.status_code == 422 and "<title>Fout: " in refused.text and 'href="#title"' in refused.text
    assert 'action="/aanbod/concept/1/stap/1"' in refused.text
    send(hengelo, "/aanbod/concept/1/stap/1", material())
    refused = send(hengelo, SECOND, amount(quantity="veel", place=""))
    assert refused.status_code == 422
    assert 'value="veel"' in refused.text and 'href="#quantity"' in refused.text and 'href="#place"' in refused.text
    assert 'value="veel"' in hengelo.get(SECOND).text
    assert hengelo.get(THIRD).location == SECOND


def test_a_draft_is_kept_half_and_found_again(hengelo: FlaskClient) -> None:
    kept = send(hengelo, START, {"title": "Half verteld", "do": "auto", "number": "1"})
    assert kept.json is not None
    assert kept.json["address"] == "/aanbod/concept/1/stap/1" and kept.json["saved"].startswith("bewaard om ")
    desk = hengelo.get("/werk").text
    assert "Half verteld" in desk and 'href="/aanbod/concept/1/stap/1"' in desk
    assert 'value="Half verteld"' in hengelo.get("/aanbod/concept/1/stap/1").text
    assert send(hengelo, "/aanbod/concept/1/stap/1", material(do="later")).location == "/werk"
    assert 'href="/aanbod/concept/1/stap/2"' in hengelo.get("/werk").text


def test_numbers_typed_in_dutch_mean_the_same_in_english(hengelo: FlaskClient) -> None:
    send(hengelo, START, material())
    send(hengelo, SECOND, amount(do="later"))
    page = hengelo.get(f"/en{SECOND}").text
    assert 'value="1,200"' in page and "12 January 2027" in page


def test_a_change_after_the_second_step_reaches_the_draft(hengelo: FlaskClient, session: Session) -> None:
    send(hengelo, START, material())
    send(hengelo, SECOND, amount())
    send(hengelo, "/aanbod/concept/1/stap/1", material(title="Andere keien"))
    assert hengelo.get(FOURTH).location == SECOND
    send(hengelo, SECOND, amount())
    assert [listing.title for listing in session.scalars(select(Listing))] == ["Andere keien"]


def test_one_broken_photo_leaves_the_others(hengelo: FlaskClient, session: Session) -> None:
    send(hengelo, START, material())
    send(hengelo, SECOND, amount())
    files = [upload(picture()), upload(b"geen foto", "stuk.jpg"), upload(picture("red"), "drie.jpg")]
    refused = send(hengelo, THIRD, {"photos": files, "do": "next"})
    assert refused.status_code == 422 and "stuk.jpg" in refused.text and refused.text.count('name="kept"') == 2
    kept = [part.split('"')[0] for part in refused.text.split('name="kept" value="')[1:]]
    assert send(hengelo, THIRD, {"kept": kept, "do": "next"}).location == FOURTH
    assert len(session.scalars(select(Photo)).all()) == 2


def test_the_place_of_a_photo_becomes_that_of_the_lot_when_it_is_chosen(hengelo: FlaskClient, session: Session) -> None:
    send(hengelo, START, material())
    send(hengelo, SECOND, amount())
    send(hengelo, THIRD, {"photos": [upload(picture())], "do": "next"})
    assert send(hengelo, THIRD, {"do": "place", "place": "52.30136, 6.74820"}).location == THIRD
    assert "ligt waar de foto is gemaakt" in hengelo.get(THIRD).text
    listing = session.scalars(select(Listing)).one()
    assert (listing.place_name, listing.lat, listing.lon, str(listing.quantity)) == ("Borne", 52.30136, 6.7482, "1200.000")
    session.rollback()
    refused = send(hengelo, THIRD, {"do": "place", "place": "niets"})
    assert refused.status_code == 422 and 'href="#place"' in refused.text


def test_a_script_sends_photos_one_by_one(hengelo: FlaskClient, session: Session) -> None:
    send(hengelo, START, material())
    send(hengelo, SECOND, amount())
    lot, wants = "/aanbod/1/fotos", {"Accept": "application/json"}
    good = hengelo.post(lot, data={"photos": upload(picture()), **token(hengelo, THIRD)}, headers=wants)
    bad = hengelo.post(lot, data={"photos": upload(b"x", "stuk.jpg"), **token(hengelo, THIRD)}, headers=wants)
    assert (good.status_code, good.json, bad.status_code) == (200, {"photos": 1}, 422)
    assert bad.json is not None and "stuk.jpg" in bad.json["faults"][0]
    before = session.scalars(select(Photo)).one().files["webp-480"]
    session.rollback()
    turned = send(hengelo, THIRD, {"do": "turn", "alt": "Stapel", "sketch": "1"}, to="/aanbod/1/fotos/1")
    assert turned.location == f"{THIRD}#photo-1"
    after = session.scalars(select(Photo).execution_options(populate_existing=True)).one()
    assert (after.files["webp-480"]["width"], after.files["webp-480"]["height"]) == (before["height"], before["width"])
    assert after.alt == "Stapel"


def token(client: FlaskClient, page: str) -> dict[str, str]:
    return {"csrf_token": client.get(page).text.split('name="csrf_token" value="')[1].split('"')[0]}


def test_an_earlier_lot_is_offered_again_without_its_quantity(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    make_listing(session, owner, project="Dorpsstraat")
    client = visit(app, session, owner)
    assert send(client, "/werk/aanbod", {}, to="/aanbod/1/opnieuw").location == "/aanbod/concept/1/stap/1"
    page = client.get("/aanbod/concept/1/stap/1").text
    assert "Grijze betonstraatstenen" in page and f'selected value="{KEI}"' in page
    assert 'value="1.200"' not in client.get(SECOND).text
    send(client, "/werk/aanbod", {"what": "project"}, to="/aanbod/1/opnieuw")
    page = client.get("/aanbod/concept/2/stap/1").text
    assert 'value="Dorpsstraat"' in page and 'value="Grijze betonstraatstenen"' not in page
    assert "52.26583" in client.get("/aanbod/concept/2/stap/2").text


@pytest.mark.slow
def test_a_copied_lot_goes_all_the_way_to_the_catalogue(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    first = make_listing(session, owner, project="Dorpsstraat", remarks="Bel eerst")
    client = visit(app, session, owner)
    for what, told in (("", {}), ("project", {"material": KEI, "title": "Andere keien", "project": "Dorpsstraat"})):
        where = str(send(client, "/werk/aanbod", {"what": what}, to="/aanbod/1/opnieuw").location)
        shown = material(**{"title": "Grijze betonstraatstenen", **told})
        second = str(send(client, where, shown).location)
        place = "52.26583, 6.79306"
        third = str(send(client, second, amount(place=place)).location)
        assert third.endswith("/stap/3")
        fourth = str(send(client, third, {"photos": [upload(picture())], "do": "next"}).location)
        assert send(client, fourth, {}).status_code == 303
    session.expire_all()
    lots = session.scalars(select(Listing).order_by(Listing.id)).all()
    assert [(lot.status, lot.title, lot.project) for lot in lots[1:]] == [
        ("published", "Grijze betonstraatstenen", "Dorpsstraat"),
        ("published", "Andere keien", "Dorpsstraat"),
    ]
    assert {(lot.lat, lot.lon, lot.place_name) for lot in lots} == {(first.lat, first.lon, first.place_name)}


def test_a_lot_in_steps_stands_on_the_desk_once(hengelo: FlaskClient) -> None:
    send(hengelo, START, material())
    send(hengelo, SECOND, amount())
    desk = hengelo.get("/werk").text
    assert desk.count("Verdergaan<") == 1 and "Maak uw concept" not in desk and 'href="/aanbod/1"' not in desk


def test_another_organisation_copies_nothing(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "hengelo"))
    borne = visit(app, session, make_actor(session, "borne"))
    assert send(borne, START, {}, to="/aanbod/1/opnieuw").status_code in (403, 404)


@pytest.mark.parametrize(("typed", "found"), [("klinker", "klinker"), ("band 13/15", "13/15"), ("lantaarnpaal", "mast")])
def test_a_material_is_found_by_what_people_call_it(hengelo: FlaskClient, typed: str, found: str) -> None:
    answer = hengelo.get("/materialen.json", query_string={"q": typed}).json
    assert answer is not None and answer["items"]
    assert any(found in one["name"].lower() for one in answer["items"])


def test_the_usual_materials_stand_first(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    make_listing(session, owner)
    client = visit(app, session, owner)
    first = client.get("/materialen.json?q=beton").json
    assert first is not None and first["items"][0]["slug"] == KEI and first["items"][0]["usual"] is True
    nothing_typed = client.get("/materialen.json").json
    assert nothing_typed is not None and [one["slug"] for one in nothing_typed["items"]] == [KEI]


def test_weight_and_saving_are_told_in_words(hengelo: FlaskClient) -> None:
    asked = {"material": KEI, "quantity": "1.200", "unit": "m2"}
    told = hengelo.get("/aanbod/schatting.json", query_string=asked).json
    assert told is not None  # 1 200 × 185 kg = 222 t; × 0.1188 = 26.4 t
    assert (
        told["sentence"].replace("\u00a0", " ")
        == "Geschat: 222 ton. Hergebruik bespaart ongeveer 26,4 ton CO₂e, zonder het vervoer."
    )
    for wrong in ({"quantity": "veel"}, {"unit": "el"}, {"material": "niets"}):
        assert hengelo.get("/aanbod/schatting.json", query_string={**asked, **wrong}).json == {"sentence": ""}


def test_throwing_a_draft_away_takes_its_lot_along(hengelo: FlaskClient, session: Session) -> None:
    send(hengelo, START, material())
    send(hengelo, SECOND, amount())
    assert send(hengelo, THIRD, {}, to="/werk/concept/1/verwijderen").location == "/werk"
    assert session.scalars(select(Listing)).all() == [] and session.scalars(select(Sketch)).all() == []
