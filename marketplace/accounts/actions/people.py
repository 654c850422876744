"""The verbs of people: invited, accepted, changed, deactivated. Sessions and tokens stand in `sessions.py`."""

import secrets
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.actions import sessions as sessions_actions
from marketplace.accounts.actions.tokens import end_tokens
from marketplace.accounts.models import Invitation, PasswordReset, Person
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries import organisations, people
from marketplace.accounts.rules.accounts import (
    INVITATION_LIFETIME,
    INVITED_PER_DAY,
    INVITES_PER_DAY,
    RESET_LIFETIME,
    RESETS_PER_HOUR,
    InvitationDraft,
    Role,
    check_leaving,
    check_role_change,
    clean_email,
    clean_name,
)
from marketplace.accounts.rules.phones import DetailsDraft, PhoneShown, check_phone_shown, clean_phone
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Missing, Taken, TooMany
from marketplace.kernel.language import LOCALES, _
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def invite(session: Session, actor: Actor, *, draft: InvitationDraft, locale: str = "nl") -> Invitation:
    """Reserve a seat for an address and have the link mailed. An earlier invitation of the same address ends."""
    require(actor, Can.INVITE, draft)
    organisation = organisations.get_organisation(session, draft.organisation_id)
    if not organisation.is_active:
        raise Conflict(_("This organisation is closed. Open it again before you invite anybody."), "organisation")
    email = clean_email(draft.email)
    _check_letters(session, actor, email)
    existing = people.find_person(session, email)
    if existing is not None:
        message = _("This address has an account already. Choose another address.")
        left = _("This address has an account that is switched off. Switch it on again in the list of people.")
        raise Taken(message if existing.is_active or existing.organisation_id != organisation.id else left, "email")
    now = clock.now()
    session.execute(update(Invitation).where(Invitation.email == email, Invitation.used_at.is_(None)).values(expires_at=now))
    invitation = Invitation(
        email=email,
        organisation_id=organisation.id,
        role=draft.role.value,
        nonce=secrets.token_urlsafe(24),
        invited_by_id=actor.person_id,
        created_at=now,
        expires_at=now + INVITATION_LIFETIME,
    )
    session.add(invitation)
    session.flush()
    notify(
        session,
        Notice.INVITATION,
        email=email,
        locale=locale,
        invitation_id=invitation.id,
        organisation=organisation.name,
        role=draft.role.value,
        until=clock.local(invitation.expires_at).date().isoformat(),
    )
    audit.record(
        session,
        actor,
        action="invitation.create",
        object_type="invitation",
        object_id=invitation.id,
        for_organisation_id=organisation.id,
        role=draft.role.value,
    )
    return invitation


def _check_letters(session: Session, actor: Actor, email: str) -> None:
    """Refuse more letters in a day than an address can overlook, or than one person sends."""
    day = timedelta(days=1)
    sent = select(func.count()).where(Invitation.created_at > clock.now() - day)
    if (session.scalar(sent.where(Invitation.email == email)) or 0) >= INVITED_PER_DAY:
        raise TooMany(
            _("This address was invited %(most)s times in a day. Try again tomorrow.", most=INVITED_PER_DAY), day.days * 86_400
        )
    own = sent.where(Invitation.invited_by_id == actor.person_id)
    if actor.is_member and (session.scalar(own) or 0) >= INVITES_PER_DAY:
        raise TooMany(
            _("You invited %(most)s people in a day, which is the maximum. Try again tomorrow.", most=INVITES_PER_DAY),
            day.days * 86_400,
        )


