"""The broker's page, and a lot that is pointed out."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.hand_over import dispute, hand_over
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.matching.models import ProposalMade
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.visitors import send, visit


@pytest.mark.slow
def test_an_empty_region_says_so_under_every_heading(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    page = visit(app, session, make_actor(session, "regio-twente", "coordinator")).get("/makelaar").text
    for words in (
        "Er is geen geschil over een overdracht.",
        "Er vervalt deze week geen reservering.",
        "Er is nu niets dat net niet past.",
        "Bij elke vraag past minstens één aanbod.",
        "Elk aanbod past bij een vraag.",
        "Van elk aanbod is de laatste 30 dagen iets gevraagd.",
    ):
        assert words in page


@pytest.mark.slow
def test_a_near_miss_is_proposed_once_and_stands_with_the_demand(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    broker = visit(app, session, make_actor(session, "regio-twente", "coordinator"))
    lot = make_listing(session, hengelo, title="Keien")
    alone = make_listing(session, hengelo, title="Aarde", material="teelaarde", quantity=Quantity(Decimal(4), Unit.TONNE))
    demand = make_demand(session, borne, title="Parkeerhof", max_distance_km=Decimal(2))
    session.commit()
    page = broker.get("/makelaar").text.replace("\u00a0", " ")
    assert "km verder dan gevraagd" in page and "Keien" in page and "Parkeerhof" in page and "Aarde" in page
    assert f'href="/makelaar/voorstel?lot={alone.id}"' in page
    address = f"/makelaar/voorstel?lot={lot.id}&vraag={demand.id}"
    assert address.replace("&", "&amp;") in page
    form = broker.get(address).text
    assert f'value="{lot.id}"' in form and "Keien" in form and "Parkeerhof" in form
    fields = {"listing_id": str(lot.id), "demand_id": str(demand.id)}
    assert send(broker, "/makelaar/voorstel", fields).status_code == 422
    assert send(broker, "/makelaar/voorstel", {**fields, "listing_id": "twaalf", "reason": "Dichtbij"}).status_code == 422
    for field, sentence in (("listing_id", "Deze partij bestaat niet"), ("demand_id", "Deze vraag bestaat niet")):
        missing = send(broker, "/makelaar/voorstel", {**fields, field: "9999", "reason": "Een lange reden"})
        assert missing.status_code == 422 and sentence in missing.text and "Een lange reden" in missing.text
    other = {**fields, "listing_id": str(alone.id), "reason": "Dichtbij"}
    refused = send(broker, "/makelaar/voorstel", other)
    assert refused.status_code == 422 and "en de vraag gaat over" in refused.text
    for _time in range(2):
        answer = send(broker, "/makelaar/voorstel", {**fields, "reason": "Vervoer is geregeld"})
        assert (answer.status_code, answer.location) == (303, f"/gezocht/{demand.id}")
    assert len(session.scalars(select(ProposalMade)).all()) == 1
    assert "Voorgesteld" in broker.get("/makelaar").text
    demand_page = visit(app, session, borne).get(f"/gezocht/{demand.id}").text
    assert "Voorgesteld door de makelaar" in demand_page and "Vervoer is geregeld" in demand_page
    assert f"/aanbod/{lot.id}/reserveren?demand={demand.id}" in demand_page
    assert "Voorgesteld door de makelaar" not in visit(app, session, hengelo).get(f"/gezocht/{demand.id}").text


@pytest.mark.slow
def test_only_the_broker_finds_the_list(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    broker = visit(app, session, make_actor(session, "regio-twente", "coordinator"))
    assert 'href="/makelaar"' in broker.get("/werk").text and 'href="/makelaar"' in broker.get("/aanbod").text
    for actor in (make_actor(session, "hengelo", "coordinator"), make_actor(session, "regio-twente", "reviewer")):
        other = visit(app, session, actor)
        assert 'href="/makelaar"' not in other.get("/werk").text
        assert other.get("/makelaar").status_code == other.get("/makelaar/voorstel").status_code == 403


def test_what_stands_still_is_named_with_both_sides(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    lot = make_listing(session, hengelo, title="Keien")
    for quantity in (100, 200, 300):
        reserve(session, borne, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(quantity), Unit.M2)))
    approve(session, hengelo, reservation_id=1)
    approve(session, hengelo, reservation_id=2)
    session.get_one(Reservation, 1).approved_at = clock.now() - timedelta(days=21)
    quantity = Quantity(Decimal(200), Unit.M2)
    hand_over(session, hengelo, reservation_id=2, draft=HandoverDraft(quantity, clock.today()))
    dispute(session, borne, reservation_id=2, quantity=Quantity(Decimal(150), Unit.M2), reason="Minder")
    broker = visit(app, session, make_actor(session, "regio-twente", "coordinator"))
    for address in ("/werk", "/makelaar"):
        page = broker.get(address).text.replace("\u00a0", " ")
        assert "200 m² of 150 m² “Keien”" in page and "Hengelo → Borne" in page
        assert "goedgekeurd, 21 dagen geen afspraak" in page
        assert page.count('class="mp-button" href="/reserveringen/2"') == 1
    for _time in range(2):
        assert send(broker, "/werk", {}, to="/makelaar/overdracht/1/herinneren").location == "/werk#silent"
    page = broker.get("/werk").text
    assert "Herinner beide" not in page and "herinnerd op" in page and "Herinner ze weer vanaf" in page
    assert "De makelaar vraagt hoe het gaat met de overdracht van “Keien”" in visit(app, session, borne).get("/berichten").text
    assert send(visit(app, session, borne), "/werk", {}, to="/makelaar/overdracht/1/herinneren").status_code == 403
