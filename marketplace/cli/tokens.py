"""`tokens`: an API token without a browser."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.accounts.actions.sessions import create_token
from marketplace.accounts.policy import OPERATOR
from marketplace.accounts.queries import people
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _

group = AppGroup("tokens", help="Tokens for the JSON API.")


def register(app: Flask) -> None:
    """Adds `tokens` to the command line."""
    app.cli.add_command(group)


@group.command("create")
@click.argument("email")
@click.option("--name", default="command line", show_default=True, help="what the token is for")
def create_command(email: str, name: str) -> None:
    """Make a token for the person with this address; it is the last word, and shown this once."""
    with current_app.extensions["database"].transaction() as session:
        person = people.find_person(session, email)
        if person is None:
            raise Missing(_("There is no active person with this address. Look at the list of people."))
        secret = create_token(session, OPERATOR, name=name, person_id=person.id)
    click.echo(f"Token for {email}, not shown again: {secret}")
