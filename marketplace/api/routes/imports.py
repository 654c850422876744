"""Sheets that are loaded: sent, looked at, put right, applied, taken back. And the outflow that came of them."""

from typing import Any

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.imports import ApplyBody, CellsBody, CodesBody, Existing, GivenBody, MappingBody, TakeOverBody
from marketplace.api.bodies.nothing import NothingBody
from marketplace.api.reading import read_body, read_page, read_value
from marketplace.api.routing import created, many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.imports import (
    ChangesSchema,
    ImportRowSchema,
    ImportRowsSchema,
    ImportSchema,
    ImportsSchema,
    OutflowEstimatesSchema,
    OutflowSchema,
)
from marketplace.api.shapes.task import TaskSchema
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.sheets import FILE_BODY_MAX, LARGE_BODY_MAX, load_upload, read_file, read_upload
from marketplace.http.wake import waking
from marketplace.imports.actions.apply import as_seen, versions_of
from marketplace.imports.actions.load import LoadedFile
from marketplace.imports.actions.mend import choose_codes, mend_from_sheet, mend_rows, say_once, set_columns
from marketplace.imports.actions.take_over import take_over
from marketplace.imports.actions.undo import undo_import
from marketplace.imports.models import ImportRow, ImportRun
from marketplace.imports.queries.judging import judge_of, tell_row
from marketplace.imports.queries.lots import get_lots_preview
from marketplace.imports.queries.outflow import get_outflow
from marketplace.imports.queries.passport_preview import get_passport_preview
from marketplace.imports.queries.preview import get_outflow_preview, get_use_preview
from marketplace.imports.queries.raw import get_raw_preview, list_estimates
from marketplace.imports.queries.runs import as_sheet_row, find_same, get_import, list_rows, record_of
from marketplace.imports.queries.runs import list_imports as list_own
from marketplace.imports.rules.tables import ImportStatus, RowState, TableName
from marketplace.jobs.tasks import start_import, start_reading
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _, current_locale
from marketplace.sheets.reading import Limits, limits_of, too_large

SAID_WHY = (RowState.ERROR, RowState.REFUSED)  # of which a sentence tells why
ONE = "/imports/<int:import_id>"
IMPORTS = permission(Can.IMPORT)
LOADS = permission(Can.IMPORT, max_body_bytes=FILE_BODY_MAX)
LOADS_LARGE = permission(Can.IMPORT, max_body_bytes=LARGE_BODY_MAX)


def _sent_file(table: str = "") -> tuple[str, bytes, Limits]:
    """The sheet in the field `file` of a form, for a table."""
    limits = limits_of(table)
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    try:
        sent = request.files.get("file")
        content = b"" if sent is None else sent.stream.read(limits.file_bytes + 1)
    except RequestEntityTooLarge as error:
        raise too_large(limits) from error
    if sent is None:
        raise Invalid(_("Send a sheet in the field file."), "file")
    return sent.filename or "", content, limits


def read_sheet_upload(table: str = "") -> LoadedFile:
    """The rows of that sheet."""
    return read_file(*_sent_file(table))


def _judged(run: ImportRun) -> Response:
    """A sheet after a step with it; a large one is judged by a task."""
    session, actor = current_session(), current_actor()
    task = start_reading(session, actor, run=run)
    answer = ok(write_import(run))
    return answer if task is None else waking(answer, task.id)


def write_import(run: ImportRun) -> Written:
    """One sheet, with the same file of before and the versions that it is held against."""
    session = current_session()
    same = find_same(session, run)
    seen = as_seen(versions_of(session, run)) if run.status == ImportStatus.PREVIEW else None
    return ImportSchema.write(run, same_as=None if same is None else same.id, seen=seen)


@route("POST", "/imports/material-use", gives=ImportSchema, status=201, upload="sheet", tag="imports", refuses=(413,))
@LOADS
def load_material_use() -> Response:
    """Load a sheet of material use to look at. Nothing counts before it is applied."""
    return _load(TableName.MATERIAL_USE)


@route("POST", "/imports/outflow", gives=ImportSchema, status=201, upload="sheet", tag="imports", refuses=(413,))
@LOADS
def load_outflow() -> Response:
    """Load a sheet of waste notifications (LMA) to look at. Nothing counts before it is applied."""
    return _load(TableName.OUTFLOW)


@route("POST", "/imports/listings", gives=ImportSchema, status=201, upload="sheet", tag="imports", refuses=(413,))
@LOADS
def load_listings() -> Response:
    """Load a sheet of lots to look at. Applying it makes drafts; each is published by itself, with a photo."""
    return _load(TableName.LISTINGS)


