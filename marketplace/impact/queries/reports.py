"""What municipalities reported of a year, which did not, and what the bank brought and took."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug, list_municipalities, list_organisations
from marketplace.impact.models import MaterialUse, MaterialUseReport
from marketplace.impact.rules.material_use import ZERO, Origin, UseRow, YearInput
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


@dataclass(frozen=True, slots=True)
class EarlierReport:
    """What was reported of a year before that was replaced."""

    version: int
    reported_at: datetime
    mass_kg: Decimal
    reused_kg: Decimal
    includes_bank_kg: Decimal


@dataclass(frozen=True, slots=True)
class MaterialUseYear:
    """What a municipality reported of a year, and what it had reported before, newest first. Version 0: nothing yet."""

    organisation: Organisation
    year: int
    includes_bank_kg: Decimal | None
    includes_bank_as_of: date | None
    version: int
    rows: tuple[UseRow, ...]
    bank_kg: Decimal
    earlier: tuple[EarlierReport, ...]


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


def list_inputs(session: Session, bank: Mapping[tuple[str, int], Decimal]) -> dict[tuple[int, int], YearInput]:
    """Every reported year by organisation id and year, with what the bank brought in it."""
    slugs = {organisation.id: organisation.slug for organisation in list_organisations(session)}
    masses: dict[int, dict[Origin, Decimal]] = defaultdict(dict)
    sums = select(MaterialUse.report_id, MaterialUse.origin, func.sum(MaterialUse.mass_kg)).group_by(
        MaterialUse.report_id, MaterialUse.origin
    )
    for report_id, origin, mass_kg in session.execute(sums):
        masses[report_id][Origin(origin)] = mass_kg
    return {
        (report.organisation_id, report.year): YearInput(
            masses.get(report.id, {}),
            report.includes_bank_kg,
            bank.get((slugs.get(report.organisation_id, ""), report.year), ZERO),
        )
        for report in session.scalars(select(MaterialUseReport).order_by(MaterialUseReport.version))  # the highest is the last
    }


def find_report(session: Session, *, organisation_id: int, year: int) -> MaterialUseReport | None:
    """The report of a municipality on a year, in its newest version."""
    reports = list_reports(session, organisation_id=organisation_id, year=year)
    return reports[0] if reports else None


def list_reports(session: Session, *, organisation_id: int, year: int) -> Sequence[MaterialUseReport]:
    """Every version of a municipality's report on a year, newest first."""
    versions = select(MaterialUseReport).where(
        MaterialUseReport.organisation_id == organisation_id, MaterialUseReport.year == year
    )
    return session.scalars(versions.order_by(MaterialUseReport.version.desc())).all()


def get_material_use(session: Session, actor: Actor, *, year: int, organisation_slug: str | None = None) -> MaterialUseYear:
    """Get what a municipality reported of a year, by default the actor's own. For its own people and the reviewer."""
    organisation = get_organisation_by_slug(session, organisation_slug or actor.organisation_slug)
    require(actor, Can.READ_MATERIAL_USE, organisation.id, hidden=True)
    reports = list_reports(session, organisation_id=organisation.id, year=year)
    rows: dict[int, list[UseRow]] = {report.id: [] for report in reports}
    for row in session.scalars(
        select(MaterialUse).where(MaterialUse.report_id.in_(rows)).order_by(MaterialUse.group_slug, MaterialUse.origin)
    ):
        rows[row.report_id].append(UseRow(row.group_slug, row.origin, row.mass_kg))
    newest = reports[0] if reports else None
    return MaterialUseYear(
        organisation=organisation,
        year=year,
        includes_bank_kg=newest.includes_bank_kg if newest is not None else None,
        includes_bank_as_of=newest.includes_bank_as_of if newest is not None else None,
        version=newest.version if newest is not None else 0,
        rows=tuple(rows[newest.id]) if newest is not None else (),
        bank_kg=get_bank_mass(session, slug=organisation.slug, year=year),
        earlier=tuple(
            EarlierReport(
                report.version,
                report.reported_at,
                sum((row.mass_kg for row in rows[report.id]), ZERO),
                sum((row.mass_kg for row in rows[report.id] if row.origin == Origin.REUSED), ZERO),
                report.includes_bank_kg,
            )
            for report in reports[1:]
        ),
    )
