"""`ledger`: verify, rebuild and head.

`ledger verify` walks the chain, `ledger rebuild` counts the roll-ups again, `ledger head` prints the last hash.
"""

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.ledger.actions import rebuild_rollups
from marketplace.ledger.queries import find_breach, get_head

group = AppGroup("ledger", help="The append-only book of exchanges.")


@group.command("verify")
def verify_command() -> None:
    """Walk the chain; name the first row that does not fit and exit with 1."""
    with current_app.extensions["database"].read() as session:
        breach = find_breach(session)
        if breach is not None:
            click.echo(f"seq {breach.seq}: {breach.reason}")
            sys.exit(1)
        rows, head = get_head(session)
    click.echo(f"The ledger holds: {rows} rows, head {head}")


@group.command("rebuild")
def rebuild_command() -> None:
    """Count the whole ledger again into the roll-ups."""
    with current_app.extensions["database"].transaction() as session:
        rows = rebuild_rollups(session)
    click.echo(f"Counted {rows} rows into the roll-ups.")


@group.command("head")
def head_command() -> None:
    """Print the last row's number and hash, to be stored elsewhere."""
    with current_app.extensions["database"].read() as session:
        rows, head = get_head(session)
    click.echo(f"{rows} {head}")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
