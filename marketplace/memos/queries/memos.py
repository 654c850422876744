"""Memos one by one and as a list, for their own organisation and the reviewer."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.memos.models import Memo, MemoConclusion

_WHOLE = (joinedload(Memo.organisation), joinedload(Memo.conclusion), joinedload(Memo.demand))


def get_memo(session: Session, actor: Actor, memo_id: int) -> Memo:
    """A memo with how it was concluded, or Missing: also when the actor may not see it."""
    memo = session.scalars(select(Memo).where(Memo.id == memo_id).options(*_WHOLE)).one_or_none()
    if memo is None or not may(actor, Can.READ_MEMO, memo):
        raise Missing(_("This memo does not exist, or you may not see it. Look in the list of memos."))
    return memo


def list_memos(
    session: Session, actor: Actor, *, is_open: bool | None = None, page: int = 1, page_size: int = 25
) -> tuple[list[Memo], int]:
    """List the memos of the own organisation, for the reviewer of all, and how many there are.

    Newest first.
    `is_open`: only those that nobody has concluded yet, or only the others.
    """
    require(actor, Can.READ_MEMO)
    rows = select(Memo)
    if not may(actor, Can.READ_ALL_MEMOS):
        rows = rows.where(Memo.organisation_id == actor.organisation_id)
    if is_open is not None:
        concluded = select(MemoConclusion.memo_id).where(MemoConclusion.memo_id == Memo.id).exists()
        rows = rows.where(~concluded if is_open else concluded)
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(Memo.id).subquery())) or 0
    rows = rows.options(*_WHOLE).order_by(Memo.id.desc()).limit(page_size).offset((page - 1) * page_size)
    return list(session.scalars(rows)), total


def find_same(session: Session, actor: Actor, digest: str, day: date) -> Memo | None:
    """The newest memo in which this person searched the same on this day."""
    require(actor, Can.WRITE_MEMO)
    same = select(Memo).where(Memo.created_by_id == actor.person_id, Memo.searched_on == day, Memo.digest == digest)
    return session.scalars(same.options(*_WHOLE).order_by(Memo.id.desc()).limit(1)).one_or_none()


def find_author(session: Session, actor: Actor, memo: Memo) -> str | None:
    """The name of whoever searched, for the own organisation. None for others and after leaving."""
    require(actor, Can.READ_MEMO, memo, hidden=True)
    if actor.organisation_id != memo.organisation_id or memo.created_by_id is None:
        return None
    person = session.get(Person, memo.created_by_id)
    return person.name if person is not None and person.organisation_id == memo.organisation_id else None
