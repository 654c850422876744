"""What has changed since a reader last asked, for a system that keeps a copy.

The order is that of the numbers in `object_change`, in which transactions have ended. What becomes visible or leaves because a day
has come changes no row: that is found by its dates, before the changes after the cursor.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.rules.accounts import Role
from marketplace.catalogue.rules.copying import Cursor, is_cursor, read_cursor, reader_mark
from marketplace.catalogue.rules.feed import gone_at
from marketplace.kernel import clock
from marketplace.market.models import Demand, Listing, ObjectChange
from marketplace.market.queries.demands import was_open
from marketplace.market.queries.listings import is_open_to, listings_with_parts
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.freshness import DEMAND_STALE_AFTER, is_demand_stale, listing_holds_until
from marketplace.market.rules.listing import STALE_AFTER, ListingStatus

Calendar = Callable[[date, date], Select[int]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """That something changed, and when. Whether it is still there is for the reader's rights to say."""

    object_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """A part of what has changed, in order, where to go on, and how many come after it."""

    rows: list[Change]
    cursor: Cursor
    left: int


@dataclass(frozen=True, slots=True)
class Copied(Generic[T]):
    """What goes into the copy, what goes out, where to go on, and how many come after it."""

    items: list[T]
    gone: list[Change]
    cursor: Cursor
    left: int


def start(session: Session, kind: str, actor: Actor, *, since: str | datetime, mine: bool = False) -> Cursor:
    """The cursor of an earlier answer, or that of a moment: it tells what changed then or later."""
    reader = reader_mark(kind, mine, actor.organisation_id, actor.organisation_kind, actor.role, actor.is_member)
    newest = session.scalar(select(func.max(ObjectChange.number))) or 0
    if isinstance(since, str) and is_cursor(since):
        return read_cursor(since, reader=reader, newest=newest, today=clock.today())
    assert isinstance(since, datetime)
    number = session.scalar(select(func.max(ObjectChange.number)).where(ObjectChange.changed_at < since)) or 0
    day = min(clock.local(since).date(), clock.today())
    return Cursor(number, day if number else clock.today(), reader)


def changes(
    session: Session,
    kind: str,
    cursor: Cursor,
    *,
    size: int,
    wanted: ColumnElement[bool],
    calendar: Calendar | None = None,
) -> Changes:
    """The next changes of a kind: first those of the calendar, then those that were written."""
    rows: list[Change] = []
    left = 0
    while calendar is not None and (cursor.until or cursor.day < clock.today()) and len(rows) < size:
        until = cursor.until or clock.today()
        flipped = calendar(cursor.day, until).subquery()
        there = select(flipped.c.id).where(flipped.c.id > cursor.after)
        ids = list(session.scalars(there.order_by(flipped.c.id).limit(size - len(rows) + 1)))
        page = ids[: size - len(rows)]
        rows += [Change(number, datetime.combine(until, time(), clock.AMSTERDAM)) for number in page]
        last = page[-1] if len(ids) > len(page) else None
        left = (session.scalar(select(func.count()).select_from(there.subquery())) or 0) - len(page)
        cursor = cursor.through_calendar(until, last)
    if calendar is None:
        cursor = replace(cursor, day=clock.today())
    after = select(ObjectChange).where(ObjectChange.kind == kind, wanted)
    room = 0 if cursor.until else size - len(rows)
    noted = session.scalars(after.where(ObjectChange.number > cursor.number).order_by(ObjectChange.number).limit(room)).all()
    if noted:
        cursor = replace(cursor, number=noted[-1].number)
    rows += [Change(change.object_id, change.changed_at) for change in noted]
    ahead = after.where(ObjectChange.number > cursor.number).with_only_columns(func.count())
    return Changes(rows, cursor, left + (session.scalar(ahead) or 0))


def listing_changes(session: Session, actor: Actor, *, since: str | datetime, mine: bool, size: int) -> Copied[Listing]:
    """What to change in a copy of the catalogue, or of one's own lots in every state."""
    require(actor, Can.READ_CATALOGUE)
    cursor = start(session, "listing", actor, since=since, mine=mine)
    may_be_known = _may_be_known(actor)

    def flipped(before: date, until: date) -> Select[int]:
        return _flipped_listings(before, until).where(may_be_known)

    part = changes(
        session,
        "listing",
        cursor,
        size=size,
        wanted=_of_own(actor) if mine else ObjectChange.object_id.in_(select(Listing.id).where(may_be_known)),
        calendar=None if mine else flipped,
    )
    rows = {row.id: row for row in session.scalars(listings_with_parts().where(Listing.id.in_(_ids(part.rows))))}
    there = {number for number, row in rows.items() if mine or _stands_in_catalogue(actor, row)}
    tellable = {number for number in _ids(part.rows) if mine or (number in rows and _was_seen(actor, rows[number]))}
    return _copied(part, rows, there, tellable)


