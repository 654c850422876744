"""Numbers with more figures than anything here has: refused in words, at their field, with what was typed; never a failure."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.market.actions.listings import create_listing
from tests.factories import listing_draft, make_actor, make_listing, seed_taxonomy
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
    ],
)
def test_a_weight_that_cannot_be_is_told_at_its_field(client: FlaskClient, lot: int, typed: str, sentence: str) -> None:
    answer = send(client, f"/aanbod/{lot}/bewerken", {**LOT, "kg_per_unit": typed, "confirm_unusual": "y"})
    assert answer.status_code == 422
    assert sentence in answer.text and f'value="{typed}"' in answer.text


def test_so_much_that_it_cannot_be_is_told_at_its_field(client: FlaskClient, lot: int) -> None:
    answer = send(client, f"/aanbod/{lot}/bewerken", {**LOT, "unit": "tonne", "quantity": "2000000,001"})
    assert answer.status_code == 422
    assert "Dit zou meer dan 2.000.000 ton wegen" in answer.text and 'value="2000000,001"' in answer.text


@pytest.mark.parametrize("chosen", ["999999999", "1000000000", NINES, "１２"])
def test_a_depot_that_cannot_be_is_none(client: FlaskClient, lot: int, chosen: str) -> None:
    """At most nine figures are a number of a depot; of nine there is none."""
    answer = send(client, f"/aanbod/{lot}/bewerken", {**LOT, "place": "", "depot": chosen})
    assert answer.status_code == 422
    assert ("Dit depot bestaat niet" if chosen == "999999999" else "waar het materiaal ligt") in answer.text


@pytest.fixture
def offered(session: Session, lot: int) -> int:
    """1 200 m² of 185 kg of Borne's, which Hengelo may reserve."""
    number = make_listing(session, make_actor(session, "borne")).id
    session.commit()
    return number


@pytest.mark.parametrize("name", ["demand_id", "depot"])
def test_a_choice_that_cannot_be_is_no_failure(client: FlaskClient, offered: int, name: str) -> None:
    answer = send(client, f"/aanbod/{offered}/reserveren", {"quantity": "10", "unit": "m2", name: NINES})
    assert answer.status_code in (303, 422)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("18500000,01", "meer dan € 10.000 per kilogram"),  # 10 m² of 185 kg at € 10 000 are € 18 500 000
        ("-1", "Vul een prijs in van minimaal 0"),
        (NINES, "Vul een prijs in van minimaal 0"),
    ],
)
def test_what_new_would_cost_is_refused_at_its_field(client: FlaskClient, offered: int, typed: str, sentence: str) -> None:
    """It lies in a fold: above the form alone, nobody would find it."""
    fields = {"quantity": "10", "unit": "m2", "purchase_price": typed, "confirm_unusual": "y"}
    answer = send(client, f"/aanbod/{offered}/reserveren", fields)
    assert answer.status_code == 422
    at_field = answer.text.split('id="purchase_price-error"')[1].split("</p>")[0].replace("\u00a0", " ")
    assert sentence in at_field
    assert f'value="{typed}"' in answer.text


def test_what_new_would_cost_may_be_ten_thousand_euro_for_a_kilogram(client: FlaskClient, offered: int) -> None:
    fields = {"quantity": "10", "unit": "m2", "purchase_price": "18500000", "confirm_unusual": "y", "replaces_purchase": "yes"}
    assert send(client, f"/aanbod/{offered}/reserveren", fields).status_code == 303
