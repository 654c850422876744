"""The way of a report: submitted, reviewed, sent back with a question, adopted."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.accounts.queries.people import list_reviewers
from marketplace.impact.actions.reports import changed_meanwhile, hold
from marketplace.impact.models import AdoptedYear, MaterialUseRemark, MaterialUseReport
from marketplace.impact.queries.adopted import REPORT, find_adopted
from marketplace.impact.queries.bank import get_bank_by_origin
from marketplace.impact.queries.goals import targets_in_force
from marketplace.impact.queries.reports import (
    MaterialUseYear,
    find_last_question,
    get_material_use,
    inhabitants_of,
    list_findings,
    list_reports,
    list_rows,
)
from marketplace.impact.rules.goals import Decision
from marketplace.impact.rules.material_use import ZERO, Origin, Scope, total_by_origin
from marketplace.impact.rules.reports import (
    AT_THE_REVIEWER,
    MAY_BE_SUBMITTED,
    RemarkKind,
    ReportStatus,
    check_decision,
    check_filled,
    check_over,
    check_words,
    refuse_step,
)
from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.ledger.queries import lock_head
from marketplace.market.actions.windows import bump_catalogue
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice

ASK_SOMETHING = _("Write what you ask. Without a question the municipality does not know what to change.")
SAY_SOMETHING = _("Write what you want to say.")


def submit(session: Session, actor: Actor, *, organisation_slug: str, year: int, version: int | None = None) -> MaterialUseYear:
    """Submit the newest version of a year that is over. A version that was submitted before it makes place.

    Nothing changes where it was submitted already. Refused: a year that goes on, nothing in it, and what looks odd without an explanation.
    """
    organisation, reports = _held(session, actor, organisation_slug, year, Can.EDIT_MATERIAL_USE)
    report = reports[0] if reports else None
    if report is None and not version:
        check_filled((), scope=Scope.ORGANISATION)
    if report is None or (version is not None and version != report.version):
        raise changed_meanwhile(0 if report is None else report.version)
    if find_adopted(session, organisation_id=organisation.id, year=year) is not None:
        raise refuse_step(ReportStatus.ADOPTED)
    if report.status == ReportStatus.SUBMITTED:
        return get_material_use(session, actor, year=year, organisation_slug=organisation_slug)
    if report.status not in MAY_BE_SUBMITTED:
        raise refuse_step(report.status)
    check_over(year, today=clock.today())
    rows = list_rows(session, [report.id])[report.id]
    check_filled(rows, scope=report.scope)
    bank = get_bank_by_origin(session, slug=organisation.slug, year=year)
    findings = list_findings(session, organisation, report, rows, sum(bank.values(), ZERO), is_fresh=True)
    if findings and not report.explanation:
        raise Invalid.all([FieldError("explanation", _explain(finding.sentence)) for finding in findings])
    for older in reports[1:]:
        if older.status in AT_THE_REVIEWER:
            _move(session, older, AT_THE_REVIEWER, ReportStatus.SUPERSEDED)
    _move(
        session,
        report,
        MAY_BE_SUBMITTED,
        ReportStatus.SUBMITTED,
        submitted_at=clock.now(),
        submitted_by_id=actor.person_id,
        findings=[finding.stored() for finding in findings],
    )
    _record(session, actor, "material_use.submit", report, organisation)
    _tell_reviewers(session, Notice.REPORT_SUBMITTED, organisation, year)
    return get_material_use(session, actor, year=year, organisation_slug=organisation_slug)


def start_review(session: Session, actor: Actor, *, organisation_slug: str, year: int) -> MaterialUseYear:
    """Say that somebody of the AO CE is looking at what was submitted. Nothing changes where somebody is already."""
    organisation, reports = _held(session, actor, organisation_slug, year, Can.REVIEW_MATERIAL_USE)
    report = _at_the_reviewer(reports)
    if report.status == ReportStatus.SUBMITTED:
        values = {"review_began_at": clock.now(), "review_began_by_id": actor.person_id}
        _move(session, report, (ReportStatus.SUBMITTED,), ReportStatus.IN_REVIEW, **values)
        _record(session, actor, "material_use.review", report, organisation)
    return get_material_use(session, actor, year=year, organisation_slug=organisation_slug, version=report.version)


def send_back(
    session: Session, actor: Actor, *, organisation_slug: str, year: int, question: str, version: int | None = None
) -> MaterialUseYear:
    """Send a report back with a question; it may be submitted again, as it is or changed. The same question twice is one."""
    organisation, reports = _held(session, actor, organisation_slug, year, Can.REVIEW_MATERIAL_USE)
    cleaned = check_words(question, field="question", missing=ASK_SOMETHING)
    newest = reports[0] if reports else None
    if newest is not None and newest.status == ReportStatus.SENT_BACK and find_last_question(session, newest) == cleaned:
        return get_material_use(session, actor, year=year, organisation_slug=organisation_slug)
    report = _at_the_reviewer(reports, version)
    _move(session, report, AT_THE_REVIEWER, ReportStatus.SENT_BACK)
    _write(session, actor, report, RemarkKind.QUESTION, cleaned)
    _record(session, actor, "material_use.send_back", report, organisation)
    _tell_municipality(session, Notice.REPORT_SENT_BACK, organisation, year, question=cleaned)
    return get_material_use(session, actor, year=year, organisation_slug=organisation_slug, version=report.version)


def add_remark(session: Session, actor: Actor, *, organisation_slug: str, year: int, text: str) -> MaterialUseYear:
    """Add a line to the thread about a report that was submitted once; the other side is told."""
    organisation, reports = _held(session, actor, organisation_slug, year, Can.DISCUSS_MATERIAL_USE)
    cleaned = check_words(text, field="text", missing=SAY_SOMETHING)
    report = next((report for report in reports if report.submitted_at is not None), None)
    if report is None:
        raise refuse_step(None)
    _write(session, actor, report, RemarkKind.REMARK, cleaned)
    _record(session, actor, "material_use.remark", report, organisation)
    if may(actor, Can.REVIEW_MATERIAL_USE):
        _tell_municipality(session, Notice.REPORT_REMARK, organisation, year, writer=actor.organisation_name, message=cleaned)
    else:
        _tell_reviewers(session, Notice.REPORT_REMARK, organisation, year, writer=organisation.name, message=cleaned)
    return get_material_use(session, actor, year=year, organisation_slug=organisation_slug)


def adopt(
    session: Session,
    actor: Actor,
    *,
    organisation_slug: str,
    year: int,
    decision: Decision,
    version: int | None = None,
) -> MaterialUseYear:
    """Adopt a municipality's year for good.

    Everything that its figures come from is copied under the lock of the ledger.
    Whatever is booked of that year from then on counts when it is booked. The same decision twice is one; another one is refused.
    """
    organisation, reports = _held(session, actor, organisation_slug, year, Can.REVIEW_MATERIAL_USE)
    check_over(year, today=clock.today())
    check_decision(decision, year=year, today=clock.today())
    adopted = find_adopted(session, organisation_id=organisation.id, year=year)
    if adopted is not None:
        if (adopted.body, adopted.decided_on, adopted.document) != (decision.body, decision.decided_on, decision.document):
            raise refuse_step(ReportStatus.ADOPTED)
        return get_material_use(session, actor, year=year, organisation_slug=organisation_slug)
    report = _at_the_reviewer(reports, version)
    _move(session, report, AT_THE_REVIEWER, ReportStatus.ADOPTED)
    session.add(_frozen(session, actor, organisation, report, decision))
    session.flush()
    _record(session, actor, "material_use.adopt", report, organisation, decided_on=str(decision.decided_on))
    _tell_municipality(session, Notice.REPORT_ADOPTED, organisation, year)
    bump_catalogue(session)
    return get_material_use(session, actor, year=year, organisation_slug=organisation_slug)


def _frozen(
    session: Session, actor: Actor, organisation: Organisation, report: MaterialUseReport, decision: Decision
) -> AdoptedYear:
    """The copy that an adopted year keeps. Nobody adds to the ledger between what is read of it here and the commit."""
    seq, digest = lock_head(session)
    bank = get_bank_by_origin(session, slug=organisation.slug, year=report.year)
    used = total_by_origin(list_rows(session, [report.id])[report.id], scope=report.scope)
    return AdoptedYear(
        organisation_id=organisation.id,
        organisation_slug=organisation.slug,
        organisation_name=organisation.name,
        year=report.year,
        report_id=report.id,
        scope=report.scope,
        primary_kg=used.get(Origin.PRIMARY, ZERO),
        biobased_kg=used.get(Origin.BIOBASED, ZERO),
        reused_kg=used.get(Origin.REUSED, ZERO),
        recycled_kg=used.get(Origin.RECYCLED, ZERO),
        includes_bank_kg=report.includes_bank_kg,
        bank_biobased_kg=bank[Origin.BIOBASED],
        bank_reused_kg=bank[Origin.REUSED],
        bank_recycled_kg=bank[Origin.RECYCLED],
        inhabitants=inhabitants_of(organisation.slug),
        factor_version=get_taxonomy(session).version,
        ledger_seq=seq,
        ledger_hash=digest,
        targets=targets_in_force(session, organisation.id),
        body=decision.body,
        decided_on=decision.decided_on,
        document=decision.document,
        text=decision.text,
        adopted_at=clock.now(),
        adopted_by_id=actor.person_id,
    )


def _held(session: Session, actor: Actor, slug: str, year: int, permission: Can) -> tuple[Organisation, list[MaterialUseReport]]:
    """The municipality and the versions of its report, newest first.

    Kept from everybody else until this is committed.
    """
    organisation = get_organisation_by_slug(session, slug)
    require(actor, permission, organisation.id)
    hold(session, organisation)
    return organisation, list(list_reports(session, organisation_id=organisation.id, year=year))


def _at_the_reviewer(reports: list[MaterialUseReport], version: int | None = None) -> MaterialUseReport:
    report = next((report for report in reports if report.status in AT_THE_REVIEWER), None)
    if report is None:
        raise refuse_step(next((report.status for report in reports if report.submitted_at is not None), None))
    if version is not None and version != report.version:
        raise changed_meanwhile(report.version)
    return report


def _move(
    session: Session, report: MaterialUseReport, before: tuple[ReportStatus, ...], after: ReportStatus, **values: Any
) -> None:
    """Move a version on from one of these, by one conditional UPDATE."""
    moved = (
        update(MaterialUseReport)
        .where(MaterialUseReport.id == report.id, MaterialUseReport.status.in_(before))
        .values(status=after.value, **values)
        .returning(MaterialUseReport.id)
        .execution_options(synchronize_session=False)
    )
    if session.execute(moved).one_or_none() is None:
        raise refuse_step(report.status)
    session.refresh(report)


def _write(session: Session, actor: Actor, report: MaterialUseReport, kind: RemarkKind, text: str) -> None:
    session.add(
        MaterialUseRemark(
            report_id=report.id,
            organisation_id=actor.organisation_id,
            person_id=actor.person_id,
            kind=kind.value,
            text=text,
            written_at=clock.now(),
        )
    )
    session.flush()


def _explain(sentence: Text) -> Text:
    return _("%(finding)s Explain it below, or change the figures.", finding=sentence)


def _record(
    session: Session, actor: Actor, action: str, report: MaterialUseReport, organisation: Organisation, **facts: Any
) -> None:
    audit.record(
        session,
        actor,
        action=action,
        object_type=REPORT,
        object_id=report.id,
        year=report.year,
        version=report.version,
        for_organisation_id=organisation.id,
        **facts,
    )


def _tell_reviewers(session: Session, kind: Notice, organisation: Organisation, year: int, **facts: Any) -> None:
    for person_id in list_reviewers(session):
        notify(
            session, kind, person_id=person_id, organisation=organisation.name, slug=organisation.slug, year=str(year), **facts
        )


def _tell_municipality(session: Session, kind: Notice, organisation: Organisation, year: int, **facts: Any) -> None:
    values = {"organisation": organisation.name, "slug": organisation.slug, "year": str(year), **facts}
    notify(session, kind, organisation_id=organisation.id, **values)
