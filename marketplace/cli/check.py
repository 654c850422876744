"""`check`: every invariant of the domain, asked of the live database, one line each. Exit status 1 on a breach."""

import sys

import click
from flask import Flask, current_app

from marketplace.exchange.queries.invariants import INVARIANTS


@click.command("check")
def check_command() -> None:
    """Prove the invariants on the live database."""
    breaches = 0
    with current_app.extensions["database"].read() as session:
        for name, question in INVARIANTS:
            result = question(session)
            breaches += result is not None
            click.echo(f"ok      {name.message}" if result is None else f"BREACH  {name.message}: {result}")
    if breaches:
        click.echo(f"{breaches} of {len(INVARIANTS)} invariants broken.")
        sys.exit(1)
    click.echo(f"All {len(INVARIANTS)} invariants hold.")


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(check_command)
