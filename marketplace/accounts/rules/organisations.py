"""What may stand in the description of an organisation, and in a request to join."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from marketplace.accounts.rules.accounts import OrganisationKind, clean_email, clean_name
from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean, fold

SLUG_LENGTH_MAX = 60
PLACE_LENGTH_MAX = 80
DOMAIN_LENGTH_MAX = 120
TEXT_LENGTH_MAX = 1000
REQUESTS_OPEN_MAX = 200  # nobody reads more; a wave of made-up requests ends here
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CODE = re.compile(r"GM[0-9]{4}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class SubKind(StrEnum):
    """What sort of partner an organisation is."""

    WATER_BOARD = "water_board"
    PROVINCE = "province"
    HOUSING_CORPORATION = "housing_corporation"
    CONTRACTOR = "contractor"
    DEMOLITION = "demolition"
    PROCESSOR = "processor"
    PUBLIC_COMPANY = "public_company"
    KNOWLEDGE = "knowledge"


class JoinStatus(StrEnum):
    """Where a request to join stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


KIND_LABELS: dict[OrganisationKind, Text] = {
    OrganisationKind.MUNICIPALITY: _("Municipality"),
    OrganisationKind.PARTNER: _("Partner"),
    OrganisationKind.REGION: _("Region"),
    OrganisationKind.ADVISER: _("Adviser: reads along, does not trade"),
}
SUB_KIND_LABELS: dict[SubKind, Text] = {
    SubKind.WATER_BOARD: _("Water board"),
    SubKind.PROVINCE: _("Province"),
    SubKind.HOUSING_CORPORATION: _("Housing corporation"),
    SubKind.CONTRACTOR: _("Contractor"),
    SubKind.DEMOLITION: _("Demolition company"),
    SubKind.PROCESSOR: _("Processor or recycler"),
    SubKind.PUBLIC_COMPANY: _("Public company"),
    SubKind.KNOWLEDGE: _("Education or research"),
}
CHAIN = (SubKind.CONTRACTOR, SubKind.DEMOLITION, SubKind.PROCESSOR)  # who builds with material, breaks it out, makes it anew
CLOSABLE = (OrganisationKind.PARTNER, OrganisationKind.ADVISER)


@dataclass(frozen=True, slots=True)
class OrganisationDraft:
    """An organisation as the administrator describes it.

    Without a `slug` one is made of the name. `code` is a municipality's of the CBS, `alert_email` an adviser's: where a recall is mailed.
    """

    name: str
    kind: OrganisationKind
    main_place: str
    point: Point
    sub_kind: SubKind | None = None
    slug: str = ""
    code: str = ""
    email_domain: str = ""
    alert_email: str = ""


@dataclass(frozen=True, slots=True)
class JoinDraft:
    """An organisation that asks to join as a partner, and whom to write to."""

    organisation: str
    sub_kind: SubKind
    place: str
    name: str
    email: str
    message: str = ""


def check_organisation(draft: OrganisationDraft) -> OrganisationDraft:
    """The draft, cleaned. Refused, each at its field: a text that is empty or too long, a sub-kind or code of the wrong kind."""
    cleaned, errors = _clean_each(
        {
            "name": lambda: clean_name(draft.name),
            "main_place": lambda: clean_place(draft.main_place),
            "slug": lambda: clean_slug(draft.slug) if draft.slug else slug_of(draft.name) if draft.name.strip() else "",
            "code": lambda: _clean_code(draft.code, draft.kind),
            "email_domain": lambda: clean_domain(draft.email_domain),
            "alert_email": lambda: _clean_alert_email(draft.alert_email, draft.kind),
        }
    )
    if (draft.kind is OrganisationKind.PARTNER) != (draft.sub_kind is not None):
        errors.append(
            FieldError(
                "sub_kind",
                _("Choose what sort of partner this is.")
                if draft.sub_kind is None
                else _("Only a partner has a sort. Leave this empty."),
            )
        )
    if errors:
        raise Invalid.all(errors)
    return OrganisationDraft(kind=draft.kind, point=draft.point, sub_kind=draft.sub_kind, **cleaned)


