"""Applying a sheet: the good rows are taken in chunks, and count in one stroke."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.rules.material_use import UseRow
from marketplace.imports.actions.lots import LOTS_CHUNK, count_drafts_made, make_drafts
from marketplace.imports.actions.mend import open_import
from marketplace.imports.actions.passports import count_passports_made, take_passports
from marketplace.imports.actions.raw import count_posts_made, drop_lines, make_posts
from marketplace.imports.models import ImportRow, ImportRun, Outflow
from marketplace.imports.queries.judging import Judge, Standing, get_standing, judge_of
from marketplace.imports.queries.outflow import get_codes
from marketplace.imports.queries.runs import as_sheet_row, count_good, get_import, is_mapped, record_of, stored_rows, table_of
from marketplace.imports.rules.material_use import cell_of, merge
from marketplace.imports.rules.tables import GOOD_STATES, ImportStatus, RowState, TableName
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import Text, _, ngettext
from marketplace.notices.actions import audit

CHUNK = 500


def prepare_apply(
    session: Session, actor: Actor, *, import_id: int, only_good: bool, seen: str | None = None, overwrite: bool = False
) -> dict[str, Any]:
    """What the task needs that applies a sheet. `seen`: the versions of reports that the actor looked at.

    `overwrite`: assets and parts that stand there become what the sheet says; else they stay as they are.

    Refused: columns that are not known, wrong rows unless only the good ones are taken, nothing to take, and a report that changed.
    """
    run = open_import(session, actor, import_id)
    if not is_mapped(run):
        raise Conflict(_("Choose first which column is which."))
    wrong = run.counts.get(RowState.ERROR, 0)
    if wrong and not only_good:
        sentence = ngettext(
            "%(num)s row is wrong. Mend it, or say that only the good rows are taken.",
            "%(num)s rows are wrong. Mend them, or say that only the good rows are taken.",
            wrong,
        )
        raise Conflict(sentence, wrong=wrong)
    if lacking := run.summary.get("lacking"):
        labels = ", ".join(str(table_of(run.kind).column(key).label) for key in lacking)
        raise Conflict(_("Say first, once for all posts: %(labels)s.", labels=labels))
    if not count_good(run):
        raise Conflict(_why_nothing(run))
    if count_good(run) == run.counts.get(RowState.UNCHANGED, 0):
        raise Conflict(_("Everything in this sheet is there already, so there is nothing to apply."))
    counted = (count_good(run), run.counts.get(RowState.UNCHANGED, 0) + run.counts.get(RowState.CHANGED, 0))
    if run.kind == TableName.PASSPORTS and not overwrite and counted[0] == counted[1] and not has_new(run):
        raise Conflict(
            _("Everything in this sheet is there already. Say that it is to be changed, or there is nothing to apply.")
        )
    versions = versions_of(session, run)
    if seen is not None and seen != as_seen(versions):
        raise Conflict(_("Somebody changed a report in the meantime. Look at what would change, and apply it then."))
    arguments = {"import": run.id, "onlyGood": only_good, "versions": {str(year): version for year, version in versions.items()}}
    return {**arguments, "overwrite": overwrite} if run.kind == TableName.PASSPORTS else arguments


def _why_nothing(run: ImportRun) -> Text:
    """Why no row of a sheet can be taken."""
    if run.kind != TableName.RAW or run.counts.get(RowState.ERROR):
        return _("There is no good row to take. Mend the rows first.")
    if run.counts.get(RowState.REFUSED):
        return _("All that is released under this contract becomes the contractor’s, so there is nothing to take.")
    return _("No post carries an H or an R, so there is nothing to take. Check which column holds the marks.")


def has_new(run: ImportRun) -> bool:
    """Whether a sheet of passports makes an asset or a part."""
    return any(run.summary.get(name, {}).get(RowState.OK) for name in ("assets", "parts"))


def mark_under_way(session: Session, actor: Actor, *, import_id: int, task_id: int) -> None:
    """Say which task applies a sheet: while that is open nobody changes it."""
    get_import(session, actor, import_id).task_id = task_id
    session.flush()


def versions_of(session: Session, run: ImportRun) -> dict[int, int]:
    """The newest version of the report of each year that a sheet speaks of. 0: nothing yet."""
    if run.kind != TableName.MATERIAL_USE:
        return {}
    standing = get_standing(session, run.organisation_id)
    years = sorted({int(key.split("|")[0]) for key in run.summary.get("cells", {})})
    return {year: standing.get(year, Standing(None)).version for year in years}


def as_seen(versions: Mapping[int, int]) -> str:
    """Those versions as a form carries them."""
    return ",".join(f"{year}:{version}" for year, version in sorted(versions.items()))


def chunk_of(run: ImportRun) -> int:
    """How many rows are taken in one stroke: a lot is more work than a line."""
    return LOTS_CHUNK if run.kind in (TableName.LISTINGS, TableName.RAW) else CHUNK


def apply_chunk(
    session: Session, actor: Actor, *, import_id: int, after: int, summary: dict[str, Any], overwrite: bool = False
) -> tuple[int | None, dict[str, Any]]:
    """Take the next good rows. Gives the number of the last one, None when there are no more, and what was added up so far."""
    run = get_import(session, actor, import_id)
    if run.status != ImportStatus.PREVIEW:
        return None, summary
    if not after and run.kind == TableName.OUTFLOW:
        session.execute(delete(Outflow).where(Outflow.import_id == run.id))  # of a task that ended half-way; they never counted
    if not after and run.kind == TableName.RAW:
        drop_lines(session, run)
    rows = session.scalars(
        select(ImportRow)
        .where(ImportRow.import_id == run.id, ImportRow.row_number > after, ImportRow.state.in_(GOOD_STATES))
        .order_by(ImportRow.row_number)
        .limit(chunk_of(run))
    ).all()
    if not rows:
        return None, summary
    values = _read_again(judge_of(session, run, lock=True), run, rows)
    if run.kind == TableName.PASSPORTS:
        take_passports(session, actor, run, rows, values, overwrite=overwrite)
    elif run.kind == TableName.OUTFLOW:
        _store_lines(session, run, values)
    elif run.kind == TableName.LISTINGS:
        make_drafts(session, actor, rows, values)
    elif run.kind == TableName.RAW:
        make_posts(session, actor, run, rows, values)
    else:
        summary = judge_of(session, run).add(summary, values.values())
    return rows[-1].row_number, summary


def finish_apply(
    session: Session, actor: Actor, *, import_id: int, summary: Mapping[str, Any], versions: Mapping[str, int]
) -> dict[str, Any]:
    """Make what was taken count, all at once. A sheet that is applied already stays as it is."""
    run = get_import(session, actor, import_id)
    session.refresh(run, with_for_update=True)
    if run.status != ImportStatus.PREVIEW:
        return dict(run.result or {})
    match run.kind:
        case TableName.MATERIAL_USE:
            result = _write_reports(session, actor, run, summary, versions)
        case TableName.OUTFLOW:
            result = _count_lines(session, run)
        case TableName.PASSPORTS:
            result = count_passports_made(session, run)
        case TableName.RAW:
            result = count_posts_made(session, run)
        case _:
            result = count_drafts_made(session, run)
    run.status, run.applied_at, run.applied_by_id = ImportStatus.APPLIED, clock.now(), actor.person_id
    run.result = result
    _forget_the_rest(session, run)
    session.flush()
    audit.record(
        session, actor, action="import.apply", object_type="import_run", object_id=run.id, kind=run.kind, counts=run.counts
    )
    return result


def _read_again(judge: Judge, run: ImportRun, rows: Sequence[ImportRow]) -> dict[int, Any]:
    """The values of good rows, by the rules of this moment."""
    values: dict[int, Any] = {}
    records = [record_of(run, as_sheet_row(row)) for row in rows]
    if run.kind == TableName.PASSPORTS:  # of which rows before one count
        judge.meet(())
    judge.prepare(records)
    for row, record in zip(rows, records, strict=True):
        value, faults = judge.read(record)
        if value is None:
            sentence = next(iter(faults.sentences.values()))
            raise Invalid(_("Row %(row)s: %(sentence)s", row=str(row.row_number), sentence=sentence))
        values[row.row_number] = value
    return values


def _store_lines(session: Session, run: ImportRun, values: Mapping[int, Any]) -> None:
    codes = get_codes(session, run.codes)
    rows = []
    for row_number, line in values.items():
        group, certainty = codes.group_of(line.eural)
        rows.append(
            {
                "import_id": run.id,
                "organisation_id": run.organisation_id,
                "row_number": row_number,
                "year": line.year,
                "period": line.period,
                "eural": line.eural,
                "mass_kg": line.mass_kg,
                "loads": line.loads,
                "group_slug": group,
                "certainty": certainty.value,
                **line.texts,
            }
        )
    session.execute(insert(Outflow), rows)


def _write_reports(
    session: Session, actor: Actor, run: ImportRun, summary: Mapping[str, Any], versions: Mapping[str, int]
) -> dict[str, Any]:
    """Write a new concept of each year of which something changes.

    What stood there, with the cells of the sheet in their place."""
    organisation = session.get_one(Organisation, run.organisation_id)
    standing = get_standing(session, run.organisation_id)
    loaded: dict[int, list[UseRow]] = {}
    for key, (kg, _rows) in summary["cells"].items():
        cell = cell_of(key, Decimal(kg))
        loaded.setdefault(cell.year, []).append(cell.row)
    written = []
    for year, rows in sorted(loaded.items()):
        before = standing.get(year, Standing(None))
        merged = [row for row in merge(before.rows, rows) if row.mass_kg]
        if set(merged) == set(before.rows):
            continue
        now = report_material_use(
            session,
            actor,
            organisation_slug=organisation.slug,
            year=year,
            rows=merged,
            version=versions.get(str(year), before.version),
            **carried(before),
        )
        written.append({"year": year, "version": now.version, "before": before.version})
    _link_rows(session, run, written)
    return {"reports": written}


def carried(before: Standing) -> dict[str, Any]:
    """What a report says besides its rows, which a sheet does not change."""
    if before.report is None:
        return {}
    return {
        "includes_bank_kg": before.report.includes_bank_kg,
        "includes_bank_as_of": before.report.includes_bank_as_of,
        "scope": before.report.scope,
        "explanation": before.report.explanation,
    }


def _link_rows(session: Session, run: ImportRun, versions: Sequence[Mapping[str, int]]) -> None:
    """Say at each row into which report it went."""
    standing = get_standing(session, run.organisation_id)
    report_ids = {version["year"]: report.id for version in versions if (report := standing[version["year"]].report) is not None}
    judge = judge_of(session, run)
    rows = session.scalars(select(ImportRow).where(ImportRow.import_id == run.id, ImportRow.state != RowState.ERROR)).all()
    values = _read_years(judge, run, rows)
    linked = [
        {"import_id": run.id, "row_number": number, "result_id": report_ids[year]}
        for number, year in values.items()
        if year in report_ids
    ]
    if linked:
        session.execute(update(ImportRow), linked)


def _read_years(judge: Judge, run: ImportRun, rows: Sequence[ImportRow]) -> dict[int, int]:
    read = {row.row_number: judge.read(record_of(run, as_sheet_row(row)))[0] for row in rows}
    return {number: value.year for number, value in read.items() if value is not None}


def _count_lines(session: Session, run: ImportRun) -> dict[str, Any]:
    """Say at each row which line came of it, and how much was loaded of each year."""
    years: dict[str, Decimal] = {}
    linked = []
    for line_id, number, year, mass_kg in session.execute(
        select(Outflow.id, Outflow.row_number, Outflow.year, Outflow.mass_kg).where(Outflow.import_id == run.id)
    ):
        years[str(year)] = years.get(str(year), Decimal(0)) + mass_kg
        linked.append({"import_id": run.id, "row_number": number, "result_id": line_id})
    session.execute(update(ImportRow), linked)
    return {"years": {year: str(kg) for year, kg in sorted(years.items())}}


def _forget_the_rest(session: Session, run: ImportRun) -> None:
    """Empty the cells of columns that were not read: what is not needed is not kept."""
    read = set(run.places.values())
    if all(not name or place in read for place, name in enumerate(run.columns)) and len(read) == len(run.columns):
        return
    for rows in stored_rows(session, run, only_wrong=run.kind == TableName.PASSPORTS):  # of the others that was done
        values = [
            {
                "import_id": run.id,
                "row_number": row.row_number,
                "cells": [text if place in read else "" for place, text in enumerate(row.cells)],
                "faults": {place: fault for place, fault in row.faults.items() if int(place) in read},
            }
            for row in rows
        ]
        session.execute(update(ImportRow), values)
