"""What the ledger says that organisations gave and received through the bank in a year."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.impact.rules.material_use import ZERO, Origin
from marketplace.ledger.models import KEYS, ROLLUP_PAIR, Exchange, book, counts_in
from marketplace.ledger.rules import Totals

_rows = ROLLUP_PAIR.c
_of_all_groups = _rows.group_slug == ""
YEAR_LENGTH = 4  # of a span that is a whole year


def total_given(session: Session, *, slug: str, year: int) -> Decimal:
    """What an organisation gave in a year, in kg; what it used again itself is in it."""
    given = select(func.sum(_rows.mass_kg)).where(_of_all_groups, _rows.span == f"{year:04d}", _rows.from_slug == slug)
    return session.scalar(given) or ZERO


def get_bank_by_year(session: Session) -> dict[tuple[str, int], Decimal]:
    """What each organisation received through the bank, by its slug and the year, in kg."""
    years = select(_rows.to_slug, _rows.span, func.sum(_rows.mass_kg)).group_by(_rows.to_slug, _rows.span)
    rows = session.execute(years.where(_of_all_groups, func.length(_rows.span) == YEAR_LENGTH))
    return {(slug, int(year)): mass_kg for slug, year, mass_kg in rows}


def get_bank_mass(session: Session, *, slug: str, year: int) -> Decimal:
    """What an organisation received through the bank in a year, in kg."""
    return get_bank_by_year(session).get((slug, year), ZERO)


def get_bank_by_origin(session: Session, *, slug: str, year: int) -> dict[Origin, Decimal]:
    """What an organisation received through the bank in a year, by origin.

    Rows of version 1 name no origin: all that was booked then was reused.
    """
    sums = select(func.sum(_rows.mass_kg), func.sum(_rows.recycled_mass_kg), func.sum(_rows.biobased_mass_kg))
    masses = session.execute(sums.where(_of_all_groups, _rows.span == f"{year:04d}", _rows.to_slug == slug)).one()
    total, recycled, biobased = (mass_kg or ZERO for mass_kg in masses)
    return {Origin.BIOBASED: biobased, Origin.REUSED: total - recycled - biobased, Origin.RECYCLED: recycled}


@dataclass(frozen=True, slots=True)
class BankYear:
    """What an organisation gave to others, received from others and moved within itself.

    The average distance of each is in whole kilometres.
    """

    given: Totals
    received: Totals
    within: Totals

    @property
    def brought(self) -> Totals:
        """Everything that came to it, from others or from itself."""
        return Totals.over([self.received, self.within])


def get_bank_year(session: Session, *, slug: str, year: int, until_seq: int) -> BankYear:
    """Sum what an organisation gave and received in a year, up to and with a row of the ledger."""
    side = (Exchange.from_slug == slug) | (Exchange.to_slug == slug)
    where = [side, Exchange.seq <= until_seq, counts_in(f"{year:04d}-01", f"{year:04d}-12")]
    sums = session.execute(book({name: KEYS[name] for name in ("from_slug", "to_slug")}, where=where))
    by_pair = {(giver, receiver): Totals(*amounts) for giver, receiver, *amounts in sums}
    given = [totals for (giver, receiver), totals in by_pair.items() if giver == slug != receiver]
    received = [totals for (giver, receiver), totals in by_pair.items() if giver != slug]
    within = [totals for (giver, receiver), totals in by_pair.items() if giver == slug == receiver]
    return BankYear(*(Totals.over(part).in_whole_km() for part in (given, received, within)))
