"""What the rows of a sheet would do, by the rules of its table and by what stands there."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.impact.models import AdoptedYear, MaterialUse, MaterialUseReport
from marketplace.impact.rules.material_use import ZERO, UseRow
from marketplace.imports.models import ImportRow, ImportRun
from marketplace.imports.queries.lots import LotJudge, get_lot_words
from marketplace.imports.queries.outflow import list_counting
from marketplace.imports.queries.passport_preview import count_names
from marketplace.imports.queries.passports import PassportJudge, get_passport_judge, translate_row
from marketplace.imports.queries.raw import get_raw_judge
from marketplace.imports.queries.runs import ROWS_AT_ONCE, StoredRow, as_sheet_row, record_of, stored_rows
from marketplace.imports.rules.columns import plain_name
from marketplace.imports.rules.material_use import UseCell, Words, add_up, flow_words, origin_words, read_use, scope_words
from marketplace.imports.rules.outflow import OutflowLine, read_outflow
from marketplace.imports.rules.tables import Faults, Record, RowState, TableName
from marketplace.kernel import clock
from marketplace.kernel.language import Text, _, in_default_locale
from marketplace.materials.queries import get_taxonomy


@dataclass(frozen=True, slots=True)
class Standing:
    """A year's report as it stands: its newest version and what that says."""

    report: MaterialUseReport | None
    rows: tuple[UseRow, ...] = ()

    @property
    def version(self) -> int:
        """0: nothing yet."""
        return 0 if self.report is None else self.report.version


class Judge(Protocol):
    """How a table reads its rows, adds them up, and tells what is new from what stands there."""

    def meet(self, records: Sequence[Record]) -> None:
        """Look at all rows of a sheet, before each is read."""

    def prepare(self, records: Sequence[Record]) -> None:
        """Look up what the next rows need, all at once."""

    def read(self, record: Record) -> tuple[Any, Faults]:
        """One row, or what is wrong with it."""

    def add(self, summary: dict[str, Any], values: Iterable[Any]) -> dict[str, Any]:
        """Add good rows to what was added up before."""

    def state_of(self, value: Any, summary: Mapping[str, Any]) -> RowState:
        """What a good row would do."""


class UseJudge:
    """Material use: a row is a part of a cell of a year's report."""

    def __init__(self, words: Words, standing: Mapping[int, Standing]) -> None:
        self.words, self.standing = words, standing
        self._stored = {UseCell(year, row).key: row.mass_kg for year, current in standing.items() for row in current.rows}

    def meet(self, records: Sequence[Record]) -> None:
        """No row hangs on another one."""

    def prepare(self, records: Sequence[Record]) -> None:
        """What stands there is known already."""

    def read(self, record: Record) -> tuple[UseCell | None, Faults]:
        """One row as a cell."""
        return read_use(record, self.words)

    def add(self, summary: dict[str, Any], values: Iterable[UseCell]) -> dict[str, Any]:
        """Sums by cell."""
        return {"cells": add_up(dict(summary.get("cells", {})), values)}

    def state_of(self, value: UseCell, summary: Mapping[str, Any]) -> RowState:
        """Whether the sum of the cell is new, another or the same."""
        loaded, stored = Decimal(summary["cells"][value.key][0]), self._stored.get(value.key)
        if loaded == (stored or ZERO):
            return RowState.UNCHANGED
        return RowState.OK if stored is None else RowState.CHANGED


