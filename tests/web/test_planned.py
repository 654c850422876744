"""The pages of what is not there yet: the form, the steps and the page of the lot."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.formats import long_date, near_date, short_date
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import Certainty
from marketplace.planned.actions.dates import move_dates
from marketplace.planned.rules import DatesDraft, Plan
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.rooms.test_planned import planned
from tests.visitors import send, visit
from tests.web.test_steps import FOURTH, SECOND, START, THIRD, what, where
from tests.yards import announce, make_yard


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def hengelo(app: Flask, session: Session, owner: Actor) -> FlaskClient:
    return visit(app, session, owner)


def ahead(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def test_in_four_steps_without_a_photo(hengelo: FlaskClient, session: Session) -> None:
    assert send(hengelo, START, {"do": "next"}).location == SECOND
    assert send(hengelo, SECOND, what(quantity_basis="from_drawing")).location == THIRD
    period = {"since": "later", "available_from": "", "earliest": ahead(60), "latest": ahead(90), "certainty": "in_execution"}
    assert send(hengelo, THIRD, where(**period)).location == FOURTH
    page = hengelo.get(FOURTH).text
    assert "in uitvoering" in page and "Zonder foto kan" not in page
    send(hengelo, FOURTH, {"title": "Keien uit de Dorpsstraat"})
    listing = session.scalars(select(Listing)).one()
    assert (listing.status, listing.planned, listing.certainty) == ("published", True, "in_execution")
    assert (listing.earliest, listing.latest) == (clock.today() + timedelta(days=60), clock.today() + timedelta(days=90))


def test_the_step_says_what_is_missing_of_a_plan_and_nothing_of_the_first_day(hengelo: FlaskClient) -> None:
    send(hengelo, START, {"do": "next"})
    send(hengelo, SECOND, what())
    refused = send(hengelo, THIRD, where(since="later", available_from="ooit", earliest=ahead(60)))
    assert refused.status_code == 422
    assert 'href="#latest"' in refused.text and 'href="#certainty' in refused.text
    assert 'href="#available_from"' not in refused.text and 'href="#earliest"' not in refused.text
    back = hengelo.get(THIRD).text
    assert 'value="later" checked' in back and ahead(60) in back


def test_the_page_of_the_lot_says_when_it_comes_free_and_how_sure_that_is(
    hengelo: FlaskClient, session: Session, owner: Actor
) -> None:
    listing = planned(session, owner)
    session.commit()
    page = hengelo.get(f"/aanbod/{listing.id}").text
    assert "Gepland: begroot" in page and "het werk staat in de begroting" in page
    assert f"tussen {long_date(listing.earliest)} en {long_date(listing.latest)}" in page
    assert "PreOrder" in page and "InStock" not in page


def test_a_plan_on_offer_is_changed_without_its_days(hengelo: FlaskClient, session: Session, owner: Actor) -> None:
    listing = planned(session, owner)
    session.commit()
    address = f"/aanbod/{listing.id}/bewerken"
    form = hengelo.get(address).text
    assert 'name="earliest"' not in form and 'name="available_from"' not in form and 'name="planned"' not in form
    fields = {**what(), "title": "Keien, later", "place": "Hengelo", "version": "1", "step": "save", "asbestos_suspected": "no"}
    saved = send(hengelo, address, fields)
    session.expire_all()
    stored = session.get_one(Listing, listing.id)
    assert saved.status_code == 303 and stored.title == "Keien, later"
    assert (stored.planned, stored.earliest, stored.certainty) == (True, listing.earliest, "budgeted")


def test_on_one_page_a_lot_is_planned_or_has_a_first_day(hengelo: FlaskClient, session: Session) -> None:
    fields = {**what(), "title": "Keien", "place": "Hengelo", "step": "draft", "asbestos_suspected": "no"}
    refused = send(hengelo, "/aanbod/nieuw/alles", {**fields, "planned": ""})
    assert refused.status_code == 422 and 'href="#available_from"' in refused.text and 'href="#latest"' not in refused.text
    plan = {"planned": "yes", "earliest": ahead(0), "latest": ahead(0), "certainty": "idea", "available_from": "morgen"}
    assert send(hengelo, "/aanbod/nieuw/alles", {**fields, **plan}).status_code == 303
    listing = session.scalars(select(Listing)).one()
    assert (listing.planned, listing.available_from, listing.status) == (True, clock.today(), "draft")


def test_the_catalogue_says_of_a_card_that_it_is_planned_and_filters_on_it(
    hengelo: FlaskClient, session: Session, owner: Actor
) -> None:
    make_listing(session, owner, title="Ligt er al")
    listing = planned(session, owner, title="Komt nog")
    session.commit()
    page = hengelo.get("/aanbod").text
    assert "Nu of gepland" in page and "Gepland: begroot" in page and short_date(listing.latest) in page
    later = hengelo.get("/aanbod?supply=planned").text
    assert "Komt nog" in later and "Ligt er al" not in later and "1 partij" in later
    now = hengelo.get("/aanbod?now=1").text
    assert "Ligt er al" in now and "Komt nog" not in now


def test_the_page_of_a_demand_shows_what_is_planned_and_filters_on_it(app: Flask, session: Session, owner: Actor) -> None:
    make_listing(session, owner, title="Ligt er al", available_until=None)
    planned(session, owner, title="Komt nog")
    asker, today = make_actor(session, "borne"), clock.today()
    need = make_demand(session, asker, needed_from=today, needed_until=today + timedelta(days=100))
    session.commit()
    borne = visit(app, session, asker)
    page = borne.get(f"/gezocht/{need.id}").text
    assert "2 partijen passen" in page and "Gepland: begroot" in page
    later = borne.get(f"/gezocht/{need.id}?supply=planned").text
    assert "1 partij past" in later and 'aria-current="true">Gepland' in later
    assert "1 partij past" in borne.get(f"/gezocht/{need.id}?supply=there").text


def test_a_plan_that_is_published_was_announced_nowhere(hengelo: FlaskClient, session: Session, owner: Actor) -> None:
    announce(session, make_yard(session, owner, name="Werf Noord"), owner, days=3)  # of something that has no number yet
    session.commit()
    send(hengelo, START, {"do": "next"})
    send(hengelo, SECOND, what(quantity_basis="from_drawing"))
    period = {"since": "later", "available_from": "", "earliest": ahead(60), "latest": ahead(90), "certainty": "in_execution"}
    send(hengelo, THIRD, where(**period))
    page = hengelo.get(send(hengelo, FOURTH, {"title": "Keien uit de Dorpsstraat"}).location).text
    assert "Keien uit de Dorpsstraat" in page and "aangekondigd bij" not in page


def test_the_desk_asks_what_a_moved_period_asks_and_nothing_that_cannot_be_done_yet(
    app: Flask, hengelo: FlaskClient, session: Session, owner: Actor
) -> None:
    listing, asker = planned(session, owner, title="Keien uit de Dorpsstraat"), make_actor(session, "borne")
    reserve(session, asker, listing_id=listing.id, draft=ReservationDraft(Quantity(Decimal(100), Unit.M2)))
    approve(session, owner, reservation_id=1)
    session.commit()
    borne = visit(app, session, asker)
    for client in (hengelo, borne):
        page = client.get("/werk").text
        assert "Stel een tijd voor" not in page and "Overdracht invullen" not in page
    moved = Plan(listing.earliest + timedelta(days=30), listing.latest + timedelta(days=30), Certainty(listing.certainty))
    listing = get_listing(session, owner, listing.id)
    move_dates(session, owner, listing_id=listing.id, version=listing.version, draft=DatesDraft(moved, "Later begonnen"))
    session.commit()
    until = near_date(clock.today() + timedelta(days=10))
    page = borne.get("/werk").text
    assert "komt in een andere periode vrij" in page and f"uiterlijk {until}" in page
    assert "andere periode" not in hengelo.get("/werk").text
