"""Sheets as they come in and go out: uploaded files, templates, and rows that are wrong."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response

from marketplace.accounts.policy import Actor, Can, require
from marketplace.http.wake import waking
from marketplace.impact.rules.material_use import FLOW_LABELS, ORIGIN_LABELS, SCOPE_LABELS
from marketplace.imports.actions.load import LoadedFile, begin_load, load_sheet
from marketplace.imports.models import ImportRun
from marketplace.imports.queries.judging import judge_of, tell_row
from marketplace.imports.queries.runs import as_sheet_row, list_rows, record_of, table_with_fields
from marketplace.imports.rules.tables import RowState, Table, TableName
from marketplace.jobs.tasks import start_reading
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _, current_locale
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import BASIS_LABELS, CERTAINTY_LABELS, CONDITION_LABELS
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.fields import NOT_KNOWN, error_name
from marketplace.materials.rules.lists import ListFile, ListRow
from marketplace.passports.rules.assets import AssetKind
from marketplace.passports.rules.items import Detachability, KnownBy
from marketplace.sheets.import_files import template_csv, template_xlsx, wrong_rows_csv
from marketplace.sheets.reading import FILE_BYTES_MAX, LARGE_BYTES_MAX, USUAL, Limits, check_file, is_large, read_sheet
from marketplace.sheets.workbook import MEDIA_TYPE as XLSX
from marketplace.sheets.writing import MEDIA_TYPE as CSV

AROUND_IT = 100_000  # bytes that stand around a file in a form
FILE_BODY_MAX = FILE_BYTES_MAX + AROUND_IT
LARGE_BODY_MAX = LARGE_BYTES_MAX + AROUND_IT


def read_file(name: str, content: bytes, limits: Limits = USUAL) -> LoadedFile:
    """An uploaded file as rows. Refused with what to do instead."""
    sheet = read_sheet(content, limits)
    return LoadedFile(name, hashlib.sha256(content).hexdigest(), sheet.rows, sheet.notation)


@dataclass(frozen=True, slots=True)
class LargeFile:
    """An uploaded file that a task is to read."""

    name: str
    content: bytes


def read_upload(name: str, content: bytes, limits: Limits = USUAL) -> LoadedFile | LargeFile:
    """An uploaded file as rows, or as it is where reading takes long. Refused with what to do instead."""
    check_file(content, limits)
    return LargeFile(name, content) if is_large(content) else read_file(name, content, limits)


def load_upload(session: Session, actor: Actor, *, kind: str, file: LoadedFile | LargeFile) -> ImportRun:
    """Load a file, or keep it for the task that reads it."""
    if isinstance(file, LoadedFile):
        return load_sheet(session, actor, kind=kind, file=file)
    digest = hashlib.sha256(file.content).hexdigest()
    return begin_load(session, actor, kind=kind, name=file.name, digest=digest, content=file.content)


def reading_on(response: Response, session: Session, actor: Actor, run: ImportRun) -> Response:
    """The answer to a step with a sheet. Where it is large, the task is queued that reads and judges it."""
    task = start_reading(session, actor, run=run)
    return response if task is None else waking(response, task.id)


def read_factor_list(name: str, content: bytes) -> ListFile:
    """An uploaded list of figures: its columns by the names in the first row. Refused with what to do instead."""
    sheet = read_sheet(content)
    head, *rows = sheet.rows
    columns = tuple(cell.strip().lower() for cell in head.cells)
    numbered = tuple(ListRow(row.number, {name: row.cell(place).strip() for place, name in enumerate(columns)}) for row in rows)
    return ListFile(name, hashlib.sha256(content).hexdigest(), columns, numbered, sheet.notation)


def words_of(session: Session, table: Table) -> Mapping[Text | str, Sequence[str]]:
    """The words that a template lists."""
    if table.name == TableName.LISTINGS:
        return _words_of_lots(session, table)
    if table.name == TableName.PASSPORTS:
        return _words_of_passports(session, table)
    if table.name == TableName.RAW:
        return _words_of_posts(session, table)
    groups = [group.name for group in get_taxonomy(session).groups]
    if table.name != TableName.MATERIAL_USE:
        return {_("Material group"): groups}
    listed = {table.column("group").label: groups}
    for key, labels in (("origin", ORIGIN_LABELS), ("flow", FLOW_LABELS), ("scope", SCOPE_LABELS)):
        listed[table.column(key).label] = [str(label) for label in labels.values()]
    return listed


def _words_of_lots(session: Session, table: Table) -> Mapping[Text | str, Sequence[str]]:
    """The words of a lot, and the choices of the fields that this template has."""
    taxonomy = get_taxonomy(session)
    listed: dict[Text | str, Sequence[str]] = {table.column("material").label: [material.name for material in taxonomy.materials]}
    labels = {
        "unit": [unit.label for unit in Unit],
        "condition": list(CONDITION_LABELS.values()),
        "quantity_basis": list(BASIS_LABELS.values()),
        "planned": [_("yes"), _("no")],
        "certainty": list(CERTAINTY_LABELS.values()),
    }
    listed |= {table.column(key).label: [str(label) for label in words] for key, words in labels.items()}
    for field in taxonomy.fields:
        column = next((column for column in table.columns if column.key == error_name(field.slug)), None)
        if column is not None and field.choices:
            listed[column.label] = [choice.name for choice in (*field.choices, NOT_KNOWN)]
    return listed


def _words_of_passports(session: Session, table: Table) -> Mapping[Text | str, Sequence[str]]:
    """The words of assets and of parts."""
    chosen = (
        ("kind", AssetKind),
        ("known_by", KnownBy),
        ("detachability", Detachability),
        ("unit", Unit),
    )
    listed: dict[Text | str, Sequence[str]] = {
        table.column("material").label: [material.name for material in get_taxonomy(session).materials]
    }
    listed |= {table.column(key).label: [str(member.label) for member in kind] for key, kind in chosen}
    labelled = (("certainty", CERTAINTY_LABELS.values()), ("condition", CONDITION_LABELS.values()))
    return listed | {table.column(key).label: [str(label) for label in labels] for key, labels in labelled}


def _words_of_posts(session: Session, table: Table) -> Mapping[Text | str, Sequence[str]]:
    """The words of the posts of a contract."""
    listed: dict[Text | str, Sequence[str]] = {
        table.column("material").label: [material.name for material in get_taxonomy(session).materials]
    }
    listed |= {table.column("mark").label: ["H", "R"], table.column("unit").label: [str(unit.label) for unit in Unit]}
    labelled = (("certainty", CERTAINTY_LABELS.values()), ("condition", CONDITION_LABELS.values()))
    return listed | {table.column(key).label: [str(label) for label in labels] for key, labels in labelled}


def template_answer(table: Table, name: str, words: Mapping[Text | str, Sequence[str]], kind: str) -> Response:
    """The template of a table as a file."""
    content = template_csv(table, current_locale()) if kind == "csv" else template_xlsx(table, words)
    return _file(content, CSV if kind == "csv" else XLSX, f"{name}.{kind}")


def wrong_rows_answer(session: Session, actor: Actor, run: ImportRun) -> Response:
    """The wrong rows of a sheet, each with its number and its sentences."""
    require(actor, Can.IMPORT, run, hidden=True)
    table, judge = table_with_fields(session, run.kind), judge_of(session, run)
    rows, _total = list_rows(session, actor, run, state=RowState.ERROR, page_size=table.rows_max)
    records = [record_of(run, as_sheet_row(row)) for row in rows]
    judge.prepare(records)
    wrong = ((row.row_number, record, tell_row(judge, row, record)) for row, record in zip(rows, records, strict=True))
    keys = [column.key for column in table.columns if column.key in run.places]
    names = [run.columns[run.places[key]] or str(table.column(key).label) for key in keys]
    return _file(wrong_rows_csv(keys, names, wrong, table, current_locale()), CSV, f"invoer-{run.id}-fouten.csv")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
