"""Loading a sheet: its columns recognised, each row judged, nothing applied yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.imports.models import ImportFile, ImportRow, ImportRun, Outflow, OutflowEstimate
from marketplace.imports.queries.judging import Judging
from marketplace.imports.queries.runs import ROWS_AT_ONCE, get_earlier_choices, get_import, is_mapped, table_with_fields
from marketplace.imports.rules.columns import SheetRow, find_header, find_notation, find_places
from marketplace.imports.rules.tables import ImportStatus, RowState, Table
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid, TooLarge
from marketplace.kernel.language import _
from marketplace.kernel.text import clean
from marketplace.notices.actions import audit

NAME_LENGTH_MAX = 200
NOTATION_FROM = 2_000  # so many rows tell how a column writes its numbers
PREVIEWS_KEPT = timedelta(days=30)
_ROWS = insert(ImportRow.__table__)  # type: ignore[arg-type]  # past the mapper: these are many


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """What a door read of a file.

    `notation` says how numbers are written where a column does not tell; `source` is empty for a file."""

    name: str
    digest: str
    rows: Sequence[SheetRow]
    notation: str
    source: Mapping[str, Any] | None = None


def load_sheet(session: Session, actor: Actor, *, kind: str, file: LoadedFile) -> ImportRun:
    """Load a sheet of the own organisation to look at. Refused: no row with names of columns, or nothing below it."""
    run = _new_run(session, actor, kind=kind, name=file.name, digest=file.digest)
    run.source = None if file.source is None else dict(file.source)
    body = _recognise(session, run, file)
    session.flush()
    _store(session, run, body)
    judge_stored(session, run)
    _tell(session, actor, run)
    return run


def begin_load(session: Session, actor: Actor, *, kind: str, name: str, digest: str, content: bytes) -> ImportRun:
    """Keep a large file to be read by a task. Until that is done nothing is known of it but its name."""
    run = _new_run(session, actor, kind=kind, name=name, digest=digest)
    run.status = ImportStatus.READING
    session.flush()
    session.add(ImportFile(import_id=run.id, content=content))
    session.flush()
    return run


def recognise_file(session: Session, actor: Actor, *, import_id: int, file: LoadedFile) -> int:
    """Note the columns of a large file; the number of the row behind which its rows begin. What an earlier attempt stored goes."""
    run = _reading(session, actor, import_id)
    body = _recognise(session, run, file)
    session.execute(delete(ImportRow).where(ImportRow.import_id == run.id))
    session.flush()
    return body[0].number - 1


def store_rows(session: Session, actor: Actor, *, import_id: int, rows: Sequence[SheetRow]) -> None:
    """Store the next rows of a large file."""
    _store(session, _reading(session, actor, import_id), rows)


def write_judged(session: Session, actor: Actor, *, import_id: int, changed: Sequence[Mapping[str, Any]]) -> None:
    """Write what was found of the next rows of a large sheet."""
    _reading(session, actor, import_id)
    if changed:
        session.execute(update(ImportRow), [dict(row) for row in changed])


def finish_reading(
    session: Session, actor: Actor, *, import_id: int, counts: Mapping[str, int], summary: Mapping[str, Any]
) -> dict[str, int]:
    """A large sheet has been read and judged: it can be looked at, and its file goes."""
    run = _reading(session, actor, import_id)
    run.counts, run.summary, run.status = dict(counts), dict(summary), ImportStatus.PREVIEW
    if not is_mapped(run):
        _forget_judgment(session, run)
    session.execute(delete(ImportFile).where(ImportFile.import_id == run.id))
    session.flush()
    _tell(session, actor, run)
    return run.counts


def _reading(session: Session, actor: Actor, import_id: int) -> ImportRun:
    run = get_import(session, actor, import_id)
    if run.status != ImportStatus.READING:
        raise Conflict(_("This sheet has been read already."))
    return run


def _new_run(session: Session, actor: Actor, *, kind: str, name: str, digest: str) -> ImportRun:
    require(actor, Can.IMPORT, actor.organisation_id)
    table = table_with_fields(session, kind)
    earlier = get_earlier_choices(session, organisation_id=int(actor.organisation_id or 0), kind=table.name)
    run = ImportRun(
        organisation_id=actor.organisation_id,
        kind=table.name.value,
        digest=digest,
        name=_name_of(name),
        status=ImportStatus.PREVIEW.value,
        columns=[],
        places={},
        notations={},
        notation="nl",
        codes=dict(earlier.codes),
        given={},
        counts={},
        summary={},
        made_at=clock.now(),
        made_by_id=actor.person_id,
    )
    session.add(run)
    return run


def _recognise(session: Session, run: ImportRun, file: LoadedFile) -> Sequence[SheetRow]:
    """Note the columns of a file; the rows below them."""
    table = table_with_fields(session, run.kind)
    earlier = get_earlier_choices(session, organisation_id=run.organisation_id, kind=table.name)
    header = find_header(file.rows, table.columns, earlier.names)
    if header is None:
        raise Invalid(_("The first row has to hold the names of the columns. Use the template, or add that row."), "file")
    body = [row for row in file.rows if row.number > header.row_number]
    if not body:
        raise Invalid(_("There are names of columns, and no rows below them. Choose another file."), "file")
    if len(body) > table.rows_max:
        raise TooLarge(_("The sheet has more than %(most)s rows. Split it into more than one file.", most=table.rows_max), "file")
    width = max(len(header.names), *(len(row.cells) for row in body))
    run.columns = [*header.names, *[""] * (width - len(header.names))]
    run.places = dict(find_places(run.columns, table.columns, earlier.names).places)
    run.notation = file.notation
    run.notations = notations_of(table, run.places, body, otherwise=file.notation)
    return body


def _tell(session: Session, actor: Actor, run: ImportRun) -> None:
    audit.record(
        session,
        actor,
        action="import.load",
        object_type="import_run",
        object_id=run.id,
        kind=run.kind,
        rows=sum(run.counts.values()),
        counts=run.counts,
    )


def _store(session: Session, run: ImportRun, rows: Iterable[SheetRow]) -> None:
    rest = iter(rows)
    while some := list(islice(rest, ROWS_AT_ONCE)):
        values = [
            {
                "import_id": run.id,
                "row_number": row.number,
                "cells": list(row.cells),
                "faults": {str(place): fault.value for place, fault in row.faults.items()},
                "state": RowState.OK.value,  # as most are found to be, so that few are written again
                "messages": {},
                "shape": None if row.shape is None else dict(row.shape),
            }
            for row in some
        ]
        session.execute(_ROWS, values)


def judge_stored(session: Session, run: ImportRun) -> None:
    """Judge the rows of a sheet. Only rows that changed are written."""
    if not is_mapped(run):
        _forget_judgment(session, run)
        return
    judging = Judging(session, run)
    for changed in judging:
        if changed:
            session.execute(update(ImportRow), changed)
    run.counts, run.summary = dict(judging.counts), judging.summary
    session.flush()


def _forget_judgment(session: Session, run: ImportRun) -> None:
    """Of a sheet of which a column is not known nothing can be said."""
    run.counts, run.summary = {}, {}
    session.execute(update(ImportRow).where(ImportRow.import_id == run.id).values(state=RowState.ERROR.value, messages={}))


def notations_of(table: Table, places: Mapping[str, int], rows: Iterable[SheetRow], *, otherwise: str) -> dict[str, str]:
    """How each column of numbers is written, by the rows at the top."""
    first = list(islice(rows, NOTATION_FROM))
    return {
        column.key: find_notation((row.cell(places[column.key]) for row in first), otherwise=otherwise)
        for column in table.columns
        if column.is_number and column.key in places
    }


def _name_of(name: str) -> str:
    """The name of a file without its folders; what cannot be stored is left out."""
    plain = "".join(sign for sign in name.replace("\\", "/").rpartition("/")[2] if sign.isprintable())
    return clean(plain)[:NAME_LENGTH_MAX] or "?"


def forget_previews(session: Session) -> int:
    """Drop sheets that were loaded a month ago and not applied, with their rows; how many."""
    old = select(ImportRun.id).where(ImportRun.applied_at.is_(None), ImportRun.made_at < clock.now() - PREVIEWS_KEPT)
    dropped = session.scalars(old).all()
    lines = ((Outflow, Outflow.import_id), (OutflowEstimate, OutflowEstimate.import_id))
    for table, column in (*lines, (ImportRow, ImportRow.import_id), (ImportRun, ImportRun.id)):
        session.execute(delete(table).where(column.in_(dropped)).execution_options(synchronize_session=False))
    return len(dropped)
