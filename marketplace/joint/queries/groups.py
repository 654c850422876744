"""What several organisations need at the same time, of every material."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import list_organisations_by_id
from marketplace.accounts.rules.accounts import are_colleagues
from marketplace.exchange.queries.destination import totals_under_way
from marketplace.joint.queries.covering import market_of, wants_of
from marketplace.joint.queries.effect import covered_by
from marketplace.joint.queries.needs import list_public_buyers
from marketplace.joint.rules.gathering import Group, Want, gather
from marketplace.joint.rules.question import JointQuestion, check_question
from marketplace.kernel import clock
from marketplace.market.models import Demand
from marketplace.market.queries.freshness import confirmed_since
from marketplace.market.rules.demand import DemandStatus
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material
from marketplace.plans.queries.columns import read_columns

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A joint need in a list, and what the bank covers of it within the distance."""

    group: Group
    askers: tuple[Organisation, ...]
    covered: Decimal

    @property
    def rest(self) -> Decimal:
        """What is left to buy together."""
        return self.group.amount - self.covered


def list_joint_needs(
    session: Session,
    actor: Actor,
    question: JointQuestion,
    *,
    material: Material | None = None,
    offset: int = 0,
    limit: int = PAGE_SIZE,
) -> tuple[list[GroupRow], int]:
    """Stretches of time in which several organisations need the same, and how many there are.

    Those of most askers come first. Each is covered as if it were the only one. With days only what is needed on one of them counts.
    """
    require(actor, Can.READ_JOINT_NEEDS)
    check_question(question, buyer_slugs={buyer.slug for buyer in list_public_buyers(session)}, today=clock.today())
    taxonomy = get_taxonomy(session)
    columns = read_columns(session, taxonomy, about=material)
    askers = list_organisations_by_id(session, set(columns.wanted.askers.tolist()))
    named = {asker.id for asker in askers.values() if asker.slug in question.organisations}
    by_material: defaultdict[int, list[Want]] = defaultdict(list)
    for want in wants_of(columns.wanted):
        is_chosen = not question.organisations or want.asker_id in named
        if is_chosen and want.is_in(question.first, question.last) and (material is None or want.material_id == material.id):
            by_material[want.material_id].append(want)
    groups = [
        group
        for number, wants in by_material.items()
        for group in gather(taxonomy.material_by_id(number), wants)
        if group.is_joint
    ]
    groups.sort(key=lambda group: (-len(group.askers), group.first, group.material.name, group.unit))
    page = groups[offset : offset + limit]
    market = market_of(columns, taxonomy, {want.demand_id for group in page for want in group.wants})
    return [
        GroupRow(
            group,
            tuple(sorted((askers[number] for number in group.askers), key=lambda asker: asker.sort_key)),
            covered_by(market, group, question.within_km),
        )
        for group in page
    ], len(groups)


def list_others_who_ask(session: Session, actor: Actor, demand: Demand) -> Sequence[Organisation]:
    """Which other municipalities need the same on a day on which this demand does, by name. Nobody for whoever may not know."""
    own_kind = demand.organisation.kind
    if not may(actor, Can.READ_JOINT_NEEDS) or demand.status != DemandStatus.OPEN or not are_colleagues((own_kind,)):
        return []
    rows = (
        select(Demand)
        .where(
            Demand.material_id == demand.material_id,
            Demand.organisation_id != demand.organisation_id,
            Demand.status == DemandStatus.OPEN,
            Demand.confirmed_on >= confirmed_since(),
            Demand.needed_until >= max(demand.needed_from, clock.today()),
            Demand.needed_from <= demand.needed_until,
        )
        .options(joinedload(Demand.organisation))
    )
    demands = [row for row in session.scalars(rows) if are_colleagues((row.organisation.kind,))]
    under_way = totals_under_way(session, demands) if demands else {}
    others = {row.organisation for row in demands if row.remaining > under_way.get(row.id, Decimal(0))}
    return sorted(others, key=lambda organisation: organisation.sort_key)
