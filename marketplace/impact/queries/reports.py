"""What municipalities reported of a year, which did not, and how far each report has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug, list_municipalities
from marketplace.impact.models import AdoptedYear, MaterialUse, MaterialUseRemark, MaterialUseReport
from marketplace.impact.queries.adopted import ASKED, OF, find_adopted
from marketplace.impact.queries.bank import get_bank_by_origin
from marketplace.impact.rules.material_use import ZERO, Origin, Scope, UseRow, YearInput, total_by_origin
from marketplace.impact.rules.plausibility import Finding, Reported, find_oddities
from marketplace.impact.rules.reports import AT_THE_REVIEWER, RemarkKind, ReportStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.queries import list_records
from marketplace.places.queries.region import areas

ASK_AGAIN_AFTER = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class ReportState:
    """How far a municipality is with a year. No report: nothing yet. `asked_on`: the last day on which it was asked; None: never."""

    organisation: Organisation
    report: MaterialUseReport | None
    asked_on: date | None

    @property
    def status(self) -> ReportStatus | None:
        """How far the report has come; None: there is none, or nothing is in it."""
        return None if self.report is None else ReportStatus(self.report.status)

    @property
    def may_be_asked(self) -> bool:
        """Whether nobody asked in the last 14 days."""
        return self.asked_on is None or self.asked_on + ASK_AGAIN_AFTER <= clock.today()


@dataclass(frozen=True, slots=True)
class Reporting:
    """How far every municipality is with a year."""

    year: int
    states: tuple[ReportState, ...]

    @property
    def municipalities(self) -> int:
        """How many there are."""
        return len(self.states)

    @property
    def missing(self) -> tuple[ReportState, ...]:
        """Those without a report of the year."""
        return tuple(state for state in self.states if state.report is None)

    @property
    def reported(self) -> int:
        """How many have something in their report."""
        return self.municipalities - len(self.missing)

    @property
    def adopted(self) -> int:
        """Of how many the year is adopted."""
        return sum(state.status is ReportStatus.ADOPTED for state in self.states)


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """A version of a municipality's report. `mass_kg`, `reused_kg`: what came in, of the scope that counts.

    `findings`: what looked odd when it was submitted.
    """

    version: int
    status: ReportStatus
    scope: Scope
    reported_at: datetime
    submitted_at: datetime | None
    mass_kg: Decimal
    reused_kg: Decimal
    includes_bank_kg: Decimal
    explanation: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of the thread about a report, by version of the report and side. A question: with it the report was sent back."""

    version: int
    kind: RemarkKind
    organisation: Organisation
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class MaterialUseYear:
    """What a municipality reported of a year, in one version. Version 0: nothing yet.

    With all its versions, newest first, and the thread about them.
    `findings`: what looks odd; of what was submitted as it was then. `adoption`: the year as it was adopted, of whatever version.
    """

    organisation: Organisation
    year: int
    includes_bank_kg: Decimal | None
    includes_bank_as_of: date | None
    version: int
    rows: tuple[UseRow, ...]
    bank_by_origin: Mapping[Origin, Decimal]
    versions: tuple[ReportVersion, ...]
    status: ReportStatus | None = None
    scope: Scope = Scope.ORGANISATION
    explanation: str = ""
    reported_at: datetime | None = None
    submitted_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    remarks: tuple[Remark, ...] = ()
    adoption: AdoptedYear | None = None

    @property
    def bank_kg(self) -> Decimal:
        """What came through the bank; of an adopted year as it was then."""
        return sum(self.bank_by_origin.values(), ZERO)

    @property
    def earlier(self) -> tuple[ReportVersion, ...]:
        """The versions before this one, newest first."""
        return tuple(version for version in self.versions if version.version < self.version)

    @property
    def values(self) -> YearInput:
        """What its indicator is worked out from."""
        by_origin = total_by_origin(self.rows, scope=self.scope)
        return YearInput(by_origin, self.includes_bank_kg or ZERO, self.bank_kg, self.bank_by_origin)


def last_year() -> int:
    """The last year that is over."""
    return clock.today().year - 1


def get_reporting(session: Session, actor: Actor, *, year: int | None = None) -> Reporting:
    """Get who reported a year, by default the last one that is over, and how far each is.

    For members; when each was asked only for whoever answers for the region.
    """
    require(actor, Can.READ_MEMBER_FIGURES)
    year = last_year() if year is None else year
    current, filled = _current_reports(session, year), _filled(session, year)
    asked_on = _find_asked_days(session, year) if may(actor, Can.ASK_FOR_REPORT) else {}
    states = []
    for municipality in list_municipalities(session):
        report = current.get(municipality.id)
        is_there = report is not None and report.id in filled
        states.append(ReportState(municipality, report if is_there else None, asked_on.get(municipality.id)))
    return Reporting(year, tuple(states))


