"""What lying in a depot cost in a quarter, for each lot and for each organisation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.depots.models import Depot, Movement
from marketplace.depots.queries.costs import LotCharge, find_settled, list_charges
from marketplace.depots.queries.depots import get_visible_depot
from marketplace.depots.rules.costs import Cost, sum_of
from marketplace.depots.rules.quarter import Quarter, Span, quarter_of
from marketplace.kernel import clock

QUARTERS_MOST = 12


@dataclass(frozen=True, slots=True)
class Total:
    """What one organisation pays for its lots in a quarter. `unpriced`: how many rows have no price."""

    organisation_id: int
    organisation: str
    lots: int
    cost: Cost
    unpriced: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """A quarter of a depot. Of every organisation, or of the reader's own only.

    `closed_at`: since when it does not change any more, None while it does. `name`: of the depot, as it was called when it closed.
    """

    depot: Depot
    name: str
    quarter: Quarter
    is_over: bool
    is_of_all: bool
    closed_at: datetime | None
    rows: tuple[LotCharge, ...]
    totals: tuple[Total, ...]


def get_settlement(session: Session, actor: Actor, depot_id: int, quarter: Quarter) -> Settlement:
    """Settle a quarter. One that is closed is as it was kept then.

    Whoever reads the stock of the depot sees the lots of every organisation; other traders those of their own.
    """
    depot, today = get_visible_depot(session, actor, depot_id), clock.today()
    owner_id = _charged(actor, depot)
    settled = find_settled(session, depot.id, quarter)
    if settled is None:
        rows = tuple(list_charges(session, depot.id, quarter.span(today), owner_id=owner_id))
    else:
        rows = tuple(row for row in settled.rows if owner_id in (None, row.organisation_id))
    totals = _totals(rows)
    name, closed_at = (depot.name, None) if settled is None else (settled.depot_name, settled.closed_at)
    return Settlement(depot, name, quarter, quarter.is_over(today), owner_id is None, closed_at, rows, totals)


@dataclass(frozen=True, slots=True)
class Costs:
    """What lying in a depot has cost so far, since the first lot came. Of every organisation, or of the reader's own only.

    `before`: the day that has not ended and does not count. Worked out from what is known now, also of quarters that are closed.
    """

    depot: Depot
    before: date
    is_of_all: bool
    totals: tuple[Total, ...]


def get_costs(session: Session, actor: Actor, depot_id: int) -> Costs:
    """The cost so far of each organisation. Whoever reads the stock sees all of them; other traders their own."""
    depot, today = get_visible_depot(session, actor, depot_id), clock.today()
    owner_id = _charged(actor, depot)
    rows = list_charges(session, depot.id, Span(date.min, today), owner_id=owner_id)
    return Costs(depot, today, owner_id is None, _totals(rows))


def _charged(actor: Actor, depot: Depot) -> int | None:
    """Whose cost this reader may see: everybody's is None, else the own organisation's."""
    if may(actor, Can.READ_STOCK, depot):
        return None
    require(actor, Can.STORE)
    return actor.organisation_id


def _totals(rows: Iterable[LotCharge]) -> tuple[Total, ...]:
    groups = groupby(rows, key=lambda row: (row.organisation, row.organisation_id))
    return tuple(_total(number, name, list(own)) for (name, number), own in groups)


def list_quarters(session: Session, depot_id: int) -> list[Quarter]:
    """The quarters since the first lot came, the newest first; at most three years of them."""
    now = quarter_of(clock.today())
    first_on = session.scalar(select(func.min(Movement.happened_on)).where(Movement.depot_id == depot_id))
    quarters = [now]
    while first_on is not None and quarters[-1].first > first_on and len(quarters) < QUARTERS_MOST:
        quarters.append(quarters[-1].previous)
    return quarters


def _total(organisation_id: int, name: str, rows: Sequence[LotCharge]) -> Total:
    charges = [row.charge for row in rows]
    unpriced = sum(charge.cents is None for charge in charges)
    return Total(organisation_id, name, len({row.lot_id for row in rows}), sum_of(charges), unpriced)