def check_join(draft: JoinDraft) -> JoinDraft:
    """The request, cleaned. Refused, each at its field: a text that is empty or too long, an address that is none."""
    cleaned, errors = _clean_each(
        {
            "organisation": lambda: clean_name(draft.organisation, field="organisation"),
            "place": lambda: clean_place(draft.place, field="place"),
            "name": lambda: clean_name(draft.name),
            "email": lambda: clean_email(draft.email),
            "message": lambda: clean(draft.message, lines=True, longest=TEXT_LENGTH_MAX, field="message"),
        }
    )
    if errors:
        raise Invalid.all(errors)
    return JoinDraft(sub_kind=draft.sub_kind, **cleaned)


def _clean_each(cleaners: Mapping[str, Callable[[], str]]) -> tuple[dict[str, str], list[FieldError]]:
    """Every text cleaned, and everything that is wrong with them at once."""
    cleaned: dict[str, str] = {}
    errors: list[FieldError] = []
    for field, clean_one in cleaners.items():
        try:
            cleaned[field] = clean_one()
        except Invalid as refusal:
            errors += refusal.errors
    return cleaned, errors


def clean_place(text: str, *, field: str = "main_place") -> str:
    """The name of the place where the organisation sits."""
    place = clean(text, longest=PLACE_LENGTH_MAX, field=field)
    if not place:
        raise Invalid(_("Fill in a place, a postcode or coordinates."), field)
    return place


def clean_slug(text: str) -> str:
    """A short name for addresses and files: lower case, digits and single hyphens. It never changes."""
    slug = clean(text, longest=SLUG_LENGTH_MAX, field="slug")
    if not _SLUG.fullmatch(slug):
        raise Invalid(
            _("Use lower case letters, digits and hyphens for the short name, for example waterschap-vechtstromen."), "slug"
        )
    return slug


def slug_of(name: str) -> str:
    """The short name that a name gives by itself. `Waterschap Vechtstromen` is waterschap-vechtstromen."""
    slug = "-".join(re.findall(r"[a-z0-9]+", fold(name)))[:SLUG_LENGTH_MAX].strip("-")
    if not slug:
        raise Invalid(_("Fill in a name with letters or digits."), "name")
    return slug


def clean_domain(text: str) -> str:
    """What the mail addresses of the organisation end in, such as vechtstromen.nl; may be empty."""
    domain = clean(text, longest=DOMAIN_LENGTH_MAX, field="email_domain").lower().removeprefix("@")
    if domain and not _DOMAIN.fullmatch(domain):
        raise Invalid(_("Fill in what comes after the @, for example vechtstromen.nl."), "email_domain")
    return domain


def _clean_code(text: str, kind: OrganisationKind) -> str:
    code = clean(text, field="code").upper()
    if kind is not OrganisationKind.MUNICIPALITY:
        if code:
            raise Invalid(_("Only a municipality has a code of the CBS. Leave this empty."), "code")
        return ""
    if not _CODE.fullmatch(code):
        raise Invalid(_("Fill in the municipality's code of the CBS, for example GM0164."), "code")
    return code


def _clean_alert_email(text: str, kind: OrganisationKind) -> str:
    """Where a recall is mailed beside the people of an adviser; may be empty."""
    if not text.strip():
        return ""
    if kind is not OrganisationKind.ADVISER:
        raise Invalid(_("Only an adviser has an address for alerts. Leave this empty."), "alert_email")
    return clean_email(text, field="alert_email")


def clean_reason(text: str) -> str:
    """Why a request is declined; the asker reads it."""
    reason = clean(text, lines=True, longest=TEXT_LENGTH_MAX, field="reason")
    if not reason:
        raise Invalid(_("Say why. Whoever asked can read it."), "reason")
    return reason


def check_makeable(kind: OrganisationKind) -> None:
    """There is one region."""
    if kind is OrganisationKind.REGION:
        raise Conflict(_("The region is there already, and there is one. Choose another kind."), "kind")


def check_closable(kind: OrganisationKind) -> None:
    """The goals and figures are asked of every municipality, and the region keeps the bank."""
    if kind not in CLOSABLE:
        raise Conflict(_("A municipality or the region cannot be closed: the goals and figures are asked of it."))
