"""What a memo keeps of its search and of the stock of that day.

It reads the same whatever changes later. Names of materials and sentences are kept in every language of the bank, numbers as exact
text, days as ISO. `written` gives the JSON, and the `read_…` functions give the values back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marketplace.kernel.geo import Point
from marketplace.kernel.language import LOCALES, Named, Text, current_locale, in_words, reading_in
from marketplace.kernel.units import Amount, Quantity, Unit
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.listing import Condition, Location
from marketplace.places.rules import PlaceBasis


@dataclass(frozen=True, slots=True)
class Words:
    """A name or a sentence in every language, as it was that day."""

    nl: str
    en: str

    def localized(self, locale: str) -> str:
        """The words in one language."""
        return in_words(self.nl, self.en, locale)

    def __str__(self) -> str:
        return self.localized(current_locale())


def words_of(sentence: Text | str) -> Words:
    """A sentence in every language."""
    return in_every_language(lambda: sentence)


def in_every_language(say: Callable[[], Text | str]) -> Words:
    """What is said in every language, where it is written as soon as it is said."""
    texts = {}
    for locale in LOCALES:
        with reading_in(locale):
            texts[locale] = str(say())
    return Words(**texts)


def name_of(named: Named) -> Words:
    """The name of something of the taxonomy, in every language."""
    return Words(named.name_in("nl"), named.name_in("en"))


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked of one field of the material, in words."""

    name: Words
    said: Words


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched: everything that a demand says, and the names that it had that day.

    `also`: what may replace it. `fields`: what was asked of its fields, by their slugs; `wishes`: the same in words.
    """

    title: str
    project: str
    department: str
    material: str
    material_name: Words
    group: str
    group_name: Words
    also: tuple[Words, ...]
    quantity: Quantity
    min_condition: Condition
    needed_from: date
    needed_until: date
    max_distance_km: Decimal | None
    accepts_hazards: tuple[str, ...]
    accepts_unknown_hazards: bool
    fields: Mapping[str, Any]
    wishes: tuple[Wish, ...]
    place: Location

    @property
    def draft(self) -> DemandDraft:
        """The demand that asks for the same."""
        return DemandDraft(
            title=self.title,
            material=self.material,
            quantity=self.quantity,
            min_condition=self.min_condition,
            needed_from=self.needed_from,
            needed_until=self.needed_until,
            location=self.place,
            max_distance_km=self.max_distance_km,
            accepts_hazards=self.accepts_hazards,
            accepts_unknown_hazards=self.accepts_unknown_hazards,
            fields=self.fields,
            project=self.project,
            department=self.department,
        )


@dataclass(frozen=True, slots=True)
class FoundLot:
    """A lot as it was that day. `covers`: the part of the search that it covers; `in_the_way`: why it only nearly fits; `doubts`: what was
    asked of it and is not known.

    `is_planned`: it was not there yet, and became free on `available_from`.
    """

    listing_id: int
    title: str
    organisation: str
    place_name: str
    material_name: Words
    condition: Condition
    distance_km: Decimal
    available: Amount
    available_from: date
    is_planned: bool
    covers: Amount | None = None
    in_the_way: Words | None = None
    doubts: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search: how many lots fit and nearly fit, and the best of both."""

    fitting: int
    nearly: int
    lots: tuple[FoundLot, ...]
    misses: tuple[FoundLot, ...]

    @property
    def planned(self) -> int:
        """How many of the best lots were not there yet."""
        return sum(lot.is_planned for lot in self.lots)


@dataclass(frozen=True, slots=True)
class Lying:
    """What was on offer in the region.

    `planned`: lots that were not free yet. `unweighed`: lots whose weight is not known, which are not in the kilograms.
    `nearest_km`: None where there was none.
    """

    lots: int
    planned: int
    mass_kg: Decimal
    unweighed: int
    nearest_km: Decimal | None


@dataclass(frozen=True, slots=True)
class Stock:
    """The stock of that day: of what was searched with what may replace it, and of its group."""

    material: Lying
    group: Lying


def written(value: Any) -> Any:
    """A value of this module as JSON keeps it."""
    if isinstance(value, Location):
        address = {"basis": value.basis.value, "address": value.address}
        return {
            "name": value.place_name,
            "municipality": value.municipality,
            "lat": value.point.lat,
            "lon": value.point.lon,
            **address,
        }
    if isinstance(value, Amount):
        return {"amount": str(value.amount), "unit": value.unit.value}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: written(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [written(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def read_searched(stored: Mapping[str, Any]) -> Searched:
    """What was searched, from what was stored."""
    place = stored["place"]
    return Searched(
        **{
            name: stored[name]
            for name in ("title", "project", "department", "material", "group", "fields", "accepts_unknown_hazards")
        },
        material_name=Words(**stored["material_name"]),
        group_name=Words(**stored["group_name"]),
        also=tuple(Words(**name) for name in stored["also"]),
        quantity=Quantity(Decimal(stored["quantity"]["amount"]), Unit(stored["quantity"]["unit"])),
        min_condition=Condition(stored["min_condition"]),
        needed_from=date.fromisoformat(stored["needed_from"]),
        needed_until=date.fromisoformat(stored["needed_until"]),
        max_distance_km=_decimal(stored["max_distance_km"]),
        accepts_hazards=tuple(stored["accepts_hazards"]),
        wishes=tuple(Wish(Words(**wish["name"]), Words(**wish["said"])) for wish in stored["wishes"]),
        place=Location(
            place["name"], place["municipality"], Point(place["lat"], place["lon"]), PlaceBasis(place["basis"]), place["address"]
        ),
    )


def read_found(stored: Mapping[str, Any]) -> SearchResult:
    """What was found, from what was stored."""
    lots, misses = (tuple(_lot(lot) for lot in stored[name]) for name in ("lots", "misses"))
    return SearchResult(stored["fitting"], stored["nearly"], lots, misses)


def _lot(stored: Mapping[str, Any]) -> FoundLot:
    covers, in_the_way = stored["covers"], stored["in_the_way"]
    return FoundLot(
        **{name: stored[name] for name in ("listing_id", "title", "organisation", "place_name", "is_planned")},
        material_name=Words(**stored["material_name"]),
        condition=Condition(stored["condition"]),
        distance_km=Decimal(stored["distance_km"]),
        available=_amount(stored["available"]),
        available_from=date.fromisoformat(stored["available_from"]),
        covers=_amount(covers) if covers else None,
        in_the_way=Words(**in_the_way) if in_the_way else None,
        doubts=tuple(Words(**doubt) for doubt in stored["doubts"]),
    )


def read_stock(stored: Mapping[str, Any]) -> Stock:
    """The stock of that day, from what was stored."""
    return Stock(_lying(stored["material"]), _lying(stored["group"]))


def _lying(stored: Mapping[str, Any]) -> Lying:
    numbers = {name: stored[name] for name in ("lots", "planned", "unweighed")}
    return Lying(**numbers, mass_kg=Decimal(stored["mass_kg"]), nearest_km=_decimal(stored["nearest_km"]))


def _amount(stored: Mapping[str, str]) -> Amount:
    return Amount(Decimal(stored["amount"]), Unit(stored["unit"]))


def _decimal(stored: str | None) -> Decimal | None:
    return None if stored is None else Decimal(stored)
