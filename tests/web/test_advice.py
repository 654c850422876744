"""The adviser's list, the page where a lot is judged, asking and lifting, and the lots that must meet a new rule."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.advice.actions.opinions import ask_for_opinion, give_opinion
from marketplace.advice.models import Requirement
from marketplace.advice.rules.opinions import OpinionDraft
from marketplace.bench.statements import counted
from marketplace.documents.models import GateLift, Opinion, OpinionRequest
from marketplace.documents.rules import Verdict
from marketplace.kernel import clock
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Answer
from marketplace.materials.queries import find_newest_version
from tests.factories import declare, make_actor, make_draft, make_listing, seed_taxonomy
from tests.visitors import send, visit

OPINION = {"verdict": "positive", "rule": "environmental-declaration", "text": "De partijkeuring is in orde bevonden."}
REASON = "Het asbestrapport laat zien dat er geen asbest in zit."


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def adviser(session: Session, owner: Actor) -> Actor:
    return make_actor(session, "omgevingsdienst", "project_leader", "adviser")


@pytest.fixture
def lot(session: Session, owner: Actor) -> Listing:
    lot = make_listing(session, owner, is_declared=False)
    session.commit()
    return lot


def test_an_adviser_begins_at_the_lots_that_ask_for_an_opinion(
    app: Flask, session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    listing = make_listing(session, owner, title="Gevraagde keien")
    ask_for_opinion(session, owner, listing_id=listing.id)
    session.commit()
    browser = visit(app, session, adviser)
    assert browser.get("/werk").location == "/oordelen"
    page = browser.get("/oordelen").text
    assert "Partijen die een oordeel vragen" in page and "Een oordeel is gevraagd (1)" in page
    first, second = page.split('id="stopped"')
    assert "Gevraagde keien" in first and "Grijze betonstraatstenen" not in first
    assert f'href="/aanbod/{lot.id}/oordeel"' in second and "Milieuverklaring" in second
    assert f"/aanbod/{listing.id}/oordeel" not in second  # it has its declaration
    assert f'href="/aanbod/{lot.id}/oordeel"' not in browser.get("/oordelen?groep=hout").text
    assert f'href="/aanbod/{lot.id}/oordeel"' in browser.get("/oordelen?groep=bestrating&regel=environmental-declaration").text
    assert browser.get("/oordelen?voor=9x&groep=niets&regel=%27").status_code == 200


def test_the_list_asks_the_database_no_more_for_many_lots(app: Flask, session: Session, owner: Actor, adviser: Actor) -> None:
    browser = visit(app, session, adviser)

    def sent() -> int:
        with counted(app.extensions["database"]) as statements:
            browser.get("/oordelen")
        return len(statements)

    make_listing(session, owner, is_declared=False)
    session.commit()
    sent()
    few = sent()
    for _number in range(12):
        make_listing(session, owner, is_declared=False)
    session.commit()
    assert 0 < sent() <= few


def test_an_opinion_is_given_on_a_page_that_shows_rules_answers_and_papers(
    app: Flask, session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    declare(session, owner, lot, kind="other")
    session.commit()
    browser = visit(app, session, adviser)
    where = f"/aanbod/{lot.id}/oordeel"
    page = browser.get(where).text
    assert "Wat de regels zeggen" in page and "Keurlab Oost" in page and "Wat de eigenaar antwoordde" in page
    assert send(browser, where, OPINION, to=f"{where}/geven").location == where
    session.expire_all()
    opinion = session.scalars(select(Opinion)).one()
    assert (opinion.verdict, opinion.rule, opinion.person_id) == ("positive", "environmental-declaration", adviser.person_id)
    assert "De partijkeuring is in orde bevonden." in browser.get(where).text


def test_what_is_wrong_with_an_opinion_stands_at_its_field_and_what_was_typed_stays(
    app: Flask, session: Session, adviser: Actor, lot: Listing
) -> None:
    browser, where = visit(app, session, adviser), f"/aanbod/{lot.id}/oordeel"
    answer = send(browser, where, {"verdict": "", "rule": "", "text": "kort"}, to=f"{where}/geven")
    assert answer.status_code == 422 and "Maak een keuze bij" in answer.text and "kort</textarea>" in answer.text
    answer = send(browser, where, {**OPINION, "text": "kort"}, to=f"{where}/geven")
    assert answer.status_code == 422 and "Schrijf in een of twee zinnen" in answer.text
    assert re.search(r'value="positive"[^>]*checked|checked[^>]*value="positive"', answer.text)
    assert session.scalars(select(Opinion)).all() == []
    assert browser.get(f"{where}/geven").location == where


def test_members_read_the_opinion_at_the_lot_without_the_name_of_a_person_and_visitors_nothing(
    app: Flask, session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    give_opinion(
        session, adviser, listing_id=lot.id, draft=OpinionDraft(Verdict.CONDITIONAL, "Alleen met een keuring erbij.", "")
    )
    session.commit()
    neighbour = visit(app, session, make_actor(session, "borne")).get(f"/aanbod/{lot.id}").text
    assert "Positief, met voorwaarden" in neighbour and "Alleen met een keuring erbij." in neighbour
    assert adviser.name not in neighbour and f"/aanbod/{lot.id}/oordeel" not in neighbour
    own = visit(app, session, owner).get(f"/aanbod/{lot.id}").text
    assert adviser.name in own and "Vraag een oordeel" in own
    visitor = app.test_client().get(f"/aanbod/{lot.id}").text
    assert "Alleen met een keuring erbij." not in visitor and "Omgevingsdienst</b>" not in visitor


def test_an_owner_asks_once_and_sees_that_it_waits(
    app: Flask, session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    browser, where = visit(app, session, owner), f"/aanbod/{lot.id}/oordeel"
    assert "Vraag een oordeel" in browser.get(where).text
    assert send(browser, where, {"text": "Het rapport komt nog."}, to=f"{where}/vragen").location == where
    session.expire_all()
    assert session.scalars(select(OpinionRequest.text)).all() == ["Het rapport komt nog."]
    page = browser.get(where).text
    assert "Hengelo vroeg een oordeel op" in page and "Het rapport komt nog." in page and 'name="text"' not in page
    assert "vraagt uw oordeel over" in visit(app, session, adviser).get("/berichten").text
    assert browser.get(f"{where}/vragen").location == where


def test_no_turn_of_a_lot_is_the_advisers_who_reserves_nothing(
    app: Flask, session: Session, adviser: Actor, lot: Listing
) -> None:
    reader = make_actor(session, "borne")
    assert "(uw organisatie)" in visit(app, session, reader).get(f"/aanbod/{lot.id}").text
    assert "(uw organisatie)" not in visit(app, session, adviser).get(f"/aanbod/{lot.id}").text


def test_a_rule_is_lifted_with_a_paper_and_a_reason(app: Flask, session: Session, owner: Actor, adviser: Actor) -> None:
    draft = make_draft(session, owner, asbestos_suspected=Answer.YES)
    ask_for_opinion(session, owner, listing_id=draft.id)
    session.commit()
    browser, where = visit(app, session, adviser), f"/aanbod/{draft.id}/oordeel"
    assert "er is er geen dat vandaag geldt" in browser.get(where).text
    paper = declare(session, owner, draft, kind="asbestos-report")
    session.commit()
    page = browser.get(where).text
    assert 'value="asbestos"' in page and f'<option value="{paper.id}"' in page
    fields = {"rule": "asbestos", "paper_id": str(paper.id), "reason": "zomaar"}
    answer = send(browser, where, fields, to=f"{where}/opheffen")
    assert answer.status_code == 422 and "zomaar</textarea>" in answer.text
    assert send(browser, where, {**fields, "reason": REASON}, to=f"{where}/opheffen").location == where
    session.expire_all()
    lift = session.scalars(select(GateLift)).one()
    assert (lift.rule, lift.paper_id, lift.reason, lift.person_id) == ("asbestos", paper.id, REASON, adviser.person_id)
    assert REASON in visit(app, session, owner).get(where).text
    assert browser.get(f"{where}/opheffen").location == where


@pytest.mark.parametrize(
    ("slug", "role", "kind", "reads"),
    [
        ("borne", "coordinator", "", False),
        ("bouwer", "coordinator", "partner", False),
        ("regio-twente", "admin", "", False),
        ("regio-twente", "reviewer", "", True),
        ("regio-twente", "coordinator", "", True),
    ],
)
def test_who_reads_along_and_who_judges(
    app: Flask, session: Session, lot: Listing, slug: str, role: str, kind: str, reads: bool
) -> None:
    browser, where = visit(app, session, make_actor(session, slug, role, kind)), f"/aanbod/{lot.id}/oordeel"
    session.commit()
    page = browser.get(where)
    assert page.status_code == (200 if reads else 403)
    assert "Geef dit oordeel" not in page.text
    assert browser.get("/oordelen").status_code == 403
    assert send(browser, "/aanbod", OPINION, to=f"{where}/geven").status_code == 403
    assert session.scalars(select(Opinion)).all() == []


def test_a_lot_that_does_not_meet_a_new_rule_stands_among_the_work_and_in_a_list_until_it_does(
    app: Flask, session: Session, owner: Actor
) -> None:
    browser = visit(app, session, owner)
    assert "Al uw partijen voldoen aan de regels" in browser.get("/werk/nieuwe-eisen").text
    lot = make_listing(session, owner)
    version = find_newest_version(session)
    assert version is not None
    lot.asbestos_suspected = "yes"  # as a lot from before the rule
    until = clock.today() + timedelta(days=30)
    session.add(
        Requirement(
            listing_id=lot.id, organisation_id=lot.organisation_id, version_id=version.id, rules=["asbestos"],
            found_at=clock.now(), until=until, told_at=clock.now(),
        )
    )  # fmt: skip
    session.commit()
    page = browser.get("/werk/nieuwe-eisen").text
    assert lot.title in page and "Asbest" in page and f'href="/aanbod/{lot.id}/bewerken"' in page
    assert "voldoet niet aan een nieuwe regel" in browser.get("/werk").text
    lot.asbestos_suspected = "no"
    session.commit()
    assert "Al uw partijen voldoen aan de regels" in browser.get("/werk/nieuwe-eisen").text
    assert "voldoet niet aan een nieuwe regel" not in browser.get("/werk").text
    assert visit(app, session, make_actor(session, "regio-twente", "reviewer")).get("/werk/nieuwe-eisen").status_code == 403
