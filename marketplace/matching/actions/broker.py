"""Pointing out a lot to whoever asks: the broker with a reason, or its owner."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.rules.reservation import check_reason
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import get_demand
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import ListingStatus
from marketplace.matching.models import ProposalMade
from marketplace.matching.queries.broker import _find, _get
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def propose(session: Session, actor: Actor, *, listing_id: int, demand_id: int, reason: str) -> ProposalMade:
    """Propose a lot to the organisation that placed a demand, with a reason; it is notified.

    Refused where it is another material, where one of the two is over, or where nothing is left. A lot proposed before changes
    nothing and notifies nobody twice.
    """
    require(actor, Can.BROKER)
    listing, demand = get_listing(session, actor, listing_id), get_demand(session, actor, demand_id)
    made = _find_locked(session, listing, demand)
    if made is not None:
        return made
    check_reason(reason)
    return _make(session, actor, listing, demand, Notice.PROPOSAL, reason)


def offer_to_demand(session: Session, actor: Actor, *, listing_id: int, demand_id: int) -> ProposalMade:
    """Offer a lot of the own organisation to whoever placed a demand; they are notified.

    Refused as a proposal is, and for the own organisation's demand, which is served by a reservation. What was pointed out before
    changes nothing and notifies nobody twice.
    """
    listing, demand = get_listing(session, actor, listing_id), get_demand(session, actor, demand_id)
    require(actor, Can.EDIT_LISTING, listing)
    made = _find_locked(session, listing, demand)
    if made is not None:
        return made
    if demand.organisation_id == listing.organisation_id:
        raise Conflict(_("This is a demand of your own organisation. Reserve the lot for it."), "demand_id")
    return _make(session, actor, listing, demand, Notice.LOT_OFFERED, "")


def _find_locked(session: Session, listing: Listing, demand: Demand) -> ProposalMade | None:
    session.execute(select(Demand.id).where(Demand.id == demand.id).with_for_update())  # of two clicks the second waits here
    return _find(session, listing.id, demand.id)


def _make(session: Session, actor: Actor, listing: Listing, demand: Demand, kind: Notice, reason: str) -> ProposalMade:
    _check_proposable(session, listing, demand)
    made = ProposalMade(
        listing_id=listing.id, demand_id=demand.id, person_id=actor.person_id, reason=reason, proposed_at=clock.now()
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, action="demand.propose", object_type="demand", object_id=demand.id, listing=listing.id)
    notify(
        session,
        kind,
        person_id=demand.created_by_id,
        organisation_id=demand.organisation_id,
        listing_id=listing.id,
        listing_title=listing.title,
        demand_id=demand.id,
        demand_title=demand.title,
        organisation=listing.organisation.name,
        reason=reason,
    )
    return _get(session, made.id)


def _check_proposable(session: Session, listing: Listing, demand: Demand) -> None:
    if listing.status != ListingStatus.PUBLISHED or listing.available <= 0:
        raise Conflict(_("Nothing of this listing is on offer any more. Choose another one."), "listing_id")
    if listing.is_closed_to_others:
        raise Conflict(
            _("This listing is on offer within its own organisation only. It has to be opened to others first."), "listing_id"
        )
    if demand.status != DemandStatus.OPEN or demand.needed_until < clock.today():
        raise Conflict(_("This demand is not open any more. Choose another one."), "demand_id")
    taxonomy = get_taxonomy(session)
    wanted, offered = taxonomy.material_by_id(demand.material_id), taxonomy.material_by_id(listing.material_id)
    if offered.slug not in {material.slug for material in taxonomy.serving(wanted)}:
        raise Invalid(
            _(
                "This listing is %(offered)s, and the demand asks for %(wanted)s. Choose another one.",
                offered=offered,
                wanted=wanted,
            ),
            "listing_id",
        )