def list_waiting(session: Session, actor: Actor) -> list[tuple[Organisation, int]]:
    """List what lies with the AO CE, as municipality and year. What waits longest comes first."""
    require(actor, Can.ASK_FOR_REPORT)
    rows = (
        select(Organisation, MaterialUseReport.year)
        .join(MaterialUseReport, MaterialUseReport.organisation_id == Organisation.id)
        .where(MaterialUseReport.status.in_(AT_THE_REVIEWER))
    )
    return [(organisation, year) for organisation, year in session.execute(rows.order_by(MaterialUseReport.submitted_at))]


def list_own_unfinished(session: Session, actor: Actor) -> list[tuple[int, ReportStatus | None]]:
    """List the years that wait for the actor's own municipality. None: nothing is reported.

    What was sent back, of any year, and the last year that is over while it is not submitted.
    """
    if not may(actor, Can.EDIT_MATERIAL_USE, actor.organisation_id):
        return []
    own = select(MaterialUseReport).where(
        MaterialUseReport.organisation_id == actor.organisation_id, MaterialUseReport.year <= last_year()
    )
    by_year: dict[int, list[MaterialUseReport]] = {last_year(): []}
    for report in session.scalars(own.order_by(MaterialUseReport.version)):
        by_year.setdefault(report.year, []).append(report)
    unfinished: list[tuple[int, ReportStatus | None]] = []
    for year, reports in sorted(by_year.items()):
        statuses = {report.status for report in reports}
        if statuses & {ReportStatus.ADOPTED, *AT_THE_REVIEWER}:
            continue
        if ReportStatus.SENT_BACK in statuses:
            unfinished.append((year, ReportStatus.SENT_BACK))
        elif year == last_year():
            is_filled = bool(reports) and reports[-1].id in _filled(session, year)
            unfinished.append((year, ReportStatus.CONCEPT if is_filled else None))
    return unfinished


def _current_reports(session: Session, year: int) -> dict[int, MaterialUseReport]:
    """The version of each organisation's report that shows how far it is, by its id.

    What was adopted, else what lies with the reviewer, else the newest.
    """
    rows = select(MaterialUseReport).where(MaterialUseReport.year == year).order_by(MaterialUseReport.version)
    current = dict[int, MaterialUseReport]()
    for report in session.scalars(rows):
        before = current.get(report.organisation_id)
        if before is None or _rank(report) >= _rank(before):
            current[report.organisation_id] = report
    return current


def _rank(report: MaterialUseReport) -> int:
    status = ReportStatus(report.status)
    return 2 if status is ReportStatus.ADOPTED else 1 if status in AT_THE_REVIEWER else 0


def _filled(session: Session, year: int) -> set[int]:
    """Ids of the reports of a year with something in it."""
    rows = (
        select(MaterialUse.report_id)
        .join(MaterialUseReport, MaterialUseReport.id == MaterialUse.report_id)
        .where(MaterialUseReport.year == year, MaterialUse.mass_kg > 0)
    )
    return set(session.scalars(rows.distinct()))


def _find_asked_days(session: Session, year: int) -> dict[int, date]:
    """The last day on which each organisation was asked for a year, by its id."""
    rows = list_records(session, action=ASKED, object_type=OF)
    return {row.object_id: clock.local(row.at).date() for row in rows if row.object_id and row.facts.get("year") == year}


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


def list_rows(session: Session, report_ids: Iterable[int]) -> dict[int, list[UseRow]]:
    """What versions of reports say, by their ids."""
    rows: dict[int, list[UseRow]] = {report_id: [] for report_id in report_ids}
    query = select(MaterialUse).where(MaterialUse.report_id.in_(rows))
    for row in session.scalars(query.order_by(MaterialUse.scope, MaterialUse.flow, MaterialUse.group_slug, MaterialUse.origin)):
        rows[row.report_id].append(UseRow(row.group_slug, row.origin, row.mass_kg, row.scope, row.flow))
    return rows


