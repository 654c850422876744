"""The proposal on the page of a demand: the arithmetic, a button for each part, and one for all."""

from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.visitors import hidden, visit


def m2(amount: int) -> Quantity:
    return Quantity(Decimal(amount), Unit.M2)


@pytest.fixture
def lots(session: Session) -> tuple[Listing, Listing]:
    """150 m² in Hengelo, and 120 m² in Almelo, which parts with no less than 100 m²."""
    seed_taxonomy(session)
    near = make_listing(session, make_actor(session, "hengelo"), quantity=m2(150))
    far = make_listing(session, make_actor(session, "almelo"), quantity=m2(120))
    far.minimum_part = Decimal(100)
    session.flush()
    return near, far


@pytest.fixture
def demand(session: Session, lots: tuple[Listing, Listing]) -> Demand:
    return make_demand(session, make_actor(session, "borne"), quantity=Quantity(Decimal(10_000), Unit.PIECE))


@pytest.fixture
def borne(app: Flask, session: Session, demand: Demand) -> FlaskClient:
    return visit(app, session, make_actor(session, "borne"))


def asked(session: Session) -> list[tuple[int, Decimal]]:
    rows = session.execute(select(Reservation.listing_id, Reservation.quantity).order_by(Reservation.id))
    requests = [(listing_id, quantity) for listing_id, quantity in rows]
    session.commit()  # whoever writes next does not wait for this look
    return requests


def test_the_proposal_stands_there_with_its_arithmetic(borne: FlaskClient, lots: tuple[Listing, Listing], demand: Demand) -> None:
    page = borne.get(f"/gezocht/{demand.id}").text.replace("\u00a0", " ")
    assert "Voorstel: samen dekken deze partijen uw vraag" in page
    assert "Samen is dit 11.000 stuks, bij een vraag van 10.000 stuks: alles is gedekt." in page
    assert "U houdt 1.000 stuks over, want Almelo geeft niet minder dan 100 m² weg." in page
    for figure in ("150 m²", "6.600 stuks", "100 m²", "4.400 stuks", "11.000 stuks", "46,3 ton"):
        assert f">{figure}<" in page, figure
    for lot, quantity in zip(lots, (150, 100), strict=True):
        assert f"/aanbod/{lot.id}/reserveren?quantity={quantity}&amp;demand={demand.id}" in page
    english = borne.get(f"/en/gezocht/{demand.id}").text.replace("\u00a0", " ")
    assert "1,000 pieces is surplus, because Almelo parts with no less than 100 m²." in english


@pytest.mark.slow
def test_one_button_asks_for_all(borne: FlaskClient, session: Session, lots: tuple[Listing, Listing], demand: Demand) -> None:
    address = f"/gezocht/{demand.id}"
    fields = hidden(borne.get(address).text)
    answer = borne.post(f"{address}/voorstel", data=fields)
    assert (answer.status_code, answer.location) == (303, "/reserveringen?side=asking")
    assert borne.post(f"{address}/voorstel", data=fields).status_code == 303  # a double click
    assert asked(session) == [(lots[0].id, 150), (lots[1].id, 100)]
    assert "Aangevraagd." in borne.get(answer.location).text
    page = borne.get(address).text.replace("\u00a0", " ")
    assert "Voorstel:" not in page


def test_amounts_that_changed_are_shown_and_not_asked_for(
    borne: FlaskClient, session: Session, lots: tuple[Listing, Listing], demand: Demand
) -> None:
    address = f"/gezocht/{demand.id}"
    fields = hidden(borne.get(address).text)
    reserve(session, make_actor(session, "wierden"), listing_id=lots[0].id, draft=ReservationDraft(m2(50)))
    session.commit()
    answer = borne.post(f"{address}/voorstel", data=fields)
    page = answer.text.replace("\u00a0", " ")
    assert answer.status_code == 409
    assert "Het voorstel is veranderd sinds u het zag." in page
    assert "Samen is dit 9.680 stuks, bij een vraag van 10.000 stuks. U mist dan nog 320 stuks." in page  # (100 + 120) × 44
    assert asked(session) == [(lots[0].id, 50)]
    assert borne.post(f"{address}/voorstel", data=hidden(answer.text)).status_code == 303
    assert asked(session)[1:] == [(lots[0].id, 100), (lots[1].id, 120)]


@pytest.mark.parametrize("sent", ["", "onzin", "1:x 2:100", "1:150"])
@pytest.mark.slow
def test_what_did_not_stand_on_the_page_is_not_asked_for(borne: FlaskClient, session: Session, demand: Demand, sent: str) -> None:
    address = f"/gezocht/{demand.id}"
    answer = borne.post(f"{address}/voorstel", data={**hidden(borne.get(address).text), "parts": sent})
    assert answer.status_code == 409
    assert asked(session) == []


def test_where_one_lot_covers_all_there_is_no_proposal(
    app: Flask, session: Session, demand: Demand, lots: tuple[Listing, Listing]
) -> None:
    make_listing(session, make_actor(session, "hengelo"))
    page = visit(app, session, make_actor(session, "borne")).get(f"/gezocht/{demand.id}").text
    assert "3 partijen passen" in page and "Voorstel:" not in page


def test_the_reviewer_reads_it_and_others_do_not(app: Flask, session: Session, demand: Demand) -> None:
    address = f"/gezocht/{demand.id}"
    page = visit(app, session, make_actor(session, "regio-twente", "reviewer")).get(address).text
    assert "Voorstel:" in page and "Vraag alles aan" not in page and "/reserveren?" not in page
    outsider = visit(app, session, make_actor(session, "losser"))
    assert "Voorstel:" not in outsider.get(address).text
    assert outsider.post(f"{address}/voorstel", data=hidden(outsider.get("/gezocht/nieuw").text)).status_code == 403
