"""`bench`: the figures of speed beside the bars that they have to reach.

Measured on full banks of its own; nothing here is touched.
"""

import sys
import tempfile
from pathlib import Path

import click
from flask import Flask

PARTS = ("search", "matching", "page", "reserve", "figures", "depots", "passports", "plan")


def register(app: Flask) -> None:
    """Adds `bench` to the command line."""
    app.cli.add_command(bench)


@click.command("bench")
@click.option(
    "--listings",
    type=click.IntRange(1_000, 2_000_000),
    default=100_000,
    show_default=True,
    help="in each bank, with ten rows of the ledger for each",
)
@click.option("--only", multiple=True, type=click.Choice(PARTS), help="one of these, or more of them; all if left out")
@click.option("--sqlite", "only_sqlite", is_flag=True, help="without PostgreSQL")
def bench(listings: int, only: tuple[str, ...], only_sqlite: bool) -> None:
    """Measure everything that has a bar, and print one table.

    Exit status 1 where a bar is not reached.
    """
    from marketplace.bench.run import rows
    from marketplace.bench.table import written

    with tempfile.TemporaryDirectory(prefix="materialenbank-bench-") as folder:
        result = list(
            rows(Path(folder), listings=listings, only=only, kinds=("SQLite",) if only_sqlite else ("SQLite", "PostgreSQL"))
        )
    click.echo(written(result))
    sys.exit(any(row.ok is False for row in result))
