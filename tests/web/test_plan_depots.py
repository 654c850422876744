"""Lines of a plan on its page: through a depot, by cost, and soil that is asked for with the classes of the place."""

from datetime import date, timedelta
from decimal import Decimal

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR
from marketplace.depots.models import DepotRate
from marketplace.exchange.models import Reservation
from marketplace.jobs import tasks
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.plans.actions.runs import make_at_once
from marketplace.plans.queries.pairs import Objective
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.rooms.test_regional_plan import north
from tests.visitors import send, visit
from tests.web.test_regional_plan import plain
from tests.yards import make_yard

ACCEPT = "/plan/1/regels/1/aanvragen"


def test_a_plan_by_cost_says_through_which_depot_and_what_it_costs(app: Flask, session: Session) -> None:
    """148 t over 19.5 km at 0.15 are 432.90, twice 60, and 84 days at 0.0325 a square metre and week 312, within a cent for each quarter."""
    seed_taxonomy(session)
    today, m2 = clock.today(), Quantity(Decimal(800), Unit.M2)
    make_listing(session, make_actor(session, "almelo"), quantity=m2, location=north(0))
    terms = {"needed_from": today + timedelta(days=114), "needed_until": today + timedelta(days=140), "max_distance_km": None}
    asker = make_actor(session, "borne")
    make_demand(session, asker, quantity=m2, location=north(9), **terms)
    broker = make_actor(session, "regio-twente", "coordinator")
    depot = make_yard(session, broker, name="Regiodepot", lat=north(12).point.lat, lon=north(12).point.lon)
    session.add(DepotRate(depot_id=depot.id, unit="m2", euros_per_week=Decimal("0.0325"), from_on=date(2026, 1, 1)))
    session.commit()
    assert send(visit(app, session, broker), "/plan/nieuw", {"doel": "cost", "ondergrens": "y"}).status_code == 303
    assert tasks.work_off(app) == 1
    borne = visit(app, session, asker)
    page = plain(borne.get("/plan").text)
    assert "de laagste kosten van vervoer, overslag en opslag" in page
    assert "Via depot Regiodepot: op " in page and "blijft daar 84 dagen" in page and "De opslag kost € 31" in page
    assert "Vervoer € 432,90, overslag € 120,00." in page and "Vraag 800 m² aan, te brengen naar Regiodepot" in page
    assert "Gerekend met € 0,15 per tonkilometer en € 60,00 per uitwisseling" in page and "Deze prijzen zijn voorbeelden" in page
    answer = send(borne, "/plan", {}, to=ACCEPT)
    session.expire_all()
    [reservation] = session.scalars(select(Reservation))
    assert (answer.location, reservation.depot_id) == (f"/reserveringen/{reservation.id}", depot.id)


def test_soil_is_asked_for_with_the_classes_of_the_place(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    soil = {"material": "teelaarde", "quantity": Quantity(Decimal(50), Unit.TONNE)}
    make_listing(session, make_actor(session, "almelo"), **soil)
    asker = make_actor(session, "borne")
    make_demand(session, asker, max_distance_km=None, **soil)
    make_at_once(session, OPERATOR, objective=Objective.KILOMETRES)
    session.commit()
    borne = visit(app, session, asker)
    assert f'href="{ACCEPT}"' in borne.get("/plan").text
    assert "Grond uit het plan aanvragen" in borne.get(ACCEPT).text
    refused = send(borne, ACCEPT, {})
    assert refused.status_code == 422 and "de klassen van de plek zijn onbekend" in refused.text
    send(borne, ACCEPT, {"receiving_soil": "industry", "function_class": "residential"})
    session.expire_all()
    [reservation] = session.scalars(select(Reservation))
    assert (reservation.receiving_soil, reservation.function_class, reservation.status) == (
        "industry",
        "residential",
        "requested",
    )
