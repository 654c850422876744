"""Offering a lot in four steps: kept at every step, told what is wrong, and picked up again."""

import re
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.kernel.units import Unit
from marketplace.market.models import Listing, Photo, Sketch
from marketplace.materials.queries import get_taxonomy
from marketplace.web.ui.day_chips import Since, day_of, in_a_month, since_choices
from tests.factories import KEI, make_actor, make_demand, make_listing, seed_taxonomy
from tests.visitors import picture, send, upload, visit

START = "/aanbod/nieuw"
FIRST, SECOND, THIRD, FOURTH = (f"/aanbod/concept/1/stap/{number}" for number in (1, 2, 3, 4))
PAVERS = "betonstraatstenen"  # the set of fields that stood on the page
JSON = {"Accept": "application/json"}


def what(**changes: Any) -> dict[str, Any]:
    fields = {
        "material": KEI,
        "quantity": "1.200",
        "unit": "m2",
        "quantity_basis": "measured",
        "condition": "good",
        "field_set": PAVERS,
    }
    return {**fields, "do": "next", **changes}


def where(**changes: Any) -> dict[str, Any]:
    fields = {"spot": "other", "place": "7551 AB", "since": "day", "available_from": "12 jan 2027", "till": "gone"}
    return {**fields, "project": "Dorpsstraat", "do": "next", **changes}


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def hengelo(app: Flask, session: Session, owner: Actor) -> FlaskClient:
    return visit(app, session, owner)


def begin(client: FlaskClient, *pictures: bytes) -> None:
    assert send(client, START, {"photos": [upload(picture) for picture in pictures], "do": "next"}).location == SECOND


def tell(client: FlaskClient, *pictures: bytes, **changes: Any) -> None:
    begin(client, *pictures)
    assert send(client, SECOND, what()).location == THIRD
    assert send(client, THIRD, where(**changes)).location == FOURTH


