"""What the rules say of a lot is told while somebody answers: in steps, on one page, and by a script; and where it stops publishing."""

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel.units import Quantity, Unit
from tests.factories import make_actor, make_draft, seed_taxonomy
from tests.visitors import picture, send, upload, visit
from tests.web.test_material_forms import ALL, ASPHALT, FOURTH, MILLED, SECOND, THIRD, WHAT, WHERE, hazards_of

ASKED = "/aanbod/regels.json"
NOT_LIKE_THIS, STOPS = "Kan zo niet op het aanbod", "17 03 01*"


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def hengelo(app: Flask, session: Session, owner: Actor) -> FlaskClient:
    return visit(app, session, owner)


def told(client: FlaskClient, **answers: Any) -> str:
    answer = client.get(ASKED, query_string={"material": ASPHALT, "field_set": "asfalt", **answers}).json
    assert answer is not None
    return unescape(answer["html"])


def rules_of(page: str) -> list[str]:
    return re.findall(r'<li class="mp-rules__([a-z]+)">', page)


def test_what_an_answer_means_is_told_as_soon_as_it_is_given(hengelo: FlaskClient) -> None:
    too_much = told(hengelo, **{"field-pak10-mg-per-kg": "76", "field-tar": "no"})
    assert STOPS in too_much and "stop" in rules_of(too_much)
    at_the_limit = told(hengelo, **{"field-pak10-mg-per-kg": "75", "field-tar": "no"})
    assert "stop" not in rules_of(at_the_limit)
    in_dutch = told(hengelo, **{"field-pak10-mg-per-kg": "75,1", "field-tar": "no"})
    assert "stop" in rules_of(in_dutch)


def test_unknown_and_not_said_do_not_pass(hengelo: FlaskClient) -> None:
    assert "stop" in rules_of(told(hengelo, **{"field-pak10-mg-per-kg": "unknown", "field-tar": "no"}))
    assert "stop" in rules_of(told(hengelo))


def test_without_a_material_nothing_is_told(hengelo: FlaskClient) -> None:
    assert told(hengelo, material="").strip() == ""
    assert hengelo.get(ASKED).status_code == 200


def test_of_a_stored_lot_only_its_own_organisation_asks(app: Flask, session: Session, owner: Actor) -> None:
    tonnes = Quantity(Decimal(40), Unit.TONNE)
    lot = make_draft(session, owner, material=ASPHALT, quantity=tonnes, fields={"pak10-mg-per-kg": "12", "tar": "no"}).id
    assert visit(app, session, owner).get(ASKED, query_string={"lot": lot, "material": ASPHALT}).status_code == 200
    assert visit(app, session, make_actor(session, "borne")).get(ASKED, query_string={"lot": lot}).status_code in (403, 404)
    assert app.test_client().get(ASKED).status_code in (302, 303, 401)


@pytest.mark.slow
def test_the_steps_tell_it_and_a_refused_lot_goes_back_to_its_answer(hengelo: FlaskClient) -> None:
    send(hengelo, "/aanbod/nieuw", {"photos": [upload(picture())], "do": "next"})
    answers = {"material": ASPHALT, "field_set": "asfalt", "field-pak10-mg-per-kg": "80", "field-tar": "no"}
    send(hengelo, SECOND, {**WHAT, **answers, "do": "auto"})
    page = hengelo.get(SECOND).text
    assert "stop" in rules_of(page) and STOPS in page
    assert send(hengelo, SECOND, {**WHAT, **answers, **hazards_of(page)}).location == THIRD
    assert send(hengelo, THIRD, WHERE).location == FOURTH
    assert "stop" in rules_of(hengelo.get(FOURTH).text)
    refused = send(hengelo, FOURTH, {"title": "Freesasfalt"})
    assert refused.status_code == 422 and 'href="#field-pak10-mg-per-kg"' in refused.text and 'value="80"' in refused.text
    assert "Stap 2 van 4" in refused.text


def test_one_page_tells_it_and_refuses_at_the_answer(hengelo: FlaskClient) -> None:
    assert "stop" in rules_of(hengelo.get(f"{ALL}?material={ASPHALT}").text)
    answers = {"field-pak10-mg-per-kg": "76", "field-tar": "no"}
    refused = send(hengelo, ALL, {**MILLED, **answers, "step": "publish", "photos": [upload(picture())]})
    assert refused.status_code == 422 and 'href="#field-pak10-mg-per-kg"' in refused.text and "stop" in rules_of(refused.text)
    address = send(hengelo, ALL, {**MILLED, **answers, "step": "draft"}).location
    assert address.endswith("/bewerken") and "stop" in rules_of(hengelo.get(address).text)
