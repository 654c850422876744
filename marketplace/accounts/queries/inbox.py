"""The inbox: notices for a person and for the organisation whose transfers they work on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.notices.models import NoticeRow, ReaderRow, ReadRow
from marketplace.notices.rules.kinds import MAIL_ONLY

COUNTED_MOST = 100  # what a page shows as “99+”


@dataclass(frozen=True, slots=True)
class Message:
    """One notice as its reader finds it; `read_at` is empty while it is unread."""

    notice: NoticeRow
    read_at: datetime | None


def _mine(actor: Actor) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = NoticeRow.person_id == actor.person_id
    if may(actor, Can.OFFER) or may(actor, Can.ADVISE):
        mine = or_(mine, NoticeRow.organisation_id == actor.organisation_id)
    return and_(mine, NoticeRow.kind.not_in([kind.value for kind in MAIL_ONLY]))


def _opened(actor: Actor) -> ColumnElement[bool]:
    opened = aliased(ReadRow)  # a page asks for the same table by its side
    return exists().where(opened.person_id == actor.person_id, opened.notice_id == NoticeRow.id)


def _unread(actor: Actor) -> ColumnElement[bool]:
    """Newer than everything that was marked as read at once, and not opened by itself."""
    reader = aliased(ReaderRow)
    until = select(reader.read_until).where(reader.person_id == actor.person_id).scalar_subquery()
    return and_(NoticeRow.id > func.coalesce(until, 0), NoticeRow.is_history.is_(False), ~_opened(actor))


def list_inbox(
    session: Session, actor: Actor, *, unread: bool = False, page: int = 1, page_size: int = 25
) -> tuple[Sequence[Message], int]:
    """List a page of the actor's notices, newest first, with their number. Only the unread ones when asked."""
    require(actor, Can.OWN_ACCOUNT)
    wanted = and_(_mine(actor), _unread(actor)) if unread else _mine(actor)
    total = session.scalar(select(func.count()).select_from(NoticeRow).where(wanted)) or 0
    rows = _messages(actor).where(wanted).order_by(NoticeRow.id.desc()).limit(page_size).offset((page - 1) * page_size)
    return [_message(row) for row in session.execute(rows).all()], total


def _messages(actor: Actor) -> Select[NoticeRow, datetime, int, datetime | None]:
    return (
        select(NoticeRow, ReadRow.read_at, ReaderRow.read_until, ReaderRow.read_until_at)
        .outerjoin(ReadRow, and_(ReadRow.notice_id == NoticeRow.id, ReadRow.person_id == actor.person_id))
        .outerjoin(ReaderRow, ReaderRow.person_id == actor.person_id)
    )


def _message(row: Any) -> Message:
    notice, opened_at, read_until, read_until_at = row
    if opened_at is None and read_until is not None and notice.id <= read_until:
        opened_at = read_until_at
    return Message(notice, opened_at or (notice.created_at if notice.is_history else None))


def count_unread(session: Session, actor: Actor) -> int:
    """Count the actor's unread notices, up to a hundred; 0 for an anonymous actor."""
    if not may(actor, Can.OWN_ACCOUNT):
        return 0
    newest = select(literal(1)).select_from(NoticeRow).where(_mine(actor), _unread(actor)).limit(COUNTED_MOST).subquery()
    return session.scalar(select(func.count()).select_from(newest)) or 0


def get_message(session: Session, actor: Actor, notice_id: int) -> Message:
    """One notice of the actor's own, or Missing."""
    require(actor, Can.OWN_ACCOUNT)
    result = session.execute(_messages(actor).where(NoticeRow.id == notice_id, _mine(actor))).one_or_none()
    if result is None:
        raise Missing(_("There is no such message for you. Look in your messages."))
    return _message(result)
