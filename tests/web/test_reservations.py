"""The pages of a transfer, from the request to the confirmation, as both sides see them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.exchange.models import Reservation
from marketplace.kernel import clock
from marketplace.kernel.formats import near_date
from marketplace.ledger.models import Exchange
from marketplace.market.models import Listing
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.visitors import send, visit

Sides = tuple[FlaskClient, FlaskClient, int, int]


@pytest.fixture
def sides(app: Flask, session: Session) -> Sides:
    """Hengelo with a lot of 1 200 m², Borne with a demand for 800 m²."""
    seed_taxonomy(session)
    owner, asker = make_actor(session, "hengelo"), make_actor(session, "borne")
    lot = make_listing(session, owner, price_cents_per_unit=250)
    demand = make_demand(session, asker)
    return visit(app, session, owner), visit(app, session, asker), lot.id, demand.id


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def only(session: Session) -> Reservation:
    session.expunge_all()
    row = session.scalars(select(Reservation)).one()
    session.expunge_all()
    session.rollback()
    return row


def reserved(sides: Sides, quantity: str = "800") -> str:
    """Borne reserves for its demand; the address of the reservation."""
    _owner, asker, lot, demand = sides
    answer = send(asker, f"/aanbod/{lot}/reserveren", {"quantity": quantity, "demand_id": str(demand)})
    assert answer.status_code == 303
    return str(answer.location)


def test_a_link_fills_in_the_quantity_and_the_demand(sides: Sides) -> None:
    _owner, asker, lot, demand = sides
    page = asker.get(f"/aanbod/{lot}/reserveren?quantity=800.5&demand={demand}").text
    assert 'value="800,5"' in page
    assert f'<option selected value="{demand}">' in page


@pytest.mark.slow
def test_more_than_is_left_is_refused_with_what_is_left_and_the_form_stays(sides: Sides, session: Session) -> None:
    _owner, asker, lot, _demand = sides
    answer = send(asker, f"/aanbod/{lot}/reserveren", {"quantity": "1.300", "purpose": "Voor de sporthal"})
    assert answer.status_code == 409
    assert "1.200 m²" in plain(answer.text)
    assert "Voor de sporthal" in answer.text and 'value="1.300"' in answer.text
    assert session.scalars(select(Reservation)).all() == []


@pytest.mark.slow
def test_names_and_the_exact_place_come_with_the_approval(sides: Sides) -> None:
    owner, asker, _lot, _demand = sides
    address = reserved(sides)
    before = asker.get(address).text
    assert "52.26583" not in before and "project_leader Hengelo" not in before
    assert send(owner, address, {}, to=f"{address}/goedkeuren").status_code == 303
    after = asker.get(address).text
    assert "52.26583" in after and "project_leader Hengelo" in after and "mailto:" in after


@pytest.mark.slow
def test_who_comes_next_is_told_to_each_side(sides: Sides) -> None:
    owner, asker, _lot, _demand = sides
    address = reserved(sides)
    mine, theirs = plain(owner.get(address).text), plain(asker.get(address).text)
    day = plain(near_date(clock.today() + timedelta(days=10)))
    assert f"U beslist: goedkeuren, uiterlijk {day}" in mine and "Borne vraagt 800 m² van uw 1.200 m²" in mine
    assert f"Wacht op Hengelo: goedkeuren, uiterlijk {day}" in theirs
    assert "U hoeft nu niets te doen" in theirs and "Hengelo beslist" in theirs


@pytest.mark.slow
def test_a_rejection_needs_a_reason(sides: Sides, session: Session) -> None:
    owner, asker, _lot, _demand = sides
    address = reserved(sides)
    refused = send(owner, address, {"reason": ""}, to=f"{address}/afwijzen")
    assert refused.status_code == 422 and 'href="#reject-reason"' in refused.text
    assert send(owner, address, {"reason": "Al toegezegd"}, to=f"{address}/afwijzen").status_code == 303
    assert only(session).status == "rejected"
    assert "Al toegezegd" in asker.get(address).text


def test_the_address_of_a_refused_step_leads_back_to_the_reservation(sides: Sides) -> None:
    owner, _asker, _lot, _demand = sides
    address = reserved(sides)
    answer = owner.get(f"/en{address}/afwijzen")
    assert answer.status_code == 303 and answer.location == f"/en{address}"


@pytest.mark.slow
def test_the_whole_transfer_ends_in_the_ledger(sides: Sides, session: Session) -> None:
    owner, asker, lot, _demand = sides
    address = reserved(sides)
    send(owner, address, {"hold_until": "1 dec 2030"}, to=f"{address}/goedkeuren")
    measured = {"quantity": "796,5", "handed_over_on": "", "vehicle_class": "trekker-33t", "driven_km": "9,4"}
    refused = send(owner, address, measured, to=f"{address}/overdragen")
    assert refused.status_code == 422 and 'value="796,5"' in refused.text
    day = clock.today().isoformat()
    assert send(owner, address, {**measured, "handed_over_on": day}, to=f"{address}/overdragen").status_code == 303
    assert "796,5 m²" in plain(asker.get(address).text)
    assert send(asker, address, {}, to=f"{address}/bevestigen").status_code == 303
    page = plain(asker.get(address).text)
    assert "Wat deze uitwisseling bespaarde" in page
    assert "147,4 ton" in page  # 796.5 m² × 185 kg
    session.expunge_all()
    row = session.scalars(select(Exchange)).one()
    assert (row.quantity, row.road_km) == (Decimal("796.500"), Decimal("9.400"))
    assert session.get_one(Listing, lot).available == Decimal("403.500")


def test_a_double_click_does_the_work_once(sides: Sides, session: Session) -> None:
    _owner, asker, lot, _demand = sides
    from tests.visitors import hidden

    fields = {**hidden(asker.get(f"/aanbod/{lot}/reserveren").text), "quantity": "100"}
    first = asker.post(f"/aanbod/{lot}/reserveren", data=fields)
    second = asker.post(f"/aanbod/{lot}/reserveren", data=fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert only(session).quantity == Decimal("100.000")


@pytest.mark.slow
def test_a_third_organisation_does_not_see_it(app: Flask, sides: Sides, session: Session) -> None:
    address = reserved(sides)
    losser = visit(app, session, make_actor(session, "losser"))
    assert losser.get(address).status_code == 404
    assert "Grijze" not in losser.get("/reserveringen").text


@pytest.mark.slow
def test_the_list_tells_the_two_sides_apart(sides: Sides) -> None:
    owner, asker, _lot, _demand = sides
    reserved(sides)
    assert "U beslist: goedkeuren" in owner.get("/reserveringen?side=owning").text
    assert "Nog geen reserveringen" in owner.get("/reserveringen?side=asking").text
    listed = asker.get("/en/reserveringen").text
    assert "Waiting for Hengelo: approve by" in listed and "mp-thumb" in listed


def test_one_s_own_lot_is_approved_at_once(sides: Sides, session: Session) -> None:
    owner, _asker, lot, _demand = sides
    answer = send(owner, f"/aanbod/{lot}/reserveren", {"quantity": "50"})
    assert answer.status_code == 303
    assert only(session).status == "approved"
    page = owner.get(str(answer.location)).text
    assert "Overdracht invullen" in page
