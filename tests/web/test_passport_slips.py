"""A slip of the keyboard in what happened to a part: it is asked twice, and what was typed stays."""

from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.passports.actions.assets import create_asset
from marketplace.passports.actions.items import add_item
from marketplace.passports.rules.assets import AssetDraft, AssetKind
from marketplace.passports.rules.items import ItemDraft
from tests.factories import KEI, make_actor, seed_taxonomy
from tests.visitors import send, visit


@pytest.fixture
def street(session: Session) -> int:
    """1 200 m² of pavers of 185 kg."""
    seed_taxonomy(session)
    keeper = make_actor(session, "hengelo", "coordinator")
    number = create_asset(session, keeper, draft=AssetDraft("Dorpsstraat", AssetKind.ROAD, Point(52.27, 6.79))).id
    add_item(session, keeper, asset_id=number, draft=ItemDraft(KEI, Quantity(Decimal(1200), Unit.M2)))
    session.commit()
    return number


@pytest.fixture
def client(app: Flask, session: Session, street: int) -> FlaskClient:
    return visit(app, session, make_actor(session, "hengelo", "coordinator"))


def words(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def test_so_much_that_it_is_a_slip_is_asked_twice_and_what_was_typed_stays(client: FlaskClient, street: int) -> None:
    """1 200 and 108 000 m² of 185 kg are 20 202 tonnes."""
    page = f"/paspoorten/{street}/onderdelen/1/gebeurd"
    fields = {"kind": "put_in", "quantity": "108000", "happened_on": clock.today().isoformat(), "reason": "Uitbreiding"}
    answer = send(client, page, fields)
    assert answer.status_code == 422
    assert "Bedoelt u 20.202 ton in dit ene object?" in words(answer.text)
    assert 'name="confirm_unusual"' in answer.text and 'value="108000"' in answer.text and "Uitbreiding" in answer.text
    assert send(client, page, {**fields, "confirm_unusual": "y"}).status_code == 303
    assert "109.200 m²" in words(client.get(f"/paspoorten/{street}").text)
