"""Several own lots at once: extended, moved, closed. What is refused is named, the rest is done."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.visitors import send, visit

SAMEN = "/werk/aanbod/samen"


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def lots(session: Session, owner: Actor) -> list[Listing]:
    made = [
        make_listing(session, owner, title=f"Partij {number}", quantity=Quantity(Decimal(40), Unit.M2)) for number in range(3)
    ]
    session.commit()
    return made


@pytest.fixture
def hengelo(app: Flask, session: Session, owner: Actor) -> FlaskClient:
    return visit(app, session, owner)


def stored(session: Session) -> list[Listing]:
    session.expire_all()
    return list(session.scalars(select(Listing).order_by(Listing.id)))


def test_the_list_of_own_lots_has_a_box_for_each_and_a_button_for_each_act(hengelo: FlaskClient, lots: list[Listing]) -> None:
    page = hengelo.get("/werk/aanbod").text
    for lot in lots:
        assert f'form="bulk" name="lots" value="{lot.id}"' in page
    for act in ("verlengen", "verplaatsen", "sluiten"):
        assert f'name="act" value="{act}"' in page


def test_what_was_ticked_is_extended_and_the_rest_is_left(hengelo: FlaskClient, session: Session, lots: list[Listing]) -> None:
    first, second, _third = (lot.id for lot in lots)
    address = f"{SAMEN}?act=verlengen&lots={first}&lots={second}"
    page = hengelo.get(address).text
    assert "Partij 0" in page and "Partij 1" in page and "Partij 2" not in page
    answer = send(hengelo, address, {"act": "verlengen", "lots": [first, second], "available_until": "31 dec 2040"}, to=SAMEN)
    assert (answer.status_code, answer.location) == (303, "/werk/aanbod")
    changed = date(2040, 12, 31)
    assert [lot.available_until == changed for lot in stored(session)] == [True, True, False]
    session.rollback()
    assert "2 partijen zijn verlengd" in hengelo.get("/werk/aanbod").text


def test_extending_makes_no_lot_leave_sooner(hengelo: FlaskClient, session: Session, lots: list[Listing]) -> None:
    numbers, later = [lot.id for lot in lots], date(2041, 6, 1)
    session.execute(update(Listing).where(Listing.id == numbers[0]).values(available_until=None))
    session.execute(update(Listing).where(Listing.id == numbers[1]).values(available_until=later))
    session.commit()
    address = f"{SAMEN}?act=verlengen&lots={numbers[0]}"
    send(hengelo, address, {"act": "verlengen", "lots": numbers, "available_until": "31 dec 2040"}, to=SAMEN)
    assert [lot.available_until for lot in stored(session)] == [None, later, date(2040, 12, 31)]
    session.rollback()
    page = hengelo.get("/werk/aanbod").text
    assert "Niet gedaan voor “Partij 0”, “Partij 1”" in page and "al langer aangeboden" in page


def test_a_lot_that_refuses_is_named_and_the_others_are_closed(
    hengelo: FlaskClient, session: Session, lots: list[Listing]
) -> None:
    first, second, _third = (lot.id for lot in lots)
    session.execute(update(Listing).where(Listing.id == first).values(held=Decimal(10)))
    session.commit()
    address = f"{SAMEN}?act=sluiten&lots={first}&lots={second}"
    assert send(hengelo, address, {"act": "sluiten", "lots": [first, second]}, to=SAMEN).status_code == 422
    answer = send(hengelo, address, {"act": "sluiten", "lots": [first, second], "outcome": "own_use"}, to=SAMEN)
    assert answer.status_code == 303
    assert [lot.status for lot in stored(session)] == ["published", "closed", "published"]
    session.rollback()
    page = hengelo.get("/werk/aanbod").text
    assert "1 partij is afgesloten" in page
    assert "Niet gedaan voor “Partij 0”" in page and "gereserveerd" in page


def test_lots_are_moved_to_a_place_that_is_found(hengelo: FlaskClient, session: Session, lots: list[Listing]) -> None:
    first, second, _third = (lot.id for lot in lots)
    body = {"act": "verplaatsen", "lots": [first, second]}
    address = f"{SAMEN}?act=verplaatsen&lots={first}&lots={second}"
    assert "Vul in waar het materiaal ligt" in send(hengelo, address, body, to=SAMEN).text
    assert send(hengelo, address, {**body, "place": "Nergenshuizen"}, to=SAMEN).status_code == 422
    assert send(hengelo, address, {**body, "place": "Losser"}, to=SAMEN).status_code == 303
    assert [lot.place_name for lot in stored(session)] == ["Losser", "Losser", "Hengelo"]


def test_lots_of_others_are_left_out(app: Flask, hengelo: FlaskClient, session: Session, lots: list[Listing]) -> None:
    theirs = make_listing(session, make_actor(session, "borne"), title="Van Borne")
    session.commit()
    body = {"act": "verlengen", "lots": [theirs.id, lots[0].id], "available_until": "31 dec 2040"}
    assert "Van Borne" not in hengelo.get(f"{SAMEN}?act=verlengen&lots={theirs.id}&lots={lots[0].id}").text
    assert send(hengelo, f"{SAMEN}?act=verlengen&lots={lots[0].id}", body, to=SAMEN).status_code == 303
    assert [lot.available_until == date(2040, 12, 31) for lot in stored(session)] == [True, False, False, False]
    session.rollback()
    for nothing in ("", "?act=toveren&lots=1", "?act=verlengen", f"?act=verlengen&lots={theirs.id}"):
        assert hengelo.get(f"{SAMEN}{nothing}").location == "/werk/aanbod"
