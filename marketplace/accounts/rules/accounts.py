"""The terms of accounts: kinds of organisations, roles, and limits. Limits of sessions, passwords and invitations."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean


class OrganisationKind(StrEnum):
    """The kinds of organisation. A municipality, a partner (company, housing corporation, water board), the region itself, or an adviser."""

    MUNICIPALITY = "municipality"
    PARTNER = "partner"
    REGION = "region"
    ADVISER = "adviser"


_COLLEAGUES = frozenset((OrganisationKind.MUNICIPALITY, OrganisationKind.REGION))


def are_colleagues(kinds: Iterable[str]) -> bool:
    """Whether organisations of all these kinds belong to the region.

    Their people may know each other's exact points.
    """
    return _COLLEAGUES.issuperset(kinds)


class Role(StrEnum):
    """What a person does in the one organisation they belong to. `reviewer` is the AO CE, `admin` the platform's."""

    PROJECT_LEADER = "project_leader"
    COORDINATOR = "coordinator"
    REVIEWER = "reviewer"
    ADMIN = "admin"


REGION_SLUG = "regio-twente"
INVITATION_LIFETIME = timedelta(days=7)
RESET_LIFETIME = timedelta(hours=1)
PASSWORD_LENGTH_MIN = 12
PASSWORD_LENGTH_MAX = 200
FAILURES_ALLOWED = 10
FAILURES_WINDOW = timedelta(minutes=15)
KEPT_FOR = timedelta(hours=24)  # what was typed when a session had ended
IDEMPOTENCY_LIFETIME = timedelta(hours=24)
TRADERS = (Role.PROJECT_LEADER, Role.COORDINATOR)
ROLE_LABELS: dict[Role, Text] = {
    Role.PROJECT_LEADER: _("Project leader"),
    Role.COORDINATOR: _("Coordinator"),
    Role.REVIEWER: _("Reviewer (AO CE)"),
    Role.ADMIN: _("Administrator of the platform"),
}
NAME_LENGTH_MAX = 120
EMAIL_LENGTH_MAX = 254
RESETS_PER_HOUR = 3
INVITED_PER_DAY = 3  # one address
INVITES_PER_DAY = 50  # one person
SEEN_EVERY = timedelta(minutes=1)
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.)+[a-z]{{2,63}}")


@dataclass(frozen=True, slots=True)
class InvitationDraft:
    """Whom to invite, where, and to do what."""

    email: str
    organisation_id: int
    role: Role


def clean_email(text: str, *, field: str = "email") -> str:
    """The address in lower case; refused when it has another shape than name@organisation.nl."""
    email = clean(text, longest=EMAIL_LENGTH_MAX, field=field).lower()
    if not _EMAIL.fullmatch(email):
        raise Invalid(_("Fill in an email address such as name@municipality.nl."), field)
    return email


def clean_name(text: str, *, field: str = "name", longest: int = NAME_LENGTH_MAX) -> str:
    """A name of a person or a token; refused when nothing is left of it."""
    name = clean(text, longest=longest, field=field)
    if not name:
        raise Invalid(_("Fill in a name."), field)
    return name


def check_password(password: str, *, email: str, is_common: Callable[[str], bool]) -> None:
    """Refuse a password that is too short or easily guessed.

    At least 12 characters, not one of those guessed first, not the e-mail address; digits and signs are not required.
    """
    if len(password) < PASSWORD_LENGTH_MIN:
        raise Invalid(
            _(
                "The password has %(length)s characters. Use at least %(shortest)s, for example four words.",
                length=len(password),
                shortest=PASSWORD_LENGTH_MIN,
            ),
            "password",
        )
    if len(password) > PASSWORD_LENGTH_MAX:
        raise Invalid(
            _(
                "The password has %(length)s characters. Use at most %(longest)s.",
                length=len(password),
                longest=PASSWORD_LENGTH_MAX,
            ),
            "password",
        )
    name, _at, domain = email.lower().partition("@")
    typed = password.lower()
    if (len(name) >= 4 and name in typed) or (domain and domain in typed):
        raise Invalid(_("The password contains your email address. Choose one without it."), "password")
    if is_common(typed):
        raise Invalid(
            _("Many people use this password, so it is guessed quickly. Choose another one, for example four words."), "password"
        )


def check_role_change(*, is_self: bool) -> None:
    """Nobody changes the own role: there is always a colleague who can put it right."""
    if is_self:
        raise Conflict(_("You cannot change your own role. Ask another coordinator or the administrator."))


def check_leaving(*, is_self: bool) -> None:
    """Nobody deactivates the own account."""
    if is_self:
        raise Conflict(_("You cannot deactivate your own account. Ask another coordinator or the administrator."))


def retry_after_s(attempts: list[datetime], now: datetime) -> int:
    """Count the seconds until the oldest of the last ten failures is fifteen minutes old.

    At least 1; 0 when there are fewer than ten.
    """
    if len(attempts) < FAILURES_ALLOWED:
        return 0
    frees_at = sorted(attempts)[-FAILURES_ALLOWED] + FAILURES_WINDOW
    return max(1, math.ceil((frees_at - now).total_seconds()))
