"""The people of an organisation, and those who are invited."""

from flask import Response

from marketplace.accounts.actions import people
from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Can
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.accounts.queries.people import get_own, get_person, get_waiting_invitation, list_invitations, list_people
from marketplace.accounts.rules.accounts import InvitationDraft, Role
from marketplace.accounts.rules.phones import DetailsDraft
from marketplace.api import query
from marketplace.api.bodies.people import InvitationBody, Language, OwnPatch, PersonPatch
from marketplace.api.reading import read_body, read_page, read_value
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.people import InvitationSchema, InvitationsSchema, OwnSchema, PeopleSchema, PersonSchema
from marketplace.exchange.actions.decide import release_person
from marketplace.http.request import current_actor, current_session, permission

OF = query.parameter("organisation", "slug of an organisation, for reviewer and administrator; absent: your own")
PERSON, INVITATION = "/people/<int:person_id>", "/invitations/<int:invitation_id>"


@route("GET", "/people", gives=PeopleSchema, tag="people", query=(OF, *query.PAGE), refuses=(404,))
@permission(Can.READ_PEOPLE)
def list_colleagues() -> Response:
    """List the people of your own organisation by name.

    Reviewer and administrator also those of another.
    """
    page, organisation = read_page(), _chosen()
    rows = list_people(current_session(), current_actor(), organisation.id)
    visible = [PersonSchema.write(row, organisation=organisation) for row in rows[page.offset : page.offset + page.size]]
    return many(PeopleSchema, visible, total=len(rows), page=page)


@route("GET", "/people/me", gives=OwnSchema, tag="people")
@permission(Can.OWN_ACCOUNT)
def show_own() -> Response:
    """Your own details."""
    return ok(OwnSchema.write(get_own(current_session(), current_actor())))


@route("PATCH", "/people/me", takes=OwnPatch(), gives=OwnSchema, tag="people")
@permission(Can.OWN_ACCOUNT)
def edit_own() -> Response:
    """Change your own name, language and phone number, and who sees that number. What is left out stays."""
    values, session, actor = read_body(OwnPatch()), current_session(), current_actor()
    language = values.get("language")
    draft = DetailsDraft(values.get("name"), language and language.value, values.get("phone"), values.get("phone_shown"))
    return ok(OwnSchema.write(people.change_details(session, actor, draft=draft)))


@route("GET", PERSON, gives=PersonSchema, tag="people")
@permission(Can.READ_PEOPLE)
def show_person(person_id: int) -> Response:
    """One colleague."""
    return ok(PersonSchema.write(get_person(current_session(), current_actor(), person_id)))


@route("PATCH", PERSON, takes=PersonPatch(), gives=PersonSchema, tag="people")
@permission(Can.MANAGE_PEOPLE)
def edit_person(person_id: int) -> Response:
    """Give a colleague another role, or switch the account off or on. Whoever gets another role logs in again; nobody changes their own."""
    values, session, actor = read_body(PersonPatch()), current_session(), current_actor()
    person = get_person(session, actor, person_id)
    if values.get("role") is not None:
        person = people.change_role(session, actor, person_id=person_id, role=values["role"])
    if values.get("is_active") is not None:
        switch = people.reactivate if values["is_active"] else release_person
        person = switch(session, actor, person_id=person_id)
    return ok(PersonSchema.write(person))


@route("GET", "/invitations", gives=InvitationsSchema, tag="people", query=(OF, *query.PAGE), refuses=(404,))
@permission(Can.READ_PEOPLE)
def list_waiting_invitations() -> Response:
    """List the invitations to your own organisation that wait for an answer."""
    page, organisation = read_page(), _chosen()
    rows = list_invitations(current_session(), current_actor(), organisation.id)
    visible = [InvitationSchema.write(row, organisation=organisation) for row in rows[page.offset : page.offset + page.size]]
    return many(InvitationsSchema, visible, total=len(rows), page=page)


@route("POST", "/invitations", takes=InvitationBody(), gives=InvitationSchema, status=201, tag="people")
@permission(Can.INVITE)
def create_invitation() -> Response:
    """Invite somebody by mail; an earlier invitation of the same address ends. A coordinator invites into their own organisation."""
    values, session, actor = read_body(InvitationBody()), current_session(), current_actor()
    slug = values.get("organisation") or actor.organisation_slug
    (organisation_id,) = query.check_organisations(session, (slug,))
    draft = InvitationDraft(values["email"], organisation_id, values.get("role") or Role.PROJECT_LEADER)
    invitation = people.invite(session, actor, draft=draft, locale=values.get("language") or Language.NL)
    organisation = get_organisation_by_slug(session, slug)
    return created(InvitationSchema.write(invitation, organisation=organisation), "show_invitation", invitation_id=invitation.id)


@route("GET", INVITATION, gives=InvitationSchema, tag="people")
@permission(Can.READ_PEOPLE)
def show_invitation(invitation_id: int) -> Response:
    """One invitation that waits for an answer."""
    return ok(InvitationSchema.write(get_waiting_invitation(current_session(), current_actor(), invitation_id)))


@route("DELETE", INVITATION, gives=InvitationSchema, tag="people")
@permission(Can.MANAGE_PEOPLE)
def delete_invitation(invitation_id: int) -> Response:
    """Withdraw an invitation; the answer shows it as it was. Its link no longer works."""
    session, actor = current_session(), current_actor()
    gone = InvitationSchema.write(get_waiting_invitation(session, actor, invitation_id))
    people.withdraw_invitation(session, actor, invitation_id=invitation_id)
    return ok(gone)


def _chosen() -> Organisation:
    """The organisation asked for, else one's own. Whether its people may be seen is for the query to say."""
    session, slug = current_session(), read_value("organisation")
    if slug:
        query.check_organisations(session, (slug,))
    return get_organisation_by_slug(session, slug or current_actor().organisation_slug)
