"""`ledger`: verify, rebuild and head.

`ledger verify` walks the chain, `ledger rebuild` counts the roll-ups again, `ledger head` logs and prints the last hash.
"""

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.accounts.policy import OPERATOR
from marketplace.ledger.actions import log_head, rebuild_rollups
from marketplace.ledger.queries import find_breach, find_lost_head, get_head
from marketplace.ledger.rules import FIRST_HASH

HASH_LENGTH = len(FIRST_HASH)

group = AppGroup("ledger", help="The append-only book of exchanges.")


@group.command("verify")
@click.option("--head", help="a head that was kept elsewhere, as `ledger head` printed it: NUMBER HASH")
def verify_command(head: str | None) -> None:
    """Walk the chain, and name the first row that does not fit.

    A head that was logged, or that is given with --head, must still be there. Exits with 1 where something does not fit.
    """
    kept = _kept(head)
    with current_app.extensions["database"].read(one_moment=True) as session:
        breach = find_breach(session) or find_lost_head(session, kept)
        if breach is not None:
            click.echo(f"seq {breach.seq}: {breach.reason}")
            sys.exit(1)
        rows, digest = get_head(session)
    click.echo(f"The ledger holds: {rows} rows, head {digest}")


def _kept(head: str | None) -> list[tuple[int, str]]:
    if head is None:
        return []
    number, _blank, digest = head.strip().partition(" ")
    if not number.isdigit() or len(digest) != HASH_LENGTH:
        raise click.BadParameter("type the number and the hash with a blank between them, as `ledger head` prints them")
    return [(int(number), digest)]


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
