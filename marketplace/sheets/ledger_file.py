"""A file of ledger rows, read back and checked without a database.

Is it whole, unchanged and in its order? Both notations of CSV and JSON lines say the same; each row is written anew as canonical JSON and
hashed. What was cut off at the end shows only beside a head that was kept elsewhere: `ledger head` prints one.
"""

import csv
import io
import json
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TextIO, get_args, get_origin

from marketplace.ledger.queries import Breach, Link
from marketplace.ledger.rules import ENTRY_FIELDS, FIELDS_OF_VERSION, Entry, camel, canonical, chained, misplaced
from marketplace.sheets.writing import unquoted

BOOLEANS = {"true": True, "false": False}


class Unreadable(ValueError):
    """A line that is no row of the ledger."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row as the file tells it: what was booked, when, its hash and that of the row before."""

    seq: int
    entry: Entry
    booked_at: datetime
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was read to its end, or to its first breach. `head` is its last row that fits."""

    rows: int
    head: Link
    mass_kg: Decimal
    breach: Breach | None = None


def check_file(text: TextIO, *, heads: Sequence[tuple[int, str]] = (), is_part: bool = False) -> Checked:
    """Walk through a file. `heads`: heads that it must hold; `is_part`: rows may be left out, as in the file of one organisation."""
    rows, head, mass_kg, seen = 0, Link(), Decimal(0), {0: Link().hash}
    wanted = {seq for seq, _digest in heads}
    try:
        for row in read_rows(text):
            reason = _misfit(row, head, is_part=is_part)
            if reason:
                return Checked(rows, head, mass_kg, Breach(row.seq if is_part else min(row.seq, head.seq + 1), reason))
            rows, head, mass_kg = rows + 1, Link(row.seq, row.hash), mass_kg + row.entry.mass_kg
            if row.seq in wanted:
                seen[row.seq] = row.hash
    except (Unreadable, UnicodeDecodeError, csv.Error) as unreadable:
        return Checked(rows, head, mass_kg, Breach(head.seq + 1, f"cannot be read: {unreadable}"))
    return Checked(rows, head, mass_kg, _find_lost(heads, seen))


def _find_lost(heads: Sequence[tuple[int, str]], seen: Mapping[int, str]) -> Breach | None:
    for seq, digest in heads:
        if seq not in seen:
            return Breach(seq, "the file is shorter than the head that was kept: this row is gone")
        if seen[seq] != digest:
            return Breach(seq, "the row is another than the head that was kept")
    return None


def _misfit(row: FileRow, head: Link, *, is_part: bool) -> str | None:
    expected = head.seq + 1
    if row.seq < expected:
        return "a row stands out of order or twice"
    if row.seq > expected and not is_part:
        return "a row is missing here"
    if misplaced(row.entry):
        return "a column has a value that no hash guards"
    if row.hash != chained(row.previous_hash, canonical(row.entry, seq=row.seq, booked_at=row.booked_at)):
        return "a column differs from what was hashed"
    if row.seq == expected and row.previous_hash != head.hash:
        return "it does not hold on to the row before it"
    return None


def read_rows(text: TextIO) -> Iterator[FileRow]:
    """The rows of a file, whichever of the notations it is in."""
    first = text.readline()
    rest = _chain_lines(first, text)
    read: Iterable[Mapping[str, str | None]] = (
        _json_rows(rest) if first.lstrip("\ufeff").startswith("{") else _csv_rows(first, rest)
    )
    for line in read:
        try:
            yield _row_of(line)
        except (KeyError, ValueError, InvalidOperation, TypeError) as error:
            raise Unreadable(str(error)) from error


def _chain_lines(first: str, text: TextIO) -> Iterator[str]:
    yield first.removeprefix("\ufeff")
    yield from text


def _json_rows(text: Iterable[str]) -> Iterator[dict[str, str | None]]:
    names = {camel(name): name for name in (*ENTRY_FIELDS, "seq", "booked_at", "previous_hash", "hash")}
    for line in text:
        try:
            yield json.loads(line, object_pairs_hook=lambda pairs: _once(names, pairs))
        except (ValueError, KeyError) as error:
            raise Unreadable(str(error)) from error


def _once(names: Mapping[str, str], pairs: Sequence[tuple[str, str | None]]) -> dict[str, str | None]:
    """A row, each of whose names is known and stands in it once."""
    row = {names[name]: value for name, value in pairs}
    if len(row) != len(pairs):
        raise Unreadable("the line says something twice")
    return row


def _csv_rows(first: str, text: Iterable[str]) -> Iterator[dict[str, str | None]]:
    semicolons = ";" in first
    lines = csv.DictReader(text, delimiter=";" if semicolons else ",")
    if first and "seq" not in (lines.fieldnames or ()):
        raise Unreadable("the first line is not the header of an export: no column is called seq")
    for line in lines:
        if None in line or None in line.values():
            raise Unreadable("the line has another number of cells than the header")
        cells: dict[str, str | None] = {name: unquoted(cell) or None for name, cell in line.items()}
        if semicolons:
            cells |= {name: cell.replace(",", ".") for name in NUMBERS if (cell := cells.get(name)) is not None}
        yield cells


def _row_of(line: Mapping[str, str | None]) -> FileRow:
    """A row out of words. A version tells which columns count: an older one has no period, and the CSV tells it all the same."""
    version = int(line["row_version"] or 1) if "row_version" in line else 1
    if version not in FIELDS_OF_VERSION:
        raise ValueError("its version is not known")
    values = {name: _READERS[name](text) for name, text in line.items() if name in _READERS and text is not None}
    if version == 1:
        values.pop("period", None)
    at = datetime.fromisoformat(str(line["booked_at"]))
    return FileRow(
        seq=int(str(line["seq"])),
        entry=Entry(
            **{
                "reservation_id": None,
                "listing_id": None,
                "demand_id": None,
                "carbon_factor": None,
                "avoided_kgco2e": None,
                "net_kgco2e": None,
                **values,
                "row_version": version,
            }
        ),
        booked_at=at.astimezone(UTC),
        previous_hash=str(line["previous_hash"]),
        hash=str(line["hash"]),
    )


def _reader(kind: Any) -> Callable[[str], Any]:
    """How the value of a field of this kind is read."""
    if get_origin(kind) is types.UnionType:
        [kind] = [argument for argument in get_args(kind) if argument is not type(None)]
    if kind is date:
        return date.fromisoformat
    if kind is bool:
        return BOOLEANS.__getitem__
    return kind  # type: ignore[no-any-return]


_READERS = {field.name: _reader(field.type) for field in fields(Entry)}
NUMBERS = tuple(name for name, reader in _READERS.items() if reader is Decimal)


def opened(content: bytes) -> TextIO:
    """A file's text, line ends as they stand."""
    return io.StringIO(content.decode("utf-8-sig"), newline="")
