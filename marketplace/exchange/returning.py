"""What was transferred and comes back: a lot of its own, and a row in the book that takes it off again."""

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can
from marketplace.exchange import rules
from marketplace.exchange.booking import book_return
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules import ReturnDraft, Step
from marketplace.exchange.transitions import begin, note, tell
from marketplace.kernel import clock
from marketplace.kernel.units import plain
from marketplace.market import child_lots
from marketplace.market.demand_actions import need_again
from marketplace.market.queries import get_listing
from marketplace.market.revision import bump_catalogue
from marketplace.notices.rules import Notice


def return_part(session: Session, actor: Actor, *, reservation_id: int, draft: ReturnDraft) -> Reservation:
    """A part comes back to the owner: a child lot in its own condition is on offer, a reversing row stands in the month of the return, and
    the demand that it served needs that much again. Either side may enter it, with a reason."""
    reservation, _done = begin(session, actor, reservation_id, Step.RETURN, Can.RETURN)
    amount = draft.quantity.amount
    rules.check_return(
        draft,
        unit=reservation.unit,
        left=reservation.quantity - reservation.returned,
        handed_over_on=reservation.handed_over_on or clock.local(reservation.completed_at or clock.now()).date(),
        today=clock.today(),
    )
    parent = get_listing(session, actor, reservation.listing_id)
    child = child_lots.take_back(session, actor, parent, quantity=amount, condition=draft.condition)
    returned = reservation.returned + amount
    needed_again = book_return(session, reservation, before=reservation.returned, after=returned, on=draft.returned_on)
    reservation = note(session, actor, reservation, "return", returned=returned)
    if reservation.demand_id is not None:
        need_again(session, reservation.demand_id, needed_again)
    facts = {"reason": draft.reason, "child_id": child.id, "condition": draft.condition.value, "returned": plain(amount)}
    is_owner = actor.organisation_id == reservation.owner_id
    tell(session, Notice.RETURNED, reservation, owner=not is_owner, quantity=amount, **facts)
    bump_catalogue(session)
    return reservation