@route("POST", "/imports/passports", gives=ImportSchema, status=201, upload="sheet", tag="imports", refuses=(413,))
@LOADS_LARGE
def load_passports() -> Response:
    """Load a sheet of assets, of their parts, or of both, to look at. CSV, XLSX or GeoJSON; nothing counts before it is applied."""
    return _load(TableName.PASSPORTS)


@route("POST", "/imports/raw", gives=ImportSchema, status=201, upload="sheet", tag="imports", refuses=(413,))
@LOADS
def load_raw() -> Response:
    """Load the posts of a RAW contract to look at. H becomes a planned lot closed to others, R a line of what leaves."""
    return _load(TableName.RAW)


def _load(table: TableName) -> Response:
    file = read_upload(*_sent_file(table))
    session, actor = current_session(), current_actor()
    run = load_upload(session, actor, kind=table, file=file)
    task = start_reading(session, actor, run=run)
    answer = created(write_import(run), "show_import", import_id=run.id)
    return answer if task is None else waking(answer, task.id)


@route("GET", "/imports", gives=ImportsSchema, tag="imports", query=query.PAGE)
@IMPORTS
def list_imports() -> Response:
    """What your own municipality loaded, newest first."""
    page = read_page()
    rows, total = list_own(current_session(), current_actor(), page=page.number, page_size=page.size)
    return many(ImportsSchema, rows, total=total, page=page)


@route("GET", ONE, gives=ImportSchema, tag="imports")
@IMPORTS
def show_import(import_id: int) -> Response:
    """How a loaded sheet stands."""
    return ok(write_import(get_import(current_session(), current_actor(), import_id)))


@route(
    "GET",
    f"{ONE}/rows",
    gives=ImportRowsSchema,
    tag="imports",
    query=(query.words("state", "what the rows would do", RowState, many=False), *query.PAGE),
)
@IMPORTS
def list_import_rows(import_id: int) -> Response:
    """List the rows of a sheet, with what is wrong with each."""
    page, session, actor = read_page(), current_session(), current_actor()
    run = get_import(session, actor, import_id)
    rows, total = list_rows(session, actor, run, state=read_value("state") or None, page=page.number, page_size=page.size)
    judge = judge_of(session, run) if run.status == ImportStatus.PREVIEW and any(row.state in SAID_WHY for row in rows) else None
    if judge is not None:
        judge.prepare([record_of(run, as_sheet_row(row)) for row in rows])
    return many(ImportRowsSchema, [_row(run, row, judge) for row in rows], total=total, page=page)


def _row(run: ImportRun, row: ImportRow, judge: Any) -> Written:
    record = record_of(run, as_sheet_row(row))
    messages = tell_row(judge, row, record) if judge is not None and row.state in SAID_WHY else row.messages
    texts = {key: str(sentence) for key, sentence in messages.items()}
    return ImportRowSchema.write(row, row=row.row_number, values=dict(record.cells), messages=texts)


@route("GET", f"{ONE}/changes", gives=ChangesSchema, tag="imports")
@IMPORTS
@one_moment
def list_changes(import_id: int) -> Response:
    """What applying it would change, old and new. Of a sheet that was applied or taken back: nothing."""
    session, actor = current_session(), current_actor()
    run = get_import(session, actor, import_id)
    effects: dict[str, Any] = {"changes": [], "refused": [], "codes": [], "lots": [], "passports": None, "raw": None}
    if run.status == ImportStatus.PREVIEW and run.kind == TableName.MATERIAL_USE:
        preview = get_use_preview(session, actor, run)
        effects["changes"] = list(preview.changed)
        effects["refused"] = [year.fault for year in preview.years if year.fault is not None]
    elif run.status == ImportStatus.PREVIEW and run.kind == TableName.LISTINGS:
        effects["lots"] = get_lots_preview(session, actor, run)
    elif run.status == ImportStatus.PREVIEW and run.kind == TableName.PASSPORTS:
        effects["passports"] = get_passport_preview(session, actor, run)
    elif run.status == ImportStatus.PREVIEW and run.kind == TableName.RAW:
        effects["raw"] = get_raw_preview(session, actor, run)
    elif run.status == ImportStatus.PREVIEW and run.kind == TableName.OUTFLOW:
        effects["codes"] = list(get_outflow_preview(session, actor, run).codes)
    return ok(ChangesSchema.write(None, **effects))


@route("POST", f"{ONE}/read", takes=NothingBody(), gives=ImportSchema, tag="imports")
@IMPORTS
def read_import_again(import_id: int) -> Response:
    """Read a large sheet again whose reading failed or was cancelled. If it was read, nothing changes."""
    read_body(NothingBody())
    return _judged(get_import(current_session(), current_actor(), import_id))


