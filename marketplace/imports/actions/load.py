"""Loading a sheet: its columns recognised, each row judged, nothing applied yet."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.imports.models import ImportRow, ImportRun, Outflow, OutflowEstimate
from marketplace.imports.queries.judging import Judged, judge, judge_of
from marketplace.imports.queries.passport_preview import count_names
from marketplace.imports.queries.passports import get_passport_judge
from marketplace.imports.queries.runs import (
    ROWS_AT_ONCE,
    as_sheet_row,
    find_known,
    is_mapped,
    record_of,
    stored_rows,
    table_with_fields,
)
from marketplace.imports.rules.columns import SheetRow, find_header, find_notation, find_places
from marketplace.imports.rules.tables import RowState, Table, TableName
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, TooLarge
from marketplace.kernel.language import _, in_default_locale
from marketplace.kernel.text import clean
from marketplace.notices.actions import audit

NAME_LENGTH_MAX = 200
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
    require(actor, Can.IMPORT, actor.organisation_id)
    table = table_with_fields(session, kind)
    known = find_known(session, organisation_id=int(actor.organisation_id or 0), kind=table.name)
    header = find_header(file.rows, table.columns, known.names)
    if header is None:
        raise Invalid(_("The first row has to hold the names of the columns. Use the template, or add that row."), "file")
    body = [row for row in file.rows if row.number > header.row_number]
    if not body:
        raise Invalid(_("There are names of columns, and no rows below them. Choose another file."), "file")
    if len(body) > table.rows_max:
        raise TooLarge(_("The sheet has more than %(most)s rows. Split it into more than one file.", most=table.rows_max), "file")
    width = max(len(header.names), *(len(row.cells) for row in body))
    names = [*header.names, *[""] * (width - len(header.names))]
    places = dict(find_places(names, table.columns, known.names).places)
    run = ImportRun(
        organisation_id=actor.organisation_id,
        kind=table.name.value,
        digest=file.digest,
        name=_name_of(file.name),
        columns=names,
        places=places,
        notations=notations_of(table, places, body, otherwise=file.notation),
        notation=file.notation,
        codes=dict(known.codes),
        counts={},
        summary={},
        source=None if file.source is None else dict(file.source),
        made_at=clock.now(),
        made_by_id=actor.person_id,
    )
    session.add(run)
    session.flush()
    if run.kind == TableName.PASSPORTS:
        _store(session, run, (Judged(row, RowState.OK, {}) for row in body))
        judge_stored(session, run)
    else:
        judged = [Judged(row, RowState.ERROR, {}) for row in body]
        if is_mapped(run):
            judged, run.summary = judge(judge_of(session, run), run, body)
            run.counts = count(judged)
        _store(session, run, judged)
    session.flush()
    audit.record(
        session,
        actor,
        action="import.load",
        object_type="import_run",
        object_id=run.id,
        kind=run.kind,
        rows=len(body),
        counts=run.counts,
    )
    return run


def _store(session: Session, run: ImportRun, rows: Iterable[Judged]) -> None:
    rest = iter(rows)
    while some := list(islice(rest, ROWS_AT_ONCE)):
        values = [
            {
                "import_id": run.id,
                **stored(one),
                "cells": list(one.row.cells),
                "shape": None if one.row.shape is None else dict(one.row.shape),
            }
            for one in some
        ]
        session.execute(_ROWS, values)


def judge_stored(session: Session, run: ImportRun) -> None:
    """Judge the rows of a sheet of passports in their order. Only rows that changed are written."""
    if not is_mapped(run):
        run.counts, run.summary = {}, {}
        session.execute(update(ImportRow).where(ImportRow.import_id == run.id).values(state=RowState.ERROR.value, messages={}))
        return
    reader = get_passport_judge(session, run)
    reader.meet(())
    counts, names = Counter[str](), Counter[tuple[str, str, str]]()
    summary: dict[str, Any] = {}
    for rows in stored_rows(session, run):
        records = [record_of(run, as_sheet_row(row)) for row in rows]
        reader.prepare(records)
        changed, good = [], []
        for row, record in zip(rows, records, strict=True):
            value, faults = reader.read(record)
            named = reader.name_of(record)
            if named is not None:
                names[named] += 1
            if value is not None:
                good.append(value)
            state = RowState.ERROR if value is None else value.state
            counts[state.value] += 1
            messages = {key: in_default_locale(sentence) for key, sentence in faults.said.items()}
            if (row.state, row.messages) != (state.value, messages):
                changed.append({"import_id": run.id, "row_number": row.row_number, "state": state.value, "messages": messages})
        summary = reader.add(summary, good)
        if changed:
            session.execute(update(ImportRow), changed)
    run.counts, run.summary = dict(counts), {**summary, "names": count_names(names)}
    session.flush()


def notations_of(table: Table, places: Mapping[str, int], rows: Sequence[SheetRow], *, otherwise: str) -> dict[str, str]:
    """How each column of numbers is written."""
    return {
        column.key: find_notation((row.cell(places[column.key]) for row in rows), otherwise=otherwise)
        for column in table.columns
        if column.is_number and column.key in places
    }


def stored(one: Judged) -> dict[str, Any]:
    """A judged row as it is stored, its sentences in Dutch."""
    return {
        "row_number": one.row.number,
        "faults": {str(place): fault.value for place, fault in one.row.faults.items()},
        "state": one.state.value,
        "messages": {key: in_default_locale(sentence) for key, sentence in one.messages.items()},
    }


def count(judged: Sequence[Judged]) -> dict[str, int]:
    """How many rows of each state."""
    return dict(Counter(one.state.value for one in judged))


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
