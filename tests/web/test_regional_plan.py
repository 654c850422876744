"""The page of the regional plan: empty, made, and acting on its lines. The example is that of tests/rooms/test_regional_plan.py."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR, Actor
from marketplace.exchange.models import Reservation
from marketplace.jobs import tasks
from marketplace.kernel.units import Quantity, Unit
from marketplace.plans.actions.runs import make_at_once
from marketplace.plans.models import PlanAnswer
from marketplace.plans.queries.pairs import Objective
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.rooms.test_regional_plan import north
from tests.visitors import send, visit


@pytest.fixture
def people(session: Session) -> dict[str, Actor]:
    """Almelo and Hengelo have 800 m2 each at 0 and 10 km, Borne and Losser need 800 m2 at 9 and 20 km."""
    seed_taxonomy(session)
    actors = {slug: make_actor(session, slug) for slug in ("almelo", "hengelo", "borne", "losser")}
    for slug, away in (("almelo", 0), ("hengelo", 10)):
        make_listing(session, actors[slug], quantity=Quantity(Decimal(800), Unit.M2), location=north(away))
    for slug, away in (("borne", 9), ("losser", 20)):
        make_demand(session, actors[slug], location=north(away), max_distance_km=None)
    actors["broker"] = make_actor(session, "regio-twente", "coordinator")
    session.commit()
    return actors


def plain(html: str) -> str:
    return html.replace("\u00a0", " ")


def test_before_there_is_a_plan_the_page_says_what_one_tells(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    assert "Elke week komt er een." in visit(app, session, make_actor(session, "borne")).get("/plan").text
    broker = visit(app, session, make_actor(session, "regio-twente", "coordinator"))
    assert 'href="/plan/nieuw"' in broker.get("/plan").text
    make_at_once(session, OPERATOR, objective=Objective.KILOMETRES)
    session.commit()
    assert "Van wat openstaat past nu niets bij elkaar" in broker.get("/plan").text


@pytest.mark.slow
def test_a_plan_is_made_shown_and_asked_for(app: Flask, session: Session, people: dict[str, Actor]) -> None:
    """First come 148 t x 1.3 x 21 km = 4 040.4 tonne-km, the plan x 19 = 3 655.6: 384.8 less, 9.5 %."""
    broker, borne = visit(app, session, people["broker"]), visit(app, session, people["borne"])
    begun = send(broker, "/plan/nieuw", {"doel": "kilometres", "ondergrens": "y"})
    assert begun.status_code == 303 and begun.location == "/plan/1"
    waiting = broker.get("/plan/1")
    assert waiting.headers["Refresh"] == "3" and "Refresh" not in broker.get("/plan/1?stil=1").headers
    assert tasks.work_off(app) == 1
    page = plain(borne.get("/plan").text)
    assert "296 ton in 2 uitwisselingen" in page and "385 tonkm, 9,5%" in page and "Bewezen: geen andere verdeling" in page
    assert "gaat naar Borne en niet naar Losser: samen 384,8 tonkm minder." in page
    answer = send(borne, "/plan", {}, to="/plan/1/regels/1/aanvragen")
    session.expire_all()
    [reservation] = session.scalars(select(Reservation))
    assert (answer.status_code, answer.location) == (303, f"/reserveringen/{reservation.id}")
    assert (reservation.quantity, reservation.status) == (800, "requested")
    assert "Aangevraagd: 1; aangeboden: 0; geweigerd: 0; niets mee gedaan: 1." in plain(borne.get("/plan").text)
    only = plain(borne.get("/plan/1?organisatie=hengelo").text)
    assert "Regels van Hengelo (1)" in only and "regel-2" in only and "regel-1" not in only


@pytest.mark.slow
def test_a_line_is_offered_pointed_out_or_refused_with_a_reason(app: Flask, session: Session, people: dict[str, Actor]) -> None:
    make_at_once(session, OPERATOR, objective=Objective.KILOMETRES)
    session.commit()
    hengelo, losser, broker = (visit(app, session, people[slug]) for slug in ("hengelo", "losser", "broker"))
    silent = send(broker, "/plan/1/regels/1/aanwijzen", {"reden": ""})
    assert silent.status_code == 422 and "Vertel in één zin waarom." in silent.text
    assert send(broker, "/plan/1/regels/1/aanwijzen", {"reden": "Het ligt dichtbij."}).status_code == 303
    assert send(hengelo, "/plan", {}, to="/plan/1/regels/2/aanvragen").status_code == 303
    assert send(losser, "/plan/1/regels/2/weigeren", {"reden": "Te grijs."}).status_code == 303
    session.expire_all()
    rows = [(row.number, row.answer, row.reason) for row in session.scalars(select(PlanAnswer).order_by(PlanAnswer.id))]
    session.commit()
    assert rows == [(1, "offered", "Het ligt dichtbij."), (2, "offered", ""), (2, "refused", "Te grijs.")]
    assert send(losser, "/plan/1/regels/2/weigeren", {"reden": "x"}, to="/plan/1/regels/1/weigeren").status_code == 403


@pytest.mark.slow
def test_the_pages_beside_a_plan_tell_what_stays_goes_together_differs_and_was_followed(
    app: Flask, session: Session, people: dict[str, Actor]
) -> None:
    """With 200 m2 more at 19 km Losser takes those and 600 of Hengelo, Borne the other 200 of Hengelo and 600 of Almelo: both from two lots.

    Almelo has 200 left, and a need within 2 km of kilometre 30 stays open. Losser refuses one of its lines.
    """
    make_listing(session, people["hengelo"], quantity=Quantity(Decimal(200), Unit.M2), location=north(19))
    make_demand(session, people["hengelo"], location=north(30), max_distance_km=Decimal(2))
    make_at_once(session, OPERATOR, objective=Objective.KILOMETRES)
    session.commit()
    losser = visit(app, session, people["losser"])
    plan = plain(losser.get("/plan").text)
    assert "Regels van Losser (2)" in plan and "(heen en terug 2,6 km)" in plan  # 1 km x 1.3 x 2
    assert "Eén vraag blijft helemaal of voor een deel open." in plan
    stays = plain(losser.get("/plan/1/tekorten").text)
    assert "Vragen die open blijven (1)" in stays and "Partijen die blijven liggen (1)" in stays
    assert "200 m² van Almelo" in stays and "km verder mag zijn" in stays
    assert "200 m² voor Hengelo" in plain(losser.get("/plan/1/tekorten?soort=partijen&organisatie=almelo").text)
    together = plain(losser.get("/plan/1/samen").text)
    assert "Vragen uit meer dan één partij (2)" in together and "800 m² uit 2 partijen" in together
    assert "Vrachten die elkaars terugweg vullen (0)" in together
    assert "Er zijn nog geen twee plannen" in losser.get("/plan/vergelijken").text
    assert send(losser, "/plan/1/regels/3/weigeren", {"reden": "Te grijs."}).status_code == 303
    make_at_once(session, OPERATOR, objective=Objective.KILOMETRES)
    session.commit()
    beside = plain(losser.get("/plan/vergelijken").text)
    assert "Nieuw: 0; vervallen: 0; andere hoeveelheid: 0; gelijk: 4." in beside and "Beide gaan over precies hetzelfde" in beside
    followed = plain(losser.get("/plan/gevolgd").text)
    assert "Was gevolgd wat nu geweigerd is of bleef liggen" in followed and "Telt mee bij een ander plan" in followed
    for number in ("99", "-1", "9" * 20):
        assert losser.get(f"/plan/vergelijken?van=1&met={number}").status_code == 404


def test_the_lines_of_everybody_stand_folded_by_municipality(app: Flask, session: Session, people: dict[str, Actor]) -> None:
    make_at_once(session, OPERATOR, objective=Objective.KILOMETRES)
    session.commit()
    page = plain(visit(app, session, people["borne"]).get("/plan?organisatie=alle").text)
    assert "Alle regels (2)" in page and page.index("Van Almelo") < page.index('id="regel-1"') < page.index("Van Hengelo")


def test_before_there_is_a_plan_nothing_was_followed_or_compared(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    borne = visit(app, session, make_actor(session, "borne"))
    assert "Er is nog geen plan gemaakt" in borne.get("/plan/gevolgd").text
    assert "Er zijn nog geen twee plannen" in borne.get("/plan/vergelijken").text
    assert borne.get("/plan/1/tekorten").status_code == 404


@pytest.mark.parametrize(
    ("asker", "sentence"), [("almelo", "een partij van uw eigen organisatie"), ("borne", "De eigenaar heeft bericht gekregen")]
)
def test_whoever_asks_for_a_line_reads_who_decides(app: Flask, session: Session, asker: str, sentence: str) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "almelo"), quantity=Quantity(Decimal(800), Unit.M2), location=north(0))
    actor = make_actor(session, asker)
    make_demand(session, actor, location=north(9), max_distance_km=None)
    make_at_once(session, OPERATOR, objective=Objective.KILOMETRES)
    session.commit()
    client = visit(app, session, actor)
    sent = send(client, "/plan", {}, to="/plan/1/regels/1/aanvragen")
    assert sentence in client.get(sent.location).text


def test_two_plans_that_were_made_differently_say_so_and_blame_no_supply(
    app: Flask, session: Session, people: dict[str, Actor]
) -> None:
    for objective in (Objective.KILOMETRES, Objective.CARBON):
        make_at_once(session, OPERATOR, objective=objective)
    session.commit()
    page = visit(app, session, people["losser"]).get("/plan/vergelijken").text
    assert "niet op dezelfde manier gemaakt" in page and "Aanbod of vraag was intussen anders" not in page
