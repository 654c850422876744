"""The organisations that take part, and those that ask to."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.actions import organisations as accounts
from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Can
from marketplace.accounts.queries.organisations import (
    get_join_request,
    get_organisation_by_slug,
    list_all_organisations,
    list_join_requests,
)
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.accounts.rules.organisations import CLOSABLE, KIND_LABELS, SUB_KIND_LABELS, OrganisationDraft, SubKind
from marketplace.http.places import finder
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.matching.actions import organisations as matching
from marketplace.web.admin.forms import DeclineForm, NewOrganisationForm, OrganisationForm
from marketplace.web.ui.form_page import done, page, submit

MANAGED = permission(Can.MANAGE_ORGANISATIONS)


def register(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint of the administration."""
    both = ["GET", "POST"]
    blueprint.add_url_rule("/beheer/organisaties", view_func=organisations)
    blueprint.add_url_rule("/beheer/organisaties/nieuw", view_func=create_organisation, methods=both)
    blueprint.add_url_rule("/beheer/organisaties/verzoeken", view_func=join_requests)
    blueprint.add_url_rule("/beheer/organisaties/verzoeken/<int:request_id>", view_func=join_request, methods=both)
    blueprint.add_url_rule("/beheer/organisaties/verzoeken/<int:request_id>/afwijzen", view_func=decline_join, methods=both)
    blueprint.add_url_rule("/beheer/organisaties/<slug>", view_func=edit_organisation, methods=both)
    blueprint.add_url_rule("/beheer/organisaties/<slug>/sluiten", view_func=close_organisation, methods=["POST"])
    blueprint.add_url_rule("/beheer/organisaties/<slug>/openen", view_func=reopen_organisation, methods=["POST"])


@MANAGED
def organisations() -> str:
    """List the organisations, those that were closed last."""
    return render_template(
        "admin/organisations.html",
        organisations=list_all_organisations(current_session(), current_actor()),
        waiting=sum(asker.status == "waiting" for asker in list_join_requests(current_session(), current_actor())),
        kinds=KIND_LABELS,
        sub_kinds=SUB_KIND_LABELS,
    )


@MANAGED
def create_organisation() -> ResponseReturnValue:
    """Make an organisation."""
    form = NewOrganisationForm(kind=OrganisationKind.PARTNER.value)

    def make() -> None:
        draft = _draft(form, OrganisationKind(form.kind.data))
        accounts.create_organisation(current_session(), current_actor(), draft=draft)

    if submit(form, make):
        return done(
            _("%(name)s takes part. Invite its coordinator now.", name=form.name.data or ""), url_for("admin.organisations")
        )
    return page("admin/create_organisation.html", form, refused=422)


@MANAGED
def edit_organisation(slug: str) -> ResponseReturnValue:
    """Describe an organisation anew, or close it."""
    organisation = get_organisation_by_slug(current_session(), slug)
    form = OrganisationForm(
        name=organisation.name,
        sub_kind=organisation.sub_kind or "",
        place=organisation.main_place,
        code=organisation.code,
        email_domain=organisation.email_domain,
        alert_email=organisation.alert_email,
        version=str(organisation.version),
    )

    def save() -> None:
        draft = _draft(form, OrganisationKind(organisation.kind), organisation)
        matching.edit_organisation(current_session(), current_actor(), slug=slug, version=_version(form), draft=draft)

    if submit(form, save):
        return done(_("The organisation is changed."), url_for("admin.organisations"))
    may_close = OrganisationKind(organisation.kind) in CLOSABLE
    return page("admin/edit_organisation.html", form, refused=422, organisation=organisation, may_close=may_close)


@MANAGED
def close_organisation(slug: str) -> ResponseReturnValue:
    """Close an organisation and withdraw what it has open."""
    session, actor = current_session(), current_actor()
    before = get_organisation_by_slug(session, slug)
    matching.close_organisation(session, actor, slug=slug, version=before.version)
    return done(_("%(name)s does not take part any more.", name=before.name), url_for("admin.organisations"))


@MANAGED
def reopen_organisation(slug: str) -> ResponseReturnValue:
    """Let the people of a closed organisation in again."""
    session, actor = current_session(), current_actor()
    before = get_organisation_by_slug(session, slug)
    matching.reopen_organisation(session, actor, slug=slug, version=before.version)
    return done(_("%(name)s takes part again.", name=before.name), url_for("admin.organisations"))


@MANAGED
def join_requests() -> str:
    """List the organisations that ask to join."""
    requests = list_join_requests(current_session(), current_actor())
    return render_template("admin/join_requests.html", requests=requests, sub_kinds=SUB_KIND_LABELS)


@MANAGED
def join_request(request_id: int) -> ResponseReturnValue:
    """Accept a request to join. The organisation is made as it is described here, and the asker invited."""
    asker = get_join_request(current_session(), current_actor(), request_id)
    form = OrganisationForm(
        name=asker.organisation_name,
        sub_kind=asker.sub_kind,
        place=asker.place,
        email_domain=asker.email.partition("@")[2],
    )

    def accept() -> None:
        draft = _draft(form, OrganisationKind.PARTNER)
        accounts.accept_request(current_session(), current_actor(), request_id=request_id, draft=draft)

    if submit(form, accept):
        return done(
            _(
                "%(name)s takes part. The invitation to %(email)s is on its way.",
                name=form.name.data or "",
                email=asker.email,
            ),
            url_for("admin.join_requests"),
        )
    return page("admin/join_request.html", form, refused=422, asker=asker, sub_kinds=SUB_KIND_LABELS)


@MANAGED
def decline_join(request_id: int) -> ResponseReturnValue:
    """Decline a request to join, with a reason."""
    asker = get_join_request(current_session(), current_actor(), request_id)
    form = DeclineForm()

    def decline() -> None:
        reason = form.reason.data or ""
        accounts.decline_request(current_session(), current_actor(), request_id=request_id, reason=reason)

    if submit(form, decline):
        return done(_("The request is declined. Whoever asked gets an email with your reason."), url_for("admin.join_requests"))
    return page("admin/decline_join.html", form, refused=422, asker=asker)


def _version(form: OrganisationForm) -> int:
    typed = form.version.data or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _draft(form: OrganisationForm, kind: OrganisationKind, before: Organisation | None = None) -> OrganisationDraft:
    """What the form says. A place that stays as it was keeps its point; another one is looked up."""
    typed = form.place.data or ""
    if before is not None and typed == before.main_place:
        name, point = before.main_place, Point(before.main_lat, before.main_lon)
    else:
        place = finder().find(typed)
        name, point = place.name, place.point
    return OrganisationDraft(
        name=form.name.data or "",
        kind=kind,
        main_place=name,
        point=point,
        sub_kind=SubKind(form.sub_kind.data) if form.sub_kind.data else None,
        code=form.code.data or "",
        email_domain=form.email_domain.data or "",
        alert_email=form.alert_email.data or "",
    )
