"""What an organisation agrees on turns, the windows of a lot, the counter of the catalogue.

That counter also moves for the home page, which shows figures and goals.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.language import _
from marketplace.market.models import CatalogueRevision, Listing, WindowDefault
from marketplace.market.queries.listings import get_listing
from marketplace.market.queries.windows import get_window_defaults
from marketplace.market.rules.listing import ListingDraft, ListingStatus
from marketplace.market.rules.windows import (
    Wanted,
    WindowDefaults,
    Windows,
    circle_skipped,
    find_default_faults,
    find_faults,
    read_circle,
    settle,
    written,
)
from marketplace.notices.actions import audit

COLUMNS = ("circle", "circle_from", "region_from", "partners_from")
_counter = CatalogueRevision.__table__
_BUMP = update(_counter).values(number=_counter.c.number + 1)  # type: ignore[arg-type]


def bump_catalogue(session: Session) -> None:
    """Raise the catalogue's revision because it shows something else now.

    The last write of a verb, since every writer waits here.
    """
    session.flush()
    session.execute(_BUMP)


def set_windows(session: Session, actor: Actor, defaults: WindowDefaults) -> WindowDefaults:
    """Agree which rings the organisation's lots open to, and after how many days.

    Lots that are on offer keep their days. Refused where a ring is skipped without a reason. The own organisation is never in the
    circle: it goes first anyway.
    """
    require(actor, Can.SET_WINDOWS, actor.organisation_id)
    circle = tuple(sorted(set(defaults.circle) - {actor.organisation_slug}))
    defaults = replace(defaults, circle=circle)
    faults = find_default_faults(defaults, _municipalities(session))
    if faults:
        raise Invalid.all(faults)
    agreed = session.get(WindowDefault, actor.organisation_id)
    if agreed is None:
        agreed = WindowDefault(organisation_id=actor.organisation_id)
        session.add(agreed)
    agreed.circle = written(circle) if circle else ""
    agreed.circle_days, agreed.region_days, agreed.partners_days = (
        defaults.circle_days,
        defaults.region_days,
        defaults.partners_days,
    )
    agreed.reason = defaults.reason
    session.flush()
    audit.record(
        session,
        actor,
        action="windows.set",
        object_type="organisation",
        object_id=actor.organisation_id,
        circle=list(circle),
        circle_days=defaults.circle_days,
        region_days=defaults.region_days,
        partners_days=defaults.partners_days,
    )
    return defaults


def _municipalities(session: Session) -> set[str]:
    return {municipality.slug for municipality in list_municipalities(session)}


def window_columns(
    session: Session, actor: Actor, draft: ListingDraft, published: Listing | None
) -> tuple[dict[str, Any], list[FieldError]]:
    """Work out the columns of a lot's windows, and what is wrong with them.

    Of a draft what was entered, of a lot on offer the days themselves. What stays as it was promised needs no reason again. What is closed to
    others has no days before it opens.
    """
    if published is not None and published.is_closed_to_others:
        return {name: getattr(published, name) for name in (*COLUMNS, "window_reason")}, []
    circle = None if draft.circle is None else tuple(sorted(set(draft.circle) - {actor.organisation_slug}))
    dropped = circle == () and published is not None and bool(published.chosen_circle)
    circle_from = None if dropped else draft.circle_from
    wanted = Wanted(circle, circle_from, draft.region_from, draft.partners_from, draft.window_reason)
    settled = _settled(session, actor, wanted, _opened_on(published), draft.available_until)
    if published is None:
        columns = {
            "circle": written(circle),
            **{name: getattr(wanted, name) for name in COLUMNS[1:]},
            "window_reason": wanted.reason,
        }
    else:
        columns = _stored(settled)
        if all(getattr(published, name) == columns[name] for name in COLUMNS):
            return columns, find_faults(Wanted(reason=wanted.reason), settled, ())
    faults = _faults(session, wanted, settled)
    if dropped and not faults and not wanted.reason:
        faults = [circle_skipped()]
    return columns, faults


def _faults(session: Session, wanted: Wanted, settled: Windows) -> list[FieldError]:
    return find_faults(wanted, settled, _municipalities(session) if wanted.circle else ())


def published_windows(session: Session, actor: Actor, listing: Listing) -> dict[str, Any]:
    """The columns of a draft's windows when it is published today; refused as they cannot be."""
    values = Wanted(listing.chosen_circle, listing.circle_from, listing.region_from, listing.partners_from, listing.window_reason)
    settled = _settled(session, actor, values, clock.today(), listing.available_until)
    faults = _faults(session, values, settled)
    if faults:
        raise Invalid.all(faults)
    return _stored(settled)


