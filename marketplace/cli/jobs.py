"""`jobs`: what the clock does, now or every minute."""

import sys
from datetime import datetime

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.accounts.queries.people import has_people
from marketplace.jobs.tasks import work_off
from marketplace.jobs.worker import run_all, run_due_jobs
from marketplace.kernel.clock import now
from marketplace.kernel.health import SILENT_TOO_LONG
from marketplace.kernel.runs import find_last_start

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
@click.option("--due", is_flag=True, help="only what has its turn by the timetable and no worker has taken; for cron")
def run_command(at: datetime | None, due: bool) -> None:
    """Do everything that is due now; print how many things each job did. Without tables there is nothing that could be due."""
    with current_app.extensions["database"].read() as session:
        has_people(session)
    if due and at:
        raise click.UsageError("choose --at or --due: a moment that is played has no turns")
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the jobs need the app itself
    outcomes = run_due_jobs(app) if due else run_all(app, at)
    for outcome in outcomes:
        click.echo(f"{outcome.name}: {outcome.failure or outcome.count}")
    if at is None and (ended := work_off(app)):
        click.echo(f"long tasks taken: {ended}")
    if any(outcome.failure for outcome in outcomes):
        sys.exit(1)


@group.command("work")
def work_command() -> None:
    """Keep doing what is due, every minute, until stopped: the worker as a process of its own. There may be more than one."""
    from marketplace.jobs import waking

    click.echo("The worker wakes every minute. Stop with Ctrl-C.")
    waking.work(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - the jobs need the app itself


@group.command("alive")
def alive_command() -> None:
    """Whether a worker has taken a turn in the last ten minutes; exit status 1 when none has."""
    with current_app.extensions["database"].read() as reading:
        last = find_last_start(reading)
    if last is None or now() - last > SILENT_TOO_LONG:
        sys.exit(f"No worker has taken a turn {f'since {last:%Y-%m-%d %H:%M} UTC' if last else 'yet'}.")
    click.echo(f"The last turn was taken at {last:%Y-%m-%d %H:%M} UTC.")
