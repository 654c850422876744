"""Years as they were adopted, what is reported of others, and what was booked later."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import list_municipalities, list_organisations
from marketplace.accounts.queries.people import list_coordinated
from marketplace.impact.models import AdoptedYear, FigureSetting, MaterialUse, MaterialUseReport
from marketplace.impact.queries.bank import get_bank_by_year
from marketplace.impact.rules.material_use import COVERAGE_MINIMUM, RENEWABLE, ZERO, Flow, Origin, Scope, YearInput
from marketplace.impact.rules.reports import AT_THE_REVIEWER, ReportStatus
from marketplace.kernel import clock
from marketplace.ledger.models import Exchange, counts_in, month_booked
from marketplace.notices.queries import list_records

COVERAGE = "coverage_minimum_percent"
ASKED, REMINDED, OF = "material_use.ask", "material_use.remind", "organisation"
REVIEW_REMINDED, REPORT = "material_use.review_remind", "material_use_report"
REMINDED_FROM_MONTH = 3  # March
REMIND_REVIEWER_AFTER = timedelta(days=14)
SUBMITTED = (*AT_THE_REVIEWER, ReportStatus.ADOPTED)
NEITHER = (ReportStatus.ADOPTED.value, ReportStatus.SUPERSEDED.value)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What indicators are worked out from, by organisation id and year. Adopted: from the frozen copy, never worked out again.

    `reported`: the newest report of each year that is not adopted, beside what the ledger says now. For members, each marked.
    """

    adopted: Mapping[tuple[int, int], YearInput]
    reported: Mapping[tuple[int, int], YearInput]
    scopes: Mapping[tuple[int, int], Scope]  # whose material use each counts


@dataclass(frozen=True, slots=True)
class BookedLater:
    """A row that happened in a year and was booked when that year was over."""

    row: Exchange
    counts_in_its_year: bool


def list_adopted(session: Session, *, year: int | None = None) -> Sequence[AdoptedYear]:
    """List years as they were adopted, of one year or all, by year and name."""
    rows = select(AdoptedYear).order_by(AdoptedYear.year, AdoptedYear.organisation_name)
    return session.scalars(rows if year is None else rows.where(AdoptedYear.year == year)).all()


def find_adopted(session: Session, *, organisation_id: int, year: int) -> AdoptedYear | None:
    """A municipality's year as it was adopted; None while it is not."""
    rows = select(AdoptedYear).where(AdoptedYear.organisation_id == organisation_id, AdoptedYear.year == year)
    return session.scalars(rows).one_or_none()


def get_adopted_version(session: Session, adopted: AdoptedYear) -> int:
    """The version of the report that was adopted."""
    return session.get_one(MaterialUseReport, adopted.report_id).version


def is_adopted(session: Session, *, slug: str, year: int) -> bool:
    """Whether this organisation's year is adopted: nothing counts in it any more."""
    rows = select(AdoptedYear.id).where(AdoptedYear.organisation_slug == slug, AdoptedYear.year == year)
    return session.scalar(rows) is not None


def list_inputs(session: Session) -> Inputs:
    """What indicators are worked out from: what was adopted, and what is reported of others."""
    adoptions = {(adoption.organisation_id, adoption.year): adoption for adoption in list_adopted(session)}
    adopted = {key: adoption.as_input for key, adoption in adoptions.items()}
    slugs = {organisation.id: organisation.slug for organisation in list_organisations(session)}
    bank, newest = get_bank_by_year(session), dict[tuple[int, int], MaterialUseReport]()
    for report in session.scalars(select(MaterialUseReport).order_by(MaterialUseReport.version)):  # the highest is the last
        if (report.organisation_id, report.year) not in adopted and report.status not in NEITHER:
            newest[report.organisation_id, report.year] = report
    masses = _masses_by_origin(session)
    return Inputs(
        adopted,
        {
            key: YearInput(
                masses.get(report.id, {}),
                report.includes_bank_kg,
                bank.get((slugs.get(report.organisation_id, ""), report.year), ZERO),
            )
            for key, report in newest.items()
        },
        {key: Scope(report.scope) for key, report in newest.items()}
        | {key: Scope(adoption.scope) for key, adoption in adoptions.items()},
    )


def _masses_by_origin(session: Session) -> dict[int, dict[Origin, Decimal]]:
    """What came in, by report and origin, of the scope that counts."""
    masses: dict[int, dict[Origin, Decimal]] = defaultdict(dict)
    for report_id, origin, mass_kg in session.execute(_counted()):
        masses[report_id][Origin(origin)] = mass_kg
    return masses


def _counted() -> Select[int, str, Decimal]:
    """Sum the rows that count for the goals, by report and origin."""
    return (
        select(MaterialUse.report_id, MaterialUse.origin, func.sum(MaterialUse.mass_kg))
        .join(MaterialUseReport, MaterialUseReport.id == MaterialUse.report_id)
        .where(MaterialUse.flow == Flow.IN, MaterialUse.scope == MaterialUseReport.scope)
        .group_by(MaterialUse.report_id, MaterialUse.origin)
    )


def get_coverage_minimum(session: Session) -> Decimal:
    """How many percent of the inhabitants a regional figure asks for.

    What the AO CE set last, else half.
    """
    settings = list_coverage_settings(session)
    return Decimal(settings[0].value) if settings else COVERAGE_MINIMUM


def list_coverage_settings(session: Session) -> Sequence[FigureSetting]:
    """Every setting of how much of the inhabitants a regional figure asks for, newest first."""
    return session.scalars(select(FigureSetting).where(FigureSetting.key == COVERAGE).order_by(FigureSetting.id.desc())).all()


