"""What lying in a depot cost in a quarter, for each lot and for each organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.depots.models import Depot, Movement
from marketplace.depots.queries.costs import LotCharge, list_charges
from marketplace.depots.queries.depots import get_visible_depot
from marketplace.depots.rules.costs import Cost, sum_of
from marketplace.kernel import clock
from marketplace.stock.rules.quarter import Quarter, quarter_of

QUARTERS_MOST = 12


@dataclass(frozen=True, slots=True)
class Total:
    """What one organisation pays for its lots in a quarter. `unpriced`: how many rows have no price."""

    organisation: str
    lots: int
    cost: Cost
    unpriced: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """A quarter of a depot. Of every organisation, or of the reader's own only."""

    depot: Depot
    quarter: Quarter
    is_over: bool
    is_of_all: bool
    rows: tuple[LotCharge, ...]
    totals: tuple[Total, ...]


def get_settlement(session: Session, actor: Actor, depot_id: int, quarter: Quarter) -> Settlement:
    """Settle a quarter.

    Whoever reads the stock of the depot sees the lots of every organisation; other traders those of their own.
    """
    depot = get_visible_depot(session, actor, depot_id)
    is_of_all, today = may(actor, Can.READ_STOCK, depot), clock.today()
    if not is_of_all:
        require(actor, Can.STORE)
    owner_id = None if is_of_all else actor.organisation_id
    rows = tuple(list_charges(session, depot.id, quarter.span(today), owner_id=owner_id))
    groups = groupby(rows, key=lambda row: (row.organisation, row.organisation_id))
    totals = tuple(_total(name, list(own)) for (name, _id), own in groups)
    return Settlement(depot, quarter, quarter.is_over(today), is_of_all, rows, totals)


def list_quarters(session: Session, depot_id: int) -> list[Quarter]:
    """The quarters since the first lot came, the newest first; at most three years of them."""
    now = quarter_of(clock.today())
    first_on = session.scalar(select(func.min(Movement.happened_on)).where(Movement.depot_id == depot_id))
    quarters = [now]
    while first_on is not None and quarters[-1].first > first_on and len(quarters) < QUARTERS_MOST:
        quarters.append(quarters[-1].previous)
    return quarters


def _total(name: str, rows: Sequence[LotCharge]) -> Total:
    charges = [row.charge for row in rows]
    unpriced = sum(charge.cents is None for charge in charges)
    return Total(name, len({row.lot_id for row in rows}), sum_of(charges), unpriced)
