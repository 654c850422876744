"""What may stand in a depot's description."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.depots.rules.opening import Hours
from marketplace.kernel.contacts import has_contact_details
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean, fold

NAME_LENGTH_MAX = 120
ADDRESS_LENGTH_MAX = 200
NOTE_LENGTH_MAX = 300
COLLECTING_LENGTH_MAX = 1500
TAKES_LENGTH_MAX = 400  # of all slugs of groups together, with a bar around each
STAY_DAYS_MAX = 3650  # ten years
BAY_LENGTH_MAX = 40
BAYS_MAX = 100
KEEPERS_MAX = 50
_HOURS = re.compile(
    r"(?<![\d.])(?:[01]?\d|2[0-4])[.:][0-5]\d ?[-–] ?(?:[01]?\d|2[0-4])[.:][0-5]\d(?![\d.])"
)  # digits, and no phone
PLACE_BASES = ("point", "address", "postcode", "place")


class Storers(StrEnum):
    """Who may store in a depot."""

    OWNER = "owner"
    MUNICIPALITIES = "municipalities"
    MEMBERS = "members"


STORER_LABELS: dict[Storers, Text] = {
    Storers.OWNER: _("only the organisation whose depot it is"),
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


@dataclass(frozen=True, slots=True)
class DepotDetails:
    """What a depot says of itself.

    `takes` are slugs of groups of materials, none: everything. `longest_stay_days` None: as long as it takes.
    `opening_note` and `collecting` are for everybody to read.
    """

    name: str
    address: str | None
    is_public: bool
    hours: Hours
    opening_note: str
    collecting: str
    takes: tuple[str, ...]
    storers: Storers
    longest_stay_days: int | None


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


def clean_opening_note(text: str) -> str:
    """What hours cannot say, for everybody to read."""
    return _for_everybody(text, "opening_note", NOTE_LENGTH_MAX)


def clean_collecting(text: str) -> str:
    """What may be collected and how, for everybody to read."""
    return _for_everybody(text, "collecting", COLLECTING_LENGTH_MAX)


def _for_everybody(text: str, field: str, longest: int) -> str:
    tidy = clean(text, lines=True, longest=longest, field=field)
    if has_contact_details(_HOURS.sub("", tidy)):
        raise Invalid(
            _("Leave out phone numbers and email addresses: everyone can read this. The reservation shows whom to call."), field
        )
    return tidy


def stored_groups(slugs: Iterable[str]) -> str:
    """The groups of materials as they are stored: `|hout|staal|`; none is everything."""
    chosen = sorted(set(slugs))
    stored = f"|{'|'.join(chosen)}|" if chosen else ""
    if len(stored) > TAKES_LENGTH_MAX:
        raise Invalid(_("These are too many groups to name. Choose none if the depot takes everything."), "takes")
    return stored


def check_longest_stay(days: int | None) -> None:
    """Between a day and ten years, or no limit at all."""
    if days is not None and not 1 <= days <= STAY_DAYS_MAX:
        raise Invalid(
            _("Enter a number of days from 1 to %(most)s. Leave it empty if there is no limit.", most=STAY_DAYS_MAX),
            "longest_stay_days",
        )


def clean_bays(names: Iterable[str]) -> tuple[str, ...]:
    """The names of the bays in the order given. Refused: a name twice (`a1` is `A1`), one that is too long, and too many."""
    cleaned = [name for typed in names if (name := clean(typed, longest=BAY_LENGTH_MAX, field="bays"))]
    seen: set[str] = set()
    for name in cleaned:
        if fold(name) in seen:
            raise Invalid(_("“%(name)s” is there twice. Give every bay a name of its own.", name=name), "bays")
        seen.add(fold(name))
    if len(cleaned) > BAYS_MAX:
        raise Invalid(_("A depot has at most %(most)s bays. Put some of them together.", most=BAYS_MAX), "bays")
    return tuple(cleaned)


def check_open(*, is_active: bool) -> None:
    """Refuse what would come into a depot that takes nothing new."""
    if not is_active:
        raise Conflict(_("This depot is closed: it takes no new lots. Choose another depot."), "depot")


def may_store(storers: str, *, owner_id: int | None, owner_kind: str, depot_owner_id: int) -> bool:
    """Whether an organisation may store in a depot: whose it is always, others as it says."""
    if owner_id == depot_owner_id or (storers == Storers.MEMBERS and owner_kind != OrganisationKind.ADVISER):
        return True
    return storers == Storers.MUNICIPALITIES and owner_kind in (OrganisationKind.MUNICIPALITY, OrganisationKind.REGION)


def check_storer(storers: str, *, owner_id: int, owner_kind: str, depot_owner_id: int) -> None:
    """Refuse the lot of an organisation that may not store here."""
    if may_store(storers, owner_id=owner_id, owner_kind=owner_kind, depot_owner_id=depot_owner_id):
        return
    raise Invalid(
        _("The owner of this lot may not store in this depot. Choose another depot, or ask its coordinator to change who may."),
        "depot",
    )


def check_taken(takes: str, group: str) -> None:
    """Refuse a material that this depot does not take. `takes`: slugs of groups as |a|b|, empty for everything."""
    if takes and f"|{group}|" not in takes:
        raise Invalid(
            _("This depot does not take this material. Choose another depot, or ask its coordinator to change what it takes."),
            "depot",
        )
