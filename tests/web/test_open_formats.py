"""What machines read: the feed of a search, the sitemap, and a lot in schema.org's words. Nothing private is in any of them."""

import html
import json
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.exchange.actions.decide import withdraw
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from tests.factories import make_actor, make_draft, make_listing, seed_taxonomy

ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@dataclass(frozen=True)
class Feed:
    """What a page of a feed says."""

    updated: datetime
    lots: dict[int, datetime]
    gone: dict[int, datetime]
    links: dict[str, str]
    id: str


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
    match = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert match is not None
    return json.loads(match.group(1))


def test_the_feed_of_a_search_names_what_it_finds_newest_first(client: FlaskClient, lots: list[Listing]) -> None:
    answer = client.get("/aanbod.atom?q=keien")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.data)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["Rode keien", "Grijze <keien>"]
    assert list(ET.fromstring(client.get("/aanbod.atom?q=lantaarn").data).iter(f"{ATOM}entry")) == []


def read_feed(client: FlaskClient, address: str = "/aanbod.atom") -> Feed:
    """A page of a feed: numbers of the lots and of those that have gone, when each changed, and where its pages are."""
    root = ET.fromstring(client.get(address).data)
    return Feed(
        updated=datetime.fromisoformat(root.findtext(f"{ATOM}updated") or ""),
        lots={
            int((entry.findtext(f"{ATOM}id") or "").rpartition("/")[2]): datetime.fromisoformat(
                entry.findtext(f"{ATOM}updated") or ""
            )
            for entry in root.iter(f"{ATOM}entry")
        },
        gone={
            int(lot.attrib["ref"].rpartition("/")[2]): datetime.fromisoformat(lot.attrib["when"])
            for lot in root.iter(f"{TOMBSTONES}deleted-entry")
        },
        links={link.attrib["rel"]: link.attrib["href"] for link in root.findall(f"{ATOM}link")},
        id=root.findtext(f"{ATOM}id") or "",
    )


@pytest.mark.postgresql
def test_a_lot_that_changes_comes_first_in_the_feed_and_moves_its_moment(
    client: FlaskClient, session: Session, lots: list[Listing]
) -> None:
    first, second = lots[0].id, lots[1].id
    before = read_feed(client)
    assert list(before.lots) == [second, first] and before.updated == before.lots[second]
    borne = make_actor(session, "borne")
    reserve(session, borne, listing_id=first, draft=ReservationDraft(Quantity(Decimal(40), Unit.M2)))
    session.commit()
    after = read_feed(client)
    assert list(after.lots) == [first, second]
    assert after.updated == after.lots[first] > before.updated and after.lots[second] == before.lots[second]


def test_a_lot_has_one_name_in_the_feeds_of_both_languages(client: FlaskClient, lots: list[Listing]) -> None:
    dutch, english = read_feed(client, "/aanbod.atom?q=rode"), read_feed(client, "/en/aanbod.atom?q=rode")
    assert list(dutch.lots) == list(english.lots) == [lots[1].id]
    assert english.links["self"] == "http://localhost/en/aanbod.atom?q=rode" != dutch.links["self"]


@pytest.mark.postgresql
def test_the_feed_says_which_lots_have_gone(client: FlaskClient, session: Session, lots: list[Listing]) -> None:
    hengelo = make_actor(session, "hengelo")
    before = read_feed(client, "/aanbod.atom?q=rode")
    withdraw(session, hengelo, listing_id=lots[1].id)
    session.commit()
    after = read_feed(client, "/aanbod.atom?q=rode")
    assert (after.lots, list(after.gone)) == ({}, [lots[1].id])
    assert after.updated == after.gone[lots[1].id] > before.updated
    assert read_feed(client, "/aanbod.atom?q=grijze").gone == {}
    assert read_feed(client, "/aanbod.atom?now=1").gone == after.gone


def test_a_lot_goes_from_the_feed_at_the_end_of_its_last_day(client: FlaskClient, session: Session, lots: list[Listing]) -> None:
    last_day = lots[0].available_until
    assert last_day is not None
    lots[0].confirmed_on = lots[1].confirmed_on = last_day
    session.commit()
    with clock.frozen(datetime.combine(last_day, time(23, 59))):
        assert len(read_feed(client).lots) == 2
    midnight = datetime.combine(last_day + timedelta(days=1), time(), clock.AMSTERDAM)
    with clock.frozen(midnight):
        feed = read_feed(client)
    assert (feed.lots, feed.gone) == ({}, {lots[0].id: midnight, lots[1].id: midnight})


