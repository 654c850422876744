"""The organisations that take part."""

from flask import Response

from marketplace.accounts.actions import organisations as accounts
from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Can
from marketplace.accounts.queries.organisations import get_organisation_by_slug, list_all_organisations
from marketplace.api import query
from marketplace.api.bodies import drafts
from marketplace.api.bodies.organisation import OrganisationBody, OrganisationPatch
from marketplace.api.reading import read_page
from marketplace.api.routing import created, many, ok, require_match, route, with_current
from marketplace.api.shapes.organisation import OrganisationsSchema, WholeOrganisationSchema
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.errors import Conflict
from marketplace.matching.actions import organisations as matching


@route("GET", "/organisations", gives=OrganisationsSchema, tag="reference", query=query.PAGE)
@permission(Can.READ_ORGANISATIONS)
def list_organisations() -> Response:
    """The organisations by name; for the administrator also those that were closed."""
    page = read_page()
    rows = list_all_organisations(current_session(), current_actor())
    return many(OrganisationsSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("GET", "/organisations/<slug>", gives=WholeOrganisationSchema, tag="reference")
@permission(Can.READ_ORGANISATIONS)
def get_organisation(slug: str) -> Response:
    """One organisation."""
    return ok(WholeOrganisationSchema.write(get_organisation_by_slug(current_session(), slug)))


@route("POST", "/organisations", takes=OrganisationBody(), gives=WholeOrganisationSchema, status=201, tag="reference")
@permission(Can.MANAGE_ORGANISATIONS)
def create_organisation() -> Response:
    """Create an organisation, as the administrator. Its people come by invitation."""
    draft = drafts.new_organisation()
    organisation = accounts.create_organisation(current_session(), current_actor(), draft=draft)
    return created(WholeOrganisationSchema.write(organisation), "get_organisation", slug=organisation.slug)


@route("PATCH", "/organisations/<slug>", takes=OrganisationPatch(), gives=WholeOrganisationSchema, tag="reference", matched=True)
@permission(Can.MANAGE_ORGANISATIONS)
def edit_organisation(slug: str) -> Response:
    """Change what is sent and leave the rest; `version` is the one that you read. `isActive` closes it or opens it again."""
    change = drafts.change_of_organisation()
    try:
        return ok(WholeOrganisationSchema.write(_changed(slug, change)))
    except Conflict as conflict:
        current = get_organisation_by_slug(current_session(), slug)
        raise with_current(conflict, WholeOrganisationSchema.write(current)) from conflict


def _changed(slug: str, change: drafts.OrganisationChange) -> Organisation:
    """The organisation after the change: described first, then closed or opened."""
    session, actor = current_session(), current_actor()
    before = get_organisation_by_slug(session, slug)
    require_match(before, WholeOrganisationSchema.write)
    organisation = matching.edit_organisation(session, actor, slug=slug, version=change.version, draft=change.of(before))
    if change.is_active is None:
        return organisation
    settle = matching.reopen_organisation if change.is_active else matching.close_organisation
    return settle(session, actor, slug=slug, version=organisation.version)
