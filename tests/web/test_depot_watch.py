"""Depots that need somebody, on the desk of their keepers and on the list of the broker."""

from datetime import timedelta
from decimal import Decimal

from flask import Flask
from sqlalchemy.orm import Session

from marketplace.depots.models import DepotCapacity, DepotKeeper
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.gate import agree_time, propose_times
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.visitors import visit
from tests.yards import announce, make_lot, make_yard


def text_of(page: str) -> str:
    return page.replace("\u00a0", " ")


def test_a_keeper_reads_on_the_desk_what_is_too_much_too_long_and_missing(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, leader = make_actor(session, "hengelo", "coordinator"), make_actor(session, "hengelo")
    yard = make_yard(session, hengelo, longest_stay_days=30)
    session.add_all(
        [
            DepotCapacity(depot_id=yard.id, kind="m2", amount=Decimal(300)),
            DepotCapacity(depot_id=yard.id, kind="pallet", amount=Decimal(4)),
        ]
    )
    make_lot(session, yard, hengelo, days=31, pallets=3)
    make_lot(session, yard, hengelo, pallets=2)
    announce(session, yard, hengelo, days=-2)
    session.expire(yard)
    desk = text_of(visit(app, session, hengelo).get("/werk").text)
    assert "52 m² meer dan er past" in desk and "1 palletplaats meer dan er past" in desk
    assert "1 partij ligt te lang" in desk and "1 aangekondigde partij is niet gekomen" in desk
    assert f'href="/depots/{yard.id}"' in desk
    assert "meer dan er past" not in visit(app, session, leader).get("/werk").text
    session.add(DepotKeeper(depot_id=yard.id, person_id=leader.person_id))
    assert "meer dan er past" in visit(app, session, leader).get("/werk").text


def test_the_broker_reads_it_of_every_depot(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, broker = make_actor(session, "hengelo", "coordinator"), make_actor(session, "regio-twente", "coordinator")
    yard = make_yard(session, hengelo, longest_stay_days=30)
    client = visit(app, session, broker)
    assert "Elk depot is zoals het hoort." in client.get("/makelaar").text
    make_lot(session, yard, hengelo, days=31)
    session.commit()
    for address in ("/makelaar", "/werk"):
        page = client.get(address).text
        assert "Gemeentewerf" in page and page.count("1 partij ligt te lang") == 1
    in_english = client.get("/en/makelaar").text
    assert "1 lot has been there too long" in in_english and "Depots that need somebody" in in_english


def test_a_keeper_sees_when_others_come_to_the_depot(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    keeper, hengelo, borne = (
        make_actor(session, "almelo"),
        make_actor(session, "hengelo", "coordinator"),
        make_actor(session, "borne"),
    )
    yard = make_yard(session, hengelo)
    session.add(DepotKeeper(depot_id=yard.id, person_id=keeper.person_id))
    listing = make_listing(session, hengelo, title="Keien", quantity=Quantity(Decimal(176), Unit.M2))
    listing.lot_id, listing.depot_id = make_lot(session, yard, hengelo).id, yard.id
    session.flush()
    reserve(session, borne, listing_id=listing.id, draft=ReservationDraft(Quantity(Decimal(100), Unit.M2)))
    approve(session, hengelo, reservation_id=1)
    assert "Borne komt ophalen" not in visit(app, session, keeper).get("/werk").text
    at = clock.now() + timedelta(hours=30)
    propose_times(session, hengelo, reservation_id=1, draft=AppointmentDraft((at,)))
    agree_time(session, borne, reservation_id=1, time=at)
    desk = text_of(visit(app, session, keeper).get("/werk").text)
    assert "Borne haalt op" in desk and "100 m² van “Keien”" in desk and f"/depots/{yard.id}#week" in desk
    assert "/reserveringen/1" not in desk
    assert f"/depots/{yard.id}#week" not in visit(app, session, hengelo).get("/werk").text
