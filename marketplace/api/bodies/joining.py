"""From the body of an acceptance to the organisation that a request to join becomes."""

from dataclasses import dataclass
from typing import Any

from marketplace.accounts.models import JoinRequest
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.accounts.rules.organisations import OrganisationDraft, SubKind
from marketplace.api.bodies.people import AcceptJoinBody
from marketplace.api.reading import location_of, read_body
from marketplace.http.places import finder, located
from marketplace.market.rules.listing import Location


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the administrator says of an organisation that joins, and nothing else."""

    values: dict[str, Any]
    location: Location | None

    def of(self, request: JoinRequest) -> OrganisationDraft:
        """The organisation as it should become; the rest is as it was asked."""
        sent = self.values
        kind = sent.get("kind") or OrganisationKind.PARTNER
        location = self.location or located(finder().find(request.place, "place"))
        return OrganisationDraft(
            name=sent.get("name") or request.organisation_name,
            kind=kind,
            main_place=location.place_name,
            point=location.point,
            sub_kind=sent.get("sub_kind") or (SubKind(request.sub_kind) if kind is OrganisationKind.PARTNER else None),
            slug=sent.get("slug") or "",
            code=sent.get("code") or "",
            email_domain=sent.get("email_domain", request.email.partition("@")[2]) or "",
        )


def read_acceptance() -> Acceptance:
    """The acceptance in the body. A place is looked up before the session opens."""
    values = read_body(AcceptJoinBody())
    return Acceptance(values, location_of(values, required=False))
