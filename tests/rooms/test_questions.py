"""Questions about lots and demands: who asks, who answers, who reads, and what is told."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.catalogue.queries.search import search
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.exchange.actions import decide
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing, TooMany, Unauthorised
from marketplace.market.models import Listing
from marketplace.matching.queries.wanted import search_wanted
from marketplace.matching.rules.wanted import WantedQuery
from marketplace.notices.models import AuditRow, NoticeRow
from marketplace.questions.actions import answer, ask, withdraw
from marketplace.questions.models import Question
from marketplace.questions.queries import get_question, list_asker_names, list_questions, list_unanswered_questions
from marketplace.questions.rules import QUESTIONS_PER_DAY
from tests.factories import make_actor, make_demand, make_draft, make_listing, seed_taxonomy

PALLETS = "Liggen ze op pallets?"


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def asker(session: Session) -> Actor:
    return make_actor(session, "borne")


@pytest.fixture
def lot(session: Session, owner: Actor) -> Listing:
    return make_listing(session, owner)


def told(session: Session, kind: str) -> list[NoticeRow]:
    return list(session.scalars(select(NoticeRow).where(NoticeRow.kind == kind).order_by(NoticeRow.id)))


def test_a_question_is_asked_answered_once_and_told_to_both(session: Session, owner: Actor, asker: Actor, lot: Listing) -> None:
    question = ask(session, asker, listing_id=lot.id, text=PALLETS)
    assert [row.id for row in list_unanswered_questions(session, owner)] == [question.id]
    [notice] = told(session, "question_asked")
    assert (notice.person_id, notice.organisation_id) == (owner.person_id, owner.organisation_id)
    assert notice.facts == {"organisation": "Borne", "about": lot.title, "question": PALLETS, "listing_id": lot.id}
    answered = answer(session, owner, question_id=question.id, text="Ja, 40 pallets.")
    assert (answered.answer, answered.answered_by_id) == ("Ja, 40 pallets.", owner.person_id)
    assert answered.answered_at is not None
    assert list_unanswered_questions(session, owner) == []
    [back] = told(session, "question_answered")
    assert (back.person_id, back.facts["answer"], back.facts["organisation"]) == (asker.person_id, "Ja, 40 pallets.", "Hengelo")
    assert answer(session, owner, question_id=question.id, text="Ja, 40 pallets.").id == question.id
    with pytest.raises(Conflict):
        answer(session, owner, question_id=question.id, text="Nee toch niet.")
    assert len(told(session, "question_answered")) == 1
    actions = session.scalars(select(AuditRow.action).where(AuditRow.object_type == "question").order_by(AuditRow.id))
    assert list(actions) == ["question.ask", "question.answer"]


def test_a_demand_is_asked_about_too(session: Session, owner: Actor, asker: Actor) -> None:
    demand = make_demand(session, asker)
    question = ask(session, owner, demand_id=demand.id, text="Mag het ook 7 cm zijn?")
    assert [row.subject for row in list_unanswered_questions(session, asker)] == [demand]
    assert told(session, "question_asked")[0].facts["demand_id"] == demand.id
    assert answer(session, asker, question_id=question.id, text="Nee.").answer == "Nee."
    assert [row.text for row in list_questions(session, make_actor(session, "losser"), demand_id=demand.id)] == [
        "Mag het ook 7 cm zijn?"
    ]


def test_every_member_reads_them_and_a_visitor_does_not(session: Session, owner: Actor, asker: Actor, lot: Listing) -> None:
    question = ask(session, asker, listing_id=lot.id, text=PALLETS)
    people = [
        make_actor(session, "losser"),
        make_actor(session, "regio-twente", "reviewer"),
        make_actor(session, "regio-twente", "admin"),
        make_actor(session, "waterschap", kind="partner"),
        make_actor(session, "bureau", kind="adviser"),
    ]
    for reader in (owner, asker, *people):
        assert [row.id for row in list_questions(session, reader, listing_id=lot.id)] == [question.id]
    with pytest.raises(Unauthorised):
        list_questions(session, ANONYMOUS, listing_id=lot.id)
    with pytest.raises(Missing):
        get_question(session, ANONYMOUS, question.id)


def test_the_name_of_who_asks_is_for_colleagues_alone(session: Session, owner: Actor, asker: Actor, lot: Listing) -> None:
    rows = [ask(session, asker, listing_id=lot.id, text=PALLETS)]
    assert list_asker_names(session, make_actor(session, "borne"), rows) == {rows[0].id: asker.name}
    for reader in (owner, make_actor(session, "losser"), make_actor(session, "regio-twente", "reviewer")):
        assert list_asker_names(session, reader, rows) == {}


@pytest.mark.parametrize(
    ("slug", "role", "kind"),
    [("regio-twente", "reviewer", ""), ("regio-twente", "admin", ""), ("bureau", "coordinator", "adviser")],
)
def test_who_only_reads_asks_nothing(session: Session, lot: Listing, slug: str, role: str, kind: str) -> None:
    with pytest.raises(Forbidden):
        ask(session, make_actor(session, slug, role, kind), listing_id=lot.id, text=PALLETS)


def test_a_partner_asks_and_one_does_not_ask_oneself(session: Session, owner: Actor, lot: Listing) -> None:
    assert ask(session, make_actor(session, "waterschap", kind="partner"), listing_id=lot.id, text=PALLETS).id
    with pytest.raises(Conflict, match="collega"):
        ask(session, owner, listing_id=lot.id, text=PALLETS)


def test_only_the_owner_answers_and_only_who_asked_withdraws(session: Session, owner: Actor, asker: Actor, lot: Listing) -> None:
    question = ask(session, asker, listing_id=lot.id, text=PALLETS)
    for other in (asker, make_actor(session, "losser"), make_actor(session, "regio-twente", "reviewer")):
        with pytest.raises(Forbidden):
            answer(session, other, question_id=question.id, text="Ja.")
    for other in (owner, make_actor(session, "losser"), make_actor(session, "regio-twente", "reviewer")):
        with pytest.raises(Forbidden):
            withdraw(session, other, question_id=question.id)
    assert withdraw(session, make_actor(session, "borne", "coordinator"), question_id=question.id).text == PALLETS
    assert list_questions(session, asker, listing_id=lot.id) == []
    with pytest.raises(Missing):
        withdraw(session, asker, question_id=question.id)


def test_an_answered_question_stays(session: Session, owner: Actor, asker: Actor, lot: Listing) -> None:
    question = ask(session, asker, listing_id=lot.id, text=PALLETS)
    answer(session, owner, question_id=question.id, text="Ja.")
    with pytest.raises(Conflict):
        withdraw(session, asker, question_id=question.id)


def test_of_a_draft_nobody_asks_and_of_what_has_gone_nothing_waits(
    session: Session, owner: Actor, asker: Actor, lot: Listing
) -> None:
    draft = make_draft(session, owner)
    with pytest.raises(Missing):
        ask(session, asker, listing_id=draft.id, text=PALLETS)
    ask(session, asker, listing_id=lot.id, text=PALLETS)
    decide.withdraw(session, owner, listing_id=lot.id, reason="Zelf nodig")
    assert list_unanswered_questions(session, owner) == []
    with pytest.raises(Conflict):
        ask(session, asker, listing_id=lot.id, text="En nu?")


def test_the_same_words_that_wait_are_one_question(session: Session, asker: Actor, lot: Listing) -> None:
    first = ask(session, asker, listing_id=lot.id, text=PALLETS)
    assert ask(session, asker, listing_id=lot.id, text=f" {PALLETS} ").id == first.id
    assert session.scalar(select(func.count()).select_from(Question)) == 1
    assert len(told(session, "question_asked")) == 1


def test_a_day_has_a_limit_and_a_phone_number_is_refused(session: Session, asker: Actor, lot: Listing) -> None:
    with pytest.raises(Invalid):
        ask(session, asker, listing_id=lot.id, text="Bel mij op 06-55551234")
    for number in range(QUESTIONS_PER_DAY):
        ask(session, asker, listing_id=lot.id, text=f"Vraag {number}?")
    with pytest.raises(TooMany):
        ask(session, asker, listing_id=lot.id, text="Nog een?")
    assert ask(session, make_actor(session, "borne"), listing_id=lot.id, text="En ik?").id


@pytest.mark.parametrize("words", ["pallets", "spanband", "pallet 40", "keien pallets"])
def test_the_search_box_finds_a_lot_by_what_was_asked_for_members(
    session: Session, owner: Actor, asker: Actor, words: str
) -> None:
    other, lot = make_listing(session, owner, title="Keien"), make_listing(session, owner, title="Keien")
    question = ask(session, asker, listing_id=lot.id, text=PALLETS)
    answer(session, owner, question_id=question.id, text="Ja, 40 pallets met spanband.")

    def found(reader: Actor, q: str) -> Any:
        return [row.listing.id for row in search(session, reader, CatalogueQuery(q=q, is_literal=True)).rows]

    assert found(asker, words) == [lot.id]
    assert found(ANONYMOUS, words) == []
    assert sorted(found(asker, "keien")) == sorted([other.id, lot.id])
    assert found(asker, "4") == []


def test_a_demand_is_found_by_what_was_asked_about_it_for_members(session: Session, owner: Actor, asker: Actor) -> None:
    other, demand = make_demand(session, asker, title="Voor het plein"), make_demand(session, asker, title="Voor de stoep")
    question = ask(session, owner, demand_id=demand.id, text="Mogen ze een facet hebben?")
    answer(session, asker, question_id=question.id, text="Liever zonder randje.")

    def found(reader: Actor, q: str) -> list[int]:
        return [row.demand.id for row in search_wanted(session, reader, WantedQuery(q=q)).rows]

    assert found(owner, "facet") == found(owner, "stoep randjes") == [demand.id]
    assert found(ANONYMOUS, "facet") == [] and other.id not in found(owner, "facet")
