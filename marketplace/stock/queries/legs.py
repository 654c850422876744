"""The legs of a transfer: what its giver had driven of that lot before it was handed over."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.models import Lot
from marketplace.impact.rules.impact import rounded
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import Cause, RowKind


@dataclass(frozen=True, slots=True)
class Leg:
    """A row of the ledger with the part of it that this transfer carries.

    Of a haul of 800 m² a transfer of 200 carries a quarter.
    """

    row: Exchange
    quantity: Decimal
    tonne_km: Decimal
    transport_kgco2e: Decimal

    @property
    def figures(self) -> tuple[Decimal, Decimal, Decimal]:
        """Its road, its transport work and what that emits."""
        return self.row.road_km, self.tonne_km, self.transport_kgco2e


@dataclass(frozen=True, slots=True)
class Journey:
    """A transfer in all its legs, the last of which is the transfer's own. Its tonnes count once, its kilometres per leg."""

    legs: tuple[Leg, ...]
    avoided_kgco2e: Decimal | None
    processing_kgco2e: Decimal | None

    @property
    def road_km(self) -> Decimal:
        """How far it was driven in all."""
        return sum((leg.row.road_km for leg in self.legs), Decimal(0))

    @property
    def tonne_km(self) -> Decimal:
        """The transport work of all legs."""
        return sum((leg.tonne_km for leg in self.legs), Decimal(0))

    @property
    def transport_kgco2e(self) -> Decimal:
        """The transport of all legs."""
        return sum((leg.transport_kgco2e for leg in self.legs), Decimal(0))

    @property
    def net_without_processing(self) -> Decimal | None:
        """Avoided less the transport of all legs. Unknown where the avoided carbon is."""
        return None if self.avoided_kgco2e is None else self.avoided_kgco2e - self.transport_kgco2e

    @property
    def net_with_processing(self) -> Decimal | None:
        """The same less processing. Unknown where either is."""
        net = self.net_without_processing
        return None if net is None or self.processing_kgco2e is None else net - self.processing_kgco2e


def list_legs(session: Session, lot_id: int) -> list[Exchange]:
    """What was driven of a lot itself, in the order in which it was booked."""
    rows = select(Exchange).where(Exchange.lot_id == lot_id, Exchange.kind == RowKind.HAUL, Exchange.cause == Cause.DEPOT)
    return list(session.scalars(rows.order_by(Exchange.seq)))


def find_journey(session: Session, row: Exchange) -> Journey | None:
    """A transfer with the legs that went before it. None where there were none, or where its lot is not known."""
    if row.kind != RowKind.TRANSFER or row.lot_id is None:
        return None
    before = [_part(haul, row.quantity) for haul in _hauls(session, row)]
    if not before:
        return None
    own = Leg(row, row.quantity, row.tonne_km, row.transport_kgco2e)
    return Journey((*before, own), row.avoided_kgco2e, row.processing_kgco2e)


def sees_legs(actor: Actor, row: Exchange) -> bool:
    """Whether somebody may read the rows of the earlier legs: they are the giver's own."""
    return may(actor, Can.READ_ALL_EXCHANGES) or actor.organisation_slug == row.from_slug


def _part(haul: Exchange, quantity: Decimal) -> Leg:
    carried = min(quantity, haul.quantity)
    return Leg(
        haul, carried, rounded(haul.tonne_km * carried / haul.quantity), rounded(haul.transport_kgco2e * carried / haul.quantity)
    )


def _hauls(session: Session, row: Exchange) -> list[Exchange]:
    """What was driven of the lot since the giver got it, also before it was split off."""
    line = _line(row.lot_id).subquery()
    of_line = select(Exchange).join(line, line.c.id == Exchange.lot_id)
    of_line = of_line.where(Exchange.seq < row.seq, (line.c.until.is_(None)) | (Exchange.booked_at <= line.c.until))
    got = of_line.where(Exchange.kind == RowKind.TRANSFER).order_by(Exchange.seq.desc()).limit(1)
    last = session.scalars(got).first()
    hauls = of_line.where(Exchange.cause == Cause.DEPOT, Exchange.seq > (0 if last is None else last.seq))
    return list(session.scalars(hauls.order_by(Exchange.seq)))


def _line(lot_id: int | None) -> Select[tuple[int, object]]:
    """The lot and those above it, each until the one below was split off from it."""
    first = select(Lot.id, Lot.parent_id, Lot.created_at, literal(None, Lot.created_at.type).label("until")).where(
        Lot.id == lot_id
    )
    line = first.cte("line", recursive=True)
    above = select(Lot.id, Lot.parent_id, Lot.created_at, line.c.created_at).join(line, line.c.parent_id == Lot.id)
    line = line.union_all(above)
    return select(line.c.id, line.c.until)
