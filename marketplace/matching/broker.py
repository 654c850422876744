"""The broker's one verb: pointing out a lot to who asks for something. And what has been pointed out."""

from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.exchange.rules import check_reason
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point, distance_km
from marketplace.kernel.language import Text, _
from marketplace.market.models import Demand, Listing
from marketplace.market.queries import get_demand, get_listing
from marketplace.market.rules import DemandStatus, ListingStatus
from marketplace.matching.models import ProposalMade
from marketplace.matching.queries import lot_of, need_of
from marketplace.matching.rules import objections
from marketplace.materials.queries import taxonomy
from marketplace.notices import audit
from marketplace.notices.actions import notify
from marketplace.notices.rules import Notice


def propose(session: Session, actor: Actor, *, listing_id: int, demand_id: int, reason: str) -> ProposalMade:
    """Point out a lot to who placed a demand, with a reason; they are told. Refused where it is another material, where one of the two
    is over, or where nothing is left. Pointed out before: nothing changes and nobody is told twice."""
    require(actor, Can.BROKER)
    listing, demand = get_listing(session, actor, listing_id), get_demand(session, actor, demand_id)
    session.execute(select(Demand.id).where(Demand.id == demand_id).with_for_update())  # of two clicks the second waits here
    made = _find(session, listing_id, demand_id)
    if made is not None:
        return made
    check_reason(reason)
    _check_proposable(session, listing, demand)
    made = ProposalMade(
        listing_id=listing_id, demand_id=demand_id, person_id=actor.person_id, reason=reason, proposed_at=clock.now()
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, action="demand.propose", object_type="demand", object_id=demand_id, listing=listing_id)
    notify(
        session,
        Notice.PROPOSAL,
        person_id=demand.created_by_id,
        organisation_id=demand.organisation_id,
        listing_id=listing_id,
        listing_title=listing.title,
        demand_id=demand_id,
        demand_title=demand.title,
        organisation=listing.organisation.name,
        reason=reason,
    )
    return _get(session, made.id)


def _check_proposable(session: Session, listing: Listing, demand: Demand) -> None:
    if listing.status != ListingStatus.PUBLISHED or listing.available <= 0:
        raise Conflict(_("Nothing of this listing is on offer any more. Choose another one."), "listing_id")
    if demand.status != DemandStatus.OPEN or demand.needed_until < clock.today():
        raise Conflict(_("This demand is not open any more. Choose another one."), "demand_id")
    known = taxonomy(session)
    wanted, offered = known.material_by_id(demand.material_id), known.material_by_id(listing.material_id)
    if offered.slug not in {material.slug for material in known.serving(wanted)}:
        raise Invalid(
            _(
                "This listing is %(offered)s, and the demand asks for %(wanted)s. Choose another one.",
                offered=offered,
                wanted=wanted,
            ),
            "listing_id",
        )


def _find(session: Session, listing_id: int, demand_id: int) -> ProposalMade | None:
    rows = select(ProposalMade).where(ProposalMade.listing_id == listing_id, ProposalMade.demand_id == demand_id)
    return session.scalars(rows.options(*_WHOLE)).one_or_none()


def _get(session: Session, proposal_id: int) -> ProposalMade:
    return session.scalars(select(ProposalMade).where(ProposalMade.id == proposal_id).options(*_WHOLE)).one()


_WHOLE = (
    joinedload(ProposalMade.listing).options(joinedload(Listing.organisation), selectinload(Listing.photos)),
    joinedload(ProposalMade.demand).joinedload(Demand.organisation),
)


def may_read_proposals(actor: Actor, demand: Demand) -> bool:
    """Whose demand it is, the reviewer, and the broker."""
    return may(actor, Can.READ_MATCHES, demand) or may(actor, Can.BROKER)


def list_proposals(session: Session, actor: Actor, demand: Demand) -> list[ProposalMade]:
    """What the broker pointed out for this demand and is still to be had, the newest first."""
    if not may_read_proposals(actor, demand):
        require(actor, Can.READ_MATCHES, demand)
    rows = (
        select(ProposalMade)
        .join(Listing, Listing.id == ProposalMade.listing_id)
        .where(
            ProposalMade.demand_id == demand.id,
            Listing.status == ListingStatus.PUBLISHED,
            Listing.held + Listing.transferred < Listing.quantity,
        )
    )
    return list(session.scalars(rows.options(*_WHOLE).order_by(ProposalMade.id.desc())))


def why_not(session: Session, actor: Actor, made: ProposalMade) -> tuple[Decimal, list[Text]]:
    """How far the two lie apart (a partner gets whole kilometres), and what stands between them and a match; nothing where it has
    become one."""
    known = taxonomy(session)
    away = distance_km(Point(made.listing.lat, made.listing.lon), Point(made.demand.lat, made.demand.lon))
    need = need_of(made.demand, made.demand.organisation.kind, known)
    found = objections(lot_of(made.listing, known), need, distance_km=away, today=clock.today())
    return away.quantize(Decimal(1), rounding=ROUND_HALF_UP) if actor.is_partner else away, found
