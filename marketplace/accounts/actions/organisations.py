"""The verbs of organisations."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.actions import sessions
from marketplace.accounts.actions.people import invite
from marketplace.accounts.actions.tokens import end_tokens, end_tokens_kept_to
from marketplace.accounts.models import Invitation, JoinRequest, Organisation, Person
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import find_organisation, get_organisation, get_organisation_by_slug
from marketplace.accounts.queries.region import seed_organisations
from marketplace.accounts.rules.accounts import InvitationDraft, OrganisationKind, Role
from marketplace.accounts.rules.organisations import (
    REQUESTS_OPEN_MAX,
    JoinDraft,
    JoinStatus,
    OrganisationDraft,
    check_closable,
    check_join,
    check_makeable,
    check_organisation,
    clean_reason,
)
from marketplace.accounts.rules.phones import PhoneShown
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Missing, Taken
from marketplace.kernel.language import LOCALES, _
from marketplace.kernel.text import fold
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def seed_region(session: Session) -> int:
    """Make the organisations of Twente that are not there yet; how many. Safe to run at every start."""
    existing = set(session.scalars(select(Organisation.slug)))
    missing = [founder for founder in seed_organisations() if founder.slug not in existing]
    session.add_all(
        Organisation(
            slug=founder.slug,
            name=founder.name,
            sort_key=fold(founder.name),
            kind=founder.kind.value,
            code=founder.code,
            main_place=founder.main_place,
            main_lat=founder.main_lat,
            main_lon=founder.main_lon,
            email_domain=founder.email_domain,
        )
        for founder in missing
    )
    session.flush()
    return len(missing)


def _columns(draft: OrganisationDraft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "sort_key": fold(draft.name),
        "sub_kind": draft.sub_kind.value if draft.sub_kind else None,
        "code": draft.code or None,
        "main_place": draft.main_place,
        "main_lat": draft.point.lat,
        "main_lon": draft.point.lon,
        "email_domain": draft.email_domain or None,
        "alert_email": draft.alert_email or None,
    }


def create_organisation(session: Session, actor: Actor, *, draft: OrganisationDraft) -> Organisation:
    """Make an organisation. Its people come by invitation; its short name stays what it is."""
    require(actor, Can.MANAGE_ORGANISATIONS)
    check_makeable(draft.kind)
    draft = check_organisation(draft)
    _check_new(session, draft.name, slug=draft.slug)
    organisation = Organisation(slug=draft.slug, kind=draft.kind.value, **_columns(draft))
    try:
        with session.begin_nested():
            session.add(organisation)
    except IntegrityError as error:  # two at once: the second is refused
        raise _taken_slug() from error
    audit.record(
        session,
        actor,
        action="organisation.create",
        object_type="organisation",
        object_id=organisation.id,
        kind=organisation.kind,
        sub_kind=organisation.sub_kind,
    )
    return organisation


def describe_organisation(session: Session, actor: Actor, *, slug: str, version: int, draft: OrganisationDraft) -> Organisation:
    """Change what an organisation says of itself. Kind and short name stay what they are."""
    require(actor, Can.MANAGE_ORGANISATIONS)
    organisation = get_organisation_by_slug(session, slug)
    draft = check_organisation(replace(draft, slug=organisation.slug, kind=OrganisationKind(organisation.kind)))
    _check_new(session, draft.name, but=organisation.id)
    return _change(
        session,
        actor,
        organisation,
        version,
        "organisation.edit",
        **_columns(draft),
    )


def mark_closed(session: Session, actor: Actor, *, slug: str, version: int) -> Organisation:
    """Let nobody of an organisation in any more.

    Sessions, tokens, machine accounts and invitations end, and phone numbers go. `matching.actions.organisations` sees to what it had open.
    """
    require(actor, Can.MANAGE_ORGANISATIONS)
    organisation = get_organisation_by_slug(session, slug)
    check_closable(OrganisationKind(organisation.kind))
    organisation = _change(session, actor, organisation, version, "organisation.close", is_active=False)
    now = clock.now()
    for person_id in session.scalars(select(Person.id).where(Person.organisation_id == organisation.id)).all():
        sessions.end_sessions(session, person_id=person_id)
        end_tokens(session, person_id=person_id)
    end_tokens_kept_to(session, organisation_id=organisation.id)
    of_it = update(Person).where(Person.organisation_id == organisation.id)
    session.execute(of_it.where(Person.is_machine).values(is_active=False))
    session.execute(of_it.values(phone="", phone_shown=PhoneShown.NEVER.value))
    waiting = update(Invitation).where(Invitation.organisation_id == organisation.id, Invitation.used_at.is_(None))
    session.execute(waiting.where(Invitation.expires_at > now).values(expires_at=now))
    return organisation


def mark_open(session: Session, actor: Actor, *, slug: str, version: int) -> Organisation:
    """Let the people of a closed organisation in again. What ended with it stays ended."""
    require(actor, Can.MANAGE_ORGANISATIONS)
    organisation = get_organisation_by_slug(session, slug)
    if organisation.is_active:
        return organisation
    return _change(session, actor, organisation, version, "organisation.reopen", is_active=True)


def _change(session: Session, actor: Actor, organisation: Organisation, version: int, action: str, **values: Any) -> Organisation:
    """Change the row at the version that was read, by one conditional statement."""
    changed = sorted(name for name, value in values.items() if getattr(organisation, name) != value)
    if organisation.version == version and not changed:
        return organisation
    moved = session.scalar(
        update(Organisation)
        .where(Organisation.id == organisation.id, Organisation.version == version)
        .values(**values, version=version + 1)
        .returning(Organisation.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(organisation)
    if moved is None:
        raise Conflict(
            _("Somebody else changed this in the meantime. Open the page again to see what it says now."),
            current=organisation.version,
            changed=[],
        )
    audit.record(
        session,
        actor,
        action=action,
        object_type="organisation",
        object_id=organisation.id,
        changed=[*changed],
        version=version + 1,
    )
    return organisation


def _check_new(session: Session, name: str, *, slug: str | None = None, but: int | None = None) -> None:
    same = session.scalars(select(Organisation.id).where(Organisation.sort_key == fold(name))).all()
    if [item for item in same if item != but]:
        raise Taken(_("There is an organisation with this name already. Choose another name."), "name")
    if slug is not None and find_organisation(session, slug) is not None:
        raise _taken_slug()


def _taken_slug() -> Conflict:
    return Taken(_("There is, or was, an organisation with this short name. Choose another one."), "slug")


def ask_to_join(session: Session, actor: Actor, *, draft: JoinDraft, locale: str = "nl") -> JoinRequest:
    """Ask, on behalf of an organisation, to join as a partner; the administrators are told. One request at a time for an address."""
    require(actor, Can.ASK_TO_JOIN)
    draft = check_join(draft)
    waiting = select(JoinRequest.email).where(JoinRequest.status == JoinStatus.WAITING.value)
    emails = session.scalars(waiting).all()
    if draft.email in emails:
        raise Taken(_("A request with this email address is already waiting for an answer."), "email")
    if len(emails) >= REQUESTS_OPEN_MAX:
        raise Conflict(_("Too many requests are waiting for an answer. Send us an email instead."))
    request = JoinRequest(
        organisation_name=draft.organisation,
        sub_kind=draft.sub_kind.value,
        place=draft.place,
        name=draft.name,
        email=draft.email,
        message=draft.message,
        locale=locale if locale in LOCALES else "nl",
        status=JoinStatus.WAITING.value,
        requested_at=clock.now(),
        reason="",
    )
    session.add(request)
    session.flush()
    administrators = select(Person.id).where(Person.role == Role.ADMIN.value, Person.is_active)
    for person_id in session.scalars(administrators).all():
        notify(session, Notice.JOIN_REQUESTED, person_id=person_id, organisation=draft.organisation, join_request_id=request.id)
    audit.record(session, actor, action="join_request.create", object_type="join_request", object_id=request.id)
    return request


def accept_request(session: Session, actor: Actor, *, request_id: int, draft: OrganisationDraft) -> Organisation:
    """Make the organisation that asked to join, and invite the asker as its coordinator.

    As the administrator describes it now. Accepting again changes nothing.
    """
    require(actor, Can.MANAGE_ORGANISATIONS)
    request = _locked(session, request_id)
    if request.organisation_id is not None:
        return get_organisation(session, request.organisation_id)
    _decide(request, actor)
    organisation = create_organisation(session, actor, draft=draft)
    invite(session, actor, draft=InvitationDraft(request.email, organisation.id, Role.COORDINATOR), locale=request.locale)
    request.status, request.organisation_id = JoinStatus.ACCEPTED.value, organisation.id
    session.flush()
    audit.record(
        session,
        actor,
        action="join_request.accept",
        object_type="join_request",
        object_id=request.id,
        for_organisation_id=organisation.id,
    )
    return organisation


def decline_request(session: Session, actor: Actor, *, request_id: int, reason: str) -> JoinRequest:
    """Decline a request to join; the asker reads the reason in a mail. Declining again changes nothing."""
    require(actor, Can.MANAGE_ORGANISATIONS)
    request = _locked(session, request_id)
    if request.status == JoinStatus.DECLINED.value:
        return request
    _decide(request, actor)
    request.status, request.reason = JoinStatus.DECLINED.value, clean_reason(reason)
    session.flush()
    notify(
        session,
        Notice.JOIN_DECLINED,
        email=request.email,
        locale=request.locale,
        organisation=request.organisation_name,
        reason=request.reason,
    )
    audit.record(session, actor, action="join_request.decline", object_type="join_request", object_id=request.id)
    return request


def _locked(session: Session, request_id: int) -> JoinRequest:
    """The request, locked for the one decision that is made of it."""
    request = session.scalars(
        select(JoinRequest).where(JoinRequest.id == request_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if request is None:
        raise Missing(_("There is no such request to join. Look in the list."))
    return request


def _decide(request: JoinRequest, actor: Actor) -> None:
    """Refuse a second decision; note whose this one is."""
    if request.status != JoinStatus.WAITING.value:
        raise Conflict(_("This request has been answered already."), currentStatus=request.status)
    request.decided_at, request.decided_by_id = clock.now(), actor.person_id
