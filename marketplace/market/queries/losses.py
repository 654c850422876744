"""Why supply left the bank without being taken, added up. For whoever answers for the region."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Listing, SupplyLoss
from marketplace.market.rules.freshness import LOST, Outcome
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material


@dataclass(frozen=True, slots=True)
class Loss:
    """One lot of which something was left. `outcome` None: nobody said; `mass_kg` None: its weight is not known."""

    listing_id: int
    title: str
    organisation: str
    material: Material
    quantity: Amount
    mass_kg: Decimal | None
    outcome: Outcome | None
    reason: str
    lost_on: date


@dataclass(frozen=True, slots=True)
class LossSum:
    """So many lots, together so many kilograms; `unweighed` of them have no known weight."""

    lots: int
    mass_kg: Decimal
    unweighed: int


@dataclass(frozen=True, slots=True)
class Losses:
    """Everything that was lost, newest first, cut in two ways that each add up to `total`. A group is named by its slug."""

    rows: tuple[Loss, ...]
    total: LossSum
    by_outcome: dict[Outcome | None, LossSum]
    by_group: dict[str, LossSum]


def get_losses(session: Session, actor: Actor) -> Losses:
    """All losses. For the reviewer, the administrator and the broker."""
    require(actor, Can.READ_LOSSES)
    rows = tuple(_losses(session))
    outcomes: list[Outcome | None] = [*LOST, None]
    groups = sorted({row.material.group.slug for row in rows})
    return Losses(
        rows,
        _sum(rows),
        {outcome: _sum(row for row in rows if row.outcome == outcome) for outcome in outcomes},
        {group: _sum(row for row in rows if row.material.group.slug == group) for group in groups},
    )


def _losses(session: Session) -> Iterator[Loss]:
    taxonomy = get_taxonomy(session)
    rows = select(SupplyLoss).options(joinedload(SupplyLoss.listing).joinedload(Listing.organisation))
    for row in session.scalars(rows.order_by(SupplyLoss.lost_on.desc(), SupplyLoss.listing_id.desc())):
        yield Loss(
            listing_id=row.listing_id,
            title=row.listing.title,
            organisation=row.listing.organisation.name,
            material=taxonomy.material_by_id(row.material_id),
            quantity=Amount(row.quantity, Unit(row.listing.unit)),
            mass_kg=row.mass_kg,
            outcome=Outcome(row.outcome) if row.outcome else None,
            reason=row.reason,
            lost_on=row.lost_on,
        )


def _sum(rows: Iterable[Loss]) -> LossSum:
    result = list(rows)
    weighed = [row.mass_kg for row in result if row.mass_kg is not None]
    return LossSum(len(result), sum(weighed, Decimal(0)), len(result) - len(weighed))


def find_said_gone(session: Session, lot_id: int) -> SupplyLoss | None:
    """What the owner of a lot said when its last offer ended. None while it is offered, or where nothing was said."""
    last = select(Listing.id, Listing.status).where(Listing.lot_id == lot_id).order_by(Listing.id.desc()).limit(1)
    offer = session.execute(last).first()
    if offer is None or offer.status in (ListingStatus.DRAFT, ListingStatus.PUBLISHED):
        return None
    loss = session.get(SupplyLoss, offer.id)
    return loss if loss is not None and loss.outcome is not None else None
