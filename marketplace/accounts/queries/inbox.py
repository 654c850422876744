"""The inbox: notices for a person and for the organisation whose transfers they work on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, literal, or_, select
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
    return _sent_to(actor.person_id, actor.organisation_id if _reads_for_organisation(actor) else None)


def _reads_for_organisation(actor: Actor) -> bool:
    return may(actor, Can.OFFER) or may(actor, Can.ADVISE)


def _sent_to(person_id: Any, organisation_id: Any) -> ColumnElement[bool]:
    """Notices for the person, and for the organisation unless that is None."""
    mine: ColumnElement[bool] = NoticeRow.person_id == person_id
    if organisation_id is not None:
        mine = or_(mine, NoticeRow.organisation_id == organisation_id)
    return and_(mine, NoticeRow.kind.not_in([kind.value for kind in MAIL_ONLY]))


def _opened(person_id: Any) -> ColumnElement[bool]:
    opened = aliased(ReadRow)  # a page asks for the same table by its side
    return exists().where(opened.person_id == person_id, opened.notice_id == NoticeRow.id)


def _unread(person_id: Any) -> ColumnElement[bool]:
    """Newer than everything that was marked as read at once, and not opened by itself."""
    reader = aliased(ReaderRow)
    until = select(reader.read_until).where(reader.person_id == person_id).scalar_subquery()
    return and_(NoticeRow.id > func.coalesce(until, 0), NoticeRow.is_history.is_(False), ~_opened(person_id))


@cache
def _unread_counted(*, for_organisation: bool) -> Select[int]:
    """The question of every page, put together once."""
    person_id = bindparam("person_id", type_=NoticeRow.person_id.type)
    organisation_id = bindparam("organisation_id", type_=NoticeRow.organisation_id.type) if for_organisation else None
    newest = select(literal(1)).select_from(NoticeRow).where(_sent_to(person_id, organisation_id), _unread(person_id))
    return select(func.count()).select_from(newest.limit(COUNTED_MOST).subquery())


def list_inbox(
    session: Session, actor: Actor, *, unread: bool = False, page: int = 1, page_size: int = 25
) -> tuple[Sequence[Message], int]:
    """List a page of the actor's notices, newest first, with their number. Only the unread ones when asked."""
    require(actor, Can.OWN_ACCOUNT)
    wanted = and_(_mine(actor), _unread(actor.person_id)) if unread else _mine(actor)
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
    statement = _unread_counted(for_organisation=_reads_for_organisation(actor))
    return session.scalar(statement, {"person_id": actor.person_id, "organisation_id": actor.organisation_id}) or 0


def get_message(session: Session, actor: Actor, notice_id: int) -> Message:
    """One notice of the actor's own, or Missing."""
    require(actor, Can.OWN_ACCOUNT)
    result = session.execute(_messages(actor).where(NoticeRow.id == notice_id, _mine(actor))).one_or_none()
    if result is None:
        raise Missing(_("There is no such message for you. Look in your messages."))
    return _message(result)
