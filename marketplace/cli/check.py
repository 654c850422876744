"""`check`: every invariant of the domain, asked of the live database, one line each. Exit status 1 on a breach."""

import sys

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel.db import Session


@click.command("check")
@with_appcontext
def check_command() -> None:
    """Prove the invariants on the live database."""
    with current_app.extensions["database"].read(one_moment=True) as session:
        if count_breaches(session):
            sys.exit(1)


def count_breaches(session: Session) -> int:
    """Ask every invariant and print a line for each; how many are broken."""
    breaches = 0
    for name, question in INVARIANTS:
        result = question(session)
        breaches += result is not None
        click.echo(f"ok      {name.message}" if result is None else f"BREACH  {name.message}: {result}")
    held = f"{breaches} of {len(INVARIANTS)} invariants broken." if breaches else f"All {len(INVARIANTS)} invariants hold."
    click.echo(held)
    return breaches


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(check_command)
