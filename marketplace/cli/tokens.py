"""`tokens`: API tokens and machine accounts, without a browser."""

from datetime import datetime

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.accounts.actions import tokens
from marketplace.accounts.policy import OPERATOR
from marketplace.accounts.queries import organisations, people
from marketplace.accounts.queries import tokens as queries
from marketplace.accounts.rules.tokens import Scope, TokenDraft
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _

NUMBER = click.IntRange(min=0, max=2**31 - 1)

group = AppGroup("tokens", help="Tokens for the JSON API.")


def register(app: Flask) -> None:
    """Adds `tokens` to the command line."""
    app.cli.add_command(group)


@group.command("create")
@click.argument("owner", metavar="EMAIL|MACHINE")
@click.option("--name", default="command line", show_default=True, help="what the token is for")
@click.option("--scope", type=click.Choice([scope.value for scope in Scope]), default=Scope.WRITE.value, show_default=True)
@click.option("--organisation", "slug", metavar="SLUG", help="the organisation for which alone it acts")
@click.option("--expires-on", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="last day on which it works")
def create_command(owner: str, name: str, scope: str, slug: str | None, expires_on: datetime | None) -> None:
    """Make a token; it is the last word, and shown this once.

    For the person with this address, or for the machine account with this number.
    """
    with current_app.extensions["database"].transaction() as session:
        organisation = organisations.get_organisation_by_slug(session, slug) if slug else None
        draft = TokenDraft(
            name=name,
            scope=Scope(scope),
            organisation_id=organisation.id if organisation else None,
            expires_on=expires_on.date() if expires_on else None,
        )
        _token, secret = tokens.create_token(session, OPERATOR, draft=draft, person_id=_owner_id(session, owner))
    click.echo(f"Token for {owner}, not shown again: {secret}")


@group.command("machine")
@click.argument("name")
@click.option("--organisation", "slug", required=True, metavar="SLUG", help="whose it is, such as almelo")
def machine_command(name: str, slug: str) -> None:
    """Make a machine account with this NAME; its number is the last word."""
    with current_app.extensions["database"].transaction() as session:
        organisation = organisations.get_organisation_by_slug(session, slug)
        machine = tokens.create_machine(session, OPERATOR, organisation_id=organisation.id, name=name)
        click.echo(f"Made the machine account {machine.name} of {organisation.name}: {machine.id}")


@group.command("list")
def list_command() -> None:
    """Print the tokens that work: number, owner, scope, last day and last use."""
    with current_app.extensions["database"].read() as session:
        for token, account, organisation in queries.list_all_tokens(session, OPERATOR):
            kept_to = organisation.slug if organisation else "-"
            last = f"{token.last_seen_at:%Y-%m-%d}" if token.last_seen_at else "never"
            owner = account.email or f"{account.name} ({account.id})"
            click.echo(
                f"{token.id:<6} {owner:<48} {token.scope:<6} {kept_to:<20} {token.expires_on or '-'!s:<11} {last:<11} {token.name}"
            )


@group.command("revoke")
@click.argument("token_id", type=NUMBER, metavar="NUMBER")
def revoke_command(token_id: int) -> None:
    """Revoke the token with this NUMBER."""
    with current_app.extensions["database"].transaction() as session:
        token = tokens.revoke_token(session, OPERATOR, token_id=token_id)
        click.echo(f"Token {token.id} is revoked: {token.name}")


@group.command("end-machine")
@click.argument("machine_id", type=NUMBER, metavar="NUMBER")
def end_machine_command(machine_id: int) -> None:
    """End the machine account with this NUMBER, and its tokens."""
    with current_app.extensions["database"].transaction() as session:
        machine = tokens.end_machine(session, OPERATOR, machine_id=machine_id)
        click.echo(f"The machine account {machine.name} has ended.")


def _owner_id(session: Session, owner: str) -> int:
    """The id of the person with this address, or of the machine account with this number."""
    if owner.isascii() and owner.isdigit():
        return queries.get_machine(session, OPERATOR, int(NUMBER(owner))).id
    person = people.find_person(session, owner)
    if person is None:
        raise Missing(_("There is no active person with this address. Look at the list of people."))
    return person.id
