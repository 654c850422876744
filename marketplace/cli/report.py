"""`report` and `restate`: publish the report of a year; work it out with the factors in use."""

from decimal import Decimal

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from marketplace.accounts.policy import OPERATOR
from marketplace.http.reports import address_of, make_report
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import plain
from marketplace.published.actions import publish, restate
from marketplace.sheets.restated import restated_rows


@click.command("report")
@with_appcontext
@click.argument("year", type=int)
@click.option("--organisation", "slug", default="", help="short name of a municipality; without it the region")
def report_command(year: int, slug: str) -> None:
    """Publish the report of YEAR, PDF and XLSX, under a permanent address."""
    made = make_report(OPERATOR, year=year, slug=slug)
    with current_app.extensions["database"].transaction() as session:
        report = publish(session, OPERATOR, *made)
        click.echo(address_of(report.year, report.slug, report.number))
        click.echo(f"PDF   {report.pdf_digest}")
        click.echo(f"XLSX  {report.xlsx_digest}")


@click.command("restate")
@with_appcontext
@click.argument("year", type=int)
def restate_command(year: int) -> None:
    """Work out YEAR with the factors in use, beside what was booked. No figure changes."""
    with current_app.extensions["database"].transaction() as session:
        restated = restate(session, OPERATOR, year=year)
        click.echo(
            f"{restated.year} by factor version {restated.factor_version}, ledger up to row {restated.ledger_seq}, in kg CO2e:"
        )
        with reading_in("en"):
            for label, before, after in restated_rows(restated.total):
                click.echo(f"{label}: booked {_or_unknown(before)}, restated {_or_unknown(after)}")


def _or_unknown(figure: Decimal | None) -> str:
    return "unknown" if figure is None else plain(figure)


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(report_command)
    app.cli.add_command(restate_command)