class OutflowJudge:
    """Outflow: a row is a line of its own."""

    def __init__(self, last_month: str, counting: Mapping[tuple[str, ...], Decimal]) -> None:
        self._last_month, self._counting = last_month, counting

    def meet(self, records: Sequence[Record]) -> None:
        """No row hangs on another one."""

    def prepare(self, records: Sequence[Record]) -> None:
        """What stands there is known already."""

    def read(self, record: Record) -> tuple[OutflowLine | None, Faults]:
        """One row as a line."""
        return read_outflow(record, last_month=self._last_month)

    def add(self, summary: dict[str, Any], values: Iterable[OutflowLine]) -> dict[str, Any]:
        """Kilograms and rows by code and by period; the lines by what tells them apart."""
        codes, periods, lines = (dict(summary.get(name, {})) for name in ("codes", "periods", "lines"))
        for line in values:
            kg, rows, name = codes.get(line.eural, ["0", 0, ""])
            codes[line.eural] = [str(Decimal(kg) + line.mass_kg), rows + 1, name or line.texts.get("name", "")]
            kg, rows = periods.get(line.period, ["0", 0])
            periods[line.period] = [str(Decimal(kg) + line.mass_kg), rows + 1]
            key = "|".join(line.key)
            lines[key] = str(Decimal(lines.get(key, "0")) + line.mass_kg)
        return {"codes": codes, "periods": periods, "lines": lines}

    def state_of(self, value: OutflowLine, summary: Mapping[str, Any]) -> RowState:
        """Whether the same line of the same period stands there, and with the same mass."""
        stored = self._counting.get(value.key)
        if stored is None:
            return RowState.OK
        return RowState.UNCHANGED if stored == Decimal(summary["lines"]["|".join(value.key)]) else RowState.CHANGED


def judge_of(session: Session, run: ImportRun, *, lock: bool = False) -> Judge:
    """The judge of a sheet's table, with what stands there now. `lock`: what it looks up stays so until the transaction ends."""
    if run.kind == TableName.PASSPORTS:
        return get_passport_judge(session, run, lock=lock)
    if run.kind == TableName.RAW:
        return get_raw_judge(session, run)
    if run.kind == TableName.MATERIAL_USE:
        return use_judge(session, run.organisation_id)
    if run.kind == TableName.LISTINGS:
        return LotJudge(get_lot_words(session, run.organisation_id, twice=run.summary.get("twice", ())))
    counting: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for line in list_counting(session, organisation_id=run.organisation_id):
        counting[line.period, line.eural, line.stream, line.sender, line.origin, line.processor, line.processing] += line.mass_kg
    return OutflowJudge(f"{clock.today():%Y-%m}", counting)


def use_judge(session: Session, organisation_id: int) -> UseJudge:
    """The judge of material use, with the newest report of each year."""
    return UseJudge(get_words(session, organisation_id), get_standing(session, organisation_id))


class Judging:
    """All rows of a sheet, judged in their order. Iterated, it gives what is to be written, some hundreds of rows at a time.

    Only rows that changed are written. Afterwards `counts` and `summary` tell what was found.
    """

    def __init__(self, session: Session, run: ImportRun) -> None:
        self._session, self._run = session, run
        self.counts = Counter[str]()
        self.summary: dict[str, Any] = {}

    def __iter__(self) -> Iterator[list[dict[str, Any]]]:
        """What is to be written of each next rows."""
        if self._run.kind == TableName.PASSPORTS:
            return self._in_order()
        return self._together()

    def _in_order(self) -> Iterator[list[dict[str, Any]]]:
        """Rows of passports hang on those before them, and are never held in memory all."""
        reader = get_passport_judge(self._session, self._run)
        reader.meet(())
        names = Counter[tuple[str, str, str]]()
        for rows in stored_rows(self._session, self._run):
            records = [record_of(self._run, as_sheet_row(row)) for row in rows]
            reader.prepare(records)
            read = [reader.read(record) for record in records]
            names.update(named for record in records if (named := reader.name_of(record)) is not None)
            self.summary = reader.add(self.summary, [value for value, _faults in read if value is not None])
            yield self._changed(
                (row, RowState.ERROR if value is None else value.state, faults)
                for row, (value, faults) in zip(rows, read, strict=True)
            )
        self.summary["names"] = count_names(names)

    def _together(self) -> Iterator[list[dict[str, Any]]]:
        """Rows of the other tables are added up before it is known what each would do."""
        reader = judge_of(self._session, self._run)
        rows = [row for some in stored_rows(self._session, self._run) for row in some]
        records = [record_of(self._run, as_sheet_row(row)) for row in rows]
        reader.meet(records)
        read = [reader.read(record) for record in records]
        self.summary = reader.add({}, [value for value, _faults in read if value is not None])
        for first in range(0, len(rows), ROWS_AT_ONCE):
            some = slice(first, first + ROWS_AT_ONCE)
            yield self._changed(
                (row, RowState.ERROR if value is None else reader.state_of(value, self.summary), faults)
                for row, (value, faults) in zip(rows[some], read[some], strict=True)
            )
        self.summary.pop("lines", None)  # as long as the sheet itself

    def _changed(self, judged: Iterable[tuple[StoredRow, RowState, Faults]]) -> list[dict[str, Any]]:
        changed = []
        for row, state, faults in judged:
            self.counts[state.value] += 1
            messages = {key: in_default_locale(sentence) for key, sentence in faults.sentences.items()}
            if (row.state, row.messages) != (state.value, messages):
                key = {"import_id": self._run.id, "row_number": row.row_number}
                changed.append({**key, "state": state.value, "messages": messages})
        return changed


