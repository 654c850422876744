"""The card of what was agreed, the second look, objections, and what the lot's page says to its owner."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.exchange.actions import decide, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.visitors import send, visit

PAGE = "/reserveringen/1"


class Deal:
    """60 of 100 m², approved by Hengelo for Borne, and the browsers of both and of the broker."""

    def __init__(self, app: Flask, session: Session) -> None:
        seed_taxonomy(session)
        hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
        lot = make_listing(session, hengelo, quantity=Quantity(Decimal(100), Unit.M2), available_until=None)
        draft = ReservationDraft(Quantity(Decimal(60), Unit.M2), use="Parkeerplaatsen", reused_as_is=True, same_grade=True)
        made = reserve.reserve(session, borne, listing_id=lot.id, draft=draft)
        decide.approve(session, hengelo, reservation_id=made.id)
        self.hengelo, self.session = hengelo, session
        self.owner, self.asker = visit(app, session, hengelo), visit(app, session, borne)
        self.coordinator = visit(app, session, make_actor(session, "hengelo", "coordinator"))
        self.broker = visit(app, session, make_actor(session, "regio-twente", "coordinator"))

    def now(self) -> Reservation:
        self.session.expire_all()
        return self.session.scalars(select(Reservation)).one()


@pytest.fixture
def deal(app: Flask, session: Session) -> Deal:
    return Deal(app, session)


@pytest.mark.slow
def test_other_terms_are_proposed_on_one_card_and_accepted_by_the_other_side(deal: Deal) -> None:
    page = deal.owner.get(PAGE).text
    assert "Wat is afgesproken" in page and "Andere afspraken voorstellen" in page
    refused = send(deal.owner, PAGE, {"price": "2,50"}, to=f"{PAGE}/afspraken")
    assert refused.status_code == 422 and 'href="#terms-reason"' in refused.text
    fields = {"price": "2,50", "destination": "Almelo", "reason": "Telefonisch afgesproken"}
    assert send(deal.owner, PAGE, fields, to=f"{PAGE}/afspraken").status_code == 303
    assert "Akkoord met deze afspraken" not in deal.owner.get(PAGE).text
    answer = deal.asker.get(PAGE).text
    assert "U bent aan zet: antwoord op de andere afspraken" in answer
    assert answer.index("Hengelo stelt andere afspraken voor") < answer.index('id="meeting"')
    assert "gratis wordt € 2,50" in answer.replace("\u00a0", " ") and "Telefonisch afgesproken" in answer
    assert "stelt andere afspraken voor" in deal.asker.get("/werk").text
    assert send(deal.asker, PAGE, {}, to=f"{PAGE}/afspraken/akkoord").status_code == 303
    assert "op voorstel van Hengelo" in deal.owner.get(PAGE).text


@pytest.mark.slow
def test_the_lots_page_says_to_its_owner_for_how_many_a_change_does_not_count(deal: Deal) -> None:
    assert "Geldt niet voor 1 lopende reservering." in deal.owner.get("/aanbod/1").text
    assert "lopende reservering" not in deal.asker.get("/aanbod/1").text


@pytest.mark.slow
def test_a_figure_far_above_the_order_gets_a_second_look(deal: Deal) -> None:
    fields = {"quantity": "70", "unit": "m2", "handed_over_on": f"{clock.today():%d-%m-%Y}"}
    answer = send(deal.owner, PAGE, fields, to=f"{PAGE}/overdragen")
    assert answer.status_code == 422 and "Bedoelt u 70" in answer.text and 'id="given-unusual"' in answer.text
    assert send(deal.owner, PAGE, {**fields, "confirm_unusual": "y"}, to=f"{PAGE}/overdragen").status_code == 303
    page = deal.asker.get(PAGE).text
    assert "Zonder uw ja telt het niet" in page
    assert "Het telt pas na dat ja" in deal.owner.get(PAGE).text


@pytest.mark.slow
def test_late_paperwork_is_offered_to_the_coordinator_only(deal: Deal) -> None:
    heading = "Het is voor de goedkeuring al overgedragen"
    assert heading not in deal.owner.get(PAGE).text
    assert heading in deal.coordinator.get(PAGE).text
    day = clock.today() - timedelta(days=30)
    fields = {"quantity": "60", "unit": "m2", "handed_over_on": f"{day:%d-%m-%Y}", "reason": "De bon lag in de keet"}
    assert send(deal.coordinator, PAGE, fields, to=f"{PAGE}/achteraf-overdragen").status_code == 303
    assert deal.now().handed_over_on == day
    assert "De bon lag in de keet" in deal.asker.get(PAGE).text


@pytest.mark.slow
def test_a_no_show_is_objected_to_and_decided_on_the_page(deal: Deal) -> None:
    with clock.frozen(clock.now() + timedelta(days=31)):
        decide.no_show(deal.session, deal.hengelo, reservation_id=1)
    deal.session.commit()
    assert "Hengelo meldt dat niemand het kwam ophalen. Klopt dat niet?" in deal.asker.get(PAGE).text
    assert send(deal.asker, PAGE, {"reason": "Wij stonden er om 9 uur"}, to=f"{PAGE}/bezwaar").status_code == 303
    assert "Wij stonden er om 9 uur" in deal.broker.get(PAGE).text
    assert "maakt bezwaar" in deal.broker.get("/werk").text
    listed = deal.broker.get("/makelaar").text
    assert "Bezwaren" in listed and "Wij stonden er om 9 uur" in listed
    decision = {"upheld": "yes", "reason": "Foto met tijd"}
    assert send(deal.broker, PAGE, decision, to=f"{PAGE}/bezwaar-beslissen").status_code == 303
    decided = deal.asker.get(PAGE).text
    assert "De melding telt niet: Foto met tijd" in decided
    assert "De makelaar heeft beslist: de melding telt niet voor Borne." in decided


@pytest.mark.slow
def test_what_came_back_stands_with_what_was_booked(deal: Deal) -> None:
    day = f"{clock.today():%d-%m-%Y}"
    send(deal.owner, PAGE, {"quantity": "60", "unit": "m2", "handed_over_on": day}, to=f"{PAGE}/overdragen")
    send(deal.asker, PAGE, {"quantity": "60", "unit": "m2"}, to=f"{PAGE}/bevestigen")
    assert "Wat later is geboekt" not in deal.asker.get(PAGE).text
    back = {"quantity": "20", "unit": "m2", "condition": "fair", "returned_on": day, "driven_km": "1", "reason": "Te veel"}
    short = send(deal.asker, PAGE, back, to=f"{PAGE}/retour")
    assert short.status_code == 422 and "U vult 1 km in en hemelsbreed is het" in short.text
    assert send(deal.asker, PAGE, {**back, "driven_km": "12"}, to=f"{PAGE}/retour").status_code == 303
    page = deal.asker.get(PAGE).text.replace("\u00a0", " ")
    assert "Afgerond, en 20 m² van de 60 m² kwam terug" in page and "Wat later is geboekt" in page
    assert "<h1>40 m² " in page and "<dt>ton opnieuw gebruikt</dt><dd>7,4</dd>" in page  # 40 m² × 185 kg
    assert "door wat terugkwam gaat er 3,7 ton af, en 440 kg" in page  # 20 m² × 185 kg × 0.1188
    assert "bij de terugweg van 12,0 km hoort nog 44,4 tonkm" in page


@pytest.mark.slow
def test_the_broker_decides_a_dispute_and_reads_no_promise_of_names(deal: Deal) -> None:
    fields = {"quantity": "60", "unit": "m2", "handed_over_on": f"{clock.today():%d-%m-%Y}"}
    send(deal.owner, PAGE, fields, to=f"{PAGE}/overdragen")
    send(deal.asker, PAGE, {"quantity": "40", "unit": "m2"}, to=f"{PAGE}/bevestigen")
    page = deal.broker.get(PAGE).text.replace("\u00a0", " ")
    assert "U beslist: welke hoeveelheid telt?" in page and "beslist u welke telt" in page
    assert "<h1>Betwist: 60 of 40 m²</h1>" in page and "Verschil: 20 m² (3,7 ton)" in page
    assert "Beslissen: 40 m² van Borne telt" in page
    assert "Alleen de twee partijen zien de precieze plek" in page
