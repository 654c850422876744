"""The query of a saved search, read from the address that it stored. The same keys as the page of the catalogue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlencode

from marketplace.catalogue.rules.fields import PREFIX, Find, read_pairs
from marketplace.catalogue.rules.query import CatalogueQuery, Sort, Supply
from marketplace.kernel import clock
from marketplace.kernel.dates import read_date
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import DEFAULT_LOCALE
from marketplace.market.rules.listing import Condition
from marketplace.places.rules import Place

RADIUS_DIGITS_MAX = 3


@dataclass(frozen=True, slots=True)
class SavedFilters:
    """What stands in the address of a search, each as it was written."""

    q: str = ""
    groups: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    organisations: tuple[str, ...] = ()
    supplies: tuple[Supply, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()  # keys and values of the filters by field
    place: str = ""
    radius_km: int | None = None
    now: bool = False
    day: str = ""
    sort: str = ""

    @property
    def available_from(self) -> date | None:
        """The day that was asked for. What an English page took says the month in a word, so it is read as it is in Dutch."""
        return read_date(self.day, "nl") if self.day else None

    def address(self) -> str:
        """The query of the page that shows this search."""
        pairs = [
            ("q", (self.q,)),
            ("materialGroup", self.groups),
            ("material", self.materials),
            ("condition", tuple(condition.value for condition in self.conditions)),
            ("organisation", self.organisations),
            ("supply", tuple(supply.value for supply in self.supplies)),
            ("place", (self.place,)),
            ("radiusKm", ("" if self.radius_km is None else str(self.radius_km),)),
            ("now", ("1" if self.now else "",)),
            ("availableFrom", (self.day,)),
            ("sort", (self.sort,)),
        ]
        return urlencode([*((key, value) for key, values in pairs for value in values if value), *self.fields])


def read_filters(saved: str) -> SavedFilters:
    """Read what stands in an address; what is none of the choices is left out."""
    requested = parse_qs(saved)

    def one(key: str) -> str:
        return requested.get(key, [""])[0].strip()

    radius = one("radiusKm")
    has_radius = radius.isascii() and radius.isdigit() and len(radius) <= RADIUS_DIGITS_MAX
    return SavedFilters(
        q=one("q"),
        groups=tuple(requested.get("materialGroup", ())),
        materials=tuple(requested.get("material", ())),
        conditions=tuple(Condition(word) for word in requested.get("condition", ()) if word in set(Condition)),
        organisations=tuple(requested.get("organisation", ())),
        supplies=tuple(Supply(word) for word in requested.get("supply", ()) if word in set(Supply)),
        fields=tuple((key, value) for key, values in requested.items() if key.startswith(PREFIX) for value in values),
        place=one("place"),
        radius_km=int(radius) if has_radius else None,
        now=bool(one("now")),
        day=one("availableFrom"),
        sort=one("sort"),
    )


def read_query(saved: str, find: Callable[[str], Place], find_field: Find) -> CatalogueQuery | None:
    """Read the query from the address, newest first.

    None where its place, its day or a filter by field cannot be read any more.
    """
    filters = read_filters(saved)
    fields, errors = read_pairs(filters.fields, find_field, DEFAULT_LOCALE)
    if errors:
        return None
    try:
        place = find(filters.place) if filters.place else None
        day = clock.today() if filters.now else filters.available_from
    except Invalid:
        return None
    return CatalogueQuery(
        q=filters.q,
        groups=filters.groups,
        materials=filters.materials,
        organisations=filters.organisations,
        conditions=filters.conditions,
        supplies=(Supply.THERE,) if filters.now else filters.supplies,
        fields=fields,
        point=place.point if place else None,
        radius_km=Decimal(filters.radius_km) if place and filters.radius_km is not None else None,
        available_from=day,
        sort=Sort.NEWEST,
    )
