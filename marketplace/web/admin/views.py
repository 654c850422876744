"""People of an organisation, and the clock of the whole bank."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.actions import people as people_actions
from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Can, may
from marketplace.accounts.queries import organisations
from marketplace.accounts.queries import people as people_queries
from marketplace.accounts.rules.accounts import ROLE_LABELS, TRADERS, InvitationDraft, Role
from marketplace.exchange.actions.decide import release_person
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel import clock
from marketplace.kernel.language import _
from marketplace.web.admin import clock as clock_views
from marketplace.web.admin import organisations as organisation_views
from marketplace.web.admin import windows
from marketplace.web.admin.forms import InviteForm, RoleForm
from marketplace.web.ui.form_page import done, page, submit

blueprint = Blueprint("admin", __name__)
clock_views.register(blueprint)
windows.register(blueprint)
organisation_views.register(blueprint)


@blueprint.app_context_processor
def this_year() -> dict[str, int]:
    """The year whose material use the tabs lead to."""
    return {"this_year": clock.today().year}


def chosen_organisation() -> Organisation:
    """Choose the organisation asked for by `?organisatie=`, else the own one.

    `list_people` refuses what the actor may not see.
    """
    slug = request.args.get("organisatie") or current_actor().organisation_slug
    return organisations.get_organisation_by_slug(current_session(), slug)


@blueprint.get("/beheer")
@permission(Can.READ_PEOPLE)
def people() -> ResponseReturnValue:
    """List the people who work here, and those who are invited."""
    session, actor, organisation = current_session(), current_actor(), chosen_organisation()
    sees_all = may(actor, Can.READ_ALL_EXCHANGES)
    return render_template(
        "admin/people.html",
        organisation=organisation,
        organisations=organisations.list_organisations(session) if sees_all else [],
        people=people_queries.list_people(session, actor, organisation.id),
        invitations=people_queries.list_invitations(session, actor, organisation.id),
        roles=ROLE_LABELS,
        may_manage=may(actor, Can.MANAGE_PEOPLE, organisation.id),
    )


@blueprint.route("/beheer/uitnodigen", methods=["GET", "POST"])
@permission(Can.INVITE)
def invite() -> ResponseReturnValue:
    """Invite somebody. A coordinator invites a project leader into their own organisation, the administrator anyone."""
    form = InviteForm(role=Role.PROJECT_LEADER.value, organisation=chosen_organisation().slug)
    everywhere = may(current_actor(), Can.MANAGE_ORGANISATIONS)
    offered = organisations.list_organisations(current_session()) if everywhere else [chosen_organisation()]
    form.offer(offered, tuple(Role) if everywhere else (Role.PROJECT_LEADER,))
    if submit(form, lambda: send_invitation(form)):
        return done(
            _("The invitation to %(email)s is on its way. The link works for seven days.", email=form.email.data or ""),
            url_for("admin.people", organisatie=request.args.get("organisatie")),
        )
    return page("admin/invite.html", form, refused=422, slug=request.args.get("organisatie"))


def send_invitation(form: InviteForm) -> None:
    """Invite whom the form names."""
    organisation = organisations.get_organisation_by_slug(current_session(), form.organisation.data)
    draft = InvitationDraft(form.email.data or "", organisation.id, Role(form.role.data))
    people_actions.invite(current_session(), current_actor(), draft=draft, locale=form.locale.data)


@blueprint.post("/beheer/uitnodigingen/<int:invitation_id>/intrekken")
@permission(Can.MANAGE_PEOPLE)
def withdraw_invitation(invitation_id: int) -> ResponseReturnValue:
    """Make an invitation worthless."""
    people_actions.withdraw_invitation(current_session(), current_actor(), invitation_id=invitation_id)
    return done(_("The invitation is withdrawn."), url_for("admin.people"))


@blueprint.route("/beheer/mensen/<int:person_id>", methods=["GET", "POST"])
@permission(Can.MANAGE_PEOPLE)
def person(person_id: int) -> ResponseReturnValue:
    """One colleague: the role, and whether the account is on."""
    actor, someone = current_actor(), people_queries.get_person(current_session(), current_actor(), person_id)
    form = RoleForm(role=someone.role)
    form.narrow(tuple(Role) if may(actor, Can.MANAGE_ORGANISATIONS) else TRADERS)
    if submit(form, lambda: people_actions.change_role(current_session(), actor, person_id=person_id, role=Role(form.role.data))):
        return done(
            _("The role is changed. This person logs in again to work with it."),
            url_for("admin.people", organisatie=someone.organisation.slug),
        )
    may_manage, is_self = may(actor, Can.MANAGE_PEOPLE, someone), someone.id == actor.person_id
    return page("admin/person.html", form, refused=422, person=someone, may_manage=may_manage, is_self=is_self)


@blueprint.post("/beheer/mensen/<int:person_id>/uitzetten")
@permission(Can.MANAGE_PEOPLE)
def deactivate(person_id: int) -> ResponseReturnValue:
    """Switch an account off; open work goes to the organisation."""
    someone = release_person(current_session(), current_actor(), person_id=person_id)
    return done(
        _("The account of %(name)s is off. Open work now belongs to the organisation.", name=someone.name),
        url_for("admin.people", organisatie=someone.organisation.slug),
    )


@blueprint.post("/beheer/mensen/<int:person_id>/aanzetten")
@permission(Can.MANAGE_PEOPLE)
def reactivate(person_id: int) -> ResponseReturnValue:
    """Switch an account on again."""
    someone = people_actions.reactivate(current_session(), current_actor(), person_id=person_id)
    return done(
        _("The account of %(name)s is on again.", name=someone.name),
        url_for("admin.people", organisatie=someone.organisation.slug),
    )
