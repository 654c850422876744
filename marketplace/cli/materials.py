"""`materials`: reference data of materials, hazards and transport, as a new version."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.accounts.policy import OPERATOR
from marketplace.jobs.timetable import check_lots
from marketplace.kernel.db import settle
from marketplace.kernel.errors import Refusal
from marketplace.kernel.files import SHIPPED
from marketplace.materials import actions

group = AppGroup("materials", help="The taxonomy: materials, weights, carbon factors, hazards.")


def register(app: Flask) -> None:
    """Adds `materials` to the command line."""
    app.cli.add_command(group)


@group.command("sync")
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="read and check, keep nothing")
def sync_command(source: Path | None, dry_run: bool) -> None:
    """Load SOURCE (a materials.csv, or a folder with it) as a new version. Without SOURCE the files of this release."""
    session, stored = current_app.extensions["database"].session(write=True), False
    try:
        synced = actions.sync(session, OPERATOR, source=source or SHIPPED)
        stored = not dry_run
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    finally:
        settle(session, keep=stored)
    if not synced.is_new:
        click.echo(f"Version {synced.version} is in use already: nothing to load.")
        return
    done = "Would load" if dry_run else "Loaded"
    click.echo(f"{done} version {synced.version}: {synced.materials} materials, {synced.left_out} left out.")
    if synced.listed:
        click.echo(f"{synced.listed} materials keep figures of a list that was loaded on the site.")
    if stored and (held := check_lots(current_app)):
        click.echo(f"Held against its rules: {held} (lots on offer, and owners told).")
