"""The desk: what waits for somebody, most urgent first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.exchange.actions.decide import approve, cancel
from marketplace.exchange.actions.gate import propose_times
from marketplace.exchange.actions.hand_over import hand_over
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.drafts import start_sketch
from marketplace.market.models import Listing
from tests.factories import KEI, make_actor, make_demand, make_draft, make_listing, seed_taxonomy
from tests.visitors import send, visit


def test_an_empty_desk_says_what_to_do_next(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    page = visit(app, session, make_actor(session, "hengelo")).get("/werk").text
    assert "Er wacht niets op u" in page
    assert 'href="/aanbod/nieuw/stap/1"' in page and 'href="/gezocht/nieuw"' in page


def test_a_draft_without_a_name_says_so_and_one_with_a_material_is_called_by_it(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo = make_actor(session, "hengelo")
    for answers in ({"project": "Dorpsstraat"}, {"material": KEI}):
        start_sketch(session, hengelo, answers)
    page = visit(app, session, hengelo).get("/werk").text
    assert ">Concept zonder naam</a>" in page and ">Betonstraatsteen keiformaat 8 cm</a>" in page


def test_requests_hand_overs_and_drafts_wait_in_order_of_their_day(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    lot = make_listing(session, hengelo, title="Keien")
    make_draft(session, hengelo, title="Half af")
    for quantity in (100, 200):
        reserve(session, borne, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(quantity), Unit.M2)))
    approve(session, hengelo, reservation_id=1)
    client = visit(app, session, hengelo)
    page = client.get("/werk").text.replace("\u00a0", " ")
    order = [page.index(words) for words in ("Borne vraagt 200 m²", "Borne haalt 100 m²", "Maak uw concept “Half af” af")]
    assert order == sorted(order)


def test_who_received_something_is_asked_to_confirm(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    lot = make_listing(session, hengelo)
    quantity = Quantity(Decimal(100), Unit.M2)
    reserve(session, borne, listing_id=lot.id, draft=ReservationDraft(quantity))
    approve(session, hengelo, reservation_id=1)
    hand_over(session, hengelo, reservation_id=1, draft=HandoverDraft(quantity, clock.today()))
    assert "Controleren en bevestigen" in visit(app, session, borne).get("/werk").text


def test_a_lot_that_nobody_confirmed_is_confirmed_with_one_button(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo = make_actor(session, "hengelo")
    lot = make_listing(session, hengelo, title="Keien")
    session.execute(update(Listing).values(confirmed_on=clock.today() - timedelta(days=50)))
    client = visit(app, session, hengelo)
    assert "Is “Keien” er nog?" in client.get("/werk").text
    assert send(client, "/werk", {}, to=f"/aanbod/{lot.id}/bevestigen").status_code == 303
    assert "er nog?" not in client.get("/werk").text


def test_matches_for_own_demands_are_on_the_desk(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    borne = make_actor(session, "borne")
    make_listing(session, make_actor(session, "hengelo"))
    make_demand(session, borne)
    page = visit(app, session, borne).get("/werk").text
    assert "Gevonden voor uw vragen" in page and "1 partij past" in page


def test_who_does_not_trade_is_shown_the_way(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    for role in ("reviewer", "admin"):
        page = visit(app, session, make_actor(session, "regio-twente", role)).get("/werk").text
        assert "Met uw rol leest u mee" in page


def test_the_desk_is_not_for_the_public(app: Flask, session: Session) -> None:
    session.commit()
    answer = app.test_client().get("/werk")
    assert answer.status_code == 303 and "/inloggen" in answer.location


@pytest.mark.slow
def test_what_the_other_side_proposes_waits_for_an_answer(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    quantity = Quantity(Decimal(100), Unit.M2)
    for number, title in ((1, "Keien"), (2, "Banden")):
        reserve(session, borne, listing_id=make_listing(session, hengelo, title=title).id, draft=ReservationDraft(quantity))
        approve(session, hengelo, reservation_id=number)
    propose_times(session, hengelo, reservation_id=1, draft=AppointmentDraft((clock.now() + timedelta(days=2),)))
    hand_over(session, hengelo, reservation_id=2, draft=HandoverDraft(quantity, clock.today()))
    cancel(session, borne, reservation_id=2, reason="Verkeerde partij")
    time, off = "stelt voor wanneer “Keien” kan worden opgehaald", "stelt voor om de overdracht van “Banden” te annuleren"
    asked, owned = (visit(app, session, one).get("/werk").text for one in (borne, hengelo))
    assert f"Hengelo {time}" in asked and "stelt voor om" not in asked
    assert f"Borne {off}" in owned and "stelt voor wanneer" not in owned
