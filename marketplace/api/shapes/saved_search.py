"""A search of the catalogue that somebody keeps under a name."""

from typing import Any

from marketplace.api.bodies.saved_search import Conditions, Order, Supplies
from marketplace.api.fields import Choice, Codes, Day, Integer, Line, LineOrNull, Moment, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape, Written
from marketplace.catalogue.models import SavedSearch
from marketplace.catalogue.rules.fields import term_of
from marketplace.catalogue.rules.saved_query import SavedFilters, read_filters
from marketplace.http.request import site_address
from marketplace.kernel.errors import Invalid


def _day(filters: SavedFilters) -> Any:
    try:
        return filters.available_from
    except Invalid:
        return None


class SavedSearchSchema(Shape):
    """A saved search, with the filters of the catalogue."""

    id = Integer()
    name = Line()
    created_at = Moment()
    url = Line("its page of the catalogue")
    q = LineOrNull("words")
    material_group = Codes("slugs of material groups", attribute="groups")
    material = Codes("slugs of materials", attribute="materials")
    condition = Conditions(attribute="conditions")
    organisation = Codes("slugs of organisations", attribute="organisations")
    supply = Supplies("what is there, what is planned; empty: either", attribute="supplies")
    field = Codes("what owners answered, as field of /listings", get=lambda filters: [term_of(*pair) for pair in filters.fields])
    place = LineOrNull("a place name or postcode to search around")
    radius_km = Integer("maximum distance in km", allow_none=True)
    available_now = YesNo("whether it asks for what can be collected on the day that one looks", attribute="now")
    available_from = Day("a day on which it must be free; null: any, or one that cannot be read", allow_none=True, get=_day)
    sort = Choice(
        Order,
        meaning="how it stands when it is opened; null: as the catalogue does",
        allow_none=True,
        get=lambda filters: filters.sort if filters.sort in set(Order) else None,
    )


class SavedSearchesSchema(PageSchema):
    """A page of saved searches, newest first."""

    items = List(Part(SavedSearchSchema))


def write_search(search: SavedSearch) -> Written:
    """A saved search with its filters."""
    return SavedSearchSchema.write(
        read_filters(search.query),
        id=search.id,
        name=search.name,
        created_at=search.created_at,
        url=f"{site_address()}/aanbod?{search.query}",
    )
