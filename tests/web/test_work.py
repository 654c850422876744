"""The desk: what waits for somebody, most urgent first."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.bench.statements import counted
from marketplace.exchange.actions.decide import approve, cancel, withdraw
from marketplace.exchange.actions.gate import agree_time, propose_times
from marketplace.exchange.actions.hand_over import hand_over
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.drafts import start_sketch
from marketplace.market.models import Listing
from marketplace.market.rules.freshness import Outcome
from marketplace.questions.actions import answer, ask
from tests.factories import KEI, make_actor, make_demand, make_draft, make_listing, seed_taxonomy
from tests.visitors import send, visit


def test_an_empty_desk_says_what_to_do_next(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "borne"), title="Keien van de buren")
    make_demand(session, make_actor(session, "almelo"))
    page = visit(app, session, make_actor(session, "hengelo")).get("/werk").text.replace("\u00a0", " ")
    assert "Begin hier" in page and "1 van 5 gedaan" in page and "te doen" not in page
    assert "Keien van de buren" in page and "Almelo: 800 m² Betonstraatsteen" in page
    assert page.count('href="/aanbod/nieuw"') == 2 and page.count('href="/gezocht/nieuw"') == 2


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
    order = [page.index(words) for words in ("Borne vraagt 200 m²", "Borne haalt 100 m²", ">Half af</a>")]
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
    assert "Nieuw gevonden" in page and "past op uw vraag: Stenen voor het parkeerhof" in page
    assert re.search(r"<b>1</b> <span>gevonden</span>", page)


def test_who_does_not_trade_reads_what_the_region_leaves_lying(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    make_actor(session, "hengelo")
    reviewer = visit(app, session, make_actor(session, "regio-twente", "reviewer")).get("/werk").text
    assert "Geschillen" in reviewer and "Anders gekozen dan de volgorde" in reviewer and "Stil:" not in reviewer
    admin = visit(app, session, make_actor(session, "regio-twente", "admin")).get("/werk").text
    assert "Geschillen" not in admin and 'href="/beheer"' in admin
    for page in (reviewer, admin):
        assert "Hier kijkt u verder" in page and "Vraag om opgave" in page and "Partij aanbieden" not in page


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
    borne_page, hengelo_page = (visit(app, session, actor).get("/werk").text for actor in (borne, hengelo))
    assert f"Hengelo {time}" in borne_page and "stelt voor om" not in borne_page
    assert f"Borne {off}" in hengelo_page and "stelt voor wanneer" not in hengelo_page


def test_the_first_thing_to_do_has_the_one_filled_button(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    lot = make_listing(session, hengelo, title="Keien")
    for quantity in (100, 200):
        reserve(session, borne, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(quantity), Unit.M2)))
    page = visit(app, session, hengelo).get("/werk").text
    rows = re.findall(r'<a class="(mp-button[^"]*)" href="/reserveringen/[0-9]+">Bekijk en beslis', page)
    assert rows == ["mp-button", "mp-button mp-button--second"]


def test_what_is_too_late_says_so_in_the_row_and_at_the_top(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo = make_actor(session, "hengelo")
    make_listing(session, hengelo, title="Keien")
    for days, words in ((60, "vandaag"), (61, "1 dag te laat"), (63, "3 dagen te laat")):
        session.execute(update(Listing).values(confirmed_on=clock.today() - timedelta(days=days)))
        page = visit(app, session, hengelo).get("/werk").text
        assert words in page and ("1 te laat" in page) == (days > 60)


def test_an_agreed_time_is_an_appointment_for_both_sides(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    reserve(session, borne, listing_id=make_listing(session, hengelo).id, draft=ReservationDraft(Quantity(Decimal(9), Unit.M2)))
    approve(session, hengelo, reservation_id=1)
    assert "Spreek af wanneer u" in visit(app, session, borne).get("/werk").text
    moment = (clock.now() + timedelta(days=2)).replace(microsecond=0)
    propose_times(session, hengelo, reservation_id=1, draft=AppointmentDraft((moment,)))
    assert "Borne kiest een tijd" in visit(app, session, hengelo).get("/werk").text
    agree_time(session, borne, reservation_id=1, time=moment)
    borne_page, hengelo_page = (visit(app, session, actor).get("/werk").text for actor in (borne, hengelo))
    time = f"{clock.local(moment):%H:%M}"
    assert f"{time} uur: u haalt op" in borne_page and f"{time} uur: Borne haalt op" in hengelo_page
    for page in (borne_page, hengelo_page):
        assert re.search(r"<b>1</b> <span>afspraak</span>", page) and re.search(r"<b>0</b> <span>te doen</span>", page)
    with clock.frozen(moment + timedelta(hours=1)):
        assert "Overdracht invullen" in visit(app, session, hengelo).get("/werk").text


def test_a_busy_desk_asks_no_more_of_the_database_than_a_quiet_one(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")

    def asked() -> int:
        client = visit(app, session, hengelo)
        client.get("/werk")
        with counted(app.extensions["database"]) as sent:
            assert client.get("/werk").status_code == 200
        return len(sent)

    def trade() -> None:
        lot = make_listing(session, hengelo)
        make_demand(session, borne)
        make_demand(session, hengelo)
        reserve(session, borne, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(10), Unit.M2)))
        make_listing(session, borne)

    trade()
    first = asked()
    for _time in range(4):
        trade()
    assert asked() == first <= 39


def test_the_broker_asks_a_municipality_for_its_report_from_the_desk(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    make_actor(session, "hengelo", "coordinator")
    make_actor(session, "borne")
    broker = visit(app, session, make_actor(session, "regio-twente", "coordinator"))
    page = broker.get("/werk").text
    year = clock.today().year - 1
    assert page.count("Vraag om opgave") == 14 and f"Nog geen opgave over {year}" in page and "Stil: niemand doet iets" in page
    address = f"/werk/opgave/hengelo/{year}/vragen"
    assert send(broker, "/werk", {}, to=address).location == "/werk#reports"
    page = broker.get("/werk").text
    assert page.count("Vraag om opgave") == 13 and "gevraagd " in page
    send(broker, "/werk", {}, to=address)
    assert "Vraag het vanaf" in broker.get("/werk").text
    coordinator = visit(app, session, make_actor(session, "hengelo", "coordinator"))
    assert f"De regio vraagt wat uw gemeente in {year} gebruikte" in coordinator.get("/berichten").text
    opened = send(coordinator, "/berichten", {}, to="/berichten/1/openen")
    assert opened.location == f"/beheer/materiaalgebruik/{year}"
    assert f"Uw gemeente heeft {year} nog niet opgegeven" in coordinator.get("/werk").text
    assert send(coordinator, "/werk", {}, to=address).status_code == 403


def test_a_question_that_nobody_answered_is_something_to_do(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    lot = make_listing(session, hengelo, title="Keien")
    question = ask(session, borne, listing_id=lot.id, text="Liggen ze op pallets?")
    page = visit(app, session, hengelo).get("/werk").text
    assert "Borne vraagt: “Liggen ze op pallets?”" in page and f'href="/aanbod/{lot.id}#questions"' in page
    answer(session, hengelo, question_id=question.id, text="Ja, op 40 pallets.")
    assert "Liggen ze op pallets?" not in visit(app, session, hengelo).get("/werk").text


def test_every_lot_of_ones_own_stands_in_the_list_with_what_became_of_it(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    lot = make_listing(session, hengelo, title="Keien")
    make_draft(session, hengelo, title="Half af")
    reserve(session, borne, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(300), Unit.M2)))
    page = visit(app, session, hengelo).get("/werk/aanbod").text.replace("\u00a0", " ")
    assert "900 van 1.200 m²" in page and "300 m² gereserveerd" in page and "Half af" in page and "Concept" in page
    assert page.count("mp-left__part") == 1


def test_only_what_is_on_offer_is_free_to_anybody(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo = make_actor(session, "hengelo")
    for title in ("Te koop", "Gesloten", "Half af"):
        (make_draft if title == "Half af" else make_listing)(session, hengelo, title=title)
    closed = session.scalars(select(Listing).where(Listing.title == "Gesloten")).one()
    withdraw(session, hengelo, listing_id=closed.id, outcome=Outcome.RECYCLED)
    page = visit(app, session, hengelo).get("/werk/aanbod").text.replace("\u00a0", " ")
    amounts = re.findall(r"1\.200 m², [a-z ]+[a-z]", page)
    assert sorted(amounts) == ["1.200 m², alles vrij", "1.200 m², niet meer in het aanbod", "1.200 m², nog niet in het aanbod"]
