"""Questions about tables of prices, and about appraisals."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.kernel.units import Unit
from marketplace.passports.models import AssetItem
from marketplace.passports.queries.assets import get_item
from marketplace.valuations.models import Appraisal, PriceRow, PriceTable, PriceTableUse
from marketplace.valuations.rules.changes import Ends, PriceChange, find_changes
from marketplace.valuations.rules.method import Appraised, Costs, PriceKey, TablePrice, priced_per, priced_unit


def list_price_tables(session: Session, actor: Actor) -> Sequence[PriceTable]:
    """List every table that was ever taken into use, newest first."""
    require(actor, Can.READ_PRICES)
    used = select(PriceTableUse.table_id)
    return session.scalars(select(PriceTable).where(PriceTable.id.in_(used)).order_by(PriceTable.id.desc())).all()


def list_drafts(session: Session, actor: Actor) -> Sequence[PriceTable]:
    """List the tables that were loaded and never taken into use, newest first. For whoever loads them."""
    require(actor, Can.LOAD_PRICES)
    used = select(PriceTableUse.table_id)
    return session.scalars(select(PriceTable).where(PriceTable.id.not_in(used)).order_by(PriceTable.id.desc())).all()


def list_uses(session: Session, actor: Actor) -> Sequence[PriceTableUse]:
    """List when which table was taken into use, newest first."""
    require(actor, Can.READ_PRICES)
    return session.scalars(select(PriceTableUse).order_by(PriceTableUse.id.desc())).all()


def get_price_table(session: Session, actor: Actor, table_id: int) -> PriceTable:
    """The table with this number, or Missing. One that is only looked at is there for whoever may load tables."""
    require(actor, Can.READ_PRICES)
    row = session.get(PriceTable, table_id)
    if row is None or not (may(actor, Can.LOAD_PRICES) or is_used(session, row)):
        raise Missing(_("There is no such price table. Choose one from the list."))
    return row


def is_used(session: Session, table: PriceTable) -> bool:
    """Whether a table was ever taken into use."""
    return session.scalar(select(PriceTableUse.id).where(PriceTableUse.table_id == table.id).limit(1)) is not None


def list_prices(session: Session, table: PriceTable, *, offset: int = 0, limit: int = 500) -> Sequence[PriceRow]:
    """List the prices of a table in the order of its file."""
    rows = select(PriceRow).where(PriceRow.table_id == table.id).order_by(PriceRow.number)
    return session.scalars(rows.offset(offset).limit(limit)).all()


def find_newest_table(session: Session) -> PriceTable | None:
    """The table in use: the one that was taken into use last."""
    newest = select(PriceTableUse.table_id).order_by(PriceTableUse.id.desc()).limit(1).scalar_subquery()
    return session.scalars(select(PriceTable).where(PriceTable.id == newest)).one_or_none()


def find_table_of(session: Session, as_of: date) -> PriceTable | None:
    """The table that was taken into use last and has a price of that day or before. None: no table has."""
    priced = select(PriceRow.id).where(PriceRow.table_id == PriceTableUse.table_id, PriceRow.priced_on <= as_of)
    newest = select(PriceTableUse.table_id).where(priced.exists()).order_by(PriceTableUse.id.desc()).limit(1)
    return session.scalars(select(PriceTable).where(PriceTable.id == newest.scalar_subquery())).one_or_none()


def find_table_with(session: Session, table_id: int | None) -> PriceTable | None:
    """The table with this number, by which a valuation was made that the reader may see. None: it was made without."""
    return None if table_id is None else session.get(PriceTable, table_id)


def prices_of(
    session: Session, table_id: int | None, as_of: date, material_ids: Collection[int] | None = None
) -> Mapping[PriceKey, TablePrice]:
    """The prices of a table that are of that day or before. `material_ids`: of these alone; None: all."""
    if table_id is None:
        return {}
    rows = select(PriceRow).where(PriceRow.table_id == table_id, PriceRow.priced_on <= as_of)
    if material_ids is not None:
        rows = rows.where(PriceRow.material_id.in_(material_ids))
    return {PriceKey(row.material_id, row.condition, priced_unit(Unit(row.unit))): _price(row) for row in session.scalars(rows)}


def _price(row: PriceRow) -> TablePrice:
    unit = Unit(row.unit)
    costs = (row.taking_out_cents, row.cleaning_cents, row.transport_cents)
    low, high = (priced_per(cents, unit) for cents in (row.low_cents, row.high_cents))
    return TablePrice(row.id, low, high, Costs(*(None if cost is None else priced_per(cost, unit) for cost in costs)))


def changes_of(session: Session, table: PriceTable) -> Sequence[PriceChange]:
    """What a table changes against the one in use, what changes most first."""
    newest = find_newest_table(session)
    before = {} if newest is None or newest.id == table.id else _ends(session, newest)
    return find_changes(before, _ends(session, table))


def _ends(session: Session, table: PriceTable) -> Mapping[PriceKey, Ends]:
    rows = session.scalars(select(PriceRow).where(PriceRow.table_id == table.id)).all()
    by_key = {}
    for row in rows:
        unit = Unit(row.unit)
        costs = (row.taking_out_cents, row.cleaning_cents, row.transport_cents)
        unit_costs = tuple(None if cost is None else priced_per(cost, unit) for cost in costs)
        ends = Ends(priced_per(row.low_cents, unit), priced_per(row.high_cents, unit), unit_costs)
        by_key[PriceKey(row.material_id, row.condition, priced_unit(unit))] = ends
    return by_key


def count_parts_of(session: Session, material_ids: Collection[int]) -> Mapping[int, int]:
    """Of how many parts in passports each of these materials is. One without is left out."""
    rows = select(AssetItem.material_id, func.count().label("parts")).where(
        AssetItem.material_id.in_(material_ids), AssetItem.quantity > 0
    )
    counted = session.execute(rows.group_by(AssetItem.material_id))
    return {row.material_id: row.parts for row in counted}


def list_appraisals(session: Session, actor: Actor, asset_id: int, number: int) -> tuple[AssetItem, Sequence[Appraisal]]:
    """A part with what it was appraised at, the newest day first. For whoever may know what it is worth."""
    item = get_item(session, actor, asset_id, number)
    require(actor, Can.READ_VALUE, item.asset, hidden=True)
    rows = select(Appraisal).where(Appraisal.item_id == item.id)
    return item, session.scalars(rows.order_by(Appraisal.valued_on.desc(), Appraisal.id.desc())).all()


def appraised_of(session: Session, item_ids: Collection[int], as_of: date) -> Mapping[int, Appraised]:
    """The newest appraisal of each of these parts that is of that day or before."""
    rows = select(Appraisal).where(Appraisal.item_id.in_(item_ids), Appraisal.valued_on <= as_of)
    appraised: dict[int, Appraised] = {}
    for row in session.scalars(rows.order_by(Appraisal.valued_on, Appraisal.id)):
        costs = (row.taking_out_cents, row.cleaning_cents, row.transport_cents)
        appraised[row.item_id] = Appraised(
            row.id, row.value_cents, row.quantity, Costs(*(None if cost is None else Decimal(cost) for cost in costs))
        )
    return appraised
