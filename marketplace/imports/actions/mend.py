"""Putting a loaded sheet right before it is applied: its columns, its cells, its codes."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.imports.actions.load import judge_stored, notations_of
from marketplace.imports.models import ImportMapping, ImportRow, ImportRun
from marketplace.imports.queries.raw import get_raw_words
from marketplace.imports.queries.runs import (
    as_sheet_row,
    count_rows,
    get_earlier_choices,
    get_import,
    is_under_way,
    stored_rows,
    table_with_fields,
)
from marketplace.imports.rules.columns import (
    NOTATIONS,
    SheetRow,
    check_places,
    find_header,
    find_places,
    plain_name,
    read_number,
    tidy,
)
from marketplace.imports.rules.outflow import find_eural
from marketplace.imports.rules.raw import ONCE, read_once
from marketplace.imports.rules.tables import JUDGED_AT_ONCE, ImportStatus, TableName
from marketplace.kernel import clock
from marketplace.kernel.db import insert_or
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import quoted
from marketplace.kernel.units import plain
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit

WITH_NAMES = (TableName.PASSPORTS, TableName.RAW)  # of which names of materials are explained once
ROW_NAMES = ("regel", "regelnummer", "row", "row number")


def open_import(session: Session, actor: Actor, import_id: int) -> ImportRun:
    """A sheet that may still be changed, held until this is committed. Refused when it is applied or taken back, or is being applied."""
    run = get_import(session, actor, import_id)
    session.refresh(run, with_for_update=True)
    if run.status == ImportStatus.UNDONE:
        raise Conflict(_("This sheet was taken back, so its rows stay as they are. Load the file again to use it."))
    if run.status == ImportStatus.READING:
        raise Conflict(_("This sheet is being read. Wait until that is done, or let it be read again."))
    if run.status != ImportStatus.PREVIEW:
        raise Conflict(_("This sheet has been applied, so its rows stay as they are. Take it back first, or load another file."))
    if is_under_way(session, run):
        raise Conflict(_("This sheet is being applied now. Wait until that is done."))
    return run


def set_columns(
    session: Session, actor: Actor, *, import_id: int, places: Mapping[str, int], notations: Mapping[str, str] | None = None
) -> ImportRun:
    """Say which column is which, and how numbers are written. Kept for the next sheet of this organisation."""
    run = open_import(session, actor, import_id)
    table = table_with_fields(session, run.kind)
    check_places(places, table.columns, len(run.columns))
    run.places = dict(places)
    first = (as_sheet_row(row) for some in stored_rows(session, run) for row in some)
    detected = notations_of(table, run.places, first, otherwise=run.notation)
    run.notations = {key: (notations or {}).get(key) or notation for key, notation in detected.items()}
    for key, notation in run.notations.items():
        if notation not in NOTATIONS:
            raise Invalid(_("Choose how the numbers are written: with a comma or with a point."), key)
    names = {plain_name(run.columns[place]): key for key, place in places.items() if plain_name(run.columns[place])}
    _keep(session, run, names=names)
    _judge_again(session, run)
    audit.record(session, actor, action="import.columns", object_type="import_run", object_id=run.id, counts=run.counts)
    return run


def mend_rows(
    session: Session, actor: Actor, *, import_id: int, values: Mapping[int, Mapping[str, str]], locale: str
) -> ImportRun:
    """Type cells of rows again, by row number and column. Numbers are read as the reader of `locale` writes them."""
    run = open_import(session, actor, import_id)
    table = table_with_fields(session, run.kind)
    rows = {row.row_number: row for row in session.scalars(_of(run).where(ImportRow.row_number.in_(values)))}
    for row_number, typed in values.items():
        if row_number not in rows:
            raise Invalid(_("The sheet has no row %(row)s.", row=str(row_number)), "rows")
        for key, text in typed.items():
            if key not in run.places:
                raise Invalid(_("The sheet has no such column. Choose one of its columns."), key)
            _type(
                rows[row_number], run.places[key], _in_notation(text, run, key, locale) if table.column(key).is_number else text
            )
    session.flush()
    _judge_again(session, run)
    audit.record(
        session, actor, action="import.mend", object_type="import_run", object_id=run.id, rows=len(values), counts=run.counts
    )
    return run


def mend_from_sheet(session: Session, actor: Actor, *, import_id: int, rows: Sequence[SheetRow], notation: str) -> ImportRun:
    """Take the rows of the file with wrong rows, as it was downloaded and put right. Rows that it does not hold stay."""
    run = open_import(session, actor, import_id)
    table = table_with_fields(session, run.kind)
    header = find_header(rows, table.columns, {plain_name(name): "x" for name in (*run.columns, *ROW_NAMES) if name})
    names = [] if header is None else [plain_name(name) for name in header.names]
    at = next((place for place, name in enumerate(names) if name in ROW_NAMES), None)
    if header is None or at is None:
        raise Invalid(
            _("The file has no column “Regel”. Download the wrong rows again, mend them in that file, and load it."), "file"
        )
    earlier_names = {plain_name(run.columns[place]): key for key, place in run.places.items() if run.columns[place]}
    places = find_places(header.names, table.columns, earlier_names).places
    body = [row for row in rows if row.number > header.row_number]
    notations = notations_of(table, places, body, otherwise=notation)
    by_number = {
        int(row.cell(at)): row for row in body if row.cell(at).isascii() and row.cell(at).isdigit() and len(row.cell(at)) < 8
    }
    stored = {row.row_number: row for row in session.scalars(_of(run).where(ImportRow.row_number.in_(by_number)))}
    if not stored:
        raise Invalid(_("None of these rows is in this sheet. Keep the numbers in the column “Regel” as they are."), "file")
    for row_number, row in stored.items():
        mended = by_number[row_number]
        for key, place in places.items():
            if key in run.places:
                text = mended.cell(place)
                if key in notations:
                    text = _in_notation(text, run, key, notations[key])
                _type(row, run.places[key], text)
                if place in mended.faults:
                    row.faults = {**row.faults, str(run.places[key]): mended.faults[place].value}
    session.flush()
    _judge_again(session, run)
    audit.record(
        session, actor, action="import.mend", object_type="import_run", object_id=run.id, rows=len(stored), counts=run.counts
    )
    return run


def choose_codes(session: Session, actor: Actor, *, import_id: int, codes: Mapping[str, str]) -> ImportRun:
    """Say for which material group a Eural code stands, or for which material a name.

    Empty: it is not certain. Kept for the next sheet.
    """
    run = open_import(session, actor, import_id)
    chosen = dict(run.codes)
    for typed, slug in codes.items():
        code = _code(session, run, typed, slug)
        chosen.pop(code, None)
        if slug:
            chosen[code] = slug
    run.codes = chosen
    _keep(session, run, codes=chosen)
    if run.kind != TableName.OUTFLOW:
        _judge_again(session, run)
    audit.record(session, actor, action="import.codes", object_type="import_run", object_id=run.id, codes=len(codes))
    return run


def say_once(session: Session, actor: Actor, *, import_id: int, values: Mapping[str, str]) -> ImportRun:
    """Say once what counts for every post of a contract that does not say it itself. What is not named stays; empty takes it away."""
    run = open_import(session, actor, import_id)
    if run.kind != TableName.RAW:
        raise Conflict(_("This belongs to the posts of a contract. Each row of this sheet says it itself."))
    for key in values:
        if key not in ONCE:
            raise Invalid(_("Choose one of: %(words)s.", words=", ".join(ONCE)), key)
    run.given = read_once({**run.given, **values}, get_raw_words(session, run))
    session.flush()
    _judge_again(session, run)
    audit.record(session, actor, action="import.given", object_type="import_run", object_id=run.id, counts=run.counts)
    return run


def _code(session: Session, run: ImportRun, typed: str, slug: str) -> str:
    """Under what a choice is kept. Refused: what the sheet has not, and a group or a material that is not in the list."""
    if run.kind in WITH_NAMES:
        name = plain_name(typed)
        if name not in run.summary.get("names", {}):
            raise Invalid(_("This sheet has no such name of a material."), "codes")
        if slug:
            get_taxonomy(session).material(slug, "codes")
        return name
    code = find_eural(typed)
    if run.kind != TableName.OUTFLOW or code is None:
        raise Invalid(_("This sheet has no such Eural code."), "codes")
    if slug and slug not in {group.slug for group in get_taxonomy(session).groups}:
        raise Invalid(
            _("There is no material group “%(slug)s”. Choose one from the list of materials.", slug=quoted(slug)), "codes"
        )
    return code


def _in_notation(text: str, run: ImportRun, key: str, typed_in: str) -> str:
    """A number as its column writes it; what is none stays as it was typed."""
    value, notation = read_number(text, typed_in), run.notations.get(key, "nl")
    if value is None or typed_in == notation:
        return text
    return plain(value).replace(".", ",") if notation == "nl" else plain(value)


def _type(row: ImportRow, place: int, typed: str) -> None:
    """Put a text in a cell, with what is wrong with it in place of what was."""
    text, fault = tidy(typed)
    cells = [*row.cells, *[""] * (place + 1 - len(row.cells))]
    cells[place] = text
    faults = {at: value for at, value in row.faults.items() if at != str(place)}
    row.cells = cells
    row.faults = faults if fault is None else {**faults, str(place): fault.value}


def _of(run: ImportRun) -> Select[ImportRow]:
    return select(ImportRow).where(ImportRow.import_id == run.id)


def _judge_again(session: Session, run: ImportRun) -> None:
    """Judge every row: sums and states hang together. A large sheet waits for a task that does so."""
    if count_rows(session, run) > JUDGED_AT_ONCE:
        run.status = ImportStatus.READING
        session.flush()
        return
    judge_stored(session, run)


def _keep(
    session: Session, run: ImportRun, *, names: Mapping[str, str] | None = None, codes: Mapping[str, str] | None = None
) -> None:
    """Keep the names of columns and the choices of codes for the next sheet."""
    earlier = get_earlier_choices(session, organisation_id=run.organisation_id, kind=run.kind)
    values = {
        "names": {**earlier.names, **(names or {})},
        "codes": dict(earlier.codes if codes is None else codes),
        "updated_at": clock.now(),
    }
    row = insert_or(session, ImportMapping).values(organisation_id=run.organisation_id, kind=run.kind, **values)
    session.execute(row.on_conflict_do_update(index_elements=["organisation_id", "kind"], set_=values))
    session.refresh(session.get_one(ImportMapping, (run.organisation_id, run.kind)))
