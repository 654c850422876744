"""Which municipalities have not reported a year yet, and what an organisation gave in one."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.impact.models import MaterialUse, MaterialUseReport
from marketplace.kernel import clock
from marketplace.ledger.models import MonthPair
from marketplace.notices.queries import list_records

ASKED, OF = "material_use.ask", "organisation"
ASK_AGAIN_AFTER = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class MissingReport:
    """A municipality without a report of the year. `asked_on`: the last day on which it was asked; None: never."""

    organisation: Organisation
    asked_on: date | None

    @property
    def may_be_asked(self) -> bool:
        """Whether nobody asked in the last 14 days."""
        return self.asked_on is None or self.asked_on + ASK_AGAIN_AFTER <= clock.today()


@dataclass(frozen=True, slots=True)
class Reporting:
    """How many municipalities reported a year, of how many, and which did not."""

    year: int
    municipalities: int
    missing: tuple[MissingReport, ...]

    @property
    def reported(self) -> int:
        """How many did."""
        return self.municipalities - len(self.missing)


def last_year() -> int:
    """The last year that is over."""
    return clock.today().year - 1


def get_reporting(session: Session, actor: Actor, *, year: int | None = None) -> Reporting:
    """Get who reported a year, by default the last one that is over. For whoever answers for the region."""
    require(actor, Can.ASK_FOR_REPORT)
    asked = last_year() if year is None else year
    municipalities = list_municipalities(session)
    reported, asked_on = _reported(session, asked), _asked_on(session, asked)
    missing = [MissingReport(one, asked_on.get(one.id)) for one in municipalities if one.id not in reported]
    return Reporting(asked, len(municipalities), tuple(missing))


def find_own_missing(session: Session, actor: Actor) -> int | None:
    """Find the last year that is over, where the actor is to report it and nobody has."""
    if not may(actor, Can.EDIT_MATERIAL_USE, actor.organisation_id):
        return None
    return None if actor.organisation_id in _reported(session, last_year()) else last_year()


def _reported(session: Session, year: int) -> set[int]:
    """Ids of the organisations whose newest report of a year has something in it."""
    newest = (
        select(MaterialUseReport.organisation_id, func.max(MaterialUseReport.version).label("version"))
        .where(MaterialUseReport.year == year)
        .group_by(MaterialUseReport.organisation_id)
        .subquery()
    )
    rows = (
        select(MaterialUseReport.organisation_id)
        .join(newest, newest.c.organisation_id == MaterialUseReport.organisation_id)
        .where(MaterialUseReport.year == year, MaterialUseReport.version == newest.c.version)
        .join(MaterialUse, MaterialUse.report_id == MaterialUseReport.id)
        .where(MaterialUse.mass_kg > 0)
    )
    return set(session.scalars(rows.distinct()))


def _asked_on(session: Session, year: int) -> dict[int, date]:
    """The last day on which each organisation was asked for a year, by its id."""
    rows = list_records(session, action=ASKED, object_type=OF)
    return {row.object_id: clock.local(row.at).date() for row in rows if row.object_id and row.facts.get("year") == year}


def total_given(session: Session, *, slug: str, year: int) -> Decimal:
    """What an organisation gave in a year, in kg; what it used again itself is in it."""
    months = MonthPair.month.between(f"{year:04d}-01", f"{year:04d}-12")
    return session.scalar(select(func.sum(MonthPair.mass_kg)).where(MonthPair.from_slug == slug, months)) or Decimal(0)
