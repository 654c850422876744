"""Questions about how much is owned: the newest estimate of each organisation for a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.passports.models import Asset, AssetItem, OwnedMass
from marketplace.passports.rules.assets import AssetKind


@dataclass(frozen=True, slots=True)
class OwnedYear:
    """What an organisation estimated for a year. `version` 0: nothing."""

    year: int
    version: int
    entered_at: datetime | None
    total_kg: Decimal
    rows: Sequence[OwnedMass]

    @property
    def total_tonnes(self) -> Decimal:
        """All classes together."""
        return self.total_kg / 1000


def get_owned_year(session: Session, actor: Actor, organisation_id: int, year: int) -> OwnedYear:
    """What an organisation estimated for a year. For its own people and the AO CE."""
    require(actor, Can.READ_OWNED, organisation_id, hidden=True)
    rows = list_owned(session, organisation_id, year)
    total = sum((row.mass_kg for row in rows), Decimal(0))
    return OwnedYear(year, rows[0].version if rows else 0, rows[0].entered_at if rows else None, total, rows)


def list_owned(session: Session, organisation_id: int, year: int) -> Sequence[OwnedMass]:
    """List the newest estimate for a year, class by class. None: nothing was estimated for that year."""
    mine = (OwnedMass.organisation_id == organisation_id, OwnedMass.year == year)
    newest = select(func.max(OwnedMass.version)).where(*mine).scalar_subquery()
    return session.scalars(select(OwnedMass).where(*mine, OwnedMass.version == newest).order_by(OwnedMass.id)).all()


def find_last_year(session: Session, organisation_id: int, year: int) -> int | None:
    """The last year up to this one for which something was estimated. It counts until there is a newer one."""
    rows = select(func.max(OwnedMass.year)).where(OwnedMass.organisation_id == organisation_id, OwnedMass.year <= year)
    return session.scalar(rows)


def owned_by_kind(session: Session, organisation_id: int, year: int) -> Mapping[AssetKind, Decimal]:
    """Kilograms by class of the estimate that counts in a year; empty: none was ever made."""
    last = find_last_year(session, organisation_id, year)
    rows = [] if last is None else list_owned(session, organisation_id, last)
    return {AssetKind(row.kind): row.mass_kg for row in rows}


@dataclass(frozen=True, slots=True)
class Estimated:
    """One estimate that was made. For which year, the how many-th, when, and how much it came to."""

    year: int
    version: int
    entered_at: datetime
    total_kg: Decimal


def list_estimates(session: Session, actor: Actor, organisation_id: int) -> Sequence[Estimated]:
    """List every estimate that an organisation made, the newest first. For its own people and the AO CE."""
    require(actor, Can.READ_OWNED, organisation_id, hidden=True)
    kg = func.sum(OwnedMass.mass_kg, type_=OwnedMass.mass_kg.type)
    rows = (
        select(OwnedMass.year, OwnedMass.version, func.max(OwnedMass.entered_at, type_=OwnedMass.entered_at.type), kg)
        .where(OwnedMass.organisation_id == organisation_id)
        .group_by(OwnedMass.year, OwnedMass.version)
        .order_by(OwnedMass.year.desc(), OwnedMass.version.desc())
    )
    return [Estimated(*row) for row in session.execute(rows)]


def passported_by_kind(session: Session, organisation_id: int) -> Mapping[AssetKind, Decimal]:
    """Kilograms in the passports of what an organisation owns or maintains, by class.

    A class without any is not in it.
    """
    sums = (
        select(Asset.kind, func.sum(AssetItem.mass_kg, type_=AssetItem.mass_kg.type))
        .join(AssetItem, AssetItem.asset_id == Asset.id)
        .where(Asset.ended_at.is_(None), AssetItem.quantity > 0)
        .where(or_(Asset.organisation_id == organisation_id, Asset.maintainer_id == organisation_id))
        .group_by(Asset.kind)
    )
    return {AssetKind(kind): kg for kind, kg in session.execute(sums)}
