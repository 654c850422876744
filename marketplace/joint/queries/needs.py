"""One joint need: whose it is, what the bank covers of it, and what is left to buy together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import list_organisations_by_id
from marketplace.accounts.rules.accounts import are_colleagues
from marketplace.joint.queries.covering import Market, Part, market_of, wants_of
from marketplace.joint.queries.effect import Circle, list_circles
from marketplace.joint.queries.estimates import compare, estimate_of
from marketplace.joint.rules.gathering import Group, Want, gather, group_of
from marketplace.joint.rules.question import JointQuestion, check_question
from marketplace.joint.rules.thresholds import Compared, Estimate
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.kernel.units import Unit
from marketplace.market.models import Demand, Listing
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material
from marketplace.plans.queries.columns import read_columns
from marketplace.plans.rules.pairing import Way


@dataclass(frozen=True, slots=True)
class LotPart:
    """A lot and what of it goes to a need."""

    listing: Listing
    part: Part


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A need: what was asked, what came or is on its way, what the bank covers. `needed` and `covered` are in the unit of the group."""

    demand: Demand
    to_find: Decimal
    needed: Decimal
    covered: Decimal
    parts: tuple[LotPart, ...]

    @property
    def unit(self) -> Unit:
        """Its own unit."""
        return Unit(self.demand.unit)

    @property
    def under_way(self) -> Decimal:
        """What is reserved for it and not received yet, in its own unit."""
        return self.demand.remaining - self.to_find

    @property
    def rest(self) -> Decimal:
        """What is left to buy."""
        return self.needed - self.covered


@dataclass(frozen=True, slots=True)
class Share:
    """What of a joint need is one organisation's, in the unit of the group."""

    organisation: Organisation
    needed: Decimal
    covered: Decimal

    @property
    def rest(self) -> Decimal:
        """What is left to buy."""
        return self.needed - self.covered


@dataclass(frozen=True)
class JointNeed:
    """Needs of several organisations together, as of a day.

    `competing`: how many other needs, not looked at here, might have the lots that are counted on. `others`: further stretches of time in which
    several need this material. `askers`: whoever needs it at any time.
    """

    question: JointQuestion
    as_of: date
    group: Group
    rows: tuple[NeedRow, ...]
    circles: tuple[Circle, ...]
    estimate: Estimate | None
    compared: tuple[Compared, ...]
    competing: int
    others: tuple[Group, ...]
    askers: tuple[Organisation, ...]

    def if_needed(self) -> "JointNeed":
        """The same, for a file. Missing where nobody needs it."""
        if not self.rows:
            raise Missing(_("Nobody needs this in that period. Choose another period."))
        return self

    @property
    def material(self) -> Material:
        """What is needed."""
        return self.group.material

    @property
    def unit(self) -> Unit:
        """The unit in which it is added up."""
        return self.group.unit

    @property
    def needed(self) -> Decimal:
        """All that is still to be found."""
        return sum((row.needed for row in self.rows), Decimal(0))

    @property
    def covered(self) -> Decimal:
        """What the bank covers of that within the distance."""
        return sum((row.covered for row in self.rows), Decimal(0))

    @property
    def rest(self) -> Decimal:
        """What is left to buy together."""
        return self.needed - self.covered

    @property
    def shares(self) -> list[Share]:
        """The same by organisation, by name."""
        rows: defaultdict[int, list[NeedRow]] = defaultdict(list)
        for row in self.rows:
            rows[row.demand.organisation_id].append(row)
        shares = [
            Share(
                own[0].demand.organisation,
                sum((row.needed for row in own), Decimal(0)),
                sum((row.covered for row in own), Decimal(0)),
            )
            for own in rows.values()
        ]
        return sorted(shares, key=lambda share: share.organisation.sort_key)

    @property
    def parts(self) -> list[LotPart]:
        """What goes from which lot to which need."""
        return [part for row in self.rows for part in row.parts]

    @property
    def tonne_km(self) -> Decimal:
        """What driving it comes to, by road."""
        return sum((lot_part.part.tonne_km for lot_part in self.parts), Decimal(0))

    def mass_kg(self, amount: Decimal) -> Decimal | None:
        """What an amount in the unit of the group weighs by the list of materials. None: not known."""
        return self.material.mass_kg(amount, self.unit) if self.material.takes(self.unit) else None


