"""What is taken of a saved search: a name, and the filters of the catalogue."""

from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from marketplace.api.fields import Choice, Codes, Day, Line, Whole, YesNo, read_choice
from marketplace.api.reading import QUERY_LENGTH_MAX, read_body
from marketplace.api.schema import Body
from marketplace.catalogue.actions.saved_searches import NAME_LENGTH_MAX
from marketplace.catalogue.rules.fields import pair_of
from marketplace.catalogue.rules.query import RADII_KM, Supply
from marketplace.catalogue.rules.saved_query import SavedFilters
from marketplace.http.places import finder
from marketplace.kernel import clock
from marketplace.kernel.dates import find_day_faults
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.market.rules.listing import Condition

FILTERS_MAX = 40  # values of one filter


class Radius(Whole):
    """One of the radii that the catalogue offers."""

    def __init__(self, meaning: str = "", **more: Any) -> None:
        super().__init__(meaning, shape={"enum": [*RADII_KM]}, **more)

    def read(self, value: Any) -> int:
        """Kilometres."""
        radius_km = super().read(value)
        if radius_km not in RADII_KM:
            raise Invalid(_("Choose one of: %(words)s.", words=", ".join(map(str, RADII_KM))))
        return radius_km


class Conditions(Codes):
    """A list of conditions."""

    shape = {"type": "array", "items": {"type": "string", "enum": [word.value for word in Condition]}, "maxItems": len(Condition)}

    def read(self, value: Any) -> tuple[Any, ...]:
        """Each of them once."""
        return tuple(read_choice(word, Condition) for word in super().read(value))


class Supplies(Codes):
    """Whether it is there, planned, or either."""

    shape = {"type": "array", "items": {"type": "string", "enum": [word.value for word in Supply]}, "maxItems": len(Supply)}

    def read(self, value: Any) -> tuple[Any, ...]:
        """Each of them once."""
        return tuple(read_choice(word, Supply) for word in super().read(value))


class Order(StrEnum):
    """How the catalogue stands when a saved search is opened."""

    DISTANCE = "distance"
    NEWEST = "newest"
    AVAILABLE_FROM = "availableFrom"


class SavedSearchPatch(Body):
    """A change of a saved search: what is left out stays, null takes a filter away."""

    name = Line(longest=NAME_LENGTH_MAX)
    q = Line("words; the beginning of a word will do", longest=QUERY_LENGTH_MAX)
    material_group = Codes("slugs of material groups", shape={"maxItems": FILTERS_MAX})
    material = Codes("slugs of materials", shape={"maxItems": FILTERS_MAX})
    condition = Conditions()
    organisation = Codes("slugs of organisations", shape={"maxItems": FILTERS_MAX})
    supply = Supplies("there: what is there or comes on a fixed day; planned: what comes free in a period")
    field = Codes("what owners answered, as field of /listings", shape={"maxItems": FILTERS_MAX})
    place = Line("a place name or postcode to search around", longest=QUERY_LENGTH_MAX)
    radius_km = Radius("maximum distance in km; needs a place")
    available_now = YesNo("true: what can be collected on the day that one looks; goes before availableFrom")
    available_from = Day("a day on which it must be free")
    sort = Choice(Order, meaning="how it stands when it is opened; absent: as the catalogue does")


class SavedSearchBody(SavedSearchPatch):
    """A new saved search."""

    name = Line(longest=NAME_LENGTH_MAX, required=True)


@dataclass(frozen=True, slots=True)
class SearchChange:
    """A name and filters, as far as they were sent."""

    values: dict[str, Any]

    def name(self, before: str = "") -> str:
        """The name as it should become."""
        return self.values.get("name", before) or ""

    def of(self, before: SavedFilters) -> SavedFilters:
        """The filters as they should become. Refused: a radius without a place."""
        sent: dict[str, Any] = {}
        for name, field in _FILTERS.items():
            if name in self.values:
                value = self.values[name]
                sent[field] = _EMPTY[field] if value is None else value
        if "fields" in sent:
            sent["fields"] = tuple(map(pair_of, sent["fields"]))
        if "day" in sent and isinstance(sent["day"], date):
            if faults := find_day_faults("available_from", sent["day"], clock.today()):
                raise Invalid.all(faults)
            sent["day"] = sent["day"].isoformat()
        after = replace(before, **sent)
        if after.radius_km is not None and not after.place:
            raise Invalid(_("A radius needs a place. Send place as well."), "radius_km")
        return after


_FILTERS = {
    "q": "q",
    "material_group": "groups",
    "material": "materials",
    "condition": "conditions",
    "organisation": "organisations",
    "supply": "supplies",
    "field": "fields",
    "place": "place",
    "radius_km": "radius_km",
    "available_now": "now",
    "available_from": "day",
    "sort": "sort",
}
_EMPTY = {field.name: field.default for field in fields(SavedFilters)}


def read_search(body: SavedSearchPatch) -> SearchChange:
    """What the body says. A place is looked up before the session opens, so that one that is none is refused."""
    values = read_body(body)
    if values.get("place"):
        finder().find(values["place"], "place")
    return SearchChange(values)