def _of_own(actor: Actor) -> ColumnElement[bool]:
    """Changes of what is one's own; nothing for whoever may not look inside an organisation."""
    is_inside = may(actor, Can.READ_LISTING_INSIDE, actor.organisation_id)
    return ObjectChange.organisation_id == actor.organisation_id if is_inside else false()


def _may_be_known(actor: Actor) -> ColumnElement[bool]:
    """Lots that this reader may have seen. Nobody hears of another's draft or closed lot, nor the public of a lot before its first day."""
    published = Listing.published_at.is_not(None)
    return and_(published, is_open_to(actor)) if actor.is_member else and_(published, Listing.region_from <= clock.today())


def _stands_in_catalogue(actor: Actor, row: Listing) -> bool:
    """Whether a search without filters shows this lot to the actor today."""
    today = clock.today()
    if row.status != ListingStatus.PUBLISHED or row.confirmed_on is None or listing_holds_until(row.confirmed_on) < today:
        return False
    if row.available_until is not None and row.available_until < today:
        return False
    if actor.is_member:
        return not row.is_closed_to_others or row.organisation_id == actor.organisation_id
    return row.region_from is not None and row.region_from <= today


def _was_seen(actor: Actor, row: Listing) -> bool:
    """Whether this reader saw a lot that has gone.

    The public did not where it went before its first day.
    """
    left = gone_at(
        ListingStatus(row.status),
        changed_at=row.updated_at,
        last_day=row.available_until,
        confirmed_on=row.confirmed_on,
        region_from=row.region_from,
    )
    return actor.is_member or left is not None


def _flipped_listings(before: date, until: date) -> Select[int]:
    """Published lots that a day in (before, until] brought into sight or took out of it."""
    return select(Listing.id).where(
        Listing.status == ListingStatus.PUBLISHED,
        or_(
            and_(Listing.region_from > before, Listing.region_from <= until),
            and_(Listing.available_until >= before, Listing.available_until < until),
            and_(Listing.confirmed_on >= before - STALE_AFTER, Listing.confirmed_on < until - STALE_AFTER),
        ),
    )


def demand_changes(session: Session, actor: Actor, *, since: str | datetime, mine: bool, size: int) -> Copied[Demand]:
    """What to change in a copy of the open demands, or of one's own in every state."""
    require(actor, Can.READ_CATALOGUE)
    cursor = start(session, "demand", actor, since=since, mine=mine)
    part = changes(
        session,
        "demand",
        cursor,
        size=size,
        wanted=_of_own(actor) if mine else ObjectChange.object_id.in_(select(Demand.id).where(was_open())),
        calendar=None if mine else _flipped_demands,
    )
    statement = select(Demand).options(joinedload(Demand.organisation)).where(Demand.id.in_(_ids(part.rows)))
    rows = {row.id: row for row in session.scalars(statement)}
    there = {number for number, row in rows.items() if mine or _is_wanted_today(actor, row)}
    return _copied(part, rows, there, set(_ids(part.rows)))


def _is_wanted_today(actor: Actor, row: Demand) -> bool:
    """Whether the list of demands without filters shows this one to the actor today."""
    today = clock.today()
    if row.status != DemandStatus.OPEN or row.needed_until < today:
        return False
    return actor.role == Role.REVIEWER or not is_demand_stale(row.confirmed_on, today)


def _flipped_demands(before: date, until: date) -> Select[int]:
    """Open demands that a day in (before, until] took out of sight."""
    return select(Demand.id).where(
        Demand.status == DemandStatus.OPEN,
        or_(
            and_(Demand.needed_until >= before, Demand.needed_until < until),
            and_(Demand.confirmed_on >= before - DEMAND_STALE_AFTER, Demand.confirmed_on < until - DEMAND_STALE_AFTER),
        ),
    )


def _ids(rows: list[Change]) -> list[int]:
    return [change.object_id for change in rows]


def _copied(part: Changes, rows: dict[int, T], there: set[int], tellable: set[int]) -> Copied[T]:
    """Each object once, as it is now; what is not there is gone, if it was known."""
    last = {change.object_id: change for change in part.rows}
    return Copied(
        [rows[number] for number in last if number in there],
        [change for number, change in last.items() if number not in there and number in tellable],
        part.cursor,
        part.left,
    )