def list_booked_later(session: Session, actor: Actor, year: int) -> list[BookedLater]:
    """List the rows that happened in a year and were booked when it was over, oldest first.

    A row counts in its own year unless the receiver's year was adopted by then, or the paperwork was late. The rows that the actor may
    see: of the own organisation, or all for reviewer and administrator.
    """
    require(actor, Can.READ_EXCHANGES)
    over = datetime(year + 1, 1, 1, tzinfo=clock.AMSTERDAM)
    rows = select(Exchange).where(Exchange.happened_on.between(date(year, 1, 1), date(year, 12, 31)), Exchange.booked_at >= over)
    visible = _visible(rows, actor).order_by(Exchange.seq)
    return [BookedLater(row, row.month <= f"{year:04d}-12") for row in session.scalars(visible)]


def list_taken_back_later(session: Session, actor: Actor, year: int) -> Sequence[Exchange]:
    """List what was taken back of a year, and counts after it: its figures stay as they are. Oldest first.

    Not what came back in the year itself and was booked later. The rows that the actor may see: of the own organisation, or all for
    reviewer and administrator.
    """
    require(actor, Can.READ_EXCHANGES)
    of_the_year = select(Exchange.seq).where(counts_in(f"{year:04d}-01", f"{year:04d}-12")).correlate(None)
    after = Exchange.happened_on > date(year, 12, 31)
    rows = select(Exchange).where(Exchange.reverses.in_(of_the_year), after, month_booked > f"{year:04d}-12")
    return session.scalars(_visible(rows, actor).order_by(Exchange.seq)).all()


def _visible(rows: Select[Exchange], actor: Actor) -> Select[Exchange]:
    if may(actor, Can.READ_ALL_EXCHANGES):
        return rows
    slug = actor.organisation_slug
    return rows.where((Exchange.from_slug == slug) | (Exchange.to_slug == slug))


def list_municipalities_to_remind(session: Session) -> list[int]:
    """List who has not submitted the last year that is over, from March on. Ids of municipalities.

    Nobody twice in a calendar month, nor in one in which the region asked for that year; nobody without a coordinator, who submits it.
    """
    today = clock.today()
    if today.month < REMINDED_FROM_MONTH:
        return []
    submitted = select(MaterialUseReport.organisation_id).where(
        MaterialUseReport.year == today.year - 1, MaterialUseReport.status.in_(SUBMITTED)
    )
    month = datetime(today.year, today.month, 1, tzinfo=clock.AMSTERDAM)
    notified = {
        row.object_id
        for action in (REMINDED, ASKED)
        for row in list_records(session, action=action, object_type=OF)
        if row.at >= month and row.facts.get("year") == today.year - 1
    }
    due = list_coordinated(session) - notified - {*session.scalars(submitted)}
    return [municipality.id for municipality in list_municipalities(session) if municipality.id in due]


def list_reports_to_remind(session: Session) -> list[int]:
    """List what was submitted more than 14 days ago and nobody has looked at. Ids of reports; none twice in 14 days."""
    since = clock.now() - REMIND_REVIEWER_AFTER
    waiting = select(MaterialUseReport.id).where(
        MaterialUseReport.status == ReportStatus.SUBMITTED, MaterialUseReport.submitted_at <= since
    )
    reminded = {row.object_id for row in list_records(session, action=REVIEW_REMINDED, object_type=REPORT) if row.at > since}
    return [report_id for report_id in session.scalars(waiting.order_by(MaterialUseReport.id)) if report_id not in reminded]


def find_adopted_breach(session: Session) -> str | None:
    """Find the first adopted year that is not what its report and the ledger say.

    In words; None when all are.
    """
    reported = _masses_by_origin(session)
    booked = _booked_in_adopted_years(session)
    for adoption in list_adopted(session):
        values, name = adoption.as_input, f"{adoption.organisation_slug} {adoption.year}"
        masses = {origin: mass_kg for origin, mass_kg in values.by_origin.items() if mass_kg}
        if masses != {origin: mass_kg for origin, mass_kg in reported.get(adoption.report_id, {}).items() if mass_kg}:
            return f"the adopted year of {name} is not what its report says"
        report = session.get_one(MaterialUseReport, adoption.report_id)
        if (report.status, report.scope, report.includes_bank_kg) != (
            ReportStatus.ADOPTED,
            adoption.scope,
            adoption.includes_bank_kg,
        ):
            return f"the report of {name} is not the one that was adopted"
        if adoption.bank_by_origin != {origin: booked.get((adoption.id, origin), ZERO) for origin in RENEWABLE}:
            return f"the adopted year of {name} is not what the ledger says"
    return None


def _booked_in_adopted_years(session: Session) -> dict[tuple[int, Origin], Decimal]:
    """What the ledger says that was received in each adopted year, by its id and origin."""
    origin = case((Exchange.origin.is_(None), literal(Origin.REUSED.value)), else_=Exchange.origin)
    sums = (
        select(AdoptedYear.id, origin, func.sum(Exchange.mass_kg))
        .join(Exchange, Exchange.to_slug == AdoptedYear.organisation_slug)
        .where(func.substr(month_booked, 1, 4) == func.cast(AdoptedYear.year, Exchange.to_slug.type))
        .group_by(AdoptedYear.id, origin)
    )
    return {(row_id, Origin(name)): mass_kg for row_id, name, mass_kg in session.execute(sums)}
