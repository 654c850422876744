"""What was offered and asked for beside the ledger. How much found a taker, how soon, and what was lost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.impact.queries.sums import where_in_book
from marketplace.impact.rules.cut import Cut, NoFigure
from marketplace.kernel import clock
from marketplace.kernel.language import Text, _
from marketplace.kernel.quartiles import Quartiles, quartiles
from marketplace.kernel.units import Unit
from marketplace.ledger.models import EarlierRow, Exchange
from marketplace.ledger.queries import is_taken_back
from marketplace.ledger.rules import RowKind, Through
from marketplace.market.models import Demand, Listing, SupplyLoss
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.freshness import LOST, Outcome
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy

ZERO = Decimal(0)
ONE_DAY = timedelta(days=1)
NOT_BY_KIND = _("A kind of row is of the ledger alone. Take that filter away to see this figure.")
NOT_BY_ROWS = _("Words and a place are looked for in the ledger alone. Remove that filter to see this figure.")
NOT_BY_SIDES = _("Between whom something goes is known when it has gone. Take that filter away to see this figure.")
NOT_BY_WAY = _("A demand is in no depot. Remove that filter to see this figure.")
NOT_FOR_YOU = _("This figure is for whoever answers for the region.")


@dataclass(frozen=True, slots=True)
class Offered:
    """Lots that were published in the period, in kilograms as they stand now. What came back and was offered again is a lot of its own."""

    lots: int
    mass_kg: Decimal
    reserved_kg: Decimal
    taken_kg: Decimal

    @property
    def taken_share(self) -> Decimal | None:
        """Of which share somebody took it; None where nothing was offered."""
        return self.taken_kg / self.mass_kg if self.mass_kg else None


@dataclass(frozen=True, slots=True)
class Counted:
    """So many, together so many kilograms; `unweighed` of them have no known weight."""

    number: int
    mass_kg: Decimal
    unweighed: int = 0


@dataclass(frozen=True, slots=True)
class Supply:
    """What stands beside the ledger. A figure that a filter does not apply to says so, and is never the figure without it.

    `days`: from publication to hand-over, of transfers that still count; None where there are none. What was handed over before the
    bank had it, and written down afterwards, waited for nobody: it is not among them. `lost` by what became of it. `wanted`:
    demands placed in the period that still need something.
    """

    offered: Offered | NoFigure
    days: Quartiles | NoFigure | None
    lost: Mapping[Outcome | None, Counted] | NoFigure
    wanted: Counted | NoFigure


def get_supply(session: Session, actor: Actor, cut: Cut) -> Supply:
    """What was offered, found a taker, was lost and is asked for. For the region."""
    require(actor, Can.READ_PERIOD_FIGURES)
    beside = not_beside(cut)
    answers = may(actor, Can.READ_LOSSES)
    return Supply(
        offered=NoFigure(beside) if beside else _offered(session, cut),
        days=NoFigure(NOT_BY_KIND) if cut.kinds else _days(session, cut),
        lost=NoFigure(beside or NOT_FOR_YOU) if beside or not answers else _lost(session, cut),
        wanted=_not_wanted(beside, cut) or _wanted(session, cut),
    )


def not_beside(cut: Cut) -> Text | None:
    """Why what stands beside the ledger does not follow this cut; None where it does."""
    if cut.kinds:
        return NOT_BY_KIND
    if cut.is_of_rows:
        return NOT_BY_ROWS
    return NOT_BY_SIDES if cut.between else None


def _not_wanted(beside: Text | None, cut: Cut) -> NoFigure | None:
    reason = beside or (NOT_BY_WAY if cut.through else None)
    return NoFigure(reason) if reason else None


def moments_in(cut: Cut, column: Any) -> list[ColumnElement[bool]]:
    """Whether a moment lies in the period, by the clock of Amsterdam."""
    first, last = cut.first_day, cut.last_day
    since = [column >= _midnight(first)] if first else []
    return [*since, *([column < _midnight(last + ONE_DAY)] if last else [])]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.AMSTERDAM)


def lots_in(session: Session, cut: Cut, of: Any) -> list[ColumnElement[bool]]:
    """Whose it is, and of which material: municipality, groups, without sand and soil."""
    owners = select(Organisation.id).where(Organisation.slug.in_(cut.municipalities))
    where = [of.organisation_id.in_(owners)] if cut.municipalities else []
    return [*where, *materials_in(session, cut, of.material_id)]


def materials_in(session: Session, cut: Cut, column: Any) -> list[ColumnElement[bool]]:
    """Whether it is of the groups asked for, and no sand or soil where that is left out."""
    if not (cut.groups or cut.without_bulk):
        return []
    taxonomy = get_taxonomy(session)
    materials = (*taxonomy.materials, *taxonomy.retired)
    wanted = [
        material.id
        for material in materials
        if not (cut.without_bulk and material.is_bulk) and (not cut.groups or material.group.slug in cut.groups)
    ]
    return [column.in_(wanted)]


def way_in(cut: Cut) -> list[ColumnElement[bool]]:
    """Whether a lot lies in a depot, where that is asked."""
    if cut.through is None:
        return []
    return [Listing.depot_id.is_(None) if cut.through is Through.DIRECT else Listing.depot_id.is_not(None)]


def _offered(session: Session, cut: Cut) -> Offered:
    sums = (func.count(), func.sum(Listing.quantity), func.sum(Listing.held), func.sum(Listing.transferred))
    keys = (Listing.material_id, Listing.unit, Listing.kg_per_unit)
    where = (Listing.published_at.is_not(None), *moments_in(cut, Listing.published_at), *lots_in(session, cut, Listing))
    rows: Sequence[Any] = session.execute(select(*keys, *sums).where(*where, *way_in(cut)).group_by(*keys)).all()
    taxonomy = get_taxonomy(session)
    offered, reserved, taken = ZERO, ZERO, ZERO
    for material_id, unit, measured, _number, quantity, held, transferred in rows:
        weight = measured or _kg(taxonomy, material_id, unit)
        offered, reserved, taken = offered + quantity * weight, reserved + held * weight, taken + transferred * weight
    return Offered(sum(row[3] for row in rows), offered, reserved, taken)


def _days(session: Session, cut: Cut) -> Quartiles | None:
    rows = (
        select(Exchange.happened_on, Listing.published_at, func.count())
        .join(Listing, Listing.id == Exchange.listing_id)
        .outerjoin(EarlierRow, EarlierRow.seq == Exchange.seq)
        .where(Exchange.kind == RowKind.TRANSFER, Listing.published_at.is_not(None), ~is_taken_back, *where_in_book(cut))
        .group_by(Exchange.happened_on, Listing.published_at)
    )
    counts: Counter[int] = Counter()
    for happened_on, published_at, number in session.execute(rows):
        if published_at is None:
            continue
        days = (happened_on - clock.local(published_at).date()).days
        if days >= 0:
            counts[days] += number
    return quartiles(counts)


def _lost(session: Session, cut: Cut) -> dict[Outcome | None, Counted]:
    sums = (func.count(), func.sum(SupplyLoss.mass_kg), func.count(SupplyLoss.mass_kg))
    rows = select(SupplyLoss.outcome, *sums).where(*lots_in(session, cut, SupplyLoss)).group_by(SupplyLoss.outcome)
    if cut.through:
        rows = rows.join(Listing, Listing.id == SupplyLoss.listing_id).where(*way_in(cut))
    if cut.first_day:
        rows = rows.where(SupplyLoss.lost_on >= cut.first_day)
    if cut.last_day:
        rows = rows.where(SupplyLoss.lost_on <= cut.last_day)
    counts = {
        outcome: Counted(number, mass or ZERO, number - weighed) for outcome, number, mass, weighed in session.execute(rows)
    }
    outcomes: Iterable[Outcome | None] = (*LOST, None)
    return {outcome: counts.get(outcome, Counted(0, ZERO)) for outcome in outcomes}


def _wanted(session: Session, cut: Cut) -> Counted:
    keys = (Demand.material_id, Demand.unit)
    sums = select(*keys, func.count(), func.sum(Demand.quantity), func.sum(Demand.fulfilled)).group_by(*keys)
    where = (Demand.status == DemandStatus.OPEN, *moments_in(cut, Demand.created_at), *lots_in(session, cut, Demand))
    rows, taxonomy = session.execute(sums.where(*where)).all(), get_taxonomy(session)
    return Counted(
        sum(row[2] for row in rows),
        sum(
            (
                _kg(taxonomy, material_id, unit) * (quantity - fulfilled)
                for material_id, unit, _number, quantity, fulfilled in rows
            ),
            ZERO,
        ),
    )


def _kg(taxonomy: Taxonomy, material_id: int, unit: str) -> Decimal:
    return taxonomy.material_by_id(material_id).kg_per_unit(Unit(unit))
