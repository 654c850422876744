"""What was announced to a depot, for whoever brings it and for its keepers."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.depots.models import Arrival, Depot
from marketplace.depots.queries.depots import get_visible_depot
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _


def list_announced(session: Session, actor: Actor, depot_id: int) -> list[Arrival]:
    """List what has not come yet, the first day first.

    Everything for keepers, for others what their own organisation announced.
    """
    require(actor, Can.STORE)
    depot = get_visible_depot(session, actor, depot_id)
    rows = _visible(actor, depot).where(Arrival.ended_at.is_(None))
    return list(session.scalars(rows.order_by(Arrival.expected_on, Arrival.id)))


def get_announced(session: Session, actor: Actor, depot_id: int, arrival_id: int) -> Arrival:
    """One of them, or one that has ended.

    Missing for whoever neither brings it nor keeps the depot.
    """
    require(actor, Can.STORE)
    depot = get_visible_depot(session, actor, depot_id)
    rows = _visible(actor, depot).where(Arrival.id == arrival_id)
    arrival = session.scalars(rows.execution_options(populate_existing=True)).one_or_none()
    if arrival is None:
        raise Missing(_("Nothing with this number was announced to this depot, or you may not see it."))
    return arrival


def _visible(actor: Actor, depot: Depot) -> Select[Arrival]:
    rows = select(Arrival).options(joinedload(Arrival.organisation)).where(Arrival.depot_id == depot.id)
    return rows if may(actor, Can.KEEP_DEPOT, depot) else rows.where(Arrival.organisation_id == actor.organisation_id)