def fields_of(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}"[^>]*?value="([^"]*)"', page)


def chosen(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)" checked', page)


@pytest.mark.slow
def test_four_steps_make_a_lot_on_offer(hengelo: FlaskClient, session: Session) -> None:
    page = hengelo.get(START).text
    assert "Stap 1 van 4" in page and 'capture="environment"' in page
    begin(hengelo, picture())
    page = hengelo.get(SECOND).text
    assert "Stap 2 van 4" in page and chosen(page, "quantity_basis") == ["estimated"]
    assert send(hengelo, SECOND, what()).location == THIRD
    assert "222\u00a0ton" in hengelo.get(SECOND).text  # 1 200 m² × 185 kg
    assert chosen(hengelo.get(THIRD).text, "since") == ["now"]
    assert send(hengelo, THIRD, where(price_cents_per_unit="2,50", description="Zonder mortel")).location == FOURTH
    check = hengelo.get(FOURTH).text
    assert "Betonstraatsteen keiformaat 8 cm uit Hengelo</textarea>" in check and "222\u00a0ton" in check
    assert "€\u00a02,50 per m²" in check and "Zonder mortel" in check
    assert send(hengelo, FOURTH, {"title": "Grijze keien"}).location == "/aanbod/1/geplaatst"
    done = hengelo.get("/aanbod/1/geplaatst").text
    assert "Grijze keien" in done and 'href="/aanbod/nieuw?project=1"' in done
    listing = session.scalars(select(Listing)).one()
    assert (listing.status, listing.title, str(listing.quantity), listing.project) == (
        "published",
        "Grijze keien",
        "1200.000",
        "Dorpsstraat",
    )
    assert session.scalars(select(Sketch)).all() == []
    assert len(session.scalars(select(Photo).where(Photo.listing_id == listing.id)).all()) == 1


@pytest.mark.slow
def test_wrong_input_says_so_and_stays(hengelo: FlaskClient) -> None:
    begin(hengelo)
    refused = send(hengelo, SECOND, what(material="", quantity="veel"))
    assert refused.status_code == 422 and "<title>Fout: " in refused.text
    assert 'href="#material"' in refused.text and 'href="#quantity"' in refused.text and 'value="veel"' in refused.text
    assert 'value="veel"' in hengelo.get(SECOND).text
    wrong_unit = send(hengelo, SECOND, what(unit="m"))
    assert wrong_unit.status_code == 422 and 'href="#quantity"' in wrong_unit.text
    send(hengelo, SECOND, what())
    refused = send(hengelo, THIRD, where(place="", available_from="ooit"))
    assert refused.status_code == 422 and 'href="#place"' in refused.text and 'href="#available_from"' in refused.text
    assert hengelo.get(FOURTH).location == THIRD


def test_what_is_typed_is_kept_by_itself_and_found_again(hengelo: FlaskClient) -> None:
    begin(hengelo)
    answer = send(hengelo, SECOND, {"quantity": "veel", "do": "auto", "draft_version": "1"})
    assert answer.json is not None and answer.json["saved"].startswith("bewaard om ")
    assert (answer.json["address"], answer.json["version"]) == (SECOND, 2)
    assert 'value="veel"' in hengelo.get(SECOND).text
    assert f'href="{FIRST}"' in hengelo.get("/werk").text
    send(hengelo, SECOND, what(do="auto", draft_version="2"))
    assert f'href="{THIRD}"' in hengelo.get("/werk").text


def test_a_page_that_was_left_open_keeps_nothing_over_what_is_newer(hengelo: FlaskClient) -> None:
    begin(hengelo)
    send(hengelo, SECOND, what(quantity="800", do="auto", draft_version="1"))
    stale = send(hengelo, SECOND, what(quantity="7", do="auto", draft_version="1"))
    assert stale.status_code == 409 and fields_of(hengelo.get(SECOND).text, "quantity")[:1] == ["800"]
    assert send(hengelo, SECOND, what(quantity="9")).status_code == 303  # the button means it


def test_a_page_of_a_published_lot_writes_into_no_other_draft(hengelo: FlaskClient, session: Session) -> None:
    tell(hengelo, picture())
    send(hengelo, FOURTH, {"title": "Grijze keien"})
    assert send(hengelo, START, {"do": "next"}).location == "/aanbod/concept/2/stap/2"
    token = {"csrf_token": csrf(hengelo, START)}
    by_itself = hengelo.post(SECOND, data={**what(quantity="7"), "do": "auto", "draft_version": "2", **token})
    assert by_itself.status_code == 409
    pressed = hengelo.post(SECOND, data={**what(quantity="7"), **token})
    assert pressed.status_code == 409 and 'value="7"' in pressed.text and 'action="/aanbod/nieuw"' in pressed.text
    assert "al geplaatst of weg" in pressed.text
    assert session.get_one(Sketch, 2).answers == {}
    session.rollback()
    again = hengelo.post(START, data={**what(quantity="7"), "number": "2", **token})
    assert again.location == "/aanbod/concept/3/stap/3"


def csrf(client: FlaskClient, page: str) -> str:
    return client.get(page).text.split('name="csrf_token" value="')[1].split('"')[0]


def test_numbers_typed_in_dutch_mean_the_same_in_english(hengelo: FlaskClient) -> None:
    begin(hengelo)
    send(hengelo, SECOND, what(do="auto"))
    send(hengelo, THIRD, where(do="auto"))
    assert 'value="1,200"' in hengelo.get(f"/en{SECOND}").text
    assert "12 January 2027" in hengelo.get(f"/en{THIRD}").text


def test_a_change_after_the_third_step_reaches_the_draft_and_its_title(hengelo: FlaskClient, session: Session) -> None:
    tell(hengelo)
    assert "8 cm uit Hengelo" in hengelo.get(FOURTH).text
    send(hengelo, SECOND, what(material="betonstraatsteen-kei-10cm"))
    assert hengelo.get(FOURTH).location == THIRD
    send(hengelo, THIRD, where())
    assert [listing.title for listing in session.scalars(select(Listing))] == ["Betonstraatsteen keiformaat 10 cm uit Hengelo"]


def test_the_place_of_the_last_lot_stands_chosen_and_comes_along_to_the_metre(app: Flask, session: Session, owner: Actor) -> None:
    first = make_listing(session, owner, project="Herinrichting Dorpsstraat")
    point = (first.lat, first.lon, first.address)
    client = visit(app, session, owner)
    begin(client, picture())
    send(client, SECOND, what())
    page = client.get(THIRD).text
    assert chosen(page, "spot") == ["lot-1"] and "de plek van uw vorige partij" in page
    assert 'value="Herinrichting Dorpsstraat"' in page
    assert send(client, THIRD, where(spot="lot-1", place="")).location == FOURTH
    session.expire_all()
    made = session.get_one(Listing, 2)
    assert (made.lat, made.lon, made.address) == point
    session.rollback()
    assert chosen(client.get(THIRD).text, "spot") == ["kept"]
    check = client.get(FOURTH).text
    assert str(point[0]) not in check and str(point[1]) not in check
    stranger = visit(app, session, make_actor(session, "borne"))
    send(stranger, START, {"do": "next"})
    assert send(stranger, "/aanbod/concept/2/stap/3", where(spot="lot-1", place="")).status_code in (403, 404)


@pytest.mark.parametrize("spot", ["photo", "here"])
def test_the_place_that_a_device_knows_is_used_when_it_is_chosen(hengelo: FlaskClient, session: Session, spot: str) -> None:
    begin(hengelo)
    send(hengelo, SECOND, what())
    points = {"photo_at": "52.30136, 6.74820", "here_at": "52.30136, 6.74820"}
    assert send(hengelo, THIRD, where(spot=spot, place="", **points)).location == FOURTH
    listing = session.scalars(select(Listing)).one()
    assert (listing.place_name, listing.lat, listing.lon) == ("Borne", 52.30136, 6.7482)
    assert "52.3" not in hengelo.get(FOURTH).text
    session.rollback()
    assert send(hengelo, THIRD, where(spot="other", **points)).location == FOURTH
    session.expire_all()
    assert session.scalars(select(Listing)).one().place_name == "Hengelo"


def test_a_device_that_does_not_say_where_it_is_leaves_the_question_open(hengelo: FlaskClient) -> None:
    begin(hengelo)
    send(hengelo, SECOND, what())
    refused = send(hengelo, THIRD, where(spot="here", place="", here_at=""))
    assert refused.status_code == 422 and 'href="#place"' in refused.text and chosen(refused.text, "spot") == ["other"]


@pytest.mark.parametrize(
    ("today", "chip", "day"),
    [
        (date(2026, 11, 28), "now", date(2026, 11, 28)),
        (date(2027, 1, 31), "month", date(2027, 2, 28)),
        (date(2026, 12, 15), "month", date(2027, 1, 15)),
        (date(2026, 11, 28), "holiday", date(2027, 8, 16)),  # 26 July to 13 August 2027
        (date(2027, 8, 13), "holiday", date(2027, 8, 16)),
        (date(2027, 8, 14), "holiday", date(2028, 8, 21)),
    ],
)
def test_a_chip_is_a_day(today: date, chip: str, day: date) -> None:
    with clock.frozen(datetime(today.year, today.month, today.day, 12, tzinfo=clock.AMSTERDAM)):
        assert day_of(Since(chip)) == day


def test_the_chip_that_was_chosen_is_the_first_day_of_the_lot(hengelo: FlaskClient, session: Session) -> None:
    tell(hengelo, since="month", till="day", available_until="31 december 2030")
    listing = session.scalars(select(Listing)).one()
    assert (listing.available_from, listing.available_until) == (in_a_month(clock.today()), date(2030, 12, 31))
    page = hengelo.get(THIRD).text
    assert chosen(page, "since") == ["month"] and chosen(page, "till") == ["day"]
    session.rollback()
    assert send(hengelo, THIRD, where(spot="kept", since="now", till="gone", available_until="31 december 2030")).location
    session.expire_all()
    listing = session.scalars(select(Listing)).one()
    assert (listing.available_from, listing.available_until) == (clock.today(), None)


def test_no_chip_for_a_summer_whose_days_are_not_known() -> None:
    with clock.frozen(datetime(2028, 8, 21, 12, tzinfo=clock.AMSTERDAM)):
        assert Since.HOLIDAY not in since_choices()
    assert list(since_choices()) == [Since.NOW, Since.MONTH, Since.HOLIDAY, Since.DAY, Since.LATER]


def test_asbestos_is_asked_only_where_the_material_may_hold_it(hengelo: FlaskClient, session: Session) -> None:
    begin(hengelo)
    assert "asbest" not in send(hengelo, SECOND, what(quantity="veel")).text.lower()
    send(hengelo, SECOND, what(material="", do="auto"))
    pipe = what(material=with_asbestos(session), unit="m3")
    del pipe["field_set"]
    answer = send(hengelo, SECOND, pipe)
    assert answer.status_code == 422 and "eigen vragen" in answer.text and 'name="hazard-asbest"' in answer.text
    assert send(hengelo, SECOND, {**pipe, **answers_of(answer.text), "hazard-asbest": "no"}).location == THIRD
    send(hengelo, THIRD, where())
    listing = session.scalars(select(Listing)).one()
    assert (listing.hazards["asbest"], listing.asbestos_suspected) == ("no", "no")


def with_asbestos(session: Session) -> str:
    slug = next(
        material.slug
        for material in get_taxonomy(session).materials
        if "asbest" in material.hazard_codes and material.is_tradable and Unit.M3 in material.units
    )
    session.rollback()
    return slug


def answers_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(hazard-[a-z_0-9]+)" value="([a-z]+)" checked', page))


def test_the_review_tells_who_already_looks_for_it(app: Flask, session: Session, owner: Actor) -> None:
    make_demand(session, make_actor(session, "borne"))
    client = visit(app, session, owner)
    tell(client, picture(), since="now")
    check = client.get(FOURTH).text
    assert "Borne zoekt dit al:" in check
    send(client, FOURTH, {"title": "Grijze keien"})
    assert "Deze buren zoeken dit" in client.get("/aanbod/1/geplaatst").text


def test_an_earlier_lot_is_a_beginning(app: Flask, session: Session, owner: Actor) -> None:
    first = make_listing(session, owner, project="Dorpsstraat", remarks="Bel eerst")
    point = (first.lat, first.lon)
    client = visit(app, session, owner)
    page = client.get(START).text
    assert 'href="/aanbod/nieuw?project=1"' in page and "Nog een partij van Dorpsstraat" in page
    assert 'href="/aanbod/nieuw?copy=1"' in page
    assert fields_of(client.get(f"{START}?copy=1").text, "copy") == ["1"]
    assert send(client, f"{START}?copy=1", {"copy": "1", "do": "next"}, to=START).location == SECOND
    page = client.get(SECOND).text
    assert f'selected value="{KEI}"' in page and chosen(page, "condition") == ["good"] and 'value="1.200"' not in page
    send(client, SECOND, what())
    assert "Bel eerst" in client.get(THIRD).text
    assert send(client, f"{START}?project=1", {"project": "1", "do": "next"}, to=START).location == "/aanbod/concept/2/stap/2"
    page = client.get("/aanbod/concept/2/stap/3").text
    assert 'value="Dorpsstraat"' in page and chosen(page, "spot") == ["kept"]
    assert f'selected value="{KEI}"' not in client.get("/aanbod/concept/2/stap/2").text
    send(client, "/aanbod/concept/2/stap/2", what())
    assert send(client, "/aanbod/concept/2/stap/3", where(spot="kept", place="")).status_code == 303
    session.expire_all()
    made = session.scalars(select(Listing).where(Listing.id != first.id)).one()
    assert ((made.lat, made.lon), made.remarks) == (point, "")


def test_an_earlier_lot_of_ours_is_offered_again_from_its_list(app: Flask, session: Session, owner: Actor) -> None:
    make_listing(session, owner, project="Dorpsstraat")
    client = visit(app, session, owner)
    assert send(client, "/werk/aanbod", {}, to="/aanbod/1/opnieuw").location == FIRST
    assert f'selected value="{KEI}"' in client.get(SECOND).text
    send(client, "/werk/aanbod", {"what": "project"}, to="/aanbod/1/opnieuw")
    assert 'value="Dorpsstraat"' in client.get("/aanbod/concept/2/stap/3").text


def test_a_lot_in_steps_stands_on_the_desk_as_what_is_unfinished(hengelo: FlaskClient) -> None:
    tell(hengelo)
    desk = hengelo.get("/werk").text
    assert f'href="{FOURTH}"' in desk and 'href="/aanbod/1"' not in desk


def test_without_a_photo_it_is_not_placed_and_nothing_is_lost(hengelo: FlaskClient, session: Session) -> None:
    tell(hengelo)
    assert "Zonder foto" in hengelo.get(FOURTH).text
    refused = send(hengelo, FOURTH, {"title": "Grijze keien"})
    assert refused.status_code == 422 and "Grijze keien</textarea>" in refused.text
    assert session.scalars(select(Listing.status)).all() == ["draft"] and len(session.scalars(select(Sketch)).all()) == 1
    session.rollback()
    assert send(hengelo, FOURTH, {"title": ""}).status_code == 422


def test_another_organisation_copies_nothing(app: Flask, session: Session, owner: Actor) -> None:
    make_listing(session, owner)
    borne = visit(app, session, make_actor(session, "borne"))
    assert send(borne, START, {}, to="/aanbod/1/opnieuw").status_code in (403, 404)
    assert borne.get(f"{START}?copy=1").status_code in (403, 404)
    assert borne.get("/aanbod/1/geplaatst").status_code in (403, 404)


def test_a_group_narrows_the_search_for_a_material(hengelo: FlaskClient) -> None:
    body = hengelo.get("/materialen.json?group=asfalt").json
    assert body is not None and body["total"] == len(body["items"]) > 0
    assert {item["group"] for item in body["items"]} == {"Asfalt"}
    none = hengelo.get("/materialen.json?q=klinker&group=asfalt").json
    assert none is not None and none["items"] == []


def test_the_pictures_of_the_groups_are_those_of_public_lots(app: Flask, session: Session, owner: Actor) -> None:
    make_listing(session, owner)
    client = visit(app, session, owner)
    begin(client)
    page = client.get(SECOND).text
    assert page.count('class="mp-tile"') == 20 and page.count('class="mp-tile__none"') == 19
    assert "Alle 20 groepen" in page


@pytest.mark.parametrize(("typed", "word"), [("klinker", "klinker"), ("band 13/15", "13/15"), ("lantaarnpaal", "mast")])
def test_a_material_is_found_by_what_people_call_it(hengelo: FlaskClient, typed: str, word: str) -> None:
    answer = hengelo.get("/materialen.json", query_string={"q": typed}).json
    assert answer is not None and answer["items"]
    assert any(word in item["name"].lower() for item in answer["items"])


def test_the_usual_materials_stand_first(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    make_listing(session, owner)
    client = visit(app, session, owner)
    first = client.get("/materialen.json?q=beton").json
    assert first is not None and first["items"][0]["slug"] == KEI and first["items"][0]["usual"] is True
    nothing_typed = client.get("/materialen.json").json
    assert nothing_typed is not None and [item["slug"] for item in nothing_typed["items"]] == [KEI]


def test_weight_and_saving_are_told_in_words(hengelo: FlaskClient) -> None:
    query = {"material": KEI, "quantity": "1.200", "unit": "m2"}
    estimate = hengelo.get("/aanbod/schatting.json", query_string=query).json
    assert estimate is not None  # 1 200 × 185 kg = 222 t; × 0.1188 = 26.4 t
    assert (
        estimate["sentence"].replace("\u00a0", " ")
        == "Geschat: 222 ton. Hergebruik bespaart ongeveer 26,4 ton CO₂e, zonder het vervoer."
    )
    for wrong in ({"quantity": "veel"}, {"unit": "el"}, {"material": "niets"}):
        assert hengelo.get("/aanbod/schatting.json", query_string={**query, **wrong}).json == {"sentence": ""}


def test_throwing_a_draft_away_takes_its_lot_along(hengelo: FlaskClient, session: Session) -> None:
    tell(hengelo)
    assert send(hengelo, START, {}, to="/werk/concept/1/verwijderen").location == "/werk"
    assert session.scalars(select(Listing)).all() == [] and session.scalars(select(Sketch)).all() == []
