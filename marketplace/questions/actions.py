"""The verbs of questions: asked, answered once, withdrawn while unanswered."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.kernel.text import search_text
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import ListingStatus
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice
from marketplace.questions import rules
from marketplace.questions.models import Question
from marketplace.questions.queries import count_asked_today, get_question, get_subject


def ask(session: Session, actor: Actor, *, text: str, listing_id: int | None = None, demand_id: int | None = None) -> Question:
    """Ask about a lot or a demand of another organisation; its owner is told. The same question that waits already is one question."""
    subject = get_subject(session, actor, listing_id=listing_id, demand_id=demand_id)
    if subject.organisation_id == actor.organisation_id:
        raise Conflict(_("This is of your own organisation. Ask your colleague."))
    require(actor, Can.ASK_QUESTION, subject)
    tidy = rules.clean_question(text)
    rules.check_open(is_open=_is_open(subject))
    existing = session.scalar(
        select(Question.id).where(
            Question.listing_id == listing_id if listing_id is not None else Question.demand_id == demand_id,
            Question.organisation_id == actor.organisation_id,
            Question.answered_at.is_(None),
            Question.text == tidy,
        )
    )
    if existing is not None:
        return get_question(session, actor, existing)
    rules.check_asked_today(count_asked_today(session, actor))
    question = Question(
        listing_id=listing_id,
        demand_id=demand_id,
        owner_id=subject.organisation_id,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        text=tidy,
        asked_at=clock.now(),
        words=search_text(tidy),
    )
    session.add(question)
    session.flush()
    _record(session, actor, question, "ask")
    notify(
        session,
        Notice.QUESTION_ASKED,
        person_id=subject.created_by_id,
        organisation_id=subject.organisation_id,
        organisation=actor.organisation_name,
        about=subject.title,
        question=tidy,
        **_places(question),
    )
    return get_question(session, actor, question.id)


def answer(session: Session, actor: Actor, *, question_id: int, text: str) -> Question:
    """Answer a question, once, as the organisation whose lot or demand it is; who asked is told. The same answer again changes nothing."""
    question = get_question(session, actor, question_id)
    require(actor, Can.ANSWER_QUESTION, question.subject)
    tidy = rules.clean_answer(text)
    if question.answer == tidy:
        return question
    rules.check_unanswered(is_answered=question.answered_at is not None)
    mine = update(Question).where(Question.id == question_id, Question.answered_at.is_(None))
    values: dict[str, Any] = {
        "answer": tidy,
        "answered_at": clock.now(),
        "answered_by_id": actor.person_id,
        "words": search_text(question.text, tidy),
    }
    answered = session.scalar(mine.values(**values).returning(Question.id).execution_options(synchronize_session=False))
    rules.check_unanswered(is_answered=answered is None)
    _record(session, actor, question, "answer")
    notify(
        session,
        Notice.QUESTION_ANSWERED,
        person_id=question.person_id,
        organisation_id=question.organisation_id,
        organisation=question.owner.name,
        about=question.subject.title,
        question=question.text,
        answer=tidy,
        **_places(question),
    )
    return get_question(session, actor, question_id)


def withdraw(session: Session, actor: Actor, *, question_id: int) -> Question:
    """Take back a question that nobody answered yet, as the organisation that asked it. Gives the question that is gone."""
    question = get_question(session, actor, question_id)
    require(actor, Can.WITHDRAW_QUESTION, question)
    rules.check_unanswered(is_answered=question.answered_at is not None)
    mine = delete(Question).where(Question.id == question_id, Question.answered_at.is_(None)).returning(Question.id)
    gone = session.scalar(mine.execution_options(synchronize_session=False))
    rules.check_unanswered(is_answered=gone is None)
    _record(session, actor, question, "withdraw")
    session.expunge(question)
    return question


def _is_open(subject: Listing | Demand) -> bool:
    return subject.status in (ListingStatus.PUBLISHED, DemandStatus.OPEN)


def _places(question: Question) -> dict[str, Any]:
    """What the notice leads to."""
    if question.listing_id is not None:
        return {"listing_id": question.listing_id}
    assert question.demand_id is not None
    return {"demand_id": question.demand_id}


def _record(session: Session, actor: Actor, question: Question, verb: str) -> None:
    audit.record(session, actor, action=f"question.{verb}", object_type="question", object_id=question.id, **_places(question))
