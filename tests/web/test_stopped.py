"""What a lot page, a request and a transfer tell of the rules, and what they refuse."""

from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from tests.factories import declare, make_actor, make_draft, make_listing, seed_taxonomy
from tests.visitors import send, visit

SOIL = {"material": "teelaarde", "quantity": Quantity(Decimal(300), Unit.M3)}


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def asker(session: Session, owner: Actor) -> Actor:
    return make_actor(session, "borne")


def test_a_lot_page_tells_members_what_is_still_needed_and_the_public_nothing(
    app: Flask, session: Session, owner: Actor, asker: Actor, client: FlaskClient
) -> None:
    lot = make_listing(session, owner, is_declared=False)
    address = f"/aanbod/{lot.id}"
    for page in (visit(app, session, owner).get(address).text, visit(app, session, asker).get(address).text):
        assert (
            "Nodig voor de overdracht" in page
            and "Bron: Inspectie Leefomgeving en Transport, over bouwstoffen (ilent.nl)" in page
        )
    assert "Bron: Inspectie Leefomgeving en Transport, over bouwstoffen (ilent.nl)" not in client.get(address).text


def test_a_draft_that_a_rule_stops_is_told_so_and_stays(app: Flask, session: Session, owner: Actor) -> None:
    fields = {"pak10-mg-per-kg": "80", "tar": "no"}
    lot = make_draft(session, owner, material="asfaltgranulaat", quantity=Quantity(Decimal(9), Unit.TONNE), fields=fields)
    hengelo = visit(app, session, owner)
    page = hengelo.get(f"/aanbod/{lot.id}").text
    assert "Kan zo niet worden geplaatst" in page and "Afvoeren, 17 03 01*." in page
    refused = send(hengelo, f"/aanbod/{lot.id}/publiceren", {})
    assert refused.status_code == 422 and "Afvoeren, 17 03 01*." in refused.text


def test_whoever_reserves_soil_says_the_classes_of_the_place(app: Flask, session: Session, owner: Actor, asker: Actor) -> None:
    soil, pavers = make_listing(session, owner, **SOIL), make_listing(session, owner)
    borne = visit(app, session, asker)
    assert 'name="receiving_soil"' not in borne.get(f"/aanbod/{pavers.id}/reserveren").text
    address = f"/aanbod/{soil.id}/reserveren"
    assert 'name="receiving_soil"' in borne.get(address).text
    nothing = send(borne, address, {"quantity": "10", "project": "Wijkpark"})
    assert nothing.status_code == 422 and "klassen van de plek zijn onbekend" in nothing.text
    assert 'value="Wijkpark"' in nothing.text
    fields = {"quantity": "10", "receiving_soil": "residential", "function_class": "industry"}
    assert send(borne, address, fields).status_code == 303


def test_a_lot_that_became_tar_asphalt_has_no_button_to_reserve(app: Flask, session: Session, owner: Actor, asker: Actor) -> None:
    lot = make_listing(session, owner, material="asfaltgranulaat", quantity=Quantity(Decimal(9), Unit.TONNE))
    session.get_one(Listing, lot.id).fields = {"pak10-mg-per-kg": "90", "tar": "no"}
    session.flush()
    page = visit(app, session, asker).get(f"/aanbod/{lot.id}").text
    assert f'href="/aanbod/{lot.id}/reserveren"' not in page and "90" in page


def test_both_sides_see_on_the_transfer_what_comes_first(app: Flask, session: Session, owner: Actor, asker: Actor) -> None:
    lot = make_listing(session, owner, is_declared=False)
    hengelo, borne = visit(app, session, owner), visit(app, session, asker)
    address = str(send(borne, f"/aanbod/{lot.id}/reserveren", {"quantity": "40"}).location)
    assert send(hengelo, address, {}, to=f"{address}/goedkeuren").status_code == 303
    for page in (hengelo.get(address).text, borne.get(address).text):
        assert "1 eerst te regelen" in page and "Milieuverklaring" in page
    refused = send(hengelo, address, {"quantity": "40", "handed_over_on": "vandaag"}, to=f"{address}/overdragen")
    assert refused.status_code == 422 and "Regel: Milieuverklaring." in refused.text
    declare(session, owner, session.get_one(Listing, lot.id))
    session.commit()
    assert "1 eerst te regelen" not in hengelo.get(address).text
