"""What the broker has pointed out, and why a lot does not fit."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.kernel import clock
from marketplace.kernel.geo import distance_km, whole_km
from marketplace.kernel.language import Text
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.matching.models import ProposalMade
from marketplace.matching.queries.matches import lot_of, need_of
from marketplace.matching.rules.pair import objections
from marketplace.materials.queries import get_taxonomy


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
    """Explain what stands between the two and a match, and how far apart they lie.

    Between public points, in whole kilometres, for whoever may know no more. Nothing where it has become a match.
    """
    taxonomy, exact = get_taxonomy(session), may(actor, Can.READ_POINTS)
    lot = lot_of(made.listing, taxonomy, exact=exact)
    need = need_of(made.demand, made.demand.organisation.kind, taxonomy, exact=exact)
    away = distance_km(lot.point, need.point)
    result = objections(lot, need, distance_km=away, today=clock.today())
    return away if exact else Decimal(whole_km(lot.point, need.point)), result
