"""What may stand in a depot's description."""

from dataclasses import dataclass
from enum import StrEnum

from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean

NAME_LENGTH_MAX = 120
ADDRESS_LENGTH_MAX = 200
PLACE_BASES = ("point", "address", "postcode", "place")


class Storers(StrEnum):
    """Who may store in a depot."""

    OWNER = "owner"
    MUNICIPALITIES = "municipalities"
    MEMBERS = "members"


STORER_LABELS: dict[Storers, Text] = {
    Storers.OWNER: _("only whose depot it is"),
    Storers.MUNICIPALITIES: _("the municipalities and the region"),
    Storers.MEMBERS: _("every member, partners too"),
}


@dataclass(frozen=True, slots=True)
class DepotDraft:
    """A storage place as a coordinator describes it. `municipality` is a slug, empty outside the region; `place_basis` says how
    the place is known: point, address, postcode or place."""

    name: str
    place_name: str
    municipality: str
    point: Point
    place_basis: str
    address: str | None = None


def clean_depot_name(text: str) -> str:
    """The name that people look for in a list; refused when it is empty."""
    name = clean(text, longest=NAME_LENGTH_MAX, field="name")
    if not name:
        raise Invalid(_("Fill in the name of the depot, for example “Works yard Borne”."), "name")
    return name


def clean_address(text: str | None) -> str | None:
    """A street and number, shown as an exact place is shown; nothing typed is None."""
    return clean(text or "", longest=ADDRESS_LENGTH_MAX, field="address") or None


def check_place_basis(basis: str) -> None:
    """How a place is known is one of four ways."""
    if basis not in PLACE_BASES:
        raise Invalid(_("Fill in a place, a postcode or coordinates."), "place")