def no_windows(listing: Listing) -> dict[str, Any]:
    """The columns of a draft's windows when it is closed to others: no ring has a day."""
    return {
        **dict.fromkeys(COLUMNS[1:]),
        "circle": written(listing.chosen_circle),
        "window_reason": listing.window_reason,
    }


def mark_opened(session: Session, actor: Actor, *, listing_id: int) -> Listing:
    """Open to others what only the own organisation could find: its rings count from today. Open already: nothing changes."""
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    if listing.status != ListingStatus.PUBLISHED:
        raise Conflict(_("Only what is on offer within your own organisation can be opened to others. Publish a draft instead."))
    if not listing.is_closed_to_others:
        return listing
    opened = _opened_windows(session, actor, listing)
    today = clock.today()
    session.execute(
        update(Listing)
        .where(Listing.id == listing_id, Listing.status == ListingStatus.PUBLISHED, Listing.region_from.is_(None))
        .values(published_at=clock.now(), turns_told_on=today, confirmed_on=today, **opened)
        .execution_options(synchronize_session=False)
    )
    session.expire(listing)
    audit.record(session, actor, action="listing.open", object_type="listing", object_id=listing_id)
    bump_catalogue(session)
    return get_listing(session, actor, listing_id)


def preview_windows(session: Session, actor: Actor, listing: Listing) -> Windows:
    """Preview the days on which the rings of a draft would open if published today."""
    values = Wanted(listing.chosen_circle, listing.circle_from, listing.region_from, listing.partners_from, listing.window_reason)
    return _settled(session, actor, values, clock.today(), listing.available_until)


def note_changed_windows(session: Session, actor: Actor, listing_id: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Leave an audit row when the windows of a lot on offer have changed. A request that was made before keeps what is held."""
    if before != after:
        audit.record(
            session, actor, action="listing.windows", object_type="listing", object_id=listing_id, before=before, after=after
        )


def audit_windows(listing: Listing) -> dict[str, Any]:
    """The windows of a lot as the audit keeps them."""
    days = {name: getattr(listing, name) for name in COLUMNS[1:]}
    return {
        "circle": list(listing.chosen_circle or ()),
        **{name: day.isoformat() if day else None for name, day in days.items()},
    }


def _opened_on(published: Listing | None) -> date:
    if published is None or published.published_at is None:
        return clock.today()
    return clock.local(published.published_at).date()


def _settled(session: Session, actor: Actor, wanted: Wanted, opened_on: date, last_day: date | None) -> Windows:
    defaults = get_window_defaults(session, actor.organisation_id)
    return settle(wanted, defaults, opened_on=opened_on, last_day=last_day)


def _opened_windows(session: Session, actor: Actor, listing: Listing) -> dict[str, Any]:
    """The columns of the windows of what was closed to others, when it opens today."""
    values = Wanted(read_circle(listing.circle), reason=listing.window_reason)
    settled = _settled(session, actor, values, clock.today(), listing.available_until)
    faults = _faults(session, values, settled)
    if faults:
        raise Invalid.all(faults)
    return _stored(settled)


def _stored(settled: Windows) -> dict[str, Any]:
    return {
        "circle": written(settled.circle) if settled.circle else "",
        "circle_from": settled.circle_from,
        "region_from": settled.region_from,
        "partners_from": settled.partners_from,
        "window_reason": settled.reason,
    }
