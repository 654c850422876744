"""Asking for all parts of a proposal in one stroke."""

from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.actions.reserve import lock_listings, reserve_all
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity
from marketplace.market.queries.demands import get_demand
from marketplace.market.rules.demand import DemandStatus
from marketplace.matching.queries.proposals import Proposal, propose_parts


def request_parts(
    session: Session, actor: Actor, *, demand_id: int, seen: tuple[tuple[int, Decimal], ...] | None = None
) -> list[Reservation]:
    """Reserve every part that is proposed for a demand, all or none. The amounts are computed again behind the locks of the lots; where they
    are not what the asker saw (`seen`: listing id and quantity in the listing's unit), nothing is done, and the page shows the new ones."""
    demand = get_demand(session, actor, demand_id)
    require(actor, Can.EDIT_DEMAND, demand)
    before = propose_parts(session, actor, demand)
    lock_listings(session, actor, listing_ids=dict(before.amounts), demand_id=demand_id)
    proposal = propose_parts(session, actor, get_demand(session, actor, demand_id))
    _check(proposal, seen, locked=frozenset(dict(before.amounts)))
    return reserve_all(
        session,
        actor,
        drafts={
            part.listing.id: ReservationDraft(
                quantity=Quantity(part.takes.amount, part.takes.unit),
                demand_id=demand_id,
                purpose=proposal.demand.title,
                project=proposal.demand.project,
                needed_by=proposal.demand.needed_until,
                confirm_unusual=True,  # the proposal has said what is surplus
            )
            for part in proposal.parts
        },
    )


def _check(proposal: Proposal, seen: tuple[tuple[int, Decimal], ...] | None, *, locked: frozenset[int]) -> None:
    if proposal.demand.status != DemandStatus.OPEN:
        raise Conflict(_("This demand is not open any more. Nothing has been asked."))
    if not proposal.parts and proposal.under_way.amount > 0 and proposal.needed.amount <= 0:
        raise Conflict(
            _("%(under_way)s is reserved for this demand already. Nothing is left to ask for.", under_way=proposal.under_way)
        )
    if not proposal.parts:
        raise Conflict(_("No lot fits any more. Nothing has been asked."))
    has_changed = proposal.amounts != seen if seen is not None else not locked.issuperset(dict(proposal.amounts))
    if has_changed:
        raise Conflict(
            _(
                "The proposal has changed since you saw it. Look at the new amounts, and ask again if you agree. Nothing has been asked."
            )
        )
