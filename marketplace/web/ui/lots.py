"""A lot as the catalogue and its own page show it: figures with units, states in words. Nothing private comes in here unasked."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import url_for

from marketplace.catalogue.queries.cards import CardRow, Cover
from marketplace.depots.models import LotPhoto
from marketplace.impact.rules.impact import avoided_kgco2e
from marketplace.kernel.clock import today
from marketplace.kernel.db import Session
from marketplace.kernel.formats import money
from marketplace.kernel.language import Text, _, current_locale
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Listing, Photo
from marketplace.market.rules.listing import (
    ANSWER_LABELS,
    BASIS_LABELS,
    CONDITION_HINTS,
    CONDITION_LABELS,
    LISTING_STATUS_LABELS,
    Answer,
    Condition,
    ListingStatus,
    QuantityBasis,
)
from marketplace.materials.rules.taxonomy import Material, Taxonomy, convert
from marketplace.web.ui.features import Feature, answers_of, features_of
from marketplace.web.ui.plans import short_period_of, state_of_plan

SMALL, LARGE = "webp-480", "webp-1600"
MEDIUM = "webp-960"
BESIDE = {Unit.PIECE: Unit.M2, Unit.TONNE: Unit.M3, Unit.KG: Unit.PIECE}
TONES = {Answer.YES: "wait", Answer.NO: "good", Answer.UNKNOWN: "neutral"}


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo in the sizes that a page uses."""

    small: str
    medium: str
    large: str
    alt: str
    width: int
    height: int


class Lot(NamedTuple):
    """What a card shows."""

    title: str
    href: str
    group: str
    amount: Amount
    place: str
    distance_km: int | None
    from_on: date | None
    condition: Text
    state: Text | None
    tone: str
    photo_url: str | None
    photo_alt: str
    also: Amount | None = None
    mass_kg: Decimal | None = None
    confirmed_on: date | None = None
    id: int = 0
    period: str = ""


def picture(photo: Photo | Cover | LotPhoto, title: str) -> Picture:
    """A photo by its addresses; without a text of its own it is called after the lot."""
    files = photo.files

    return Picture(
        small=_address(files, SMALL),
        medium=_address(files, MEDIUM) or _address(files, SMALL),
        large=_address(files, LARGE) or _address(files, MEDIUM) or _address(files, SMALL),
        alt=photo.alt or title,
        width=files.get(MEDIUM, {}).get("width", 960),
        height=files.get(MEDIUM, {}).get("height", 640),
    )


def _address(files: dict[str, Any], variant: str) -> str:
    return f"/media/{files[variant]['name']}" if variant in files else ""


def state_of(listing: Listing | CardRow) -> tuple[Text | None, str]:
    """The word on a card and its tone; nothing for what is simply there."""
    if listing.status != ListingStatus.PUBLISHED:
        return LISTING_STATUS_LABELS[ListingStatus(listing.status)], "neutral"
    if listing.available <= 0:
        return _("Reserved"), "stop"
    if listing.is_closed_to_others:
        return _("Only its own organisation"), "neutral"
    if listing.held > 0:
        return _("Partly reserved"), "wait"
    if listing.planned:
        return state_of_plan(listing), "wait"
    return None, "good"


def mass_of(listing: Listing | CardRow, material: Material, amount: Decimal) -> Decimal | None:
    """The mass of an amount of this lot, by its measured weight where there is one."""
    unit = Unit(listing.unit)
    return material.mass_kg(amount, unit, listing.kg_per_unit) if listing.kg_per_unit or material.takes(unit) else None


def also_of(listing: Listing | CardRow, material: Material) -> Amount | None:
    """Give the same amount in the other unit that people think in.

    m² beside pieces, m³ beside a weight; else its mass says it.
    """
    unit = Unit(listing.unit)
    other = BESIDE.get(unit)
    if other is None or not material.takes(unit) or not material.takes(other):
        return None
    whole = convert(listing.available, unit, other, material, listing.kg_per_unit).to_integral_value()
    return Amount(whole, other) if whole else None


def address_of(place: str = "") -> str:
    """Make the pattern of a lot's page, with 0 for its number, once for a whole list.

    A `place` that was typed goes along in it.
    """
    return url_for("catalogue.show_listing", listing_id=0) + (f"?{urlencode({'place': place})}" if place else "")


def lot_of(listing: Listing | CardRow, taxonomy: Taxonomy, *, distance_km: int | None = None, address: str | None = None) -> Lot:
    """A card. `address` is the pattern of `address_of`."""
    material = taxonomy.material_by_id(listing.material_id)
    photo: Photo | Cover | None = listing.photos[0] if listing.photos else None
    state, tone = state_of(listing)
    return Lot(
        title=listing.title,
        href=(address or address_of()).replace("/0", f"/{listing.id}", 1),
        group=material.group.name,
        amount=Amount(listing.available, Unit(listing.unit)),
        place=listing.place_name,
        distance_km=distance_km,
        from_on=listing.available_from if listing.available_from > today() else None,
        condition=CONDITION_LABELS[Condition(listing.condition)],
        state=state,
        tone=tone,
        photo_url=_address(photo.files, SMALL) if photo else None,
        photo_alt=(photo.alt or listing.title) if photo else "",
        also=also_of(listing, material),
        mass_kg=mass_of(listing, material, listing.available) if listing.available > 0 else None,
        confirmed_on=listing.confirmed_on if listing.status == ListingStatus.PUBLISHED else None,
        id=listing.id,
        period=short_period_of(listing) if listing.planned else "",
    )


