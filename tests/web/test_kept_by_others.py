"""The pages of an offer whose lot somebody else has: it stays where it is, and its keeper reads what the owner said."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.models import Depot, Lot
from tests.factories import make_actor, seed_taxonomy
from tests.rooms.test_kept_by_others import held_by, offered
from tests.visitors import send, visit
from tests.web.test_lots import words
from tests.yards import make_yard


@pytest.fixture
def keeper(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def yard(session: Session, keeper: Actor) -> Depot:
    return make_yard(session, keeper)


@pytest.fixture
def borne(session: Session, keeper: Actor) -> Actor:
    return make_actor(session, "borne")


@pytest.mark.parametrize(("step", "end"), [("sluiten", "afgesloten"), ("intrekken", "ingetrokken")])
def test_whoever_ends_an_offer_reads_that_the_lot_stays_in_the_depot(
    app: Flask, session: Session, keeper: Actor, yard: Depot, borne: Actor, step: str, end: str
) -> None:
    listing = offered(session, keeper, yard, borne)
    lot_id = int(listing.lot_id or 0)
    session.commit()
    client, address = visit(app, session, borne), f"/aanbod/{listing.id}/{step}"
    assert "Deze partij ligt bij Gemeentewerf en blijft daar liggen" in words(client, address)
    answer = send(client, address, {"outcome": "disposed", "reason": "Gebroken"})
    assert answer.status_code == 303
    page = words(client, str(answer.location))
    assert f"De partij is {end}. Zij ligt nog bij Gemeentewerf" in page
    session.expire_all()
    assert session.get_one(Lot, lot_id).quantity == 176
    session.commit()
    keeping = visit(app, session, keeper)
    assert "De eigenaar beëindigde het aanbod" in words(keeping, f"/lots/{lot_id}")
    assert "beëindigde" not in words(client, f"/lots/{lot_id}")
    inbox = words(keeping, "/berichten")
    assert "Borne biedt “Grijze keien” niet meer aan: afgevoerd als afval" in inbox


def test_what_comes_later_is_closed_as_before(app: Flask, session: Session, keeper: Actor, yard: Depot, borne: Actor) -> None:
    listing = offered(session, keeper, yard, borne)
    session.commit()
    client = visit(app, session, borne)
    answer = send(client, f"/aanbod/{listing.id}/sluiten", {"outcome": "later", "reason": ""})
    assert "Zij ligt nog bij" not in words(client, str(answer.location))


def test_several_offers_ended_at_once_leave_their_lots_in_the_depot(
    app: Flask, session: Session, keeper: Actor, yard: Depot, borne: Actor
) -> None:
    listings = [offered(session, keeper, yard, borne) for _time in range(2)]
    lots = [int(listing.lot_id or 0) for listing in listings]
    session.commit()
    client, address = visit(app, session, borne), "/werk/aanbod/samen"
    chosen = "&".join(f"lots={listing.id}" for listing in listings)
    assert "Wat in een depot ligt, blijft daar liggen" in words(client, f"{address}?act=sluiten&{chosen}")
    fields = {"act": "sluiten", "lots": [listing.id for listing in listings], "outcome": "own_use", "reason": ""}
    assert send(client, f"{address}?act=sluiten&{chosen}", fields, to=address).status_code == 303
    session.expire_all()
    assert [session.get_one(Lot, lot_id).quantity for lot_id in lots] == [176, 176]


def test_the_form_of_what_another_has_leaves_the_counting_to_them(
    app: Flask, session: Session, keeper: Actor, yard: Depot, borne: Actor
) -> None:
    listing = held_by(session, keeper, yard, borne, make_actor(session, "almelo"))
    session.commit()
    page = visit(app, session, borne).get(f"/aanbod/{listing.id}/bewerken").text
    assert "Almelo heeft deze partij" in page and 'id="quantity"' not in page