@route("POST", f"{ONE}/mapping", takes=MappingBody(), gives=ImportSchema, tag="imports")
@IMPORTS
def map_columns(import_id: int) -> Response:
    """Say which column is which, and how numbers are written."""
    columns = read_body(MappingBody())["columns"]
    places = {column["key"]: column["column"] for column in columns}
    notations = {column["key"]: column["notation"] for column in columns if column.get("notation")}
    return _judged(set_columns(current_session(), current_actor(), import_id=import_id, places=places, notations=notations))


@route("POST", f"{ONE}/rows", takes=CellsBody(), gives=ImportSchema, tag="imports")
@IMPORTS
def mend_import_rows(import_id: int) -> Response:
    """Correct cells, and have the sheet judged again."""
    values: dict[int, dict[str, str]] = {}
    for cell in read_body(CellsBody())["cells"]:
        values.setdefault(cell["row"], {})[cell["key"]] = cell["text"]
    run = mend_rows(current_session(), current_actor(), import_id=import_id, values=values, locale=current_locale())
    return _judged(run)


@route("POST", f"{ONE}/file", gives=ImportSchema, upload="sheet", tag="imports", refuses=(413,))
@LOADS_LARGE
def mend_import_file(import_id: int) -> Response:
    """Send the file with the wrong rows again, corrected. Its column “Regel” tells which rows they are."""
    file = read_sheet_upload(get_import(current_session(), current_actor(), import_id).kind)
    run = mend_from_sheet(current_session(), current_actor(), import_id=import_id, rows=file.rows, notation=file.notation)
    return _judged(run)


@route("POST", f"{ONE}/given", takes=GivenBody(), gives=ImportSchema, tag="imports")
@IMPORTS
def say_once_of_import(import_id: int) -> Response:
    """Say once what counts for every post of a contract.

    Its number, where and when it comes free, how sure that is, and in which condition."""
    values = {key: value or "" for key, value in read_body(GivenBody()).items()}
    return _judged(say_once(current_session(), current_actor(), import_id=import_id, values=values))


@route("POST", f"{ONE}/codes", takes=CodesBody(), gives=ImportSchema, tag="imports")
@IMPORTS
def choose_import_codes(import_id: int) -> Response:
    """Say for which material group a Eural code stands.

    Of a sheet of passports or a contract: for which material a name."""
    sent = read_body(CodesBody())["codes"]
    codes = {entry.get("eural") or entry.get("name") or "": entry.get("group") or entry.get("material") or "" for entry in sent}
    return _judged(choose_codes(current_session(), current_actor(), import_id=import_id, codes=codes))


@route("POST", f"{ONE}/apply", takes=ApplyBody(), gives=TaskSchema, status=201, tag="imports")
@IMPORTS
def apply_import(import_id: int) -> Response:
    """Apply the good rows, as one long task. Ask for the task again to see how far it is."""
    values = read_body(ApplyBody())
    task = start_import(
        current_session(),
        current_actor(),
        import_id=import_id,
        only_good=bool(values.get("only_good")),
        seen=values.get("seen") or None,
        overwrite=values.get("existing") == Existing.UPDATE,
    )
    return waking(created(TaskSchema.write(task), "show_task", task_id=task.id), task.id)


@route("POST", f"{ONE}/undo", gives=ImportSchema, tag="imports")
@IMPORTS
def undo_an_import(import_id: int) -> Response:
    """Take an applied sheet back as a whole. Refused, by name, where something was built on it."""
    return ok(write_import(undo_import(current_session(), current_actor(), import_id=import_id)))


@route("GET", "/outflow/<int:year>", gives=OutflowSchema, tag="imports")
@IMPORTS
@one_moment
def show_outflow(year: int) -> Response:
    """What left your own municipality in a year by its waste notifications, by Eural code."""
    return ok(OutflowSchema.write(get_outflow(current_session(), current_actor(), year=year)))


@route("POST", "/outflow/<int:year>/take-over", takes=TakeOverBody(), gives=ImportSchema, status=201, tag="imports")
@IMPORTS
def take_over_outflow(year: int) -> Response:
    """Load what has a material group into the report of the year.

    It is a sheet like any other: looked at before it is applied."""
    scope = read_body(TakeOverBody())["scope"]
    run = take_over(current_session(), current_actor(), year=year, scope=scope.value)
    return created(write_import(run), "show_import", import_id=run.id)


@route("GET", "/outflow-estimates", gives=OutflowEstimatesSchema, tag="imports", query=query.PAGE)
@IMPORTS
def list_outflow_estimates() -> Response:
    """What RAW contracts of your own organisation say will be taken away, the earliest first."""
    page = read_page()
    rows, total = list_estimates(current_session(), current_actor(), page=page.number, page_size=page.size)
    return many(OutflowEstimatesSchema, rows, total=total, page=page)
