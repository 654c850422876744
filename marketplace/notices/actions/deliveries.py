"""Deliveries of notices: claimed, leased, sent, tried again, given up. Readers are for `accounts`, sending for `jobs/post.py`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.kernel.db import insert_or
from marketplace.notices.models import DeliveryRow, NoticeRow, ReaderRow
from marketplace.notices.rules.kinds import DAY, LEASE, TRIES_MAX, Cadence, Failure, Notice, State, back_off, due_at, end_of_day


@dataclass(frozen=True, slots=True)
class Letter:
    """What a worker has taken to post: one notice for one reader, or a digest of several."""

    notice_id: int
    kind: Notice
    facts: dict[str, Any]
    person_id: int | None
    organisation_id: int | None
    email: str | None
    locale: str
    created_at: datetime
    more: tuple["Letter", ...] = ()
    """What goes along in the same letter: other notices for the same reader."""
    delivery_id: int = 0
    digest: int | None = None

    @property
    def along(self) -> tuple["Letter", ...]:
        """Every notice in this letter, oldest first."""
        return (self, *self.more)

    @property
    def delivery_ids(self) -> list[int]:
        """Every delivery that this one letter answers for."""
        return [item.delivery_id for item in self.along]


class Reader(NamedTuple):
    """A recipient of notices by mail, and how often. A person, or an address without one."""

    person_id: int | None
    email: str | None
    cadence: Cadence


def claim(session: Session, *, notice_id: int) -> NoticeRow | None:
    """Claim a notice to make its deliveries, in the transaction that makes them. None when another worker was first."""
    mine = update(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.spread_at.is_(None)).values(spread_at=clock.now())
    return session.scalars(mine.returning(NoticeRow).execution_options(populate_existing=True)).one_or_none()


def deliver(session: Session, notice_id: int, readers: Iterable[Reader]) -> int:
    """Make a delivery for each reader who wants mail and has none of this notice yet; how many."""
    now, made = clock.now(), 0
    there = {(row.person_id, row.email) for row in session.scalars(select(DeliveryRow).where(DeliveryRow.notice_id == notice_id))}
    for reader in readers:
        if reader.cadence is Cadence.NEVER or (reader.person_id, reader.email) in there:
            continue
        due = due_at(reader.cadence, now)
        session.add(
            DeliveryRow(
                notice_id=notice_id,
                person_id=reader.person_id,
                email=reader.email,
                cadence=reader.cadence.value,
                due_at=due,
                next_try_at=due,
            )
        )
        there.add((reader.person_id, reader.email))
        made += 1
    return made


def lease(session: Session, *, delivery_id: int) -> Letter | None:
    """Take a due delivery for five minutes, so that no other worker posts it.

    None when another worker was first.

    What is gathered goes in one digest a day for each reader: within a day of the last one it waits, and then takes the others
    along. A digest that was put together before is taken as it was, so that it is the same letter again.
    """
    now = clock.now()
    row = session.get(DeliveryRow, delivery_id, populate_existing=True)
    if row is None or row.state != State.WAITING or row.next_try_at > now:
        return None
    if row.digest is not None:
        taken = _take(session, DeliveryRow.digest == row.digest, now)
    elif row.cadence == Cadence.AT_ONCE or row.person_id is None:
        taken = _take(session, DeliveryRow.id == delivery_id, now)
    else:
        taken = _gather(session, row, row.person_id, now)
    return replace(taken[0], more=tuple(taken[1:])) if taken else None


def _gather(session: Session, row: DeliveryRow, person_id: int, now: datetime) -> list[Letter]:
    """Gather a new digest of everything that is due for this reader today. Only when the last one is a day old."""
    waiting = (DeliveryRow.person_id == person_id) & DeliveryRow.digest.is_(None) & (DeliveryRow.cadence != Cadence.AT_ONCE.value)
    waiting &= DeliveryRow.state == State.WAITING.value
    reader = reader_of(session, person_id)
    underway = select(DeliveryRow.next_try_at).where(
        DeliveryRow.person_id == person_id, DeliveryRow.digest.is_not(None), DeliveryRow.state == State.WAITING.value
    )
    before = session.scalar(underway.limit(1))
    last = reader.digest_at if reader.digest_at and reader.digest_at <= now else None  # a moment that was only played is none
    later = max(before, now + LEASE) if before else last + DAY if last else now
    if later > now:
        session.execute(
            update(DeliveryRow).where(waiting, DeliveryRow.next_try_at < later).values(next_try_at=later, due_at=later)
        )
        return []
    due = DeliveryRow.next_try_at < end_of_day(now)
    ids = session.scalars(update(DeliveryRow).where(waiting, due).values(digest=row.id).returning(DeliveryRow.id)).all()
    if not ids:
        return []
    reader.digest_at = now
    session.execute(update(DeliveryRow).where(DeliveryRow.id.in_(ids)).values(digest=min(ids), next_try_at=now))
    return _take(session, DeliveryRow.digest == min(ids), now)


def reader_of(session: Session, person_id: int) -> ReaderRow:
    """Get the row of one reader, locked; made when there was none yet."""
    session.execute(insert_or(session, ReaderRow).values(person_id=person_id, read_until=0).on_conflict_do_nothing())
    return session.get_one(ReaderRow, person_id, with_for_update=True, populate_existing=True)


def _take(session: Session, which: ColumnElement[bool], now: datetime) -> list[Letter]:
    free = DeliveryRow.leased_until.is_(None) | (DeliveryRow.leased_until <= now)
    waiting = (DeliveryRow.state == State.WAITING.value) & (DeliveryRow.next_try_at <= now)
    statement = (
        update(DeliveryRow).where(which, waiting, free).values(leased_until=now + LEASE, attempts=DeliveryRow.attempts + 1)
    )
    rows = session.scalars(statement.returning(DeliveryRow).execution_options(populate_existing=True)).all()
    message = {row.id: row for row in session.scalars(select(NoticeRow).where(NoticeRow.id.in_([row.notice_id for row in rows])))}
    return [_letter(row, message[row.notice_id]) for row in sorted(rows, key=lambda row: row.id)]


def _letter(row: DeliveryRow, notice: NoticeRow) -> Letter:
    return Letter(
        notice_id=notice.id,
        kind=Notice(notice.kind),
        facts=notice.facts,
        person_id=row.person_id,
        organisation_id=notice.organisation_id,
        email=row.email,
        locale=notice.locale,
        created_at=notice.created_at,
        delivery_id=row.id,
        digest=row.digest,
    )


def mark_sent(session: Session, *, letter: Letter) -> None:
    """It went out, with what went along."""
    rows = update(DeliveryRow).where(DeliveryRow.id.in_(letter.delivery_ids)).execution_options(synchronize_session=False)
    now = clock.now()
    session.execute(rows.values(state=State.SENT.value, sent_at=now, leased_until=None, last_error=None))
    if letter.digest is not None and letter.person_id is not None:
        reader_of(session, letter.person_id).digest_at = now


def release(session: Session, *, letter: Letter) -> None:
    """It was taken and not tried: somebody else may."""
    rows = update(DeliveryRow).where(DeliveryRow.id.in_(letter.delivery_ids)).execution_options(synchronize_session=False)
    session.execute(rows.values(leased_until=None, attempts=DeliveryRow.attempts - 1))


def mark_dropped(session: Session, *, letter: Letter, why: str) -> None:
    """It need not go out any more: its link works no longer, or its reader has left."""
    rows = update(DeliveryRow).where(DeliveryRow.id.in_(letter.delivery_ids))
    session.execute(rows.values(state=State.DROPPED.value, leased_until=None, last_error=why[:500]))


def mark_failed(session: Session, *, letter: Letter, error: str, failure: Failure) -> bool:
    """Mark a letter that did not go out; whether it is given up now.

    It is tried later again, longer each time, and given up after the last try.


    A mailbox that asks for another try later moves the moment from which the letter should have gone: it says nothing about our
    post. What can never go out is given up at once.
    """
    now = clock.now()
    rows = session.scalars(select(DeliveryRow).where(DeliveryRow.id.in_(letter.delivery_ids))).all()
    dead = failure is Failure.FOR_EVER or any(row.attempts >= TRIES_MAX for row in rows)
    for row in rows:
        row.leased_until = None
        row.last_error = error[:500]
        row.next_try_at = now + back_off(row.attempts)
        if failure is Failure.MAILBOX_LATER:
            row.due_at = row.next_try_at
        if dead:
            row.state, row.dead_at = State.DEAD.value, now
    return dead


def retry(session: Session, *, delivery_id: int) -> list[int]:
    """Let a dead letter wait again, from its first try on. Returns the ids of its deliveries, none when it was not dead."""
    dead = update(DeliveryRow).where(_same_letter(session, delivery_id), DeliveryRow.state == State.DEAD.value)
    now = clock.now()
    waiting = dead.values(state=State.WAITING.value, dead_at=None, attempts=0, next_try_at=now, due_at=now, leased_until=None)
    return sorted(session.scalars(waiting.returning(DeliveryRow.id)))


def drop(session: Session, *, delivery_id: int) -> list[int]:
    """A dead letter is not sent any more; ids of its deliveries, none when it was not dead."""
    dead = update(DeliveryRow).where(_same_letter(session, delivery_id), DeliveryRow.state == State.DEAD.value)
    return sorted(session.scalars(dead.values(state=State.DROPPED.value).returning(DeliveryRow.id)))


def _same_letter(session: Session, delivery_id: int) -> ColumnElement[bool]:
    digest = session.scalar(select(DeliveryRow.digest).where(DeliveryRow.id == delivery_id))
    return DeliveryRow.id == delivery_id if digest is None else DeliveryRow.digest == digest


def mark_all_spread(session: Session) -> None:
    """Mark everything that waits as delivered.

    For history that is loaded, about which nobody wants mail now. In the inbox it counts as read.
    """
    session.flush()
    session.execute(update(NoticeRow).where(NoticeRow.spread_at.is_(None)).values(spread_at=clock.now(), is_history=True))


NOTICES_KEPT = timedelta(days=365)


def forget_notices(session: Session) -> int:
    """Drop notices that were delivered more than a year ago; returns how many.

    Their deliveries and read marks go too. What waits or was given up stays.
    """
    unsettled = exists().where(
        DeliveryRow.notice_id == NoticeRow.id, DeliveryRow.state.in_([State.WAITING.value, State.DEAD.value])
    )
    old = delete(NoticeRow).where(NoticeRow.spread_at < clock.now() - NOTICES_KEPT, ~unsettled)
    return int(getattr(session.execute(old.execution_options(synchronize_session=False)), "rowcount", 0))
