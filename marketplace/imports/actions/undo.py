"""Taking an applied sheet back as a whole, while nothing depends on it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.rules.reports import STATUS_LABELS, ReportStatus
from marketplace.imports.actions.apply import carried
from marketplace.imports.actions.lots import take_drafts_back, why_drafts_stay
from marketplace.imports.actions.passports import count_passports_made, take_passports_back, why_passports_stay
from marketplace.imports.actions.raw import take_posts_back
from marketplace.imports.models import ImportRun
from marketplace.imports.queries.judging import Standing, get_standing, rows_of_version
from marketplace.imports.queries.runs import get_import, is_under_way
from marketplace.imports.rules.tables import ImportStatus, TableName
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import Text, _
from marketplace.notices.actions import audit


def undo_import(session: Session, actor: Actor, *, import_id: int) -> ImportRun:
    """Take a sheet back. What stood in a report before becomes its newest concept; lines of outflow count no longer; drafts are removed,
    but for those that somebody worked on.

    Refused, by name, where something was built on it.
    """
    run = get_import(session, actor, import_id)
    require(actor, Can.IMPORT, run)
    session.refresh(run, with_for_update=True)
    if run.status != ImportStatus.APPLIED and not is_half_applied(session, run):
        raise Conflict(_("This sheet is not applied, so there is nothing to take back."))
    dependents = list_dependents(session, run)
    if dependents:
        raise Conflict(_("This cannot be taken back: %(reasons)s", reasons=" ".join(str(dependent) for dependent in dependents)))
    if run.kind == TableName.MATERIAL_USE:
        _bring_back(session, actor, run)
    if run.kind == TableName.LISTINGS:
        run.result = {**(run.result or {}), "stayed": take_drafts_back(session, actor, run)}
    if run.kind == TableName.RAW:
        run.result = {**(run.result or {}), "stayed": take_posts_back(session, actor, run)}
    if run.kind == TableName.PASSPORTS:
        run.result = {**(run.result or {}), "undone": take_passports_back(session, actor, run)}
        if run.applied_at is None:
            run.applied_at, run.applied_by_id = clock.now(), actor.person_id
    run.status, run.undone_at, run.undone_by_id = ImportStatus.UNDONE, clock.now(), actor.person_id
    session.flush()
    audit.record(session, actor, action="import.undo", object_type="import_run", object_id=run.id, kind=run.kind)
    return run


def is_half_applied(session: Session, run: ImportRun) -> bool:
    """Whether a part of a sheet of passports stands there, for applying it was cancelled."""
    if run.kind != TableName.PASSPORTS or run.status != ImportStatus.PREVIEW or is_under_way(session, run):
        return False
    return run.task_id is not None and any(count_passports_made(session, run).values())


def list_dependents(session: Session, run: ImportRun) -> list[Text]:
    """What was built on an applied sheet, a sentence each."""
    match run.kind:
        case TableName.MATERIAL_USE:
            return _reports_since(session, run)
        case TableName.OUTFLOW:
            return _taken_over(session, run)
        case TableName.PASSPORTS:
            return why_passports_stay(session, run)
        case TableName.RAW:  # its lines count no longer, and its lots go but for those that somebody worked on
            return []
    return why_drafts_stay(session, run)


def _reports_since(session: Session, run: ImportRun) -> list[Text]:
    standing = get_standing(session, run.organisation_id)
    sentences = []
    for written in (run.result or {}).get("reports", []):
        newest = standing[written["year"]].report
        if newest is None:
            continue
        where = {"year": str(newest.year), "version": str(newest.version)}
        if newest.status != ReportStatus.CONCEPT:
            state = STATUS_LABELS[ReportStatus(newest.status)]
            sentences.append(_("The report for %(year)s, version %(version)s, is “%(state)s”.", state=state, **where))
        elif newest.version != written["version"]:
            sentences.append(_("The report for %(year)s has been changed since: it is at version %(version)s.", **where))
    return sentences


def _taken_over(session: Session, run: ImportRun) -> list[Text]:
    later = select(ImportRun).where(
        ImportRun.organisation_id == run.organisation_id,
        ImportRun.kind == TableName.MATERIAL_USE,
        ImportRun.status == ImportStatus.APPLIED,
        ImportRun.id > run.id,
    )
    return [
        _(
            "Its figures for %(year)s were taken over into the report (import %(number)s). Take that back first.",
            year=str(other.source["year"]),
            number=str(other.id),
        )
        for other in session.scalars(later.order_by(ImportRun.id))
        if other.source is not None and run.id in other.source["imports"]
    ]


def _bring_back(session: Session, actor: Actor, run: ImportRun) -> None:
    """Write what stood in each report before as a new concept: a version never goes."""
    organisation = session.get_one(Organisation, run.organisation_id)
    for written in (run.result or {}).get("reports", []):
        report, rows = rows_of_version(session, run.organisation_id, written["year"], written["before"])
        report_material_use(
            session,
            actor,
            organisation_slug=organisation.slug,
            year=written["year"],
            rows=rows,
            version=written["version"],
            **carried(Standing(report)),
        )