@dataclass(frozen=True, slots=True)
class LotPage:
    """What the page of one lot adds to its card. The figures are of what is free, or, where nothing is left, of all that it was."""

    lot: Lot
    material: Material
    reference_size: str
    pictures: tuple[Picture, ...]
    is_left: bool
    amount: Amount
    free: Amount
    total: Amount
    mass_kg: Decimal | None
    saves_kgco2e: Decimal | None
    condition_hint: Text
    basis: Text
    answers: tuple[Feature, ...]  # in the fields of the material
    features: tuple[Feature, ...]
    hazards: tuple[tuple[str, Text, str], ...]
    asbestos: Text


def lot_page(session: Session, listing: Listing, taxonomy: Taxonomy) -> LotPage:
    """Collect everything about one lot that may be shown to everybody."""
    material = taxonomy.material_by_id(listing.material_id)
    unit = Unit(listing.unit)
    is_left = listing.status != ListingStatus.CLOSED and listing.available > 0
    amount = listing.available if is_left else listing.quantity
    mass = mass_of(listing, material, amount)
    declared = {code: Answer(answer) for code, answer in listing.hazards.items()}
    return LotPage(
        lot=lot_of(listing, taxonomy),
        material=material,
        reference_size=size_words(material.reference_size, current_locale()),
        pictures=tuple(picture(photo, listing.title) for photo in listing.photos),
        is_left=is_left,
        amount=Amount(amount, unit),
        free=Amount(listing.available, unit),
        total=Amount(listing.quantity - listing.transferred, unit),
        mass_kg=mass,
        saves_kgco2e=None if mass is None else avoided_kgco2e(mass, material.carbon.kgco2e_per_kg if material.carbon else None),
        condition_hint=CONDITION_HINTS[Condition(listing.condition)],
        basis=BASIS_LABELS[QuantityBasis(listing.quantity_basis)],
        answers=answers_of(session, listing, taxonomy),
        features=features_of(listing),
        hazards=tuple(
            (hazard.name, ANSWER_LABELS[answer], TONES[answer])
            for hazard in material.hazards
            for answer in (declared.get(hazard.slug, Answer.UNKNOWN),)
        ),
        asbestos=ANSWER_LABELS[Answer(listing.asbestos_suspected)],
    )


WORDS = {
    "met stalen rand": "with steel edge",
    "m2 kozijnoppervlak": "m2 of frame",
    "m2 dek": "m2 of deck",
    "vers inlands loofhout": "fresh local hardwood",
    "dubbel omgezette rand": "double folded edge",
    "max. proctordichtheid": "highest Proctor density",
    "licht vochtig": "slightly moist",
    "normale sterkte": "normal strength",
    "los gestort": "loose",
    "losgestort": "loose",
    "st/m2 halfsteens": "pieces/m2, half a brick thick",
    "st/m2": "pieces/m2",
    "lichtpunthoogte": "height of the light",
    "kg/m3": "kg/m3",
    "3-lichts": "3 lights",
    "U-/Z-profiel": "U or Z profile",
    "middelzwaar": "medium weight",
    "enkelzijdig": "single-sided",
    "overspanning": "span",
    "stamomtrek": "girth of the trunk",
    "middelgroot": "medium-sized",
    "gehakseld": "chopped",
    "ingeblazen": "blown in",
    "betonput": "concrete pit",
    "verdicht": "compacted",
    "staanders": "posts",
    "inwendig": "inside",
    "in situ": "in place",
    "gerijpt": "ripened",
    "hoogte": "height",
    "klasse": "class",
    "hennep": "hemp",
    "palen": "posts",
    "plaat": "board",
    "plaats": "place",
    "kluit": "root ball",
    "droog": "dry",
    "excl.": "without",
    "incl.": "with",
    "poer": "footing",
    "wand": "wall",
    "hoog": "high",
    "kalk": "lime",
    "gem.": "on average",
    "bij": "at",
    "dik": "thick",
    "ca.": "about",
}
_DUTCH = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, sorted(WORDS, key=len, reverse=True))) + r")(?!\w)")


@lru_cache(maxsize=1024)
def size_words(note: str, locale: str) -> str:
    """Write the note with its signs as they should be. In English its words and decimal points too."""
    if locale == "en":
        note = re.sub(r"(?<=[0-9]),(?=[0-9])", ".", _DUTCH.sub(lambda match: WORDS[match[1]], note))
    return re.sub(r"(?<=[0-9])x(?=[0-9])", " × ", note).replace("m2", "m²").replace("m3", "m³")


def price_of(listing: Listing) -> Text:
    """The price of one unit in words, or that it is free."""
    if not listing.price_cents_per_unit:
        return _("free of charge")
    return _("%(price)s per %(unit)s", price=money(listing.price_cents_per_unit), unit=listing.unit_of.one)
