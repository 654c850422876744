"""A quarter of a depot closes: what it came to is kept as it is, and never changes."""

from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK
from marketplace.depots.models import DepotSettlement
from marketplace.depots.queries.costs import list_charges, list_unsettled_quarters, written
from marketplace.depots.queries.depots import get_depot, lock_depot
from marketplace.kernel import clock
from marketplace.notices.actions import audit


def settle_quarters(session: Session, *, depot_id: int) -> bool:
    """Keep the settlement of every quarter of a depot that has closed. False where there is nothing to keep."""
    lock_depot(session, depot_id)
    quarters, today = list_unsettled_quarters(session, depot_id), clock.today()
    name = get_depot(session, depot_id).name
    for quarter in quarters:
        rows = written(list_charges(session, depot_id, quarter.span(today)))
        session.add(DepotSettlement(depot_id=depot_id, quarter=str(quarter), depot_name=name, rows=rows, closed_at=clock.now()))
        audit.record(
            session,
            CLOCK,
            action="depot.settle",
            object_type="depot",
            object_id=depot_id,
            quarter=str(quarter),
            rows=len(rows),
        )
    session.flush()
    return bool(quarters)
