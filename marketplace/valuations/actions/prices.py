"""Loading a table of prices: as it is sent, at once, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.lists import NAME_LENGTH_MAX, Fault, ListFile
from marketplace.notices.actions import audit
from marketplace.valuations.models import PriceRow, PriceTable, PriceTableUse
from marketplace.valuations.queries.prices import changes_of, find_newest_table, get_price_table
from marketplace.valuations.rules.prices import COSTS, read_prices

FAULTS_MAX = 100


@dataclass(frozen=True, slots=True)
class LoadedPrices:
    """A table that was loaded, and the columns of its file that were not read."""

    table: PriceTable
    ignored: Sequence[str]


def load_prices(session: Session, actor: Actor, *, file: ListFile) -> LoadedPrices:
    """Load a table of prices, which counts from now on. The tables before are kept, and so is what was valued by them.

    Refused with every row that does not fit, and then nothing is kept.
    """
    loaded = draft_prices(session, actor, file=file)
    _take_into_use(session, actor, loaded.table)
    return loaded


def use_prices(session: Session, actor: Actor, *, table_id: int, seen: int, sure: bool) -> PriceTable:
    """Take a table into use, a former one too. `seen`: the number of the table that its changes were shown against, 0 for none.

    Refused when that is another one by now, and without `sure` when a price becomes more than three times as large or as small.
    """
    require(actor, Can.LOAD_PRICES)
    table, newest = get_price_table(session, actor, table_id), find_newest_table(session)
    in_use = newest.id if newest else 0
    if in_use == table.id:
        raise Conflict(_("This table is in use already."))
    if in_use != seen:
        raise Conflict(_("Another table was taken into use in the meantime. Look at the changes again."))
    if not sure and any(change.is_much for change in changes_of(session, table)):
        raise Invalid(_("Say that you have checked the prices that become more than three times as large or as small."), "sure")
    _take_into_use(session, actor, table)
    return table


def _take_into_use(session: Session, actor: Actor, table: PriceTable) -> None:
    session.add(PriceTableUse(table_id=table.id, person_id=actor.person_id, used_at=clock.now()))
    session.flush()
    audit.record(session, actor, action="price_table.use", object_type="price_table", object_id=table.id)


def draft_prices(session: Session, actor: Actor, *, file: ListFile) -> LoadedPrices:
    """Keep a table of prices to look at. It counts for nothing before it is taken into use.

    Refused with every row that does not fit, and then nothing is kept.
    """
    require(actor, Can.LOAD_PRICES)
    read = read_prices(file, get_taxonomy(session), clock.today())
    if read.faults:
        raise Invalid.all(_errors(read.faults))
    newest = find_newest_table(session)
    if newest is not None and newest.digest == file.digest:
        raise Invalid(_("This is the table in use. Load one with other prices."), "file")
    table = PriceTable(
        name=file.name[:NAME_LENGTH_MAX],
        digest=file.digest,
        prices=len(read.rows),
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        loaded_at=clock.now(),
    )
    session.add(table)
    session.flush()
    session.execute(
        insert(PriceRow),
        [
            {
                "table_id": table.id,
                "number": row.number,
                "material_id": row.material_id,
                "condition": row.condition,
                "unit": row.unit.value,
                "low_cents": row.low_cents,
                "high_cents": row.high_cents,
                "source": row.source,
                "priced_on": row.priced_on,
                **{f"{name}_cents": row.costs.get(name) for name in COSTS},
            }
            for row in read.rows
        ],
    )
    audit.record(session, actor, action="price_table.load", object_type="price_table", object_id=table.id, prices=table.prices)
    return LoadedPrices(table, read.ignored)


def _errors(faults: Sequence[Fault]) -> list[FieldError]:
    """Each fault with its row and column. Of very many the first, and how many more."""
    more = len(faults) - FAULTS_MAX
    rest = [FieldError("rows", _("%(number)s more rows do not fit.", number=more))] if more > 0 else []
    return [*(fault.as_error() for fault in faults[:FAULTS_MAX]), *rest]
