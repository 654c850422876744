"""Questions about demands."""

from decimal import Decimal

from sqlalchemy import ColumnElement, Double, Select, bindparam, cast, false, func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.policy import Actor, Can, may
from marketplace.accounts.rules.accounts import Role
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.geo import Point, chord2_m2, ecef_m
from marketplace.kernel.language import _
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.freshness import confirmed_since
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import Spot


def _missing_demand() -> Missing:
    return Missing(_("This demand does not exist, or you may not see it. Look at what is wanted."))


def is_demand_visible(actor: Actor, demand: Demand) -> bool:
    """Whether the actor may see this demand.

    Open demands are visible to everybody, in their public view; those that are over to members; a draft to its own
    organisation, also when it was withdrawn as one.
    """
    if may(actor, Can.READ_LISTING_INSIDE, demand):
        return True
    if demand.confirmed_on is None:
        return False
    return actor.is_member or demand.status == DemandStatus.OPEN


def was_open() -> ColumnElement[bool]:
    """Whether a demand was ever open. One that was withdrawn as a draft was not."""
    return Demand.confirmed_on.is_not(None)


_WHOLE = select(Demand).where(Demand.id == bindparam("demand_id")).options(joinedload(Demand.organisation))


def get_demand(session: Session, actor: Actor, demand_id: int) -> Demand:
    """A demand with its organisation, or Missing: also when the actor may not see it."""
    demand = session.scalars(_WHOLE, {"demand_id": demand_id}).one_or_none()
    if demand is None or not is_demand_visible(actor, demand):
        raise _missing_demand()
    return demand


def find_demand_spot(actor: Actor, demand: Demand) -> Spot | None:
    """Where it is needed, as far as the reader may know; None where that is nothing."""
    inside = may(actor, Can.READ_LISTING_INSIDE, demand)
    if not inside and (demand.status != DemandStatus.OPEN or not may(actor, Can.READ_POINTS)):
        return None
    return Spot(demand.lat, demand.lon, demand.address if inside else None)


def listings_within(point: Point, radius_km: Decimal) -> Select[int]:
    """Ids of the lots whose public point lies within a distance of a point."""
    there = zip((Listing.public_x_m, Listing.public_y_m, Listing.public_z_m), ecef_m(point), strict=True)
    steps = [cast(axis, Double) - here for axis, here in there]
    away = steps[0] * steps[0] + steps[1] * steps[1] + steps[2] * steps[2]
    return select(Listing.id).where(away <= chord2_m2(float(radius_km)))


def visible_demands(actor: Actor, *, statuses: tuple[str, ...] = (DemandStatus.OPEN,), mine: bool = False) -> Select[Demand]:
    """The demands that an actor may see, in no order.

    Of other organisations never a draft; the public gets open ones only. What nobody has confirmed for 90 days is seen by its own
    organisation (`mine`) and the reviewer.
    """
    rows = select(Demand)
    inside = may(actor, Can.READ_LISTING_INSIDE, actor.organisation_id)
    own = (Demand.organisation_id == actor.organisation_id) if inside else false()
    if mine:
        rows = rows.where(own)
    elif actor.role != Role.REVIEWER:
        rows = rows.where(was_open() | own)
        rows = rows.where((Demand.status != DemandStatus.OPEN) | (Demand.confirmed_on >= confirmed_since()))
    if not actor.is_member:
        rows = rows.where(Demand.status == DemandStatus.OPEN, Demand.needed_until >= clock.today())
    if statuses:
        rows = rows.where(Demand.status.in_(statuses))
    if DemandStatus.OPEN in statuses and len(statuses) == 1:
        rows = rows.where(Demand.needed_until >= clock.today())
    return rows


def list_demands(
    session: Session,
    actor: Actor,
    *,
    statuses: tuple[str, ...] = (DemandStatus.OPEN,),
    mine: bool = False,
    material_ids: tuple[int, ...] = (),
    page: int = 1,
    page_size: int = 25,
) -> tuple[list[Demand], int]:
    """List demands that the actor may see, newest first, and their number."""
    rows = visible_demands(actor, statuses=statuses, mine=mine).options(joinedload(Demand.organisation))
    if material_ids:
        rows = rows.where(Demand.material_id.in_(material_ids))
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(Demand.id).order_by(None).subquery())) or 0
    return list(session.scalars(rows.order_by(Demand.id.desc()).limit(page_size).offset((page - 1) * page_size))), total


def list_lapsed_demands(session: Session) -> list[int]:
    """Ids of open demands whose period is over."""
    return list(session.scalars(select(Demand.id).where(Demand.status == DemandStatus.OPEN, Demand.needed_until < clock.today())))