def tell_row(judge: Judge, row: ImportRow, record: Record) -> Mapping[str, Text | str]:
    """What is wrong with a row that was judged, by column, in the reader's language."""
    if isinstance(judge, PassportJudge):
        return translate_row(judge, row.messages, record)
    return judge.read(record)[1].sentences


def get_words(session: Session, organisation_id: int) -> Words:
    """What may be typed in a sheet of material use. A material stands for its group."""
    taxonomy = get_taxonomy(session)
    groups: dict[str, str] = {}
    for group in taxonomy.groups:
        groups |= {plain_name(name): group.slug for name in (group.slug, group.name_nl, group.name_en)}
    for material in taxonomy.materials:
        for name in (material.slug, material.name_nl, material.name_en, *material.synonyms_nl, *material.synonyms_en):
            groups.setdefault(plain_name(name), material.group.slug)
    organisation = session.get_one(Organisation, organisation_id)
    adopted = session.scalars(select(AdoptedYear.year).where(AdoptedYear.organisation_id == organisation_id))
    return Words(
        groups=groups,
        slugs=frozenset(group.slug for group in taxonomy.groups),
        last_year=clock.today().year,
        closed={
            year: _(
                "The year %(year)s of %(organisation)s is adopted and stays as it is.",
                year=str(year),
                organisation=organisation.name,
            )
            for year in adopted
        },
        scopes=scope_words(),
        flows=flow_words(),
        origins=origin_words(),
    )


def get_standing(session: Session, organisation_id: int) -> dict[int, Standing]:
    """The newest report of every year of an organisation, with its rows."""
    newest: dict[int, MaterialUseReport] = {}
    reports = select(MaterialUseReport).where(MaterialUseReport.organisation_id == organisation_id)
    for report in session.scalars(reports.order_by(MaterialUseReport.version)):
        newest[report.year] = report
    rows: dict[int, list[UseRow]] = {report.id: [] for report in newest.values()}
    for row in session.scalars(select(MaterialUse).where(MaterialUse.report_id.in_(rows)).order_by(MaterialUse.id)):
        rows[row.report_id].append(UseRow(row.group_slug, row.origin, row.mass_kg, row.scope, row.flow))
    return {year: Standing(report, tuple(rows[report.id])) for year, report in newest.items()}


def rows_of_version(
    session: Session, organisation_id: int, year: int, version: int
) -> tuple[MaterialUseReport | None, list[UseRow]]:
    """What a version of a report said. Version 0: nothing."""
    query = select(MaterialUseReport).where(
        MaterialUseReport.organisation_id == organisation_id, MaterialUseReport.year == year, MaterialUseReport.version == version
    )
    report = session.scalars(query).one_or_none()
    if report is None:
        return None, []
    rows = session.scalars(select(MaterialUse).where(MaterialUse.report_id == report.id).order_by(MaterialUse.id))
    return report, [UseRow(row.group_slug, row.origin, row.mass_kg, row.scope, row.flow) for row in rows]
