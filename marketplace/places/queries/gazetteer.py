"""From what people type to a place.

The offline list first, PDOK's address service where it is switched on.

`Gazetteer` and `PdokGeocoder` are geopy geocoders. `PlaceFinder` asks them in turn and is what a door uses; it returns a `Place`
or a refusal that says what to type. Never call it inside a transaction: PDOK may take seconds.
"""

import csv
import re
from functools import cache
from typing import Any

from geopy.adapters import URLLibAdapter
from geopy.exc import GeocoderQuotaExceeded, GeocoderTimedOut, GeopyError
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from marketplace.kernel.errors import Invalid
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.geo import Point, chord2_between_m2
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import fold
from marketplace.places.queries.boundaries import municipality_of
from marketplace.places.queries.pdok import PdokGeocoder
from marketplace.places.queries.region import areas
from marketplace.places.rules import Place, PlaceBasis

LONGEST_QUERY = 100
MOST_SUGGESTIONS = 1000  # more than there are places and postcodes in Twente
_POSTCODE = re.compile(r"\b([1-9][0-9]{3}) ?([a-z]{2})\b")
_PC4 = re.compile(r"([1-9][0-9]{3})(?:[ ,]+(\D.*))?")
_NUMBER = r"(-?[0-9]{1,3}(?:[.,][0-9]{1,12})?)"
_COORDINATES = re.compile(rf"{_NUMBER} *(?:[;/] *|, +| +|(?<=\.[0-9]),|,(?=[0-9]+\.)) *{_NUMBER}")


class Gazetteer(Geocoder):  # type: ignore[misc]  # geopy has no types
    """The places and postcodes of the region, offline. `geocode` answers geopy's Location whose `raw` is our Place."""

    def __init__(self) -> None:
        super().__init__(adapter_factory=URLLibAdapter)
        slugs = {area.code: area.slug for area in areas()}
        with (SHIPPED / "plaatsen.csv").open(encoding="utf-8", newline="") as file:
            rows = sorted(csv.DictReader(file), key=lambda row: (_RANK[row["type"]], row["label"]))
        self.places = tuple(
            Place(
                row["naam"],
                slugs[row["gemeente_code"]],
                Point(float(row["lat"]), float(row["lon"])),
                PlaceBasis.PLACE,
                row["label"],
            )
            for row in rows
        )
        with (SHIPPED / "postcodes.csv").open(encoding="utf-8", newline="") as file:
            self.postcodes = {
                row["pc4"]: Place(
                    row["plaats"],
                    slugs[row["gemeente_code"]],
                    Point(float(row["lat"]), float(row["lon"])),
                    PlaceBasis.POSTCODE,
                    f"{row['pc4']} {row['plaats']}",
                    row["pc4"],
                )
                for row in csv.DictReader(file)
            }
        self._towns = [place for place, row in zip(self.places, rows, strict=True) if row["type"] == "woonplaats"]
        self._by_label = {fold(place.label): place for place in self.places}

    def geocode(self, query: str, *, exactly_one: bool = True, timeout: float | None = None) -> Any:
        """geopy's way to ask: a Location, a list of them, or None. Several namesakes are no answer to `exactly_one`."""
        rows = [Location(place.label, (place.point.lat, place.point.lon), place) for place in self.look_up(query)]
        if exactly_one:
            return rows[0] if len(rows) == 1 else None
        return rows or None

    def reverse(self, query: Any, *, exactly_one: bool = True, timeout: float | None = None) -> Any:
        """geopy's way to ask for the nearest place of a point."""
        lat, lon = self._coerce_point_to_string(query).split(",")
        place = self.at(Point(float(lat), float(lon)))
        location = Location(place.label, (place.point.lat, place.point.lon), place)
        return location if exactly_one else [location]

    def look_up(self, query: str) -> list[Place]:
        """The places that the words can mean: none, one, or namesakes. Coordinates outside the Netherlands are refused."""
        typed = " ".join(fold(query[:LONGEST_QUERY]).split())
        coordinates = _COORDINATES.fullmatch(typed)
        if coordinates:
            lat, lon = (float(number.replace(",", ".")) for number in coordinates.groups())
            return [self.at(Point(lat, lon))]
        digits = _PC4.fullmatch(typed)
        code = _POSTCODE.search(typed) or digits
        if code:
            return [self.postcodes[code[1]]] if code[1] in self.postcodes else []
        if typed in self._by_label:
            return [self._by_label[typed]]
        namesakes = [place for place in self.places if fold(place.name) == typed]
        if namesakes:
            return namesakes
        mains = {fold(area.name): area.main_place for area in areas()}
        return [place for place in self._towns if place.name == mains.get(typed)]

    def at(self, point: Point) -> Place:
        """Name a given point after the nearest town or village. Outside the region it has no municipality."""
        slug = municipality_of(point)
        own = [town for town in self._towns if town.municipality_slug == slug]
        near = min(own or self._towns, key=lambda town: chord2_between_m2(town.point, point))
        return Place(near.name, slug, point, PlaceBasis.POINT, near.label)

    def suggest(self, text: str, limit: int = 8) -> list[Place]:
        """Suggest the places whose label or postcode begins with the text. Towns first, then villages, then hamlets."""
        typed, limit = " ".join(fold(text[:LONGEST_QUERY]).split()), max(1, min(limit, MOST_SUGGESTIONS))
        if not typed:
            return []
        if typed[0].isdigit():
            code = typed[:4].strip()
            return [place for pc4, place in sorted(self.postcodes.items()) if pc4.startswith(code)][:limit]
        starts = [place for place in self.places if fold(place.label).startswith(typed)]
        inner = [
            place for place in self.places if place not in starts and re.search(rf"[ (-]{re.escape(typed)}", fold(place.label))
        ]
        return (starts + inner)[:limit]


