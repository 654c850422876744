"""The catalogue for machines: an Atom feed of any search, and a lot in schema.org's words."""

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from flask import url_for

from marketplace.catalogue.queries.cards import Cover
from marketplace.catalogue.queries.feed import Feed
from marketplace.kernel.clock import now
from marketplace.kernel.language import DEFAULT_LOCALE, _, current_locale
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Listing, Photo
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.lots import LotPage
from marketplace.web.ui.search_address import Question

ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
FEED_SIZE = 50
SCHEMA_CONDITIONS = {"new": "NewCondition", "good": "UsedCondition", "fair": "UsedCondition", "poor": "DamagedCondition"}
UNIT_CODES = {"piece": "C62", "m": "MTR", "m2": "MTK", "m3": "MTQ", "tonne": "TNE", "kg": "KGM"}  # UN/CEFACT recommendation 20


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes).text = text


def atom(feed: Feed, taxonomy: Taxonomy, question: Question, *, site: str) -> bytes:
    """Make an Atom feed (RFC 4287) of lots, newest change first.

    In pages (RFC 5005), with the lots that have gone (RFC 6721). `site` is the public address of this installation.
    """
    ET.register_namespace("", ATOM)
    ET.register_namespace("at", TOMBSTONES)
    root = ET.Element(f"{{{ATOM}}}feed", {LANGUAGE: current_locale()})
    _text(root, "title", str(_("Twente Materials Bank: on offer")))
    _text(root, "id", site + question.at(1))
    _text(root, "updated", _moment(feed.changed_at or now()))
    pages = {"self": feed.page, "first": 1, "previous": feed.page - 1, "next": feed.page + 1, "last": feed.pages}
    for relation, page in pages.items():
        if 1 <= page <= feed.pages or relation == "self":
            ET.SubElement(root, f"{{{ATOM}}}link", {"rel": relation, "href": site + question.at(page)})
    _text(ET.SubElement(root, f"{{{ATOM}}}author"), "name", str(_("Twente Materials Bank")))
    for listing in feed.listings:
        material = taxonomy.material_by_id(listing.material_id)
        page_of_lot = site + url_for("catalogue.show_listing", listing_id=listing.id)
        entry = ET.SubElement(root, f"{{{ATOM}}}entry")
        _text(entry, "title", listing.title, **{LANGUAGE: DEFAULT_LOCALE})
        _text(entry, "id", _name_of(site, listing.id))
        ET.SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "href": page_of_lot})
        _text(entry, "published", _moment(listing.published_at or listing.updated_at))
        _text(entry, "updated", _moment(listing.updated_at))
        _text(ET.SubElement(entry, f"{{{ATOM}}}author"), "name", listing.organisation.name)
        ET.SubElement(entry, f"{{{ATOM}}}category", {"term": material.group.slug, "label": material.group.name})
        free = Amount(listing.available, Unit(listing.unit))
        words = _("%(amount)s %(material)s in %(place)s.", amount=free, material=material.name, place=listing.place_name)
        _text(entry, "summary", str(words))
    for lot in feed.gone:
        ET.SubElement(root, f"{{{TOMBSTONES}}}deleted-entry", {"ref": _name_of(site, lot.listing_id), "when": _moment(lot.at)})
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(ET.tostring(root, encoding="utf-8"))


def _name_of(site: str, listing_id: int) -> str:
    """What a lot is called in every feed, in every language."""
    return f"{site}/aanbod/{listing_id}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def share_picture(photo: Photo | Cover) -> str:
    """Give the address of the picture that other sites show with a link. Empty where this photo has no JPEG."""
    file = photo.files.get("jpeg-1200")
    return f"/media/{file['name']}" if file else ""


def _availability(listing: Listing) -> str:
    if listing.available <= 0:
        return "SoldOut"
    return "PreOrder" if listing.planned else "InStock"


def structured(listing: Listing, lot: LotPage, *, site: str) -> dict[str, Any]:
    """Describe a lot as schema.org Product with an Offer, at a price for one unit. Nothing that the page does not show to everybody."""
    unit = {"unitCode": UNIT_CODES[listing.unit], "unitText": str(listing.unit_of.one)}
    page = site + url_for("catalogue.show_listing", listing_id=listing.id)
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": listing.title,
        "description": listing.description or lot.material.name,
        "category": lot.material.group.name,
        "material": lot.material.name,
        "url": page,
        "image": [site + address for photo in listing.photos if (address := share_picture(photo))],
        "offers": {
            "@type": "Offer",
            "url": page,
            "priceSpecification": {
                "@type": "UnitPriceSpecification",
                "price": f"{(listing.price_cents_per_unit or 0) / 100:.2f}",
                "priceCurrency": "EUR",
                **unit,
                "referenceQuantity": {"@type": "QuantitativeValue", "value": 1, **unit},
            },
            "itemCondition": f"https://schema.org/{SCHEMA_CONDITIONS[listing.condition]}",
            "availability": f"https://schema.org/{_availability(listing)}",
            "availabilityStarts": listing.available_from.isoformat(),
            "inventoryLevel": {
                "@type": "QuantitativeValue",
                "value": float(listing.available),
                **unit,
            },
            "seller": {"@type": "GovernmentOrganization", "name": listing.organisation.name},
            "areaServed": "Twente",
        },
        "additionalProperty": [
            {"@type": "PropertyValue", "propertyID": answer.slug, "name": str(answer.name), "value": answer.value}
            for answer in lot.answers
            if answer.slug in listing.fields
        ],
    }
