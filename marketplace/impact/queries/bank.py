"""What the ledger says that organisations gave and received through the bank in a year."""

from decimal import Decimal

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from marketplace.impact.rules.material_use import RENEWABLE, ZERO, Origin
from marketplace.ledger.models import Exchange, MonthPair
from marketplace.ledger.queries import month_booked


def total_given(session: Session, *, slug: str, year: int) -> Decimal:
    """What an organisation gave in a year, in kg; what it used again itself is in it."""
    months = MonthPair.month.between(f"{year:04d}-01", f"{year:04d}-12")
    return session.scalar(select(func.sum(MonthPair.mass_kg)).where(MonthPair.from_slug == slug, months)) or Decimal(0)


def get_bank_by_year(session: Session) -> dict[tuple[str, int], Decimal]:
    """What each organisation received through the bank, by its slug and the year, in kg."""
    year = cast(func.substr(MonthPair.month, 1, 4), Integer)
    rows = session.execute(select(MonthPair.to_slug, year, func.sum(MonthPair.mass_kg)).group_by(MonthPair.to_slug, year))
    return {(slug, when): mass_kg for slug, when, mass_kg in rows}


def get_bank_mass(session: Session, *, slug: str, year: int) -> Decimal:
    """What an organisation received through the bank in a year, in kg."""
    return get_bank_by_year(session).get((slug, year), ZERO)


def get_bank_by_origin(session: Session, *, slug: str, year: int) -> dict[Origin, Decimal]:
    """What an organisation received through the bank in a year, by origin.

    From the rows of the ledger. Rows of version 1 name no origin: all that was booked then was reused.
    """
    origin = func.coalesce(Exchange.origin, Origin.REUSED.value)
    months = month_booked.between(f"{year:04d}-01", f"{year:04d}-12")
    sums = select(origin, func.sum(Exchange.mass_kg)).where(Exchange.to_slug == slug, months).group_by(origin)
    found = {Origin(name): mass_kg for name, mass_kg in session.execute(sums)}
    return {name: found.get(name, ZERO) for name in RENEWABLE}
