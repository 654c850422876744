"""`jobs`: what the clock does, now."""

import sys
from datetime import datetime

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.accounts.queries import has_people
from marketplace.jobs.worker import run_all

FIRST_YEAR, LAST_YEAR = 1900, 2199
group = AppGroup("jobs", help="What the clock does.")


def register(app: Flask) -> None:
    """Adds `jobs` to the command line."""
    app.cli.add_command(group)


def moment(_context: click.Context, _option: click.Parameter, typed: str | None) -> datetime | None:
    """An ISO moment or day; without a zone it is Amsterdam's."""
    if typed is None:
        return None
    try:
        at = datetime.fromisoformat(typed)
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValueError(typed)
        return at
    except ValueError:
        raise click.BadParameter("use a moment such as 2026-12-15T08:00 or a day such as 2026-12-15") from None


@group.command("run")
@click.option("--at", callback=moment, metavar="ISO", help="as if it were this moment, for example 2026-12-15T08:00")
def run_command(at: datetime | None) -> None:
    """Do what is due now; print how many things each job did. Without tables there is nothing that could be due."""
    with current_app.extensions["database"].read() as session:
        has_people(session)
    outcomes = run_all(current_app._get_current_object(), at)  # type: ignore[attr-defined]  # noqa: SLF001 - the jobs need the app itself
    for outcome in outcomes:
        click.echo(f"{outcome.name}: {outcome.failure or outcome.count}")
    if any(outcome.failure for outcome in outcomes):
        sys.exit(1)
