"""Whoever asks: a person, a machine account, the clock, the operator, or nobody known."""

from dataclasses import dataclass
from datetime import date

from marketplace.accounts.rules.accounts import OrganisationKind, Role
from marketplace.accounts.rules.tokens import Scope

TRADING = {Role.PROJECT_LEADER, Role.COORDINATOR}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or machine account that asks, its organisation, and the door it came through.

    `scope`, `is_bound` and `token_ends_on` are of the token: what it is good for, whether it is kept to one organisation, its last day.
    `is_visiting`: a reviewer's that is kept to one organisation; what is the reviewer's own is out of its reach.
    """

    person_id: int | None = None
    name: str = ""
    organisation_id: int | None = None
    organisation_slug: str = ""
    organisation_name: str = ""
    organisation_kind: str = ""
    role: str = ""
    origin: str = "web"
    request_id: str | None = None
    locale: str = "nl"
    is_machine: bool = False
    scope: Scope = Scope.WRITE
    is_bound: bool = False
    is_visiting: bool = False
    token_ends_on: date | None = None

    @property
    def is_member(self) -> bool:
        """Whether this is a person or a machine account of the bank."""
        return self.person_id is not None

    @property
    def is_partner(self) -> bool:
        """Whether the organisation stands outside the region. Its turn comes later, if at all, and it knows public points only."""
        return self.organisation_kind in (OrganisationKind.PARTNER, OrganisationKind.ADVISER)

    @property
    def trades(self) -> bool:
        """Whether the actor lists and reserves. Project leaders and coordinators do; an adviser's only read along."""
        return self.role in TRADING and self.organisation_kind != OrganisationKind.ADVISER

    @property
    def judges(self) -> bool:
        """Whether the actor gives opinions of lots. A person of an adviser does; a machine account finds nothing of a lot."""
        return self.role in TRADING and self.organisation_kind == OrganisationKind.ADVISER and not self.is_machine

    @property
    def is_system(self) -> bool:
        """Whether this is the clock or the operator at the console."""
        return self.origin in ("job", "cli") and self.person_id is None


ANONYMOUS = Actor()
CLOCK = Actor(origin="job")
OPERATOR = Actor(origin="cli")
