"""The days of a planned lot move.

Whoever reserved it agrees again, or gives it up and keeps the place on the waiting list.
"""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor, Can, require
from marketplace.exchange.actions.reserve import collect_until
from marketplace.exchange.actions.terms import drop_proposal, move_first_day
from marketplace.exchange.actions.transitions import give_back, note, notify_side, offer_next, put
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import find_reservation, get_reservation, list_open_of_listing
from marketplace.exchange.rules.deadlines import answer_until
from marketplace.exchange.rules.reservation import HOLDING, ReservationStatus, reminder
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.market.actions import counters
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Listing
from marketplace.market.queries.changes import changed_since, version_conflict
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.notices.actions import audit
from marketplace.notices.rules.kinds import Notice
from marketplace.planned.models import DateChange
from marketplace.planned.queries import plan_of
from marketplace.planned.rules import DatesDraft, Plan, check_dates, check_planned

ASKED_AGAIN = (ReservationStatus.REQUESTED, ReservationStatus.APPROVED)


def move_dates(session: Session, actor: Actor, *, listing_id: int, version: int, draft: DatesDraft) -> Listing:
    """Move the days of a planned lot, or say how sure they are now. Every change is kept, with its reason.

    Whoever reserved it is asked to agree with another period within ten days. The same again changes nothing.
    """
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    check_planned(status=listing.status, planned=listing.planned)
    counters.lock(session, listing_id)
    listing = get_listing(session, actor, listing_id)
    check_planned(status=listing.status, planned=listing.planned)
    before, after = plan_of(listing), draft.plan
    if after == before:
        return listing
    if version != listing.version:
        raise version_conflict(listing.version, changed_since(session, "listing", listing_id, version))
    check_dates(draft, before, clock.today())
    keep_change(session, actor, listing, reason=draft.reason.strip(), plan=after)
    session.execute(
        update(Listing)
        .where(Listing.id == listing_id, Listing.status == ListingStatus.PUBLISHED, Listing.planned)
        .values(
            earliest=after.earliest,
            latest=after.latest,
            certainty=after.certainty.value,
            available_from=after.earliest,
            available_until=after.latest,
            confirmed_on=clock.today(),
            version=Listing.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    session.expire(listing)
    audit.record(session, actor, action="listing.move-dates", object_type="listing", object_id=listing_id)
    if not after.is_same_period(before):
        for reservation in list_open_of_listing(session, listing_id):
            _ask_again(session, actor, reservation, after, draft.reason.strip())
        offer_next(session, listing_id)  # who let it go for its days before may take it with these
    bump_catalogue(session)
    return get_listing(session, actor, listing_id)


def keep_change(session: Session, actor: Actor, listing: Listing, *, reason: str, **becomes: Any) -> None:
    """Add a row to what is kept of the days of a lot.

    Its `plan` from now on, or the day on which it `came_on`.
    """
    before, plan = plan_of(listing), becomes.get("plan")
    session.add(
        DateChange(
            listing_id=listing.id,
            old_earliest=before.earliest,
            old_latest=before.latest,
            old_certainty=before.certainty.value,
            new_earliest=plan.earliest if plan else None,
            new_latest=plan.latest if plan else None,
            new_certainty=plan.certainty.value if plan else None,
            came_on=becomes.get("came_on"),
            reason=reason,
            organisation_id=listing.organisation_id,
            person_id=actor.person_id,
            at=clock.now(),
        )
    )
    session.flush()


def _ask_again(session: Session, actor: Actor, reservation: Reservation, plan: Plan, reason: str) -> None:
    """Ask a holder to agree. Whoever waits or is offered it has promised nothing, and reads the days when taking it."""
    days = {"agreed_earliest": plan.earliest, "agreed_latest": plan.latest}
    if reservation.status not in ASKED_AGAIN:
        note(session, actor, reservation, "dates-moved", **days, dates_declined=False)
        return
    if (reservation.agreed_earliest, reservation.agreed_latest) == (plan.earliest, plan.latest):
        note(session, actor, reservation, "dates-moved", confirm_until=None)  # moved back to what was agreed
        return
    until = answer_until(clock.now())
    updated = note(session, actor, reservation, "dates-moved", confirm_until=until, **_held_for(reservation))
    notify_side(
        session,
        Notice.DATES_MOVED,
        updated,
        owner=False,
        first=plan.earliest.isoformat(),
        last=plan.latest.isoformat(),
        reason=reason,
        until=until.isoformat(),
    )


def _held_for(reservation: Reservation) -> dict[str, Any]:
    """What is approved is kept until thirty days after the last day."""
    if reservation.status != ReservationStatus.APPROVED:
        return {}
    until = collect_until(reservation.listing, None)
    return {"expires_at": until, "reminded_days": reminder(clock.local(until).date(), clock.today())}


def confirm_dates(session: Session, actor: Actor, *, reservation_id: int) -> Reservation:
    """Agree with the days as they are now, for whoever reserved it. Agreed already: nothing changes."""
    reservation = _answering(session, actor, reservation_id)
    listing = reservation.listing
    if not listing.planned or (reservation.agreed_earliest, reservation.agreed_latest) == (listing.earliest, listing.latest):
        return reservation
    _check_asked(reservation)
    values = {"agreed_earliest": listing.earliest, "agreed_latest": listing.latest, "confirm_until": None}
    reservation = note(session, actor, reservation, "confirm-dates", **values)
    if reservation.status == ReservationStatus.APPROVED:
        reservation = move_first_day(session, reservation, listing.available_from)
    notify_side(session, Notice.DATES_CONFIRMED, reservation, owner=True)
    return reservation


def decline_dates(session: Session, actor: Actor, *, reservation_id: int) -> Reservation:
    """Let go of it because of its days, and keep the place on the waiting list for others. Let go already: nothing changes."""
    reservation = _answering(session, actor, reservation_id)
    if reservation.dates_declined:
        return reservation
    _check_asked(reservation)
    return _release(session, actor, reservation, Notice.DATES_DECLINED)


def _answering(session: Session, actor: Actor, reservation_id: int) -> Reservation:
    """The reservation behind the lock of its listing, for whoever holds it."""
    reservation = get_reservation(session, actor, reservation_id)
    require(actor, Can.CONFIRM, reservation)
    counters.lock(session, reservation.listing_id)
    return find_reservation(session, reservation_id)


def release_unanswered(session: Session, *, reservation_id: int) -> bool:
    """Let go of what nobody agreed with in time; whether that was still to be done."""
    counters.lock(session, find_reservation(session, reservation_id).listing_id)
    reservation = find_reservation(session, reservation_id)
    if reservation.confirm_until is None or reservation.confirm_until > clock.now() or reservation.status not in ASKED_AGAIN:
        return False
    _release(session, CLOCK, reservation, Notice.DATES_UNANSWERED)
    return True


def _check_asked(reservation: Reservation) -> None:
    if reservation.confirm_until is None or reservation.status not in ASKED_AGAIN:
        raise Conflict(_("Nothing is asked of you here: the days have not moved since you agreed."))


def _release(session: Session, actor: Actor, reservation: Reservation, kind: Notice) -> Reservation:
    """Back to the waiting list. The moment at which it was asked stays, by which its place goes."""
    until = reservation.confirm_until
    if reservation.status in HOLDING:
        give_back(session, reservation, reservation.held)
    drop_proposal(session, reservation)
    moved = put(
        session,
        actor,
        reservation,
        "release-dates",
        ASKED_AGAIN,
        ReservationStatus.WAITING,
        waiting_since=clock.now(),
        approved_at=None,
        ordered=None,
        expires_at=None,
        reminded_days=None,
        confirm_until=None,
        dates_declined=True,
    )
    deadline = until.isoformat() if until else None
    for owner in (True, False) if actor is CLOCK else (True,):
        notify_side(session, kind, moved, owner=owner, until=deadline)
    offer_next(session, moved.listing_id)
    bump_catalogue(session)
    return find_reservation(session, moved.id)
