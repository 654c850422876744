"""The files that go with loading: the template of a table, and the wrong rows of a sheet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from marketplace.imports.rules.columns import Column
from marketplace.imports.rules.tables import Record, Table
from marketplace.kernel.language import Text, _
from marketplace.sheets.workbook import Column as Head
from marketplace.sheets.workbook import Sheet, workbook
from marketplace.sheets.writing import Cell, csv_file


def template_columns(table: Table) -> list[Column]:
    """The columns of a template: of those of which one is chosen, the first."""
    columns: list[Column] = []
    for column in table.columns:
        if not column.choice or column.choice not in {earlier.choice for earlier in columns}:
            columns.append(column)
    return columns


def template_csv(table: Table, locale: str) -> bytes:
    """The template as CSV: names of columns and a few rows to write over."""
    columns = template_columns(table)
    return csv_file([column.label for column in columns], _examples(columns), locale)


def template_xlsx(table: Table, words: Mapping[Text | str, Sequence[str]]) -> bytes:
    """The template as a workbook: the table, what each column is, and the words to choose."""
    columns = template_columns(table)
    meanings = [
        (column.label, column.meaning, _("required") if column.is_required or column.choice else _("may be left out"))
        for column in table.columns
    ]
    listed: list[list[Cell | Text]] = [list(row) for row in zip_longest(*words.values())] if words else []
    sheets = [
        Sheet(table.label, [Head(column.label) for column in columns], _examples(columns)),
        Sheet(_("Columns"), [_("Column"), _("What it contains"), _("Needed")], [list(row) for row in meanings]),
    ]
    if listed:
        sheets.append(Sheet(_("Words"), list(words), listed))
    return workbook(sheets, title=table.label)


def _examples(columns: Sequence[Column]) -> Iterator[list[Cell]]:
    rows = max(len(column.examples) for column in columns)
    for number in range(rows):
        yield [column.examples[number] if number < len(column.examples) else None for column in columns]


def wrong_rows_csv(
    keys: Sequence[str],
    names: Sequence[str],
    wrong: Iterable[tuple[int, Record, Mapping[str, Text | str]]],
    table: Table,
    locale: str,
) -> bytes:
    """The wrong rows with their numbers and what is wrong, to be put right and loaded again."""
    header = [str(_("Row")), *names, str(_("What is wrong"))]
    return csv_file(header, (_wrong(keys, number, record, faults, table) for number, record, faults in wrong), locale)


def _wrong(keys: Sequence[str], number: int, record: Record, faults: Mapping[str, Text | str], table: Table) -> list[Cell]:
    cells: list[Cell] = [number]
    for key in keys:
        value = record.find_number(key) if table.column(key).is_number else None
        cells.append(record.cells.get(key, "") if value is None else value)
    return [*cells, " ".join(f"{table.column(key).label}: {sentence}" for key, sentence in faults.items())]
