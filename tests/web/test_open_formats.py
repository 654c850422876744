"""What machines read: the feed of a search, the sitemap, and a lot in schema.org's words. Nothing private is in any of them."""

import html
import json
import re
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from tests.factories import make_actor, make_draft, make_listing, seed_taxonomy

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def lots(session: Session) -> list[Listing]:
    seed_taxonomy(session)
    hengelo = make_actor(session, "hengelo")
    made = [make_listing(session, hengelo, title="Grijze <keien>"), make_listing(session, hengelo, title="Rode keien")]
    make_draft(session, hengelo, title="Nog niet af")
    session.commit()
    return made


def schema_org(page: str) -> Any:
    """What a page says in schema.org's words."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


def test_the_feed_of_a_search_names_what_it_finds_newest_first(client: FlaskClient, lots: list[Listing]) -> None:
    answer = client.get("/aanbod.atom?q=keien")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.data)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["Rode keien", "Grijze <keien>"]
    assert list(ET.fromstring(client.get("/aanbod.atom?q=lantaarn").data).iter(f"{ATOM}entry")) == []


def test_the_catalogue_names_the_feed_of_its_own_search(client: FlaskClient, lots: list[Listing]) -> None:
    assert 'href="/aanbod.atom?q=rood"' in client.get("/aanbod?q=rood&sort=newest").text


def test_the_sitemap_holds_public_pages_in_both_languages(client: FlaskClient, lots: list[Listing]) -> None:
    places = [loc.text for loc in ET.fromstring(client.get("/sitemap.xml").data).iter(f"{SITEMAP}loc")]
    ids = {int(found.group(1)) for place in places if (found := re.search(r"/aanbod/([0-9]+)$", place or ""))}
    assert ids == {lot.id for lot in lots}
    assert "http://localhost/en/aanbod" in places
    assert "Sitemap: http://localhost/sitemap.xml" in client.get("/robots.txt").text


def test_a_lot_in_the_words_of_schema_org_tells_no_exact_spot(client: FlaskClient, lots: list[Listing]) -> None:
    page = client.get(f"/aanbod/{lots[0].id}").text
    said = schema_org(page)
    assert (said["@type"], said["name"], said["offers"]["inventoryLevel"]["value"]) == ("Product", "Grijze <keien>", 1200)
    assert said["offers"]["seller"]["name"] == "Hengelo"
    assert str(lots[0].lat) not in page
    assert 'property="og:image" content="http://localhost/media/' in page


@pytest.mark.parametrize(
    ("unit", "cents", "price", "code", "word"),
    [("m2", 45, "0.45", "MTK", "m²"), ("piece", 1250, "12.50", "C62", "stuk"), ("tonne", None, "0.00", "TNE", "ton")],
)
def test_a_lot_in_the_words_of_schema_org_has_its_price_for_one_unit(
    client: FlaskClient, session: Session, unit: str, cents: int | None, price: str, code: str, word: str
) -> None:
    seed_taxonomy(session)
    lot = make_listing(session, make_actor(session, "hengelo"), quantity=Quantity(Decimal(40), Unit(unit)), price_cents_per_unit=cents)
    session.commit()
    offer = schema_org(client.get(f"/aanbod/{lot.id}").text)["offers"]
    assert offer["priceSpecification"] == {
        "@type": "UnitPriceSpecification",
        "price": price,
        "priceCurrency": "EUR",
        "unitCode": code,
        "unitText": word,
        "referenceQuantity": {"@type": "QuantitativeValue", "value": 1, "unitCode": code, "unitText": word},
    }
    assert "price" not in offer  # it would be the price of the whole lot


def test_a_link_to_a_lot_is_shared_with_its_name_amount_and_photo(client: FlaskClient, lots: list[Listing]) -> None:
    page = client.get(f"/aanbod/{lots[0].id}").text
    told = {
        name: html.unescape(words)
        for name, words in re.findall(r'<meta (?:property|name)="(og:\w+|twitter:\w+)" content="([^"]*)"', page)
    }
    assert (told["og:title"], told["twitter:card"]) == ("Grijze <keien>", "summary_large_image")
    assert told["og:description"].replace("\u00a0", " ").startswith("1.200 m² Betonstraatsteen")
    file = lots[0].photos[0].files["jpeg-1200"]["name"]
    assert told["og:image"] == f"http://localhost/media/{file}"
