"""The pages of what is sought: for everybody, for members, and for who asks."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.market.models import Demand
from tests.factories import KEI, found_taxonomy, make_actor, make_demand, make_listing
from tests.web.visitors import hidden, send, visit


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
        "step": "open",
        **changes,
    }


@pytest.fixture
def borne(app: Flask, session: Session) -> FlaskClient:
    found_taxonomy(session)
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
    found_taxonomy(session)
    asker = make_actor(session, "borne")
    demand = make_demand(session, asker, project="Geheim project", department="Weg en water", description="Bel Jan")
    session.commit()
    for address in ("/gezocht", f"/gezocht/{demand.id}"):
        page = client.get(address).text
        assert "Stenen voor het parkeerhof" in page
        for secret in ("Geheim project", "Weg en water", "Bel Jan", "52.30", asker.name, "Reserveren"):
            assert secret not in page


def test_other_members_see_no_matches_and_are_asked_to_offer(app: Flask, session: Session) -> None:
    found_taxonomy(session)
    demand = make_demand(session, make_actor(session, "borne"))
    make_listing(session, make_actor(session, "hengelo"))
    page = visit(app, session, make_actor(session, "losser")).get(f"/gezocht/{demand.id}").text
    assert "Iets passends aanbieden" in page and "partij past" not in page


def test_the_second_editor_sees_what_changed(app: Flask, session: Session) -> None:
    found_taxonomy(session)
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
    found_taxonomy(session)
    session.commit()
    assert "Er wordt nu niets gezocht" in client.get("/gezocht").text
    assert "Nothing is wanted now" in client.get("/en/gezocht").text
