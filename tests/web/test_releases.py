"""A part of a passport comes free, and what was received goes into one, by the forms in the browser."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.passports.actions.assets import create_asset
from marketplace.passports.actions.items import add_item
from marketplace.passports.models import AssetItem, ItemRelease
from marketplace.passports.rules.assets import AssetDraft, AssetKind
from marketplace.passports.rules.items import ItemDraft
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.visitors import send, visit

KEI = "betonstraatsteen-kei-8cm"


@pytest.fixture
def keeper(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def street(session: Session, keeper: Actor) -> int:
    """800 m² and 300 m² of pavers."""
    draft = AssetDraft("Dorpsstraat", AssetKind.ROAD, Point(52.27, 6.79), "Hengelo", "hengelo")
    number = create_asset(session, keeper, draft=draft).id
    for amount in (800, 300):
        add_item(session, keeper, asset_id=number, draft=ItemDraft(KEI, Quantity(Decimal(amount), Unit.M2)))
    session.commit()
    return number


def test_two_parts_of_a_street_become_one_planned_lot(app: Flask, session: Session, keeper: Actor, street: int) -> None:
    """500 m² of the first and all 300 m² of the second are 800 m²."""
    client, address = visit(app, session, keeper), f"/paspoorten/{street}/onderdelen/1/vrij"
    assert f'href="{address}"' in client.get(f"/paspoorten/{street}").text
    first, last = clock.today() + timedelta(days=200), clock.today() + timedelta(days=290)
    typed = {"quantity": "500", "also": "2", "certainty": "budgeted", "condition": "good"}
    wrong = send(client, address, {**typed, "earliest": last.isoformat(), "latest": first.isoformat()})
    assert (wrong.status_code, 'value="500"' in wrong.text) == (422, True)
    made = send(client, address, {**typed, "earliest": first.isoformat(), "latest": last.isoformat()})
    assert made.status_code == 303
    session.expire_all()
    listing = session.scalars(select(Listing)).one()
    assert (listing.quantity, listing.planned, listing.earliest, listing.latest) == (800, True, first, last)
    assert sorted(session.scalars(select(ItemRelease.quantity)).all()) == [300, 500]
    assert made.location.endswith(f"/aanbod/{listing.id}/bewerken")
    assert client.get(f"/paspoorten/{street}/onderdelen/2/vrij").status_code == 409
    assert visit(app, session, make_actor(session, "borne", "coordinator")).get(address).status_code == 404


def test_what_was_received_is_put_into_a_passport(app: Flask, session: Session, keeper: Actor, street: int) -> None:
    giver = make_actor(session, "borne")
    listing = make_listing(session, giver, quantity=Quantity(Decimal(200), Unit.M2))
    reservation = reserve.reserve(session, keeper, listing_id=listing.id, draft=ReservationDraft(Quantity(Decimal(120), Unit.M2)))
    decide.approve(session, giver, reservation_id=reservation.id)
    handed = HandoverDraft(Quantity(Decimal(120), Unit.M2), clock.today())
    hand_over.hand_over(session, giver, reservation_id=reservation.id, draft=handed)
    hand_over.confirm(session, keeper, reservation_id=reservation.id)
    session.commit()
    client, address = visit(app, session, keeper), "/cijfers/uitwisselingen/1/paspoort"
    for page in ("/cijfers/uitwisselingen/1", f"/reserveringen/{reservation.id}"):
        assert f'href="{address}"' in client.get(page, follow_redirects=True).text, page
    assert send(client, address, {"asset": "", "quantity": "100"}).status_code == 422
    assert send(client, address, {"asset": str(street), "quantity": "121"}).status_code == 409
    assert send(client, address, {"asset": str(street), "quantity": "100", "element": "Parkeervak"}).status_code == 303
    session.expire_all()
    item = session.scalars(select(AssetItem).where(AssetItem.element == "Parkeervak")).one()
    assert (item.quantity, item.use_count) == (100, 1)
    assert "20" in client.get(address).text
    assert visit(app, session, giver).get(address).status_code in (403, 404)
