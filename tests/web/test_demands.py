"""The pages of what is wanted: for everybody, for members, and for those who ask."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.kernel.formats import long_date
from marketplace.market.models import Demand, Sketch
from tests.factories import KEI, make_actor, make_demand, make_listing, seed_taxonomy
from tests.visitors import hidden, send, visit


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "material": KEI,
        "title": "Stenen voor het parkeerhof",
        "quantity": "800",
        "unit": "m2",
        "min_condition": "fair",
        "place": "Borne",
        "max_distance_km": "15",
        "needed_from": "1-1-2030",
        "needed_until": "31 mrt 2030",
        "accepts_unknown_hazards": "y",
        **changes,
    }


@pytest.fixture
def borne(app: Flask, session: Session) -> FlaskClient:
    seed_taxonomy(session)
    return visit(app, session, make_actor(session, "borne"))


def only(session: Session) -> Demand:
    session.expunge_all()
    row = session.scalars(select(Demand)).one()
    session.expunge_all()
    session.rollback()
    return row


def test_a_demand_is_open_from_the_moment_it_is_made(borne: FlaskClient, session: Session) -> None:
    answer = send(borne, "/gezocht/nieuw", typed())
    assert answer.status_code == 303
    demand = only(session)
    assert (demand.status, demand.place_name, demand.accepts_unknown_hazards) == ("open", "Borne", True)
    assert "Er past nog geen partij" in borne.get(answer.location).text


def test_what_is_wrong_is_told_and_what_was_typed_stays(borne: FlaskClient) -> None:
    answer = send(borne, "/gezocht/nieuw", typed(place="", needed_until="1-12-2029", project="N18"))
    assert answer.status_code == 422
    assert "Fout: " in answer.text and 'href="#place"' in answer.text
    assert 'value="N18"' in answer.text and 'value="1-12-2029"' in answer.text
    assert '<details class="mp-more" open>' in answer.text


def test_a_lot_that_fits_stands_there_with_its_arithmetic(app: Flask, borne: FlaskClient, session: Session) -> None:
    lot = make_listing(session, make_actor(session, "hengelo"))
    session.commit()
    answer = send(borne, "/gezocht/nieuw", typed(needed_from="1-1-2026"))
    page = borne.get(answer.location).text.replace("\u00a0", " ")
    assert "1 partij past" in page
    assert "5,0 km" in page  # Hengelo to Borne
    assert "148 ton" in page  # 800 m² × 185 kg
    assert f"/aanbod/{lot.id}/reserveren?quantity=800&amp;demand=" in page


def test_the_public_sees_what_is_wanted_and_not_where_or_by_whom(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    asker = make_actor(session, "borne")
    demand = make_demand(session, asker, project="Geheim project", department="Weg en water", description="Bel Jan")
    session.commit()
    for address in ("/gezocht", f"/gezocht/{demand.id}"):
        page = client.get(address).text
        assert "Stenen voor het parkeerhof" in page
        for secret in ("Geheim project", "Weg en water", "Bel Jan", "52.30", asker.name, "Reserveren"):
            assert secret not in page


def test_other_members_see_no_matches_and_are_asked_to_offer(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    demand = make_demand(session, make_actor(session, "borne"))
    make_listing(session, make_actor(session, "hengelo"))
    page = visit(app, session, make_actor(session, "losser")).get(f"/gezocht/{demand.id}").text
    assert "Iets passends aanbieden" in page and "partij past" not in page


@pytest.mark.slow
def test_the_second_editor_sees_what_changed(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    asker = make_actor(session, "borne")
    demand = make_demand(session, asker)
    client = visit(app, session, asker)
    address = f"/gezocht/{demand.id}/bewerken"
    seen = hidden(client.get(address).text)
    assert send(client, address, typed(title="Eerste was sneller")).status_code == 303
    answer = client.post(address, data={**seen, **typed(title="Tweede typte dit")})
    assert answer.status_code == 409
    assert "Eerste was sneller" in answer.text and 'value="Tweede typte dit"' in answer.text
    assert client.post(address, data={**hidden(answer.text), **typed(title="Tweede typte dit")}).status_code == 303
    assert only(session).title == "Tweede typte dit"


def test_a_demand_can_be_withdrawn(borne: FlaskClient, session: Session) -> None:
    address = str(send(borne, "/gezocht/nieuw", typed()).location)
    assert send(borne, address, {}, to=f"{address}/intrekken").status_code == 303
    assert only(session).status == "withdrawn"


def test_nothing_wanted_says_what_to_do(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    session.commit()
    assert "Er wordt nu niets gezocht" in client.get("/gezocht").text
    assert "Nothing is wanted now" in client.get("/en/gezocht").text


def test_a_demand_is_kept_as_it_was_typed_and_found_again(borne: FlaskClient, session: Session) -> None:
    answer = send(borne, "/gezocht/nieuw", {"title": "Half verteld", "quantity": "veel", "do": "auto"})
    assert answer.json is not None
    assert answer.json["address"] == "/gezocht/concept/1" and answer.json["saved"].startswith("bewaard om ")
    desk = borne.get("/werk").text
    assert "Half verteld" in desk and 'href="/gezocht/concept/1"' in desk
    assert send(borne, "/gezocht/concept/1", typed(do="later", accepts_hazards=["pak"])).location == "/werk"
    page = borne.get("/en/gezocht/concept/1").text
    assert "Draft saved at" in page and 'value="31 March 2030"' in page and "148" in page  # 800 m² × 185 kg
    assert 'action="/en/gezocht/concept/1"' in page
    assert send(borne, "/gezocht/concept/1", typed()).location == "/gezocht/1"
    assert only(session).title == "Stenen voor het parkeerhof"
    assert session.scalars(select(Sketch)).all() == []


def test_a_demand_that_is_not_right_yet_is_kept(borne: FlaskClient) -> None:
    for wrong in ({"quantity": "veel"}, {"needed_until": "1-12-2029"}):
        refused = send(borne, "/gezocht/nieuw", typed(**wrong))
        assert refused.status_code == 422 and "Concept bewaard om" in refused.text
    assert 'value="veel"' in borne.get("/gezocht/concept/1").text
    assert 'value="1-12-2029"' in borne.get("/gezocht/concept/2").text


def test_a_day_in_words_is_kept_as_a_date(borne: FlaskClient) -> None:
    send(borne, "/gezocht/nieuw", {"title": "Half verteld", "needed_from": "morgen", "needed_until": "gauw", "do": "auto"})
    page = borne.get("/gezocht/concept/1").text
    assert f'value="{long_date(clock.today() + timedelta(days=1))}"'.replace("\u00a0", " ") in page
    assert 'value="gauw"' in page


def test_sending_a_demand_twice_places_it_once(borne: FlaskClient, session: Session) -> None:
    send(borne, "/gezocht/nieuw", typed(do="later"))
    once = {**hidden(borne.get("/gezocht/concept/1").text), **typed()}
    answers = [borne.post("/gezocht/concept/1", data=once) for _turn in range(2)]
    assert [answer.location for answer in answers] == ["/gezocht/1", "/gezocht/1"]
    assert only(session).status == "open"


@pytest.mark.slow
def test_a_change_is_kept_beside_the_demand_until_it_is_saved(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    asker = make_actor(session, "borne")
    demand = make_demand(session, asker)
    client, address = visit(app, session, asker), f"/gezocht/{demand.id}/bewerken"
    for title in ("Anders", "Nog anders"):
        answer = send(client, address, typed(title=title, do="auto"))
        assert answer.json is not None and answer.json["address"] == address
    assert only(session).title == "Stenen voor het parkeerhof"
    page = client.get(address).text
    assert 'value="Nog anders"' in page and "staat nog niet in de vraag" in page
    assert f'href="{address}"' in client.get("/werk").text
    assert send(client, address, typed(title="Nog anders")).status_code == 303
    assert only(session).title == "Nog anders"
    assert session.scalars(select(Sketch)).all() == []
    session.rollback()
    send(client, address, typed(title="Toch niet", do="auto"))
    discard = client.get(address).text.split('action="/werk/concept/')[1].split('"')[0]
    assert send(client, address, {}, to=f"/werk/concept/{discard}").location == "/werk"
    assert 'value="Nog anders"' in client.get(address).text


def test_an_earlier_demand_is_asked_again_without_how_much_and_when(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    asker = make_actor(session, "borne")
    make_demand(session, asker, project="N18", accepts_hazards=("pak",))
    client = visit(app, session, asker)
    copy = str(send(client, "/gezocht/1", {}, to="/gezocht/1/opnieuw").location)
    page = client.get(copy).text
    assert 'value="N18"' in page and 'value="pak" checked' in page and f'selected value="{KEI}"' in page
    assert 'id="quantity" inputmode="decimal" name="quantity" type="text" value=""' in page
    assert 'name="needed_from" type="text" value=""' in page
    again = {"quantity": "100", "needed_from": "1-1-2031", "needed_until": "1-2-2031"}
    assert send(client, copy, typed(**again, place="52.30136, 6.7482")).location == "/gezocht/2"
    stranger = visit(app, session, make_actor(session, "hengelo"))
    assert send(stranger, "/gezocht/nieuw", {}, to="/gezocht/1/opnieuw").status_code in (403, 404)


def test_a_lot_is_no_demand(borne: FlaskClient) -> None:
    send(borne, "/aanbod/nieuw", {"title": "Keien", "do": "auto"})
    assert borne.get("/gezocht/concept/1").status_code == 404
    send(borne, "/gezocht/nieuw", {"title": "Keien gezocht", "do": "auto"})
    assert borne.get("/aanbod/concept/2/stap/1").status_code == 404


def test_a_page_past_the_end_is_the_last_page(client: FlaskClient, app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    make_demand(session, make_actor(session, "borne"), title="De enige")
    session.commit()
    assert "De enige" in client.get("/gezocht?page=9", follow_redirects=True).text
