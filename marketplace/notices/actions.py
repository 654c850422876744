"""Writing down what must be told. Sending is `jobs/post.py`."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.notices.models import NoticeRow
from marketplace.notices.rules import DAILY, DAY, LEASE, TRIES_MAX, Notice, back_off


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
    more: tuple["Letter", ...] = ()
    """What goes along in the same letter: notices of a daily kind for the same reader."""

    @property
    def notice_ids(self) -> list[int]:
        """Every notice that this one letter answers for."""
        return [self.notice_id, *(one.notice_id for one in self.more)]


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
    """Take a due notice for five minutes, so that no other worker posts it; None when somebody else was first.

    Of a daily kind a reader gets one letter a day: within a day of the last one it waits, and then takes the others along.
    """
    now = clock.now()
    row = session.get(NoticeRow, notice_id)
    if row is None or row.kind not in DAILY:
        alone = _take(session, NoticeRow.id == notice_id, now)
        return alone[0] if alone else None
    same = (NoticeRow.kind == row.kind) & NoticeRow.person_id.is_not_distinct_from(row.person_id)
    same &= NoticeRow.organisation_id.is_not_distinct_from(row.organisation_id)
    last = session.scalar(select(func.max(NoticeRow.sent_at)).where(same, NoticeRow.attempts > 0, NoticeRow.sent_at > now - DAY))
    if last is not None:
        waiting = NoticeRow.sent_at.is_(None) & (NoticeRow.next_try_at < last + DAY)
        session.execute(update(NoticeRow).where(same, waiting).values(next_try_at=last + DAY))
        return None
    taken = _take(session, same, now)
    return replace(taken[0], more=tuple(taken[1:])) if taken else None


def _take(session: Session, which: ColumnElement[bool], now: datetime) -> list[Letter]:
    free = NoticeRow.leased_until.is_(None) | (NoticeRow.leased_until <= now)
    waiting = NoticeRow.sent_at.is_(None) & NoticeRow.dead_at.is_(None) & (NoticeRow.next_try_at <= now)
    statement = update(NoticeRow).where(which, waiting, free).values(leased_until=now + LEASE, attempts=NoticeRow.attempts + 1)
    rows = session.scalars(statement.returning(NoticeRow).execution_options(populate_existing=True)).all()
    return [
        Letter(row.id, Notice(row.kind), row.facts, row.person_id, row.organisation_id, row.email, row.locale, row.created_at)
        for row in sorted(rows, key=lambda row: row.id)
    ]


def mark_sent(session: Session, *, letter: Letter) -> None:
    """It went out, with what went along."""
    rows = update(NoticeRow).where(NoticeRow.id.in_(letter.notice_ids))
    session.execute(rows.values(sent_at=clock.now(), leased_until=None, last_error=None))


def mark_failed(session: Session, *, letter: Letter, error: str) -> None:
    """It did not go out: later again, longer each time, and after the last try it is given up."""
    now = clock.now()
    for row in session.scalars(select(NoticeRow).where(NoticeRow.id.in_(letter.notice_ids))):
        row.leased_until = None
        row.last_error = error[:500]
        row.next_try_at = now + back_off(row.attempts)
        if row.attempts >= TRIES_MAX:
            row.dead_at = now


def consider_told(session: Session) -> None:
    """Take everything that waits for told: history that is loaded, about which nobody wants mail now."""
    session.flush()
    session.execute(update(NoticeRow).where(NoticeRow.sent_at.is_(None)).values(sent_at=clock.now()))
