"""Sheets as they come in and go out: uploaded files, templates, and rows that are wrong."""

import hashlib
from collections.abc import Mapping, Sequence

from flask import Response

from marketplace.accounts.policy import Actor, Can, require
from marketplace.impact.rules.material_use import FLOW_LABELS, ORIGIN_LABELS, SCOPE_LABELS
from marketplace.imports.actions.load import LoadedFile
from marketplace.imports.models import ImportRun
from marketplace.imports.queries.judging import judge_of, tell_row
from marketplace.imports.queries.runs import as_sheet_row, list_rows, record_of, table_with_fields
from marketplace.imports.rules.tables import RowState, Table, TableName
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _, current_locale
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import BASIS_LABELS, CERTAINTY_LABELS, CONDITION_LABELS
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules.fields import NOT_KNOWN, error_name
from marketplace.materials.rules.lists import ListFile, ListRow
from marketplace.passports.rules.assets import AssetKind
from marketplace.passports.rules.items import Detachability, KnownBy
from marketplace.sheets.import_files import template_csv, template_xlsx, wrong_rows_csv
from marketplace.sheets.reading import FILE_BYTES_MAX, LARGE, LARGE_BYTES_MAX, USUAL, Limits, read_sheet
from marketplace.sheets.workbook import MEDIA_TYPE as XLSX
from marketplace.sheets.writing import MEDIA_TYPE as CSV

AROUND_IT = 100_000  # bytes that stand around a file in a form
FILE_BODY_MAX = FILE_BYTES_MAX + AROUND_IT
LARGE_BODY_MAX = LARGE_BYTES_MAX + AROUND_IT


def limits_of(table: str) -> Limits:
    """How much is read of a file for a table. Asset systems give more than people type."""
    return LARGE if table == TableName.PASSPORTS else USUAL


def read_file(name: str, content: bytes, limits: Limits = USUAL) -> LoadedFile:
    """An uploaded file as rows. Refused with what to do instead."""
    sheet = read_sheet(content, limits)
    return LoadedFile(name, hashlib.sha256(content).hexdigest(), sheet.rows, sheet.notation)


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
    groups = [group.name for group in taxonomy(session).groups]
    if table.name != TableName.MATERIAL_USE:
        return {_("Material group"): groups}
    listed = {table.column("group").label: groups}
    for key, labels in (("origin", ORIGIN_LABELS), ("flow", FLOW_LABELS), ("scope", SCOPE_LABELS)):
        listed[table.column(key).label] = [str(label) for label in labels.values()]
    return listed


def _words_of_lots(session: Session, table: Table) -> Mapping[Text | str, Sequence[str]]:
    """The words of a lot, and the choices of the fields that this template has."""
    known = taxonomy(session)
    listed: dict[Text | str, Sequence[str]] = {table.column("material").label: [material.name for material in known.materials]}
    labels = {
        "unit": [unit.label for unit in Unit],
        "condition": list(CONDITION_LABELS.values()),
        "quantity_basis": list(BASIS_LABELS.values()),
    }
    listed |= {table.column(key).label: [str(label) for label in words] for key, words in labels.items()}
    for field in known.fields:
        column = next((one for one in table.columns if one.key == error_name(field.slug)), None)
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
    listed: dict[Text | str, Sequence[str]] = {table.column("material").label: [one.name for one in taxonomy(session).materials]}
    listed |= {table.column(key).label: [str(one.label) for one in kind] for key, kind in chosen}
    labelled = (("certainty", CERTAINTY_LABELS.values()), ("condition", CONDITION_LABELS.values()))
    return listed | {table.column(key).label: [str(label) for label in labels] for key, labels in labelled}


def _words_of_posts(session: Session, table: Table) -> Mapping[Text | str, Sequence[str]]:
    """The words of the posts of a contract."""
    listed: dict[Text | str, Sequence[str]] = {table.column("material").label: [one.name for one in taxonomy(session).materials]}
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