def get_material_use(
    session: Session, actor: Actor, *, year: int, organisation_slug: str | None = None, version: int | None = None
) -> MaterialUseYear:
    """Get what a municipality reported of a year, by default the actor's own. For its own people and the reviewer.

    In the version that is asked for; without one the adopted, else the newest.
    """
    organisation = get_organisation_by_slug(session, organisation_slug or actor.organisation_slug)
    require(actor, Can.READ_MATERIAL_USE, organisation.id, hidden=True)
    reports = list_reports(session, organisation_id=organisation.id, year=year)
    adoption = find_adopted(session, organisation_id=organisation.id, year=year)
    if version is None:
        chosen = next((report for report in reports if adoption is not None and report.id == adoption.report_id), None)
        chosen = chosen or (reports[0] if reports else None)
    else:
        chosen = next((report for report in reports if report.version == version), None)
        if chosen is None and version:
            raise Missing(_("There is no version %(version)s of this report. Choose one that is there.", version=str(version)))
    rows = list_rows(session, (report.id for report in reports))
    bank = get_bank_by_origin(session, slug=organisation.slug, year=year) if adoption is None else adoption.bank_by_origin
    names = {group.slug: group.name for group in get_taxonomy(session).groups}
    versions = tuple(_version_of(report, rows[report.id], names) for report in reports)
    if chosen is None:
        return MaterialUseYear(organisation, year, None, None, 0, (), bank, versions, adoption=adoption)
    return MaterialUseYear(
        organisation=organisation,
        year=year,
        includes_bank_kg=chosen.includes_bank_kg,
        includes_bank_as_of=chosen.includes_bank_as_of,
        version=chosen.version,
        rows=tuple(rows[chosen.id]),
        bank_by_origin=bank,
        versions=versions,
        status=ReportStatus(chosen.status),
        scope=Scope(chosen.scope),
        explanation=chosen.explanation,
        reported_at=chosen.reported_at,
        submitted_at=chosen.submitted_at,
        findings=list_findings(session, organisation, chosen, rows[chosen.id], sum(bank.values(), ZERO)),
        remarks=_list_remarks(session, reports),
        adoption=adoption,
    )


def list_findings(
    session: Session,
    organisation: Organisation,
    report: MaterialUseReport,
    rows: Sequence[UseRow],
    bank_kg: Decimal,
    *,
    is_fresh: bool = False,
) -> tuple[Finding, ...]:
    """What looks odd in a version.

    Of what was submitted as it was then, else (and with `is_fresh`) as it is now.
    """
    names = {group.slug: group.name for group in get_taxonomy(session).groups}
    if not is_fresh and report.status != ReportStatus.CONCEPT and report.findings is not None:
        return tuple(Finding.of(finding, names) for finding in report.findings)
    before = _current_reports(session, report.year - 1).get(organisation.id)
    return find_oddities(
        Reported(
            year=report.year,
            scope=report.scope,
            rows=rows,
            before=None if before is None else list_rows(session, [before.id])[before.id],
            includes_bank_kg=report.includes_bank_kg,
            bank_kg=bank_kg,
            inhabitants=inhabitants_of(organisation.slug),
            group_names=names,
        )
    )


def inhabitants_of(slug: str) -> int:
    """How many people live in a municipality of the region; 0 where that is not known."""
    return next((area.inhabitants for area in areas() if area.slug == slug), 0)


def find_last_question(session: Session, report: MaterialUseReport) -> str | None:
    """The question with which a version was sent back last."""
    rows = select(MaterialUseRemark.text).where(
        MaterialUseRemark.report_id == report.id, MaterialUseRemark.kind == RemarkKind.QUESTION
    )
    return session.scalars(rows.order_by(MaterialUseRemark.id.desc()).limit(1)).one_or_none()


def _version_of(report: MaterialUseReport, rows: Sequence[UseRow], group_names: Mapping[str, str]) -> ReportVersion:
    sums = total_by_origin(rows, scope=report.scope)
    return ReportVersion(
        report.version,
        ReportStatus(report.status),
        Scope(report.scope),
        report.reported_at,
        report.submitted_at,
        sum(sums.values(), ZERO),
        sums.get(Origin.REUSED, ZERO),
        report.includes_bank_kg,
        report.explanation,
        tuple(Finding.of(finding, group_names) for finding in report.findings or ()),
    )


def _list_remarks(session: Session, reports: Sequence[MaterialUseReport]) -> tuple[Remark, ...]:
    """The thread about every version of a year, oldest first."""
    versions = {report.id: report.version for report in reports}
    rows = (
        select(MaterialUseRemark, Organisation)
        .join(Organisation, Organisation.id == MaterialUseRemark.organisation_id)
        .where(MaterialUseRemark.report_id.in_(versions))
    )
    return tuple(
        Remark(versions[row.report_id], RemarkKind(row.kind), organisation, row.text, row.written_at)
        for row, organisation in session.execute(rows.order_by(MaterialUseRemark.id))
    )