def withdraw_invitation(session: Session, actor: Actor, *, invitation_id: int) -> None:
    """Make an invitation that was not used yet worthless."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is None:
        raise Missing(_("This invitation does not exist any more. Ask a coordinator of your organisation for a new one."))
    require(actor, Can.MANAGE_PEOPLE, invitation, hidden=True)
    if invitation.used_at is None and invitation.expires_at > clock.now():
        invitation.expires_at = clock.now()
        audit.record(session, actor, action="invitation.withdraw", object_type="invitation", object_id=invitation.id)


def accept(
    session: Session, actor: Actor, *, invitation_id: int, nonce: str, name: str, password_hash: str, locale: str = "nl"
) -> Person:
    """Take the seat: the person exists from now on. The link works once, however often it is clicked."""
    invitation = people.get_invitation(session, invitation_id, nonce)
    now = clock.now()
    taken = update(Invitation).where(Invitation.id == invitation.id, Invitation.used_at.is_(None), Invitation.expires_at > now)
    if session.scalar(taken.values(used_at=now).returning(Invitation.id)) is None:
        raise Missing(_("This invitation has been used. Log in, or ask a coordinator of your organisation for a new one."))
    if people.find_person(session, invitation.email) is not None:
        raise Taken(_("This address has an account already. Log in with it."))
    person = add_person(
        session,
        email=invitation.email,
        name=name,
        organisation_id=invitation.organisation_id,
        role=Role(invitation.role),
        password_hash=password_hash,
        locale=locale,
    )
    doer = Actor(person_id=person.id, organisation_id=person.organisation_id, origin=actor.origin, request_id=actor.request_id)
    audit.record(
        session, doer, action="invitation.accept", object_type="person", object_id=person.id, invitation_id=invitation.id
    )
    return person


def add_person(
    session: Session, *, email: str, name: str, organisation_id: int, role: Role, password_hash: str, locale: str = "nl"
) -> Person:
    """Add a person with a password, without an invitation. For the demonstration and tests, and the last step of `accept`."""
    now = clock.now()
    person = Person(
        email=clean_email(email),
        name=clean_name(name),
        organisation_id=organisation_id,
        role=role.value,
        password_hash=password_hash,
        locale=locale if locale in LOCALES else "nl",
        created_at=now,
        password_changed_at=now,
    )
    session.add(person)
    session.flush()
    return person


def request_reset(session: Session, actor: Actor, *, email: str) -> None:
    """Have a link mailed that sets a new password. Whoever asks cannot tell whether the address is known."""
    row = people.find_password(session, email.strip().lower())
    if row is None:
        return
    person_id = row[0]
    now = clock.now()
    recent = select(PasswordReset.id).where(PasswordReset.person_id == person_id, PasswordReset.created_at > now - RESET_LIFETIME)
    if len(session.scalars(recent).all()) >= RESETS_PER_HOUR:
        return
    reset = PasswordReset(person_id=person_id, nonce=secrets.token_urlsafe(24), created_at=now, expires_at=now + RESET_LIFETIME)
    session.add(reset)
    session.flush()
    notify(session, Notice.PASSWORD_RESET, person_id=person_id, reset_id=reset.id)
    audit.record(session, actor, action="password.request_reset", object_type="person", object_id=person_id)


def reset_password(session: Session, actor: Actor, *, reset_id: int, nonce: str, password_hash: str) -> Person:
    """Set a new password by a mailed link, once. Every session and token of the person ends."""
    reset, person = people.get_reset(session, reset_id, nonce)
    now = clock.now()
    taken = update(PasswordReset).where(
        PasswordReset.id == reset.id, PasswordReset.used_at.is_(None), PasswordReset.expires_at > now
    )
    if session.scalar(taken.values(used_at=now).returning(PasswordReset.id)) is None:
        raise Missing(_("This link has been used or is older than an hour. Ask for a new one at “Forgotten your password?”."))
    session.execute(
        update(PasswordReset).where(PasswordReset.person_id == person.id, PasswordReset.used_at.is_(None)).values(used_at=now)
    )
    _set_password(session, actor, person, password_hash, action="password.reset")
    end_tokens(session, person_id=person.id)
    return person


def change_password(session: Session, actor: Actor, *, seen_hash: str, password_hash: str) -> Person:
    """Set the actor's new password, once the old one (`seen_hash`) has been checked. Every session ends."""
    require(actor, Can.OWN_ACCOUNT)
    person = people.get_own(session, actor)
    if person.password_hash != seen_hash:
        raise Conflict(_("Your password was changed in the meantime. Log in again."))
    _set_password(session, actor, person, password_hash, action="password.change")
    return person


def _set_password(session: Session, actor: Actor, person: Person, password_hash: str, *, action: str) -> None:
    person.password_hash = password_hash
    person.password_changed_at = clock.now()
    ended = sessions_actions.end_sessions(session, person_id=person.id)
    notify(session, Notice.PASSWORD_CHANGED, person_id=person.id)
    audit.record(session, actor, action=action, object_type="person", object_id=person.id, ended_sessions=ended)


def change_details(session: Session, actor: Actor, *, draft: DetailsDraft) -> Person:
    """Change the actor's own name, language of mail and phone number, and to whom that is shown. What is None stays."""
    person = people.get_own(session, actor)
    if draft.name is not None:
        person.name = clean_name(draft.name)
    if draft.locale in LOCALES:
        person.locale = draft.locale
    if draft.phone is not None:
        person.phone = clean_phone(draft.phone)
    if draft.phone_shown is not None:
        person.phone_shown = draft.phone_shown.value
    check_phone_shown(person.phone, PhoneShown(person.phone_shown))
    audit.record(session, actor, action="person.edit", object_type="person", object_id=person.id)
    return person


def change_role(session: Session, actor: Actor, *, person_id: int, role: Role) -> Person:
    """Give a colleague another role. Their sessions end, so that nobody works on with old rights."""
    person = people.get_person(session, actor, person_id)
    require(actor, Can.MANAGE_PEOPLE, person)
    if role in (Role.REVIEWER, Role.ADMIN):
        require(actor, Can.MANAGE_ORGANISATIONS)
    check_role_change(is_self=person.id == actor.person_id)
    if person.role != role.value:
        old, person.role = person.role, role.value
        sessions_actions.end_sessions(session, person_id=person.id)
        audit.record(
            session, actor, action="person.change_role", object_type="person", object_id=person.id, old=old, new=role.value
        )
    return person


def deactivate(session: Session, actor: Actor, *, person_id: int) -> Person:
    """Switch an account off: sessions and tokens end, and the phone number goes.

    What the person worked on stays the organisation's (`exchange.actions.decide.release_person`).
    """
    person = people.get_person(session, actor, person_id)
    require(actor, Can.MANAGE_PEOPLE, person)
    check_leaving(is_self=person.id == actor.person_id)
    if person.is_active:
        person.is_active, person.phone, person.phone_shown = False, "", PhoneShown.NEVER.value
        sessions, tokens = (
            sessions_actions.end_sessions(session, person_id=person.id),
            end_tokens(session, person_id=person.id),
        )
        session.execute(
            update(PasswordReset)
            .where(PasswordReset.person_id == person.id, PasswordReset.used_at.is_(None))
            .values(used_at=clock.now())
        )
        audit.record(
            session,
            actor,
            action="person.deactivate",
            object_type="person",
            object_id=person.id,
            ended_sessions=sessions,
            ended_tokens=tokens,
        )
    return person


def reactivate(session: Session, actor: Actor, *, person_id: int) -> Person:
    """Switch an account on again, with the role and password it had. No session or token comes back."""
    person = people.get_person(session, actor, person_id)
    require(actor, Can.MANAGE_PEOPLE, person)
    if not person.is_active:
        person.is_active = True
        audit.record(session, actor, action="person.reactivate", object_type="person", object_id=person.id)
    return person
