"""Writing down what must be told. Sending is `jobs/post.py`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.notices.models import NoticeRow
from marketplace.notices.rules import LEASE, TRIES_MAX, Notice, back_off


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice that a worker has taken to post it."""

    notice_id: int
    kind: Notice
    facts: dict[str, Any]
    person_id: int | None
    organisation_id: int | None
    email: str | None
    locale: str
    created_at: datetime


def notify(
    session: Session,
    kind: Notice,
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    email: str | None = None,
    locale: str = "nl",
    **facts: Any,
) -> None:
    """Write one notice to be posted after commit. `facts` are ids and plain values, never a secret."""
    now = clock.now()
    session.add(
        NoticeRow(
            kind=kind.value,
            facts=facts,
            person_id=person_id,
            organisation_id=organisation_id,
            email=email,
            locale=locale,
            created_at=now,
            next_try_at=now,
        )
    )


def lease(session: Session, *, notice_id: int) -> Letter | None:
    """Take a due notice for five minutes, so that no other worker posts it; None when somebody else was first."""
    now = clock.now()
    free = NoticeRow.leased_until.is_(None) | (NoticeRow.leased_until <= now)
    waiting = (
        (NoticeRow.id == notice_id) & NoticeRow.sent_at.is_(None) & NoticeRow.dead_at.is_(None) & (NoticeRow.next_try_at <= now)
    )
    statement = update(NoticeRow).where(waiting, free).values(leased_until=now + LEASE, attempts=NoticeRow.attempts + 1)
    row = session.scalars(statement.returning(NoticeRow)).one_or_none()
    if row is None:
        return None
    return Letter(row.id, Notice(row.kind), row.facts, row.person_id, row.organisation_id, row.email, row.locale, row.created_at)


def mark_sent(session: Session, *, notice_id: int) -> None:
    """It went out."""
    session.execute(
        update(NoticeRow).where(NoticeRow.id == notice_id).values(sent_at=clock.now(), leased_until=None, last_error=None)
    )


def mark_failed(session: Session, *, notice_id: int, error: str) -> None:
    """It did not go out: later again, longer each time, and after the last try it is given up."""
    row = session.get_one(NoticeRow, notice_id)
    now = clock.now()
    row.leased_until = None
    row.last_error = error[:500]
    row.next_try_at = now + back_off(row.attempts)
    if row.attempts >= TRIES_MAX:
        row.dead_at = now


def consider_told(session: Session) -> None:
    """Take everything that waits for told: history that is loaded, about which nobody wants mail now."""
    session.flush()
    session.execute(update(NoticeRow).where(NoticeRow.sent_at.is_(None)).values(sent_at=clock.now()))
