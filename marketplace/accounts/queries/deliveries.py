"""Mail that was given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor, Can, require
from marketplace.notices import queries
from marketplace.notices.rules.kinds import Notice


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A letter that could not be delivered. What kind, to whom, how often it was tried, and what the mail server said last."""

    delivery_id: int
    kind: Notice
    email: str
    created_at: datetime
    dead_at: datetime | None
    attempts: int
    last_error: str


def list_dead_letters(session: Session, actor: Actor) -> Sequence[DeadLetter]:
    """What was given up, newest first; a hundred at most. What is in it stays between its readers."""
    require(actor, Can.READ_HEALTH)
    rows = queries.list_dead_letters(session)
    people = {delivery.person_id for delivery, _notice in rows if delivery.person_id is not None}
    emails = {row.id: row.email for row in session.execute(select(Person.id, Person.email).where(Person.id.in_(people)))}
    return [
        DeadLetter(
            delivery.id,
            Notice(notice.kind),
            delivery.email or emails.get(delivery.person_id or 0, ""),
            notice.created_at,
            delivery.dead_at,
            delivery.attempts,
            delivery.last_error or "",
        )
        for delivery, notice in rows
    ]
