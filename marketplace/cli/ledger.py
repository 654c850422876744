"""`ledger`: verify, export, rebuild and head.

`ledger verify` walks the chain, of the bank or of an exported file; `ledger export` writes every row into a file, `ledger rebuild` counts the
roll-ups again, `ledger head` logs and prints the last hash.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.accounts.policy import OPERATOR
from marketplace.kernel.language import DEFAULT_LOCALE, LOCALES
from marketplace.kernel.units import plain
from marketplace.ledger.actions import log_head, rebuild_rollups
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import each_exchange, find_breach, find_lost_head, get_head
from marketplace.ledger.rules import FIRST_HASH
from marketplace.sheets import ledger_rows
from marketplace.sheets.ledger_file import check_file
from marketplace.sheets.writing import write_csv

HASH_LENGTH = len(FIRST_HASH)
DIGITS_MAX = 12

group = AppGroup("ledger", help="The append-only book of exchanges.")


@group.command("verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--head", help="a head that was kept elsewhere, as `ledger head` or a report printed it: NUMBER HASH")
@click.option("--part", is_flag=True, help="the file holds the rows of one organisation: others may be missing between them")
def verify_command(file: Path | None, head: str | None, *, part: bool) -> None:
    """Walk the chain, of the bank or of an exported FILE.

    The first row that does not fit is named, and the exit status is 1. A head that was logged, or that is given with --head, must still
    be there.
    """
    heads = _heads_typed(head)
    if file is not None:
        _verify_file(file, heads, is_part=part)
        return
    if part:
        raise click.UsageError("--part is about a file: name it")
    with current_app.extensions["database"].read(one_moment=True) as session:
        breach = find_breach(session) or find_lost_head(session, heads)
        if breach is not None:
            click.echo(f"seq {breach.seq}: {breach.reason}")
            sys.exit(1)
        rows, digest = get_head(session)
    click.echo(f"The ledger holds: {rows} rows, head {digest}")


def _verify_file(file: Path, heads: list[tuple[int, str]], *, is_part: bool) -> None:
    """Check a file by itself: no database is asked."""
    if file.suffix != ".jsonl" and not file.stat().st_size:
        click.echo("seq 1: the file is empty, and an export begins with its header")
        sys.exit(1)
    with file.open(encoding="utf-8", newline="") as text:
        checked = check_file(text, heads=heads, is_part=is_part)
    if checked.breach is not None:
        click.echo(f"seq {checked.breach.seq}: {checked.breach.reason}")
        sys.exit(1)
    click.echo(f"The file holds: {checked.rows} rows, {plain(checked.mass_kg)} kg, head {checked.head.seq} {checked.head.hash}")


@group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "notation", type=click.Choice(["csv", "jsonl"]), help="by default what the name ends in")
@click.option("--locale", type=click.Choice(LOCALES), default=DEFAULT_LOCALE, show_default=True, help="the notation of the CSV")
def export_command(file: Path, notation: str | None, locale: str) -> None:
    """Write every row of the ledger into FILE, oldest first: CSV or JSON lines."""
    written, as_lines = 0, (notation or file.suffix.lstrip(".")) == "jsonl"

    def counted(rows: Iterator[Exchange]) -> Iterator[Exchange]:
        nonlocal written
        for row in rows:
            written += 1
            yield row

    with current_app.extensions["database"].read(one_moment=True) as session, _replaced(file) as text:
        rows = counted(each_exchange(session, OPERATOR))
        if as_lines:
            text.writelines(ledger_rows.json_lines(rows))
        else:
            text.write("\ufeff")
            write_csv(text, ledger_rows.HEADER, ledger_rows.lines(rows), locale)
        head = get_head(session)
    click.echo(f"Wrote {written} rows into {file}, head {head[0]} {head[1]}")


def _heads_typed(head: str | None) -> list[tuple[int, str]]:
    if head is None:
        return []
    number, _blank, digest = head.strip().partition(" ")
    if not number.isascii() or not number.isdigit() or len(number) > DIGITS_MAX or len(digest) != HASH_LENGTH:
        raise click.BadParameter("type the number and the hash with a blank between them, as `ledger head` prints them")
    return [(int(number), digest)]


@contextmanager
def _replaced(file: Path) -> Iterator[TextIO]:
    """Write beside the file and put it in its place at the end: there is a whole one or none."""
    if not file.name:
        raise click.BadParameter("name a file to write into")
    partial = file.with_name(f".{file.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as text:
            yield text
        partial.replace(file)
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@group.command("rebuild")
def rebuild_command() -> None:
    """Count the whole ledger again into the roll-ups."""
    with current_app.extensions["database"].transaction() as session:
        rows = rebuild_rollups(session)
    click.echo(f"Counted {rows} rows into the roll-ups.")


@group.command("head")
def head_command() -> None:
    """Write the last row's number and hash to the audit and print them, to be kept elsewhere."""
    with current_app.extensions["database"].transaction() as session:
        rows, head = log_head(session, OPERATOR)
    click.echo(f"{rows} {head}")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