_RANK = {"woonplaats": 0, "dorp": 1, "buurtschap": 2}


@cache
def gazetteer() -> Gazetteer:
    """The one offline list of the process."""
    return Gazetteer()


class PlaceFinder:
    """What doors ask. The offline list answers at once; PDOK, where its address is configured, answers what the list knows only roughly."""

    def __init__(self, pdok_url: str = "") -> None:
        self.pdok = PdokGeocoder(pdok_url) if pdok_url else None

    @property
    def knows_addresses(self) -> bool:
        """Whether a street and a number can be found: only where an address service is configured."""
        return self.pdok is not None

    def find(self, text: str, field: str = "place") -> Place:
        """Find the one place that the words mean.

        Refused, each with a way on: nothing typed, namesakes, no such place, PDOK slow, down or busy.
        """
        typed = " ".join(text.split())
        if not typed:
            raise Invalid(_("Type a place, a postcode or coordinates."), field)
        if len(typed) > LONGEST_QUERY:
            raise Invalid(_("That is too long for a place. Type a place, a postcode or coordinates."), field)
        try:
            offline = gazetteer().look_up(typed)
        except Invalid as refusal:
            raise Invalid(refusal.message, field) from refusal
        if len(offline) > 1:
            choices = ", ".join(place.label for place in offline)
            raise Invalid(_("There are several places with that name. Type one of these: %(choices)s.", choices=choices), field)
        if offline and (self.pdok is None or not _is_rough(typed)):
            return offline[0]
        if self.pdok is None:
            raise Invalid(_NOT_FOUND, field)
        try:
            exact = self._ask_pdok(typed)
        except GeopyError as error:
            if offline:
                return offline[0]
            raise Invalid(_trouble(error), field) from error
        if exact or offline:
            return exact or offline[0]
        raise Invalid(_NOT_FOUND, field)

    def suggest(self, text: str, limit: int = 8) -> list[Place]:
        """Suggest places while somebody types, from the offline list only. Quick, private, and the same without the network."""
        return gazetteer().suggest(text, limit)

    def _ask_pdok(self, typed: str) -> Place | None:
        assert self.pdok is not None
        location = self.pdok.geocode(typed)
        if location is None:
            return None
        try:
            point = Point(location.latitude, location.longitude)
        except Invalid:
            return None
        result, slug = location.raw, municipality_of(point)
        name = result.get("woonplaatsnaam") or gazetteer().at(point).name
        basis = {"adres": PlaceBasis.ADDRESS, "weg": PlaceBasis.ADDRESS, "postcode": PlaceBasis.POSTCODE}.get(
            result.get("type", ""), PlaceBasis.PLACE
        )
        address = location.address if basis is PlaceBasis.ADDRESS else None
        return Place(
            name,
            slug,
            point,
            basis,
            location.address if basis is not PlaceBasis.ADDRESS else name,
            result.get("postcode"),
            address,
        )


_NOT_FOUND = _(
    "We do not know that place. Type a place in Twente such as Hengelo, a postcode such as 7551, or coordinates such as 52.26, 6.79."
)


def _is_rough(typed: str) -> bool:
    """Whether the offline list knows only the area of what was typed.

    That is a six-character postcode, with or without an address.
    """
    return bool(_POSTCODE.search(fold(typed)))


def _trouble(error: GeopyError) -> Text:
    if isinstance(error, GeocoderTimedOut):
        return _("The address service is too slow now. Type a place or the four digits of a postcode: that works without it.")
    if isinstance(error, GeocoderQuotaExceeded):
        return _("The address service is too busy now. Type a place or the four digits of a postcode, or try again in a minute.")
    return _("The address service is not answering now. Type a place or the four digits of a postcode: that works without it.")