def get_joint_need(session: Session, actor: Actor, slug: str, question: JointQuestion) -> JointNeed:
    """What several organisations need of a material in a period.

    Without days: in the first stretch of time in which several do. Empty where nobody needs it then. Refused: a material that is
    not there, and a question past its bounds.
    """
    require(actor, Can.READ_JOINT_NEEDS)
    taxonomy = get_taxonomy(session)
    material = taxonomy.find_material(slug)
    if material is None:
        raise Missing(_("There is no such material. Choose one from the list of materials."))
    columns = read_columns(session, taxonomy, about=material)
    wants = [want for want in wants_of(columns.wanted) if want.material_id == material.id]
    askers = list_organisations_by_id(session, {want.asker_id for want in wants})
    check_question(question, buyer_slugs={buyer.slug for buyer in list_public_buyers(session)}, today=clock.today())
    named = {asker.id for asker in askers.values() if asker.slug in question.organisations}
    mine = [want for want in wants if not question.organisations or want.asker_id in named]
    group, others = _choose(material, mine, question)
    market = market_of(columns, taxonomy)
    parts = market.parts(group, question.within_km)
    rows = _rows(session, group, parts)
    rest = sum((row.rest for row in rows), Decimal(0))
    estimate = estimate_of(session, material, rest, group.unit, typed_cents=question.estimate_cents)
    return JointNeed(
        question=question,
        as_of=clock.today(),
        group=group,
        rows=rows,
        circles=tuple(list_circles(session, market, group, question.circles_km)),
        estimate=estimate,
        compared=tuple(compare(session, estimate, clock.today())),
        competing=_count_competing(market, group, parts),
        others=tuple(others),
        askers=tuple(sorted(askers.values(), key=lambda asker: asker.sort_key)),
    )


def list_public_buyers(session: Session) -> Sequence[Organisation]:
    """Whoever buys together: the municipalities and the region, by name."""
    rows = select(Organisation).order_by(Organisation.sort_key, Organisation.id)
    return [organisation for organisation in session.scalars(rows) if are_colleagues((organisation.kind,))]


def _choose(material: Material, wants: Sequence[Want], question: JointQuestion) -> tuple[Group, list[Group]]:
    """What is looked at, and the other stretches of time in which several need it."""
    stretches = gather(material, wants)
    joint = [group for group in stretches if group.is_joint]
    if question.first is None and question.last is None:
        chosen = next(iter(joint or stretches), Group(material, material.default_unit, ()))
    else:
        within = [group_of(material, same) for same in _by_measure(material, wants, question)]
        chosen = next(iter(sorted(within, key=lambda group: -len(group.askers))), Group(material, material.default_unit, ()))
    return chosen, [group for group in joint if set(group.wants) != set(chosen.wants)]


def _by_measure(material: Material, wants: Iterable[Want], question: JointQuestion) -> list[list[Want]]:
    """The needs of a period, those that do not convert apart."""
    by_unit: defaultdict[Unit, list[Want]] = defaultdict(list)
    for want in wants:
        if want.is_in(question.first, question.last):
            by_unit[material.default_unit if material.takes(want.unit) else want.unit].append(want)
    return list(by_unit.values())


def _rows(session: Session, group: Group, parts: Iterable[Part]) -> tuple[NeedRow, ...]:
    by_need: defaultdict[int, list[Part]] = defaultdict(list)
    for part in parts:
        by_need[part.demand_id].append(part)
    lots = _listings(session, {part.listing_id for own in by_need.values() for part in own})
    ids = [want.demand_id for want in group.wants]
    rows = select(Demand).where(Demand.id.in_(ids)).options(joinedload(Demand.organisation))
    demands = {row.id: row for row in session.scalars(rows)} if ids else {}
    return tuple(
        NeedRow(
            demands[want.demand_id],
            want.amount,
            group.counted(want.amount, want.unit),
            group.counted(sum((part.gives for part in by_need[want.demand_id]), Decimal(0)), want.unit),
            tuple(LotPart(lots[part.listing_id], part) for part in by_need[want.demand_id]),
        )
        for want in sorted(group.wants, key=lambda want: (demands[want.demand_id].organisation.sort_key, want.demand_id))
    )


def _listings(session: Session, ids: Iterable[int]) -> dict[int, Listing]:
    rows = select(Listing).where(Listing.id.in_(list(ids))).options(joinedload(Listing.organisation))
    return {row.id: row for row in session.scalars(rows)}


def _count_competing(market: Market, group: Group, parts: Iterable[Part]) -> int:
    """How many needs outside a group might have the lots that it counts on."""
    lots = np.isin(market.columns.supply.ids[market.paired.lots], [part.listing_id for part in parts])
    outside = lots & (market.paired.ways == Way.FREE) & ~market.of(group)
    return len(np.unique(market.paired.needs[outside]))
