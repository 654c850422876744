"""`people`: the first administrator of an empty installation, and help with log-in."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.accounts.actions.people import invite
from marketplace.accounts.policy import OPERATOR
from marketplace.accounts.queries import organisations, people
from marketplace.accounts.rules import links
from marketplace.accounts.rules.accounts import InvitationDraft, Role
from marketplace.cli.migrations import prepare_database
from marketplace.exchange.actions.decide import release_person
from marketplace.jobs.addresses import Addresses
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _

group = AppGroup("people", help="The people of the bank.")


def register(app: Flask) -> None:
    """Adds `people` to the command line."""
    app.cli.add_command(group)


@group.command("invite")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.PROJECT_LEADER.value, show_default=True)
@click.option("--organisation", "slug", required=True, metavar="SLUG", help="short name, such as almelo or regio-twente")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="language of the mail")
def invite_command(email: str, role: str, slug: str, language: str) -> None:
    """Invite EMAIL; the invitation link is the last line. It works once, for seven days."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - addresses need the app itself
    prepare_database(app)
    with current_app.extensions["database"].transaction() as session:
        organisation = organisations.get_organisation_by_slug(session, slug)
        draft = InvitationDraft(email, organisation.id, Role(role))
        invitation = invite(session, OPERATOR, draft=draft, locale=language)
        token = links.sign(current_app.config["SECRET_KEY"], links.INVITATION, invitation.id, invitation.nonce)
        click.echo(f"Invited {invitation.email} to {organisation.name} as {role}, until {invitation.expires_at:%Y-%m-%d}.")
    click.echo(Addresses(app, language).signed(links.INVITATION, token))


@group.command("list")
def list_command() -> None:
    """Print everybody: address, role, organisation, and whether the account is on."""
    with current_app.extensions["database"].read() as session:
        for person in people.list_all_people(session, OPERATOR):
            state = "active" if person.is_active else "off"
            click.echo(f"{person.email:<48} {person.role:<16} {person.organisation.slug:<20} {state}")


@group.command("deactivate")
@click.argument("email")
def deactivate_command(email: str) -> None:
    """Switch an account off: sessions and tokens end, open work goes to the organisation."""
    with current_app.extensions["database"].transaction() as session:
        person = people.find_person(session, email)
        if person is None:
            raise Missing(_("There is no active person with this address. Look at the list of people."))
        release_person(session, OPERATOR, person_id=person.id)
    click.echo(f"{email} is switched off.")
