"""What the pages of a search share: place, facets, orders, and the chips of what was chosen."""

from dataclasses import dataclass

from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.organisations import get_organisation
from marketplace.http.places import finder
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.places.rules import Place, PlaceBasis
from marketplace.web.ui.forms import attach
from marketplace.web.ui.search_address import Chip, Choice, Question
from marketplace.web.ui.search_form import SearchForm


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter with counts."""

    key: str
    label: Text
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Order:
    """One way to sort, and the address that does it."""

    label: Text
    href: str
    current: bool


def near_of(form: SearchForm) -> Place | None:
    """Look up the place to measure from, before the session opens. A place that cannot be looked up is reported at the field."""
    if not form.place.data:
        return None
    try:
        return finder().find(form.place.data)
    except Invalid as refusal:
        attach(form, refusal)
        return None


def home_of(session: Session, actor: Actor) -> Place | None:
    """Find where a member's own organisation is. Distances are shown from there until another place is typed."""
    if actor.organisation_id is None:
        return None
    own = get_organisation(session, actor.organisation_id)
    return Place(own.main_place, own.slug, Point(own.main_lat, own.main_lon), PlaceBasis.PLACE, own.main_place)


def material_chips(question: Question, taxonomy: Taxonomy) -> list[Chip]:
    """The words that were typed, and the materials that were chosen."""
    words = question.one("q")
    chips = [Chip(f"“{words}”", question.without(("q", None)))] if words else []
    for slug in question.all("material"):
        material = taxonomy.find_material(slug)
        chips.append(Chip(material.name if material else slug, question.without(("material", slug))))
    return chips


def facet_chips(question: Question, facets: list[Facet]) -> list[Chip]:
    """What was ticked in the facets, in their order."""
    names = {(facet.key, choice.value): choice.label for facet in facets for choice in facet.choices}
    keys = [facet.key for facet in facets]
    return [Chip(names.get((key, value), value), question.without((key, value))) for key in keys for value in question.all(key)]


def place_chips(question: Question, radius: str | None, near: Place | None) -> list[Chip]:
    """The place that was typed, with how far around it."""
    if near is None:
        return []
    label = (
        _("Within %(km)s km of %(place)s", km=int(radius), place=near.label) if radius else _("From %(place)s", place=near.label)
    )
    return [Chip(label, question.without(("place", None), ("radiusKm", None), ("sort", "distance")))]
