"""A form that is sent after the session had ended: after log-in it stands there again with what was typed, and nothing was done."""

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from marketplace.accounts.models import KeptForm, WebSession
from marketplace.accounts.policy import OPERATOR
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel.db import Database
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing, Sketch
from marketplace.materials.actions import sync
from tests.factories import KEI, make_actor, make_listing
from tests.visitors import PASSWORD, hidden, log_in, newcomer, picture, upload

DEMAND = {
    "material": KEI, "title": "Stenen voor het parkeerhof", "quantity": "800", "unit": "m2", "min_condition": "fair", "place": "Borne",
    "needed_from": "1-1-2030", "needed_until": "31 mrt 2030", "accepts_hazards": ["pak", "pfas"],
}  # fmt: skip
LOT = {
    "material": KEI, "title": "Grijze keien", "quantity": "veel", "unit": "m2", "condition": "good", "place": "7551 AB", "step": "publish",
    "hazard-asbest": "no", "description": "Twee\nregels",
}  # fmt: skip


@pytest.fixture
def email(database: Database) -> str:
    with database.transaction() as session:
        sync(session, OPERATOR)
    return newcomer(database)


def too_late(client: FlaskClient, database: Database, email: str, page: str, fields: dict[str, Any], to: str = "") -> Any:
    """Open a page, let the session end, and send its form."""
    log_in(client, email)
    seen = hidden(client.get(page).text)
    with database.transaction() as session:
        session.execute(delete(WebSession))
    return client.post(to or page, data={**seen, **fields}, headers={"Referer": f"http://localhost{page}"})


def enter(client: FlaskClient, page: Any, email: str, password: str = PASSWORD) -> Any:
    """Log in on the page that the form was answered with."""
    action = page.text.split('<form class="mp-form" method="post" action="')[1].split('"')[0]
    return client.post(action, data={**hidden(page.text), "email": email, "password": password})


def test_a_demand_stands_in_its_form_again(client: FlaskClient, database: Database, email: str) -> None:
    page = too_late(client, database, email, "/gezocht/nieuw", DEMAND)
    assert page.status_code == 401 and "U was uitgelogd" in page.text and "Er is nog niets verstuurd" in page.text
    assert enter(client, page, email, "een ander lang wachtwoord").status_code == 422
    back = enter(client, page, email)
    assert back.status_code == 303 and back.location.startswith("/gezocht/nieuw?kept=")
    form = client.get(back.location).text
    assert 'value="Stenen voor het parkeerhof"' in form and 'value="800"' in form and f'selected value="{KEI}"' in form
    assert 'value="pak" checked' in form and 'value="pfas" checked' in form and "Er is nog niets verstuurd" in form
    with database.read() as reading:
        assert reading.scalars(select(Demand)).all() == [] and reading.scalars(select(Sketch)).all() == []
    assert 'value="800"' not in client.get("/gezocht/nieuw").text
    assert client.post("/gezocht/nieuw", data={**hidden(form), **DEMAND}).location == "/gezocht/1"


def test_a_lot_with_its_hazards_in_english_and_photos_are_chosen_again(
    client: FlaskClient, database: Database, email: str
) -> None:
    page = too_late(client, database, email, "/en/aanbod/nieuw/alles", {**LOT, "photos": upload(picture())})
    assert page.status_code == 401 and "You will have to choose photos and other files again." in page.text
    form = client.get(enter(client, page, email).location).text
    assert 'value="veel"' in form and "Twee\nregels" in form
    assert 'checked id="condition-1"' in form or 'value="good" checked' in form
    with database.read() as reading:
        assert reading.scalars(select(Listing)).all() == []
        assert set(reading.scalars(select(KeptForm)).one().fields) >= {"title", "hazard-asbest"}
        fields = reading.scalars(select(KeptForm)).one().fields
    assert not {"csrf_token", "idempotency_key", "step", "photos"} & set(fields)


def test_a_step_goes_on_with_what_was_typed(client: FlaskClient, database: Database, email: str) -> None:
    log_in(client, email)
    client.post("/aanbod/nieuw", data={**hidden(client.get("/aanbod/nieuw").text), "do": "next"})
    page = too_late(client, database, email, "/aanbod/concept/1/stap/3", {"project": "Keien", "do": "next"})
    assert 'value="Keien"' in client.get(enter(client, page, email).location).text


def test_a_reason_stands_in_the_form_of_its_step(client: FlaskClient, database: Database, email: str) -> None:
    with database.transaction() as session:
        owner, asker = make_actor(session, "borne"), make_actor(session, "hengelo")
        lot = make_listing(session, owner)
        draft = ReservationDraft(Quantity(Decimal(100), Unit.M2))
        number = reserve(session, asker, listing_id=lot.id, draft=draft).id
    where = f"/reserveringen/{number}"
    page = too_late(client, database, email, where, {"reason": "Al toegezegd"}, to=f"{where}/afwijzen")
    form = client.get(enter(client, page, email).location).text
    assert form.count("Al toegezegd</textarea>") == 1
    with database.read() as reading:
        assert reading.scalars(select(Reservation.status)).all() == ["requested"]


def test_another_person_gets_nothing_of_it(client: FlaskClient, database: Database, email: str) -> None:
    other = newcomer(database, "borne", email="iemand.anders@borne.example")
    page = too_late(client, database, email, "/gezocht/nieuw", DEMAND)
    back = enter(client, page, other)
    assert back.location == "/gezocht/nieuw"
    with database.read() as reading:
        assert reading.scalars(select(KeptForm)).all() == []
    client.post("/uitloggen", data=hidden(client.get("/werk").text))
    own = enter(client, too_late(client, database, email, "/gezocht/nieuw", DEMAND), email).location
    client.post("/uitloggen", data=hidden(client.get("/werk").text))
    log_in(client, other)
    assert 'value="800"' not in client.get(own).text


def test_a_button_that_came_too_late_does_nothing_and_keeps_nothing(client: FlaskClient, database: Database, email: str) -> None:
    page = too_late(client, database, email, "/gezocht/nieuw", {}, to="/aanbod/1/bevestigen")
    assert page.status_code == 401 and "er is niets gebeurd" in page.text
    assert enter(client, page, email).location == "/gezocht/nieuw"


def test_passwords_never_travel(client: FlaskClient, database: Database, email: str) -> None:
    secrets = {"old_password": PASSWORD, "password": "een nieuw lang wachtwoord"}
    page = too_late(client, database, email, "/account/wachtwoord", secrets)
    assert page.status_code == 401 and 'name="word" type="hidden" value=""' in page.text


def test_a_stranger_and_another_site_plant_nothing(client: FlaskClient, database: Database, email: str) -> None:
    assert "er is niets gebeurd" in client.post("/gezocht/nieuw", data=DEMAND).text
    log_in(client, email)
    with database.transaction() as session:
        session.execute(delete(WebSession))
    planted = client.post("/gezocht/nieuw", data=DEMAND, headers={"Origin": "https://elders.example"})
    assert planted.status_code == 401 and "er is niets gebeurd" in planted.text
    page = client.post("/gezocht/nieuw", data=DEMAND)
    forged = page.text.replace('name="word" type="hidden" value="', 'name="word" type="hidden" value="x')
    action = client.post("/inloggen", data={**hidden(forged), "email": email, "password": PASSWORD})
    assert action.location == "/werk"
