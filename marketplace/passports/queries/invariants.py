"""What always holds of passports. Each answers with the first number that breaks it, or with nothing."""

from decimal import Decimal

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from marketplace.passports.models import AssetItem, ItemChange
from marketplace.passports.rules.items import mass_kg

ROWS = 5_000
_ZERO = literal(Decimal(0), AssetItem.quantity.type)


def find_wrong_part(session: Session) -> int | None:
    """A part that is not the sum of its changes."""
    sums = select(ItemChange.item_id, func.sum(ItemChange.quantity).label("amount")).group_by(ItemChange.item_id).subquery()
    rows = select(AssetItem.id).outerjoin(sums, sums.c.item_id == AssetItem.id)
    wrong = AssetItem.quantity != func.coalesce(sums.c.amount, _ZERO)
    return session.scalar(rows.where(wrong).order_by(AssetItem.id).limit(1))


def find_wrong_mass(session: Session) -> int | None:
    """A part whose mass is not its quantity times what one unit weighs."""
    columns, last = (AssetItem.id, AssetItem.quantity, AssetItem.kg_per_unit, AssetItem.mass_kg), 0
    while rows := session.execute(select(*columns).where(AssetItem.id > last).order_by(AssetItem.id).limit(ROWS)).all():
        wrong = (number for number, amount, each, kg in rows if mass_kg(amount, each) != kg)
        if (item_id := next(wrong, None)) is not None:
            return item_id
        last = rows[-1].id
    return None
