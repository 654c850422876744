"""The desk of one person: every task as one line, with the day by which it must be done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.gate import newest
from marketplace.exchange.queries.reservations import list_reservations
from marketplace.exchange.queries.watch import list_disputes, list_objections, list_unconfirmed
from marketplace.exchange.rules.reservation import BETWEEN_SIGNATURES, ReservationStatus
from marketplace.http.written import Written
from marketplace.kernel.clock import local, today
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import list_demands
from marketplace.market.queries.freshness import list_demands_to_refresh
from marketplace.market.queries.listings import list_listings_to_refresh, list_own_listings
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.freshness import demand_holds_until, listing_holds_until
from marketplace.market.rules.listing import ListingStatus
from marketplace.matching.queries.matches import list_listings_for_demand
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.freshness import DEMAND_ANSWERS, LOT_ANSWERS, Answers
from marketplace.web.work.unfinished import Unfinished, unfinished

SHOWN = 10
TASKS_MAX = 50
ON_THE_DESK = (ListingStatus.DRAFT.value, ListingStatus.PUBLISHED.value)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: what, until when, and where. With `answers` it is a question, answered by one of these buttons at `asks`."""

    what: Text
    until: date | None
    label: Text
    href: str
    asks: str = ""
    answers: Answers = ()
    title: str = ""

    @property
    def is_late(self) -> bool:
        """Whether its day is today or past."""
        return self.until is not None and self.until <= today()


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for somebody, and what belongs to their organisation."""

    tasks: list[Task]
    matches: list[tuple[Demand, int]]
    listings: list[Listing]
    demands: list[Demand]
    reservations: list[Reservation]
    sketches: list[Unfinished]
    may_trade: bool
    known: Taxonomy | None

    @classmethod
    def of(cls, session: Session, actor: Actor) -> "Desk":
        """Gather it.

        People who do not trade (reviewer, administrator) have no tasks here, only the way to the pages that they read.
        """
        trades = may(actor, Can.OFFER)
        if not trades:
            return cls([], [], [], [], [], [], may_trade=False, known=None)
        sketches = unfinished(session, actor)
        in_steps = {sketch.listing_id for sketch in sketches}
        listings, _total = list_own_listings(session, actor, statuses=ON_THE_DESK, page_size=SHOWN + len(in_steps))
        listings = [listing for listing in listings if listing.id not in in_steps][:SHOWN]
        demands, _total = list_demands(session, actor, mine=True, statuses=(), page_size=SHOWN)
        open_demands = [demand for demand in demands if demand.status == DemandStatus.OPEN]
        rows = [(demand, list_listings_for_demand(session, actor, demand, page_size=1).total) for demand in open_demands]
        return cls(
            tasks=_tasks(session, actor, listings),
            matches=[pair for pair in rows if pair[1]],
            listings=listings,
            demands=demands,
            reservations=_waiting_for_others(session, actor),
            sketches=sketches,
            may_trade=True,
            known=taxonomy(session),
        )


def _tasks(session: Session, actor: Actor, listings: list[Listing]) -> list[Task]:
    """List the tasks by day; what has no day comes last.

    Requests to answer, hand-overs to confirm and to do, lots and demands to confirm, drafts to finish.
    """
    tasks = [
        *_of(session, actor, "owning", ReservationStatus.REQUESTED, _ANSWER, _("Answer")),
        *_of(session, actor, "asking", ReservationStatus.HANDED_OVER, _CONFIRM, _("Check and confirm")),
        *_of(session, actor, "owning", ReservationStatus.APPROVED, _HAND_OVER, _("Enter the hand-over")),
        *_of(session, actor, "asking", ReservationStatus.OFFERED, _ACCEPT, _("Look at the offer")),
        *_of(session, actor, "owning", ReservationStatus.DISPUTED, _SETTLE, _("Settle it")),
        *_of(session, actor, "asking", ReservationStatus.DISPUTED, _SETTLE, _("Settle it")),
        *_of(session, actor, "asking", ReservationStatus.APPROVED, _MEET, _("Choose a time"), _proposes_times),
        *_of(session, actor, "owning", ReservationStatus.APPROVED, _MEET, _("Choose a time"), _proposes_times),
        *(
            task
            for status in BETWEEN_SIGNATURES
            for side in ("asking", "owning")
            for task in _of(session, actor, side, status, _CALL_OFF, _("Answer the proposal"), _proposes_to_cancel)
        ),
        *(
            task
            for status in (ReservationStatus.APPROVED, *BETWEEN_SIGNATURES)
            for side in ("asking", "owning")
            for task in _of(session, actor, side, status, _TERMS, _("Answer the proposal"), _proposes_terms)
        ),
        *_of_broker(session, actor),
        *(_refresh(listing) for listing in list_listings_to_refresh(session, actor)),
        *(_still_needed(demand) for demand in list_demands_to_refresh(session, actor)),
    ]
    drafts = [_finish(listing) for listing in listings if listing.status == ListingStatus.DRAFT]
    return sorted(tasks, key=lambda task: task.until or date.max) + drafts


_ANSWER = _("%(asker)s asks for %(quantity)s of “%(title)s”")
_CONFIRM = _("%(owner)s has handed over %(quantity)s of “%(title)s”")
_HAND_OVER = _("%(asker)s collects %(quantity)s of “%(title)s”")
_ACCEPT = _("%(quantity)s of “%(title)s” is free for you")
_SETTLE = _("%(owner)s and %(asker)s disagree about %(quantity)s of “%(title)s”")

_MEET = _("%(organisation)s proposes when “%(title)s” can be collected")
_CALL_OFF = _("%(organisation)s proposes to cancel the transfer of “%(title)s”")


_TERMS = _("%(organisation)s proposes other terms for “%(title)s”")
_UNCONFIRMED = _("Nobody confirmed %(quantity)s of “%(title)s”, from %(owner)s to %(asker)s")
_OBJECTION = _("%(asker)s objects to a no-show for “%(title)s” of %(owner)s")


def _of_broker(session: Session, actor: Actor) -> list[Task]:
    """List what the broker has to settle: disputes, hand-overs that wait for a yes, objections."""
    if not may(actor, Can.BROKER):
        return []
    waiting = (
        (list_disputes(session, actor), _SETTLE, _("Settle it")),
        (list_unconfirmed(session, actor), _UNCONFIRMED, _("Settle it")),
        (list_objections(session, actor), _OBJECTION, _("Decide")),
    )
    return [_task(reservation, sentence, label) for (rows, _total), sentence, label in waiting for reservation in rows]


def _proposes_terms(actor: Actor, reservation: Reservation) -> bool:
    pending = reservation.proposed_terms
    return pending is not None and pending.proposed_by_id != actor.organisation_id


def _proposes_times(actor: Actor, reservation: Reservation) -> bool:
    latest = newest(reservation)
    return latest is not None and latest.agreed_time is None and latest.proposed_by_id != actor.organisation_id


def _proposes_to_cancel(actor: Actor, reservation: Reservation) -> bool:
    return reservation.cancel_asked_by_id not in (None, actor.organisation_id)


def _of(
    session: Session,
    actor: Actor,
    side: str,
    status: ReservationStatus,
    sentence: Text,
    label: Text,
    asks: Callable[[Actor, Reservation], bool] | None = None,
) -> list[Task]:
    rows, _total = list_reservations(session, actor, side=side, statuses=(status.value,), page_size=TASKS_MAX)
    return [_task(reservation, sentence, label, side) for reservation in rows if asks is None or asks(actor, reservation)]


def _task(reservation: Reservation, sentence: Text, label: Text, side: str = "") -> Task:
    since = reservation.disputed_at or reservation.unconfirmed_since or reservation.objected_at
    return Task(
        what=_(
            sentence.message,
            asker=reservation.organisation.name,
            owner=reservation.owner.name,
            organisation=(reservation.owner if side == "asking" else reservation.organisation).name,
            quantity=Amount(reservation.quantity, Unit(reservation.unit)),
            title=Written(reservation.listing.title),
        ),
        until=_day_of(reservation.expires_at or since),
        label=label,
        href=url_for("reservations.show", reservation_id=reservation.id),
    )


def _refresh(listing: Listing) -> Task:
    return Task(
        what=_("Is “%(title)s” still there?", title=Written(listing.title)),
        until=listing_holds_until(listing.confirmed_on) if listing.confirmed_on else None,
        label=_("Look at it"),
        href=url_for("catalogue.show_listing", listing_id=listing.id),
        asks=url_for("listings.refresh", listing_id=listing.id),
        answers=LOT_ANSWERS,
        title=Written(listing.title),
    )


def _still_needed(demand: Demand) -> Task:
    return Task(
        what=_("Do you still need “%(title)s”?", title=Written(demand.title)),
        until=demand_holds_until(demand.confirmed_on) if demand.confirmed_on else None,
        label=_("Look at it"),
        href=url_for("demands.show", demand_id=demand.id),
        asks=url_for("demands.refresh", demand_id=demand.id),
        answers=DEMAND_ANSWERS,
        title=Written(demand.title),
    )


def _finish(listing: Listing) -> Task:
    return Task(
        what=_("Finish your draft “%(title)s”", title=Written(listing.title)),
        until=None,
        label=_("Continue"),
        href=url_for("listings.edit", listing_id=listing.id),
    )


def _waiting_for_others(session: Session, actor: Actor) -> list[Reservation]:
    """What the own organisation asked for and somebody else must act on."""
    statuses = (ReservationStatus.WAITING.value, ReservationStatus.REQUESTED.value, ReservationStatus.APPROVED.value)
    return list_reservations(session, actor, side="asking", statuses=statuses, page_size=SHOWN)[0]


def _day_of(at: datetime | None) -> date | None:
    """The day by which something must be done; of what has no term the day since which it waits."""
    return None if at is None else local(at).date()
