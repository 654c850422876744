"""Questions about demands."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Double, Select, cast, false, func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.policy import Actor, Can, may
from marketplace.accounts.rules.accounts import Role
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.geo import Point, chord2_m2, ecef_m
from marketplace.kernel.language import _
from marketplace.market.models import Demand, Listing, Placed
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


def get_demand(session: Session, actor: Actor, demand_id: int) -> Demand:
    """A demand with its organisation, or Missing: also when the actor may not see it."""
    demand = session.scalars(select(Demand).where(Demand.id == demand_id).options(joinedload(Demand.organisation))).one_or_none()
    if demand is None or not is_demand_visible(actor, demand):
        raise _missing_demand()
    return demand


def find_demand_spot(actor: Actor, demand: Demand) -> Spot | None:
    """Where it is needed, as far as the reader may know; None where that is nothing."""
    inside = may(actor, Can.READ_LISTING_INSIDE, demand)
    if not inside and (demand.status != DemandStatus.OPEN or not may(actor, Can.READ_POINTS)):
        return None
    return Spot(demand.lat, demand.lon, demand.address if inside else None)


def is_within(table: type[Placed], point: Point, radius_km: Decimal) -> ColumnElement[bool]:
    """Whether the public point of a row lies within a distance of a point."""
    there = zip((table.public_x_m, table.public_y_m, table.public_z_m), ecef_m(point), strict=True)
    steps = [cast(axis, Double) - here for axis, here in there]
    return steps[0] * steps[0] + steps[1] * steps[1] + steps[2] * steps[2] <= chord2_m2(float(radius_km))


def listings_within(point: Point, radius_km: Decimal) -> Select[int]:
    """Ids of the lots whose public point lies within a distance of a point."""
    return select(Listing.id).where(is_within(Listing, point, radius_km))


@dataclass(frozen=True, slots=True)
class DemandFilter:
    """Which demands are asked for. Distances are to the public point, which is all that others may know of it."""

    words: tuple[str, ...] = ()
    organisation_ids: tuple[int, ...] = ()
    municipalities: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    point: Point | None = None
    radius_km: Decimal | None = None

    def narrow(self, rows: Select[Demand], actor: Actor) -> Select[Demand]:
        """The rows that this leaves. Words are looked for in what the actor sees: of the public the title."""
        text = Demand.title + " " + Demand.description if actor.is_member else Demand.title
        rows = rows.where(*(func.lower(text).contains(word, autoescape=True) for word in self.words))
        if self.organisation_ids:
            rows = rows.where(Demand.organisation_id.in_(self.organisation_ids))
        if self.municipalities:
            rows = rows.where(Demand.municipality.in_(self.municipalities))
        if self.first is not None:
            rows = rows.where(Demand.needed_until >= self.first)
        if self.last is not None:
            rows = rows.where(Demand.needed_from <= self.last)
        if self.point is None or self.radius_km is None:
            return rows
        return rows.where(is_within(Demand, self.point, self.radius_km))


EVERY_DEMAND = DemandFilter()


def list_demands(
    session: Session,
    actor: Actor,
    *,
    statuses: tuple[str, ...] = (DemandStatus.OPEN,),
    mine: bool = False,
    material_ids: tuple[int, ...] = (),
    wanted: DemandFilter = EVERY_DEMAND,
    page: int = 1,
    page_size: int = 25,
) -> tuple[list[Demand], int]:
    """List demands, newest first, and their number.

    Of other organisations never a draft; the public gets open ones only. What nobody has confirmed for 90 days is seen by its own
    organisation (`mine`) and the reviewer.
    """
    rows = wanted.narrow(select(Demand).options(joinedload(Demand.organisation)), actor)
    inside = may(actor, Can.READ_LISTING_INSIDE, actor.organisation_id)
    own = (Demand.organisation_id == actor.organisation_id) if inside else false()
    if mine and inside:
        rows = rows.where(own)
    elif actor.role != Role.REVIEWER:
        rows = rows.where(was_open() | own)
        rows = rows.where((Demand.status != DemandStatus.OPEN) | (Demand.confirmed_on >= confirmed_since()))
    if not actor.is_member or (mine and not inside):
        statuses = (DemandStatus.OPEN,)
    if statuses:
        rows = rows.where(Demand.status.in_(statuses))
    if DemandStatus.OPEN in statuses and len(statuses) == 1:
        rows = rows.where(Demand.needed_until >= clock.today())
    if material_ids:
        rows = rows.where(Demand.material_id.in_(material_ids))
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(Demand.id).order_by(None).subquery())) or 0
    return list(session.scalars(rows.order_by(Demand.id.desc()).limit(page_size).offset((page - 1) * page_size))), total


def list_lapsed_demands(session: Session) -> list[int]:
    """Ids of open demands whose period is over."""
    return list(session.scalars(select(Demand.id).where(Demand.status == DemandStatus.OPEN, Demand.needed_until < clock.today())))
