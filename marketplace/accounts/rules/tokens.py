"""The terms of tokens: what a program may do with one, for whom, and until when."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.accounts.rules.accounts import Role
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import Text, _


class Scope(StrEnum):
    """What a token is good for: to read only, or to read and change."""

    READ = "read"
    WRITE = "write"


SCOPE_LABELS: dict[Scope, Text] = {Scope.READ: _("read only"), Scope.WRITE: _("read and change")}
TOKEN_NAME_LENGTH_MAX = 80
TOKENS_MAX = 20  # of one account
MACHINES_MAX = 20  # of one organisation


@dataclass(frozen=True, slots=True)
class TokenDraft:
    """A token as it is asked for. Without an organisation it may do what its owner may do anywhere."""

    name: str
    scope: Scope = Scope.WRITE
    organisation_id: int | None = None
    expires_on: date | None = None


def check_expiry(expires_on: date | None, *, today: date, own: date | None) -> None:
    """Refuse a last day that is over, or later than that of the token that asks."""
    if expires_on is not None and expires_on < today:
        raise Invalid(_("This day is over. Choose today or a later day."), "expires_on")
    if own is not None and (expires_on is None or expires_on > own):
        raise Invalid(
            _(
                "The token that you use ends on %(day)s. What it makes cannot last longer: choose that day or an earlier one.",
                day=own,
            ),
            "expires_on",
        )


def check_organisation(organisation_id: int | None, *, own: int | None, role: str, scope: Scope) -> None:
    """Refuse an organisation for which the owner cannot act.

    A reviewer reads everywhere, so a token of theirs may be kept to the reading of one organisation.
    """
    if organisation_id is None:
        return
    if role == Role.REVIEWER:
        if scope is not Scope.READ:
            raise Invalid(_("A token that is kept to one organisation only reads for a reviewer. Choose to read only."), "scope")
    elif role == Role.ADMIN:
        raise Invalid(
            _("An administrator acts for the whole bank. Make a machine account of that organisation instead."), "organisation"
        )
    elif organisation_id != own:
        raise Invalid(_("You act for your own organisation only. Choose that one, or leave it out."), "organisation")


def check_room(count: int, most: int) -> None:
    """Refuse one token more than an account may have."""
    if count >= most:
        raise Conflict(_("There are %(count)s tokens already. Revoke one that is not used any more first.", count=count))


def check_machines(count: int) -> None:
    """Refuse one machine account more than an organisation may have."""
    if count >= MACHINES_MAX:
        raise Conflict(_("There are %(count)s machine accounts already. End one that is not used any more first.", count=count))