def test_what_the_public_never_saw_does_not_go_from_the_feed(client: FlaskClient, session: Session, lots: list[Listing]) -> None:
    hengelo = make_actor(session, "hengelo")
    hidden = make_listing(session, hengelo, region_from=clock.today() + timedelta(days=3))
    withdraw(session, hengelo, listing_id=hidden.id)
    session.commit()
    feed = read_feed(client)
    assert set(feed.lots) == {lot.id for lot in lots} and feed.gone == {}


def test_the_pages_of_a_feed_name_each_other_and_hold_every_lot_once(
    client: FlaskClient, session: Session, lots: list[Listing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.web.catalogue.views.FEED_SIZE", 2)
    hengelo = make_actor(session, "hengelo")
    more = [make_listing(session, hengelo, title=f"Keien {number}") for number in range(3)]
    session.commit()
    page, pages = "http://localhost/aanbod.atom?q=keien", []
    while page:
        pages.append(read_feed(client, page))
        page = pages[-1].links.get("next", "")
    assert [list(page.lots) for page in pages] == [[more[2].id, more[1].id], [more[0].id, lots[1].id], [lots[0].id]]
    assert {page.id for page in pages} == {"http://localhost/aanbod.atom?q=keien"}
    assert len({page.updated for page in pages}) == 1
    assert pages[1].links == {
        "self": "http://localhost/aanbod.atom?q=keien&page=2",
        "first": "http://localhost/aanbod.atom?q=keien",
        "previous": "http://localhost/aanbod.atom?q=keien",
        "next": "http://localhost/aanbod.atom?q=keien&page=3",
        "last": "http://localhost/aanbod.atom?q=keien&page=3",
    }


def test_the_catalogue_names_the_feed_of_its_own_search(client: FlaskClient, lots: list[Listing]) -> None:
    assert 'href="/aanbod.atom?q=rood"' in client.get("/aanbod?q=rood&sort=newest").text


def test_the_sitemap_holds_public_pages_in_both_languages(client: FlaskClient, lots: list[Listing]) -> None:
    places = [loc.text for loc in ET.fromstring(client.get("/sitemap.xml").data).iter(f"{SITEMAP}loc")]
    ids = {int(match.group(1)) for place in places if (match := re.search(r"/aanbod/([0-9]+)$", place or ""))}
    assert ids == {lot.id for lot in lots}
    assert "http://localhost/en/aanbod" in places
    assert "Sitemap: http://localhost/sitemap.xml" in client.get("/robots.txt").text


def test_a_lot_in_the_words_of_schema_org_tells_no_exact_spot(client: FlaskClient, lots: list[Listing]) -> None:
    page = client.get(f"/aanbod/{lots[0].id}").text
    product = schema_org(page)
    assert (product["@type"], product["name"], product["offers"]["inventoryLevel"]["value"]) == (
        "Product",
        "Grijze <keien>",
        1200,
    )
    assert product["offers"]["seller"]["name"] == "Hengelo"
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
    lot = make_listing(
        session, make_actor(session, "hengelo"), quantity=Quantity(Decimal(40), Unit(unit)), price_cents_per_unit=cents
    )
    session.commit()
    page = client.get(f"/aanbod/{lot.id}").text
    assert (f" per {word}<" in page) is bool(cents)
    offer = schema_org(page)["offers"]
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
    properties = {
        name: html.unescape(words)
        for name, words in re.findall(r'<meta (?:property|name)="(og:\w+|twitter:\w+)" content="([^"]*)"', page)
    }
    assert (properties["og:title"], properties["twitter:card"]) == ("Grijze <keien>", "summary_large_image")
    assert properties["og:description"].replace("\u00a0", " ").startswith("1.200 m² Betonstraatsteen")
    file = lots[0].photos[0].files["jpeg-1200"]["name"]
    assert properties["og:image"] == f"http://localhost/media/{file}"
