"""Questions about one lot or demand, those that wait, and lots by the words of theirs."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import get_demand, is_demand_visible
from marketplace.market.queries.listings import get_listing, is_visible
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import ListingStatus
from marketplace.questions.models import Question
from marketplace.questions.rules import DAY


def _questions() -> Select[Question]:
    return select(Question).options(
        joinedload(Question.organisation),
        joinedload(Question.owner),
        joinedload(Question.demand),
        joinedload(Question.listing).options(selectinload(Listing.photos)),
    )


def get_subject(
    session: Session, actor: Actor, *, listing_id: int | None = None, demand_id: int | None = None
) -> Listing | Demand:
    """The lot or the demand that a question is about, or Missing when the actor may not see it."""
    require(actor, Can.READ_QUESTIONS)
    if listing_id is not None:
        return get_listing(session, actor, listing_id)
    assert demand_id is not None
    return get_demand(session, actor, demand_id)


def list_questions(
    session: Session, actor: Actor, *, listing_id: int | None = None, demand_id: int | None = None
) -> list[Question]:
    """The questions about one lot or demand, oldest first. For members who see it; Missing or a refusal for everyone else."""
    get_subject(session, actor, listing_id=listing_id, demand_id=demand_id)
    about = Question.listing_id == listing_id if listing_id is not None else Question.demand_id == demand_id
    return list(session.scalars(_questions().where(about).order_by(Question.id)))


def get_question(session: Session, actor: Actor, question_id: int) -> Question:
    """One question with what it is about, or Missing for whoever may not see that."""
    rows = _questions().where(Question.id == question_id).execution_options(populate_existing=True)
    question = session.scalars(rows).one_or_none()
    if question is None or not may(actor, Can.READ_QUESTIONS) or not _is_seen(actor, question):
        raise Missing(_("This question does not exist any more. Open the page of the lot or the demand again."))
    return question


def _is_seen(actor: Actor, question: Question) -> bool:
    subject = question.subject
    return is_visible(actor, subject) if isinstance(subject, Listing) else is_demand_visible(actor, subject)


def list_unanswered_questions(session: Session, actor: Actor) -> list[Question]:
    """The questions that the actor's organisation has to answer, oldest first.

    With the lot (and its photos) or the demand of each. Only about what is on offer or wanted now; none for whoever answers nothing.
    """
    if not may(actor, Can.ANSWER_QUESTION):
        return []
    rows = _questions().outerjoin(Question.listing).outerjoin(Question.demand)
    is_current = or_(Listing.status == ListingStatus.PUBLISHED, Demand.status == DemandStatus.OPEN)
    rows = rows.where(Question.owner_id == actor.organisation_id, Question.answered_at.is_(None), is_current)
    return list(session.scalars(rows.order_by(Question.id)))


def find_asked_listings(session: Session, actor: Actor, words: Sequence[str]) -> dict[str, list[int]]:
    """Ids of the lots whose questions or answers hold each word, for members.

    Which of them are in sight is for the catalogue to say.
    """
    if not words or not may(actor, Can.READ_QUESTIONS):
        return {}
    held = literal(" ") + Question.words + " "
    rows = select(Question.listing_id, Question.words).where(
        and_(Question.listing_id.is_not(None), or_(*(held.contains(_sought(word), autoescape=True) for word in words)))
    )
    ids_by_word: dict[str, list[int]] = {word: [] for word in words}
    for listing_id, text in session.execute(rows):
        for word in words:
            if listing_id is not None and _sought(word) in f" {text} ":
                ids_by_word[word].append(listing_id)
    return {word: ids for word, ids in ids_by_word.items() if ids}


def list_demand_texts(session: Session, actor: Actor) -> dict[int, list[str]]:
    """What was asked and answered about each demand, by its id, to search in. For members."""
    if not may(actor, Can.READ_QUESTIONS):
        return {}
    texts_by_demand: dict[int, list[str]] = {}
    rows = select(Question.demand_id, Question.text, Question.answer).where(Question.demand_id.is_not(None))
    for demand_id, *texts in session.execute(rows.order_by(Question.id)):
        texts_by_demand.setdefault(int(demand_id or 0), []).extend(texts)
    return texts_by_demand


def _sought(word: str) -> str:
    """A number stands alone, a word begins so: as in the words of the lots themselves."""
    return f" {word} " if word.isdigit() else f" {word}"


def count_asked_today(session: Session, actor: Actor) -> int:
    """How many questions this person asked in the last day."""
    require(actor, Can.ASK_QUESTION)
    rows = select(func.count()).where(Question.person_id == actor.person_id, Question.asked_at > clock.now() - DAY)
    return session.scalar(rows) or 0


def list_asker_names(session: Session, actor: Actor, questions: Sequence[Question]) -> dict[int, str]:
    """By question, the name of the colleague who asked it. None of other organisations."""
    require(actor, Can.READ_QUESTIONS)
    own = {row.person_id: row.id for row in questions if row.organisation_id == actor.organisation_id and row.person_id}
    if not own:
        return {}
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(own), Person.is_active)).all())
    return {
        row.id: names[row.person_id]
        for row in questions
        if row.organisation_id == actor.organisation_id and row.person_id in names
    }
