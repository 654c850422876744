"""What pages show of questions, and of the conversation of a transfer."""

from collections.abc import Callable
from dataclasses import dataclass

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.models import Reservation
from marketplace.kernel.db import Session
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import ListingStatus
from marketplace.messages.models import Message
from marketplace.messages.queries import list_messages, list_writer_names
from marketplace.questions.models import Question
from marketplace.questions.queries import list_asker_names, list_questions
from marketplace.web.ui.forms import Form
from marketplace.web.ui.talk_forms import AnswerForm, MessageForm, QuestionForm

LATEST = 2  # messages that stand on the page of a transfer
NEWEST = 3  # questions that stand on the page of a lot or demand, besides those that its reader answers


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of one lot or demand as one member reads them. `total`: with those left out; `place` names it in addresses."""

    rows: list[Question]
    total: int
    names: dict[int, str]
    place: dict[str, int]
    owner: str
    can_ask: bool
    can_answer: bool
    may_withdraw: Callable[[Question], bool]
    form: QuestionForm
    answer_forms: dict[int, AnswerForm]


def questions_of(
    session: Session, actor: Actor, subject: Listing | Demand, sent: Form | None = None, *, most: int | None = NEWEST
) -> Questions | None:
    """Gather them for this reader: the newest, or with `most=None` all of them. None for visitors, and of a draft."""
    if not may(actor, Can.READ_QUESTIONS) or subject.status in (ListingStatus.DRAFT, DemandStatus.DRAFT):
        return None
    place = {"listing_id" if isinstance(subject, Listing) else "demand_id": subject.id}
    all_rows = list_questions(session, actor, **place)
    newest = all_rows if most is None else all_rows[-most:]
    is_open = subject.status in (ListingStatus.PUBLISHED, DemandStatus.OPEN)
    can_answer = may(actor, Can.ANSWER_QUESTION, subject)
    rows = [row for row in all_rows if row in newest or (can_answer and row.answered_at is None)]
    return Questions(
        rows=rows,
        total=len(all_rows),
        names=list_asker_names(session, actor, rows),
        place=place,
        owner=subject.organisation.name,
        can_ask=is_open and may(actor, Can.ASK_QUESTION, subject),
        can_answer=can_answer,
        may_withdraw=lambda row: row.answered_at is None and may(actor, Can.WITHDRAW_QUESTION, row),
        form=sent if isinstance(sent, QuestionForm) else QuestionForm(formdata=None),
        answer_forms={row.id: AnswerForm.of(row) for row in rows if can_answer and row.answered_at is None},
    )


@dataclass(frozen=True, slots=True)
class Talk:
    """The conversation of one transfer as one reader sees it. `earlier`: how many messages are left out before these."""

    messages: list[Message]
    names: dict[int, str]
    earlier: int
    other: str
    own_id: int | None
    person_id: int | None
    can_write: bool
    is_read_along: bool
    form: MessageForm


def talk_of(
    session: Session, actor: Actor, reservation: Reservation, sent: Form | None = None, *, most: int | None = LATEST
) -> Talk | None:
    """Gather it for this reader: the last ones, or with `most=None` all of them. None for whoever may not read it."""
    if not may(actor, Can.READ_TALK, reservation):
        return None
    rows = list_messages(session, actor, reservation_id=reservation.id)
    latest = rows if most is None else rows[-most:]
    from_owner = actor.organisation_id == reservation.owner_id
    return Talk(
        messages=latest,
        names=list_writer_names(session, actor, latest),
        earlier=len(rows) - len(latest),
        other=(reservation.organisation if from_owner else reservation.owner).name,
        own_id=actor.organisation_id,
        person_id=actor.person_id,
        can_write=may(actor, Can.TALK, reservation),
        is_read_along=reservation.is_contested,
        form=sent if isinstance(sent, MessageForm) else MessageForm(formdata=None),
    )
