"""What a farthest distance does. Which lots and partners lie within it, and what they cover."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from sqlalchemy.orm import Session

from marketplace.accounts.queries.organisations import list_organisations
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.allocation.rules.problem import Flags
from marketplace.joint.queries.covering import Market
from marketplace.joint.rules.gathering import Group
from marketplace.kernel.geo import Point, whole_km
from marketplace.plans.rules.pairing import Way


@dataclass(frozen=True, slots=True)
class Circle:
    """What lies within so many kilometres of a place where it is needed, as the crow flies.

    `lots` fit in everything but, perhaps, the farthest distance that a need names itself; of `later_lots` the turn has not come. `owners` have such a
    lot, `partners` are companies and others with their main place within it. `covered` is in the unit of the group.
    """

    within_km: int
    lots: int
    mass_kg: Decimal
    owners: int
    later_lots: int
    partners: int
    covered: Decimal
    rest: Decimal


def list_circles(session: Session, market: Market, group: Group, circles_km: Sequence[int]) -> list[Circle]:
    """Each of these circles, the smallest first."""
    partners = _kilometres_of_partners(session, market, group)
    return [_circle(market, group, within_km, partners) for within_km in circles_km]


def _circle(market: Market, group: Group, within_km: int, partners: Iterable[int]) -> Circle:
    paired, supply = market.paired, market.columns.supply
    near = market.of(group) & (paired.km <= within_km)
    lots = _lots(market, near & np.isin(paired.ways, (Way.FREE, Way.DISTANCE)))
    later = _lots(market, near & (paired.ways == Way.TURN))
    micrograms = sum(
        amount * weight
        for amount, weight in zip(supply.amounts[lots].tolist(), market.columns.weights_mg[lots].tolist(), strict=True)
    )
    covered = covered_by(market, group, within_km)
    return Circle(
        within_km,
        lots=len(lots),
        mass_kg=(Decimal(micrograms) / 10**9).quantize(Decimal("0.001")),
        owners=len(np.unique(supply.owners[lots])),
        later_lots=len(np.setdiff1d(later, lots)),
        partners=sum(km <= within_km for km in partners),
        covered=covered,
        rest=group.amount - covered,
    )


def covered_by(market: Market, group: Group, within_km: int) -> Decimal:
    """How much of a group lots within a distance cover, in its unit. Added up need by need, as the page does."""
    given = {want.demand_id: Decimal(0) for want in group.wants}
    for part in market.parts(group, within_km):
        given[part.demand_id] += part.gives
    return sum((group.counted(given[want.demand_id], want.unit) for want in group.wants), Decimal(0))


def _lots(market: Market, which: Flags) -> np.ndarray:
    return np.unique(market.paired.lots[which])


def _kilometres_of_partners(session: Session, market: Market, group: Group) -> list[int]:
    """Of each partner how far its main place lies from the nearest place where it is needed."""
    wanted = market.columns.wanted
    chosen = np.flatnonzero(np.isin(wanted.ids, [want.demand_id for want in group.wants])).tolist()
    places = {Point(float(wanted.lats[place]), float(wanted.lons[place])) for place in chosen}
    partners = list_organisations(session, kind=OrganisationKind.PARTNER)
    mains = [Point(partner.main_lat, partner.main_lon) for partner in partners if partner.is_active]
    return [min(whole_km(main, place) for place in places) for main in mains] if places else []
