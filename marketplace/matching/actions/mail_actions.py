"""Answers by one click in a mail: each action word with its verb and present state.

A link in a mail carries the word, the person and the object. Looking at it changes nothing; doing it is the ordinary verb as that
person, so the policy decides as always. A word that is not registered here gets no button in mail.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.exchange.rules.reservation import ReservationStatus, Step, check_step, is_done
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Refusal
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Demand
from marketplace.market.queries.demands import get_demand
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.freshness import Refreshed
from marketplace.market.rules.listing import ListingStatus
from marketplace.matching.actions.publish import refresh_demand, refresh_listing


@dataclass(frozen=True, slots=True)
class Standing:
    """The present state of what a link is about.

    The facts of its question, whether it was done already, and why it cannot be done.
    """

    facts: dict[str, Any]
    is_done: bool = False
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class MailAction:
    """One action word. `about` is the kind of page where the object lies: reservation, listing or demand."""

    about: str
    question: Text
    button: Text
    done: Text
    look: Callable[[Session, Actor, int], Standing]
    verb: Callable[[Session, Actor, int], object]


def _reservation(step: Step, permission: Can) -> Callable[[Session, Actor, int], Standing]:
    def look(session: Session, actor: Actor, reservation_id: int) -> Standing:
        reservation = get_reservation(session, actor, reservation_id)
        require(actor, permission, reservation)
        mine = reservation.owner_id == actor.organisation_id
        facts = {
            "title": reservation.listing.title,
            "quantity": Amount(reservation.quantity, Unit(reservation.unit)),
            "organisation": (reservation.organisation if mine else reservation.owner).name,
        }
        status = ReservationStatus(reservation.status)
        if is_done(step, status):
            return Standing(facts, is_done=True)
        try:
            check_step(step, status)
        except Conflict as refusal:
            return Standing(facts, refusal=refusal)
        return Standing(facts)

    return look


def _listing(session: Session, actor: Actor, listing_id: int) -> Standing:
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    facts = {"title": listing.title, "quantity": Amount(listing.available, Unit(listing.unit))}
    if listing.status != ListingStatus.PUBLISHED:
        return Standing(facts, refusal=Conflict(_("This lot is not offered any more, so there is nothing to confirm.")))
    return Standing(facts, is_done=listing.confirmed_on == clock.today())


def _demand(is_fresh: Callable[[Demand], bool]) -> Callable[[Session, Actor, int], Standing]:
    def look(session: Session, actor: Actor, demand_id: int) -> Standing:
        demand = get_demand(session, actor, demand_id)
        require(actor, Can.EDIT_DEMAND, demand)
        facts = {"title": demand.title, "quantity": Amount(demand.remaining, Unit(demand.unit))}
        if demand.status != DemandStatus.OPEN:
            return Standing(facts, refusal=Conflict(_("This demand is not open any more, so there is nothing to confirm.")))
        return Standing(facts, is_done=is_fresh(demand))

    return look


def accepting_offer(verb: Callable[..., object]) -> MailAction:
    """Accept what is held for the next on the waiting list. `verb(session, actor, *, reservation_id)`."""
    return MailAction(
        "reservation",
        _("You accept %(quantity)s of “%(title)s” from the waiting list of %(organisation)s. It becomes a request again."),
        _("Accept the offer"),
        _("The offer is accepted. You will hear from the owner."),
        _reservation(Step.ACCEPT_OFFER, Can.CONFIRM),
        lambda session, actor, number: verb(session, actor, reservation_id=number),
    )


def confirming_demand(verb: Callable[[Session, Actor, int], object], is_fresh: Callable[[Demand], bool]) -> MailAction:
    """A demand is still wanted; `is_fresh` says whether that was said today already."""
    return MailAction(
        "demand",
        _(
            "You say that you are still looking for “%(title)s”: %(quantity)s. The demand stays open to everyone for another 90 days."
        ),
        _("Yes, still looking"),
        _("Thank you. The demand stays open for another 90 days."),
        _demand(is_fresh),
        verb,
    )


MAIL_ACTIONS: dict[str, MailAction] = {
    "approve": MailAction(
        "reservation",
        _("You approve the request of %(organisation)s for %(quantity)s of “%(title)s”."),
        _("Approve"),
        _("The request is approved. We have notified the other side."),
        _reservation(Step.APPROVE, Can.DECIDE_RESERVATION),
        lambda session, actor, number: decide.approve(session, actor, reservation_id=number),
    ),
    "confirm": MailAction(
        "reservation",
        _(
            "You confirm that you received %(quantity)s of “%(title)s” from %(organisation)s. The exchange then counts in the figures."
        ),
        _("Confirm the hand-over"),
        _("The transfer is completed. The exchange now counts in the figures."),
        _reservation(Step.CONFIRM, Can.CONFIRM),
        lambda session, actor, number: hand_over.confirm(session, actor, reservation_id=number),
    ),
    "listing-still": MailAction(
        "listing",
        _("You say that “%(title)s” is still there: %(quantity)s. It stays in the catalogue for another 60 days."),
        _("Yes, still there"),
        _("Thank you. The lot stays in the catalogue for another 60 days."),
        _listing,
        lambda session, actor, number: refresh_listing(session, actor, listing_id=number, answer=Refreshed.STILL),
    ),
    "plan-still": MailAction(
        "listing",
        _("You say that the plan for “%(title)s” still holds: %(quantity)s. It stays in the catalogue for another 60 days."),
        _("Yes, it still holds"),
        _("Thank you. The lot stays in the catalogue for another 60 days."),
        _listing,
        lambda session, actor, number: refresh_listing(session, actor, listing_id=number, answer=Refreshed.STILL),
    ),
    "accept-offer": accepting_offer(reserve.accept_offer),
    "demand-still": confirming_demand(
        lambda session, actor, number: refresh_demand(session, actor, demand_id=number, answer=Refreshed.STILL),
        lambda demand: demand.confirmed_on == clock.today(),
    ),
}
