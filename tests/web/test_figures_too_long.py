"""Numbers with more figures than anything here has: refused in words, at their field, with what was typed; never a failure."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.market.actions.listings import create_listing
from tests.factories import listing_draft, make_actor, seed_taxonomy
from tests.visitors import send, visit

NINES = "9" * 30  # the longest number that is read


@pytest.fixture
def lot(session: Session) -> int:
    seed_taxonomy(session)
    return create_listing(session, make_actor(session, "hengelo"), draft=listing_draft()).id


@pytest.fixture
def client(app: Flask, session: Session, lot: int) -> FlaskClient:
    return visit(app, session, make_actor(session, "hengelo"))


LOT = {
    "material": "betonstraatsteen-kei-8cm",
    "title": "Grijze stenen",
    "quantity": "1200",
    "unit": "m2",
    "condition": "good",
    "quantity_basis": "estimated",
    "asbestos_suspected": "unknown",
    "available_from": "vandaag",
    "place": "Hengelo",
}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (NINES, "Vul het gemeten gewicht per eenheid in kilogram in"),
        ("1000000,001", "Vul het gemeten gewicht per eenheid in kilogram in"),
        ("1000000", "Dit zou meer dan 100.000 ton wegen"),
    ],
)
def test_a_weight_that_cannot_be_is_told_at_its_field(client: FlaskClient, lot: int, typed: str, sentence: str) -> None:
    answer = send(client, f"/aanbod/{lot}/bewerken", {**LOT, "kg_per_unit": typed, "confirm_unusual": "y"})
    assert answer.status_code == 422
    assert sentence in answer.text and f'value="{typed}"' in answer.text


@pytest.mark.parametrize("chosen", ["999999999", "1000000000", NINES, "１２"])
def test_a_depot_that_cannot_be_is_none(client: FlaskClient, lot: int, chosen: str) -> None:
    """At most nine figures are a number of a depot; of nine there is none."""
    answer = send(client, f"/aanbod/{lot}/bewerken", {**LOT, "place": "", "depot": chosen})
    assert answer.status_code == 422
    assert ("Dit depot bestaat niet" if chosen == "999999999" else "waar het materiaal ligt") in answer.text
