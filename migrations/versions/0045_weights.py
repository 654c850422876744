"""What a unit weighed at each movement, so that a weight that changes is a movement and mass is a sum.

Lots did not take over the weight that was agreed for a transfer: those that differ from the ledger are weighed here as it says, with what
was split off from them since, each by two rows that count. A listing says of its lot what that weighs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0045_weights"
down_revision = "0049_plans"
branch_labels = None
depends_on = None

STANDS = ("owner_id", "holder_id", "depot_id", "bay", "place_name", "lat", "lon", "happened_on")
MOVEMENT = sa.table(
    "movement",
    *(sa.column(name) for name in ("id", "lot_id", "kind", "quantity", "kg_per_unit", "pallets", "reservation_id", *STANDS)),
    sa.column("at", sa.DateTime()),
)
LOT = sa.table("lot", *(sa.column(name) for name in ("id", "parent_id", "quantity", "pallets", "kg_per_unit", "kg_basis")))
LISTING = sa.table("listing", *(sa.column(name) for name in ("id", "lot_id", "status", "kg_per_unit", "version")))
EXCHANGE = sa.table("exchange", *(sa.column(name) for name in ("seq", "kind", "reservation_id", "kg_per_unit", "kg_basis")))
LIVE = LISTING.c.status.in_(("draft", "published"))


@contextmanager
def movements_change() -> Iterator[None]:
    """Let movements be filled in, which triggers refuse otherwise."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER movement_no_update" if is_sqlite else "ALTER TABLE movement DISABLE TRIGGER USER")
    yield
    op.execute(
        "CREATE TRIGGER movement_no_update BEFORE UPDATE ON movement BEGIN SELECT RAISE(ABORT, 'movement is append-only'); END"
        if is_sqlite
        else "ALTER TABLE movement ENABLE TRIGGER USER"
    )


class Scales:
    """The lots with what they weigh, and weighing them."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        rows = connection.execute(sa.select(LOT).order_by(LOT.c.id)).mappings()
        self.lots: dict[int, dict[str, Any]] = {row["id"]: dict(row) for row in rows}
        began = sa.select(MOVEMENT.c.lot_id, sa.func.min(MOVEMENT.c.id)).group_by(MOVEMENT.c.lot_id)
        self.began = {row[0]: row[1] for row in connection.execute(began)}
        self.parts: dict[int, list[int]] = {}
        for number, lot in self.lots.items():
            self.parts.setdefault(lot["parent_id"] or 0, []).append(number)
        self.weighed: set[int] = set()

    def weigh(self, number: int, kg_per_unit: int, kg_basis: str, reservation_id: int | None = None) -> None:
        """Count all of a lot out at the old weight and in at the new one, as it stands now."""
        lot = self.lots[number]
        last = sa.select(MOVEMENT).where(MOVEMENT.c.lot_id == number).order_by(MOVEMENT.c.id.desc()).limit(1)
        stood = self.connection.execute(last).mappings().one()
        row: dict[str, Any] = {name: stood[name] for name in STANDS}
        row |= {"lot_id": number, "kind": "count", "at": datetime.now(UTC).replace(tzinfo=None), "reservation_id": reservation_id}
        for sign, weight in ((-1, lot["kg_per_unit"]), (1, kg_per_unit)):
            amounts = {"quantity": sign * lot["quantity"], "pallets": sign * lot["pallets"], "kg_per_unit": weight}
            self.connection.execute(sa.insert(MOVEMENT).values({**row, **amounts}))
        lot |= {"kg_per_unit": kg_per_unit, "kg_basis": kg_basis}
        self.connection.execute(sa.update(LOT).where(LOT.c.id == number).values(kg_per_unit=kg_per_unit, kg_basis=kg_basis))
        self.weighed.add(number)

    def split_off_since(self, number: int, movement_id: int) -> Iterator[int]:
        """What was split off from a lot after that movement, and from that."""
        for part in self.parts.get(number, []):
            if self.began.get(part, 0) > movement_id:
                yield part
                yield from self.split_off_since(part, movement_id)


def weigh_as_booked(connection: sa.Connection) -> None:
    """Let what each transfer brought weigh what the ledger says. What its owner said later of an offer stays."""
    of_transfers = (MOVEMENT.c.reservation_id == EXCHANGE.c.reservation_id) & MOVEMENT.c.kind.in_(("in", "split"))
    rows = (
        sa.select(EXCHANGE.c.reservation_id, EXCHANGE.c.kg_per_unit, EXCHANGE.c.kg_basis, MOVEMENT.c.lot_id, MOVEMENT.c.id)
        .join(MOVEMENT, of_transfers & (MOVEMENT.c.quantity > 0))
        .where(EXCHANGE.c.kind == "transfer")
        .order_by(EXCHANGE.c.seq)
    )
    scales = Scales(connection)
    for reservation_id, kg_per_unit, kg_basis, number, movement_id in connection.execute(rows).all():
        was = scales.lots[number]["kg_per_unit"]
        if was == kg_per_unit:
            continue
        scales.weigh(number, kg_per_unit, kg_basis, reservation_id)
        for part in scales.split_off_since(number, movement_id):
            if scales.lots[part]["kg_per_unit"] == was:
                scales.weigh(part, kg_per_unit, kg_basis)
    said = sa.select(LISTING.c.id, LISTING.c.lot_id, LISTING.c.kg_per_unit).where(LIVE, LISTING.c.lot_id.is_not(None))
    for listing_id, number, kg_per_unit in connection.execute(said.order_by(LISTING.c.id)).all():
        lot = scales.lots[number]
        if number in scales.weighed and kg_per_unit is not None and kg_per_unit != lot["kg_per_unit"]:
            scales.weigh(number, kg_per_unit, "measured")
        says = lot["kg_per_unit"] if lot["kg_basis"] == "measured" else None
        if kg_per_unit != says and not (says is None and kg_per_unit == lot["kg_per_unit"]):
            values = {"kg_per_unit": says, "version": LISTING.c.version + 1}
            connection.execute(sa.update(LISTING).where(LISTING.c.id == listing_id).values(values))


def upgrade() -> None:
    comment = "what one unit weighed, or weighs from now on"
    op.add_column("movement", sa.Column("kg_per_unit", sa.BigInteger(), server_default="0", nullable=False, comment=comment))
    with movements_change():
        op.execute("UPDATE movement SET kg_per_unit = (SELECT lot.kg_per_unit FROM lot WHERE lot.id = movement.lot_id)")
    weigh_as_booked(op.get_bind())


def downgrade() -> None:
    op.drop_column("movement", "kg_per_unit")
