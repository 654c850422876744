"""How much municipalities had valued in the twelve months up to a day of each year."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.passports.models import Asset, AssetItem, OwnedMass
from marketplace.valuations.models import ValuationMass, ValuationRun, ValuationTotals
from marketplace.valuations.rules.method import MONTHS_OF_VALUE, months_before
from marketplace.valuations.rules.share import ValuedMass

Key = tuple[int, int]  # of an organisation and a year
Masses = dict[int, tuple[Decimal, Decimal]]  # by municipality: what was valued, and what was looked at


def valued_by_year(session: Session, municipality_ids: Collection[int], years: Collection[int]) -> Mapping[Key, ValuedMass]:
    """By municipality and year; one of which nothing is known is not in it.

    What another organisation owns and a municipality maintains counts for the municipality, unless its owner is a municipality too.
    """
    today = clock.today()
    estimates = _estimates(session)
    runs = session.execute(
        select(ValuationRun.id, ValuationRun.organisation_id, ValuationRun.as_of)
        .join(ValuationTotals, ValuationTotals.run_id == ValuationRun.id)
        .order_by(ValuationRun.as_of, ValuationRun.id)
    ).all()
    totals: dict[Key, ValuedMass] = {}
    for year in years:
        day = min(date(year, 12, 31), today)
        first = months_before(day, MONTHS_OF_VALUE)
        newest = {owner_id: run_id for run_id, owner_id, as_of in runs if first <= as_of <= day}
        masses = _masses(session, municipality_ids, newest) if newest else {}
        if year == today.year:
            masses = _with_unvalued(session, municipality_ids, newest.keys(), masses)
        for municipality_id in municipality_ids:
            estimate = _newest(estimates.get(municipality_id, {}), year)
            valued, passported = masses.get(municipality_id, (Decimal(0), Decimal(0)))
            if estimate or passported:
                totals[municipality_id, year] = ValuedMass(valued, passported, estimate or None)
    return totals


def _newest(by_year: Mapping[int, Decimal], year: int) -> Decimal | None:
    """The last estimate up to a year, which counts until there is a newer one."""
    last = max((earlier for earlier in by_year if earlier <= year), default=None)
    return None if last is None else by_year[last]


def _estimates(session: Session) -> Mapping[int, Mapping[int, Decimal]]:
    newest = (
        select(OwnedMass.organisation_id, OwnedMass.year, func.max(OwnedMass.version).label("version"))
        .group_by(OwnedMass.organisation_id, OwnedMass.year)
        .subquery()
    )
    same = (
        (newest.c.organisation_id == OwnedMass.organisation_id)
        & (newest.c.year == OwnedMass.year)
        & (newest.c.version == OwnedMass.version)
    )
    sums = (
        select(OwnedMass.organisation_id, OwnedMass.year, func.sum(OwnedMass.mass_kg, type_=OwnedMass.mass_kg.type))
        .join(newest, same)
        .group_by(OwnedMass.organisation_id, OwnedMass.year)
    )
    estimates: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for organisation_id, year, kg in session.execute(sums):
        estimates[organisation_id][year] = kg
    return estimates


def _masses(session: Session, municipality_ids: Collection[int], newest: Mapping[int, int]) -> Masses:
    """What the newest run of each owner found, by the municipality that it counts for."""
    owners = {run_id: owner_id for owner_id, run_id in newest.items()}
    rows = select(ValuationMass).where(ValuationMass.run_id.in_(owners))
    masses: Masses = {}
    for row in session.scalars(rows):
        _add(masses, municipality_ids, owners[row.run_id], row.maintainer_id, row.valued_mass_kg, row.mass_kg)
    return masses


def _with_unvalued(session: Session, municipality_ids: Collection[int], valued_ids: Collection[int], masses: Masses) -> Masses:
    """The same with what has a passport of owners that valued nothing in these twelve months."""
    rows = (
        select(Asset.organisation_id, Asset.maintainer_id, func.sum(AssetItem.mass_kg, type_=AssetItem.mass_kg.type))
        .join(AssetItem, AssetItem.asset_id == Asset.id)
        .where(Asset.ended_at.is_(None), Asset.organisation_id.not_in(list(valued_ids)))
        .group_by(Asset.organisation_id, Asset.maintainer_id)
    )
    for owner_id, maintainer_id, kg in session.execute(rows):
        _add(masses, municipality_ids, owner_id, maintainer_id, Decimal(0), kg)
    return masses


def _add(
    masses: Masses, municipality_ids: Collection[int], owner_id: int, maintainer_id: int, valued: Decimal, kg: Decimal
) -> None:
    counts_for = owner_id if owner_id in municipality_ids else maintainer_id
    if counts_for in municipality_ids:
        was = masses.get(counts_for, (Decimal(0), Decimal(0)))
        masses[counts_for] = (was[0] + valued, was[1] + kg)
