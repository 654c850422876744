"""Notices that wait to be delivered."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.notices.models import AuditRow, DeliveryRow, NoticeRow
from marketplace.notices.rules.kinds import State


def list_due(session: Session, limit: int = 500) -> list[int]:
    """Ids of notices whose deliveries have not been made yet, oldest first."""
    return list(session.scalars(select(NoticeRow.id).where(NoticeRow.spread_at.is_(None)).order_by(NoticeRow.id).limit(limit)))


def list_due_deliveries(session: Session, limit: int = 500) -> list[int]:
    """List ids of deliveries that may be posted now, oldest first. Not sent, not given up, and no worker is busy with them."""
    now = clock.now()
    rows = select(DeliveryRow.id).where(
        DeliveryRow.state == State.WAITING.value,
        DeliveryRow.next_try_at <= now,
        DeliveryRow.leased_until.is_(None) | (DeliveryRow.leased_until <= now),
    )
    return list(session.scalars(rows.order_by(DeliveryRow.next_try_at, DeliveryRow.id).limit(limit)))


def list_dead_letters(session: Session, limit: int = 100) -> Sequence[tuple[DeliveryRow, NoticeRow]]:
    """Deliveries that were given up, newest first: an administrator looks at them."""
    rows = select(DeliveryRow, NoticeRow).join(NoticeRow, NoticeRow.id == DeliveryRow.notice_id)
    rows = rows.where(DeliveryRow.state == State.DEAD.value).order_by(DeliveryRow.dead_at.desc(), DeliveryRow.id.desc())
    return [(delivery, notice) for delivery, notice in session.execute(rows.limit(limit)).all()]


def count_waiting(session: Session) -> int:
    """How many letters wait: notices without deliveries yet, and deliveries that are due."""
    now = clock.now()
    unspread = session.scalar(select(func.count()).select_from(NoticeRow).where(NoticeRow.spread_at.is_(None))) or 0
    due = select(func.count()).select_from(DeliveryRow).where(DeliveryRow.state == State.WAITING.value, DeliveryRow.due_at <= now)
    return unspread + (session.scalar(due) or 0)


def find_oldest_waiting(session: Session) -> datetime | None:
    """Since when the oldest letter that should have gone waits; None when none does.

    One that its own mailbox put off, or that was given up, waits for nobody here.
    """
    unspread = session.scalar(select(NoticeRow.created_at).where(NoticeRow.spread_at.is_(None)).order_by(NoticeRow.id).limit(1))
    due = select(func.min(DeliveryRow.due_at)).where(DeliveryRow.state == State.WAITING.value, DeliveryRow.due_at <= clock.now())
    waiting = [at for at in (unspread, session.scalar(due)) if at is not None]
    return min(waiting, default=None)


def is_recorded_since(session: Session, *, action: str, since: datetime) -> bool:
    """Whether the audit knows this action from that moment on."""
    return session.scalar(select(AuditRow.id).where(AuditRow.action == action, AuditRow.at >= since).limit(1)) is not None


def list_records(session: Session, *, action: str, object_type: str) -> list[AuditRow]:
    """Every time that this was done to an object of that kind, oldest first."""
    rows = select(AuditRow).where(AuditRow.object_type == object_type, AuditRow.action == action)
    return list(session.scalars(rows.order_by(AuditRow.id)))


def list_records_of(session: Session, *, object_type: str, object_id: int) -> list[AuditRow]:
    """Everything that was done to one object, oldest first."""
    rows = select(AuditRow).where(AuditRow.object_type == object_type, AuditRow.object_id == object_id, AuditRow.result == "done")
    return list(session.scalars(rows.order_by(AuditRow.id)))


def find_record(
    session: Session,
    *,
    actions: tuple[str, ...],
    object_type: str,
    object_id: int,
    organisation_id: int | None = None,
    first: bool = False,
) -> AuditRow | None:
    """Find the last time, or the first, that one of these was done to an object.

    For that organisation, where one is given. None when it never was.
    """
    rows = select(AuditRow).where(
        AuditRow.object_type == object_type, AuditRow.object_id == object_id, AuditRow.action.in_(actions)
    )
    if organisation_id is not None:
        rows = rows.where(AuditRow.organisation_id == organisation_id)
    order = AuditRow.id.asc() if first else AuditRow.id.desc()
    return session.scalars(rows.where(AuditRow.result == "done").order_by(order).limit(1)).one_or_none()
