"""`organisations`: a partner of the bank made at the console."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.accounts.actions.organisations import create_organisation
from marketplace.accounts.policy import OPERATOR
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.accounts.rules.organisations import OrganisationDraft, SubKind
from marketplace.cli.migrations import prepare_database
from marketplace.http.places import finder

group = AppGroup("organisations", help="The organisations of the bank.")


def register(app: Flask) -> None:
    """Add `organisations` to the command line."""
    app.cli.add_command(group)


@group.command("create")
@click.argument("name")
@click.option("--place", required=True, help="main place, a postcode, or latitude and longitude")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in OrganisationKind]),
    default=OrganisationKind.PARTNER.value,
    show_default=True,
)
@click.option("--sub-kind", type=click.Choice([kind.value for kind in SubKind]), help="what sort of partner")
@click.option("--slug", default="", help="short name; without it one is made of NAME")
@click.option("--code", default="", help="of a municipality: its code of the CBS, such as GM0164")
@click.option("--email-domain", default="", help="what its mail addresses end in")
@click.option("--alert-email", default="", help="of an adviser: where a recall is mailed beside its people")
def create_command(
    name: str, place: str, kind: str, sub_kind: str | None, slug: str, code: str, email_domain: str, alert_email: str
) -> None:
    """Make the organisation NAME. Invite its coordinator after that, with `people invite`."""
    prepare_database(current_app)
    location = finder().find(place)
    draft = OrganisationDraft(
        name=name,
        kind=OrganisationKind(kind),
        main_place=location.name,
        point=location.point,
        sub_kind=SubKind(sub_kind) if sub_kind else None,
        slug=slug,
        code=code,
        email_domain=email_domain,
        alert_email=alert_email,
    )
    with current_app.extensions["database"].transaction() as session:
        organisation = create_organisation(session, OPERATOR, draft=draft)
        click.echo(f"Made {organisation.name} ({organisation.slug}) in {organisation.main_place}.")
