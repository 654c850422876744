"""Which sheets an organisation loaded, how each stands, and its rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.imports.models import ImportFile, ImportMapping, ImportRow, ImportRun
from marketplace.imports.rules.columns import CellFault, SheetRow, is_complete
from marketplace.imports.rules.lot_columns import LOTS, field_columns, is_field
from marketplace.imports.rules.material_use import MATERIAL_USE
from marketplace.imports.rules.outflow import OUTFLOW
from marketplace.imports.rules.passports import PASSPORTS
from marketplace.imports.rules.raw import RAW
from marketplace.imports.rules.tables import GOOD_STATES, ImportStatus, Record, RowState, Table, TableName
from marketplace.kernel import tasks
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.kernel.models import Task
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material

TABLES: dict[TableName, Table] = {table.name: table for table in (LOTS, MATERIAL_USE, OUTFLOW, PASSPORTS, RAW)}


ROWS_AT_ONCE = 500


class StoredRow(NamedTuple):
    """A row as it was stored, without the weight of a mapped object."""

    row_number: int
    cells: list[str]
    faults: dict[str, str]
    shape: dict[str, Any] | None
    state: str
    messages: dict[str, str]


@dataclass(frozen=True, slots=True)
class EarlierChoices:
    """How an organisation named its columns before, and what it chose for Eural codes."""

    names: Mapping[str, str]
    codes: Mapping[str, str]


def table_of(name: str) -> Table:
    """A table by its name."""
    if name not in set(TableName):
        raise Missing(_("There is no such table. Choose one of the tables that can be loaded."))
    return TABLES[TableName(name)]


def table_with_fields(session: Session, name: str, materials: Iterable[Material] | None = None) -> Table:
    """A table by its name; that of lots with a column for each field of these materials.

    None: of all materials.
    """
    table = table_of(name)
    if table.name != TableName.LISTINGS:
        return table
    return replace(table, columns=(*table.columns, *field_columns(get_taxonomy(session), materials)))


def table_of_run(session: Session, run: ImportRun) -> Table:
    """The table of a sheet as its page shows it.

    Of the fields those that are read, and those of the materials in it.
    """
    taxonomy = get_taxonomy(session)
    materials = [material for slug in run.summary.get("materials", ()) if (material := taxonomy.find_material(slug)) is not None]
    keys = {column.key for column in field_columns(taxonomy, materials)} | set(run.places)
    table = table_with_fields(session, run.kind)
    return replace(table, columns=tuple(column for column in table.columns if not is_field(column.key) or column.key in keys))


def get_import(session: Session, actor: Actor, import_id: int) -> ImportRun:
    """A sheet that the actor's own organisation loaded."""
    run = session.get(ImportRun, import_id)
    if run is None:
        raise Missing(_("This page or object does not exist, or you may not see it. Check the address."))
    require(actor, Can.IMPORT, run, hidden=True)
    return run


def list_imports(
    session: Session, actor: Actor, *, kind: str | None = None, page: int = 1, page_size: int = 25
) -> tuple[Sequence[ImportRun], int]:
    """What the own organisation loaded, newest first, with how many there are."""
    require(actor, Can.IMPORT, actor.organisation_id)
    mine = select(ImportRun).where(ImportRun.organisation_id == actor.organisation_id)
    if kind is not None:
        mine = mine.where(ImportRun.kind == kind)
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    rows = mine.order_by(ImportRun.id.desc()).limit(page_size).offset((page - 1) * page_size)
    return session.scalars(rows).all(), total


def find_same(session: Session, run: ImportRun) -> ImportRun | None:
    """The last sheet before this one that was the same file, of the same organisation and table."""
    same = (ImportRun.digest == run.digest) & (ImportRun.kind == run.kind) & (ImportRun.organisation_id == run.organisation_id)
    return session.scalars(
        select(ImportRun).where(same, ImportRun.id < run.id).order_by(ImportRun.id.desc()).limit(1)
    ).one_or_none()


def list_rows(
    session: Session, actor: Actor, run: ImportRun, *, state: str | None = None, page: int = 1, page_size: int = 25
) -> tuple[Sequence[ImportRow], int]:
    """Rows of a sheet in their order, of one state or all, with how many there are."""
    require(actor, Can.IMPORT, run, hidden=True)
    rows = select(ImportRow).where(ImportRow.import_id == run.id)
    total = sum(run.counts.values())
    if state is not None:
        rows, total = rows.where(ImportRow.state == state), run.counts.get(state, 0)
    on_page = rows.order_by(ImportRow.row_number).limit(page_size).offset((page - 1) * page_size)
    return session.scalars(on_page).all(), total


def get_earlier_choices(session: Session, *, organisation_id: int, kind: str) -> EarlierChoices:
    """How an organisation named its columns before, and what it chose for codes."""
    row = session.get(ImportMapping, (organisation_id, kind))
    return EarlierChoices({}, {}) if row is None else EarlierChoices(row.names, row.codes)


def find_task(session: Session, run: ImportRun) -> Task | None:
    """The long task that reads, judges or applies a sheet, or was to."""
    return None if run.task_id is None else tasks.find_task(session, run.task_id)


def is_under_way(session: Session, run: ImportRun) -> bool:
    """Whether a sheet is being read or applied now."""
    task = find_task(session, run)
    return run.status in (ImportStatus.READING, ImportStatus.PREVIEW) and task is not None and task.is_open


def is_mapped(run: ImportRun) -> bool:
    """Whether every column that is needed has been found."""
    needed = {key: place for key, place in run.places.items() if not is_field(key)}  # of a field nothing is needed
    return is_complete(needed, table_of(run.kind).columns, len(run.columns))


def count_good(run: ImportRun) -> int:
    """How many rows would be taken."""
    return sum(number for state, number in run.counts.items() if state in GOOD_STATES)


def count_rows(session: Session, run: ImportRun) -> int:
    """How many rows are stored of a sheet."""
    return session.scalar(select(func.count()).select_from(ImportRow).where(ImportRow.import_id == run.id)) or 0


def find_file(session: Session, run: ImportRun) -> bytes | None:
    """The file of a large sheet while it waits to be read. None: its rows are stored."""
    return session.scalar(select(ImportFile.content).where(ImportFile.import_id == run.id))


def as_sheet_row(row: ImportRow | StoredRow) -> SheetRow:
    """A stored row as it was read."""
    faults = {int(place): CellFault(fault) for place, fault in row.faults.items()}
    return SheetRow(row.row_number, tuple(row.cells), faults, row.shape)


def record_of(run: ImportRun, row: SheetRow) -> Record:
    """A row by the columns of its table."""
    return Record(
        {key: row.cell(place) for key, place in run.places.items()},
        {key: row.faults[place] for key, place in run.places.items() if place in row.faults},
        run.notations,
        row.shape,
    )


def stored_rows(session: Session, run: ImportRun, *, only_wrong: bool = False) -> Iterator[Sequence[StoredRow]]:
    """The rows of a sheet in their order, some hundreds at a time. A long one is never held in memory whole."""
    after = 0
    columns = (ImportRow.row_number, ImportRow.cells, ImportRow.faults, ImportRow.shape, ImportRow.state, ImportRow.messages)
    while True:
        rows = select(*columns).where(ImportRow.import_id == run.id, ImportRow.row_number > after)
        if only_wrong:
            rows = rows.where(ImportRow.state == RowState.ERROR)
        batch = [StoredRow(*row) for row in session.execute(rows.order_by(ImportRow.row_number).limit(ROWS_AT_ONCE))]
        if not batch:
            return
        after = batch[-1].row_number
        yield batch
