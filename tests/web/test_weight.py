"""What a first visit weighs on a phone, out of what the server really sends; and when an answer may be compressed at all."""

import gzip
import hashlib
import re
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from urllib.parse import urljoin

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.kernel.units import Quantity
from marketplace.market.actions.listings import create_listing, mark_published
from marketplace.market.actions.photos import add_photo
from marketplace.market.rules.listing import Answer
from marketplace.market.rules.photos import StoredPicture
from marketplace.materials.queries import get_taxonomy
from tests.entries import append_entry
from tests.factories import PLACES, listing_draft, make_actor, needed_answers, seed_taxonomy
from tests.visitors import visit

pytestmark = pytest.mark.slow

MOST_BYTES, MOST_FONT_BYTES = 60_000, 30_000
EAGER = 3  # photos that may be in sight when a page opens
VARIANTS = {"webp-480": 480, "webp-960": 960, "webp-1600": 1600, "jpeg-1200": 1200}
PHONE = {"Accept-Encoding": "gzip, br", "Sec-Fetch-Site": "none"}
IMPORTED = re.compile(r"""(?:^|[;\s])(?:import|export)\b[^"'()]*["'](\.[^"']+)["']""")
IN_STYLE = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")
FETCHED = {"link": "href", "script": "src", "img": "src", "source": "srcset", "iframe": "src", "image": "href", "use": "href"}
LOADING_LINKS = {"stylesheet", "preload", "modulepreload", "icon"}


class Parts(HTMLParser):
    """What a page makes a browser fetch, and its photos."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.addresses: list[str] = []
        self.photos: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "img":
            self.photos.append(given)
        if tag == "link" and not LOADING_LINKS & set((given.get("rel") or "").split()):
            return
        if address := given.get(FETCHED.get(tag, "")):
            self.addresses.append(address)


@dataclass
class Visit:
    """One first visit: how many bytes of each kind came over the line, and every address that it asked."""

    client: FlaskClient
    bytes: dict[str, int] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)

    def fetch(self, address: str) -> str:
        """One file as it is sent, counted; its text as a browser unpacks it. What it asks for in turn is fetched too."""
        answer = self.client.get(address, headers=PHONE)
        assert answer.status_code == 200, address
        body, kind = answer.get_data(), answer.mimetype
        answer.close()
        self.addresses.add(address)
        self.bytes[kind] = self.bytes.get(kind, 0) + len(body)
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[answer.headers.get("Content-Encoding", "")]
        if kind.startswith("font/"):
            return ""
        text = unpack(body).decode()
        inner = IN_STYLE.findall(text) if kind == "text/css" else IMPORTED.findall(text) if kind.endswith("javascript") else []
        for link in inner:
            if not link.startswith(("data:", "#")):
                self.follow(urljoin(address, link))
        return text

    def follow(self, address: str) -> None:
        """Fetch what belongs to this site, once. Photos are not weighed, nor the pictures of Leaflet's parts that we do not show."""
        assert address.startswith("/") and not address.startswith("//"), f"{address} is of another site"
        if address not in self.addresses and not address.startswith("/media/") and not address.endswith(".png"):
            self.fetch(address)

    def open(self, page: str) -> Parts:
        """A page with everything that it asks for by itself."""
        parts = Parts()
        parts.feed(self.fetch(page))
        for address in parts.addresses:
            self.follow(address)
        return parts

    @property
    def weight(self) -> int:
        """Bytes of page, style and script as they came."""
        return sum(size for kind, size in self.bytes.items() if kind in {"text/html", "text/css"} or kind.endswith("javascript"))


@pytest.fixture
def bank(session: Session) -> Session:
    """A first page full of different lots, with photos whose names do not compress, and something in the ledger."""
    seed_region(session)
    seed_taxonomy(session)
    materials = [material for material in get_taxonomy(session).materials if material.units]
    for number in range(25):
        material, slug = materials[number * 7 % len(materials)], list(PLACES)[number % 5]
        owner = make_actor(session, slug)
        draft = listing_draft(
            slug,
            title=f"{material.name} uit project {number}",
            material=material.slug,
            quantity=Quantity(Decimal(137 * (number + 1)), material.units[0]),
            description="Ligt droog op pallets en is op de plek te laden. " * 6,
            fields=needed_answers(session, material.slug),
            asbestos_suspected=Answer.NO,
            hazards=dict.fromkeys(material.hazard_codes & {"asbest"}, Answer.NO),
        )
        listing = create_listing(session, owner, draft)
        for photo in range(3 if number == 2 else 1):
            names = {
                variant: (hashlib.sha256(f"{number} {photo} {variant}".encode()).hexdigest() + ".webp", width, width * 3 // 4)
                for variant, width in VARIANTS.items()
            }
            add_photo(session, owner, listing_id=listing.id, picture=StoredPicture(names), alt=f"Stapel {photo} van {number}")
        mark_published(session, owner, listing_id=listing.id)
    append_entry(session, "hengelo", "borne", mass_kg="3000")
    session.commit()
    return session


def test_a_first_visit_is_light_and_asks_nobody_else(client: FlaskClient, bank: Session) -> None:
    for page in ("/", "/aanbod", "/aanbod?place=Borne", "/aanbod/3", "/en/", "/en/aanbod", "/en/aanbod/3"):
        visit = Visit(client)
        parts = visit.open(page)
        assert {"text/html", "text/css"} < set(visit.bytes)
        assert any(kind.endswith("javascript") for kind in visit.bytes)
        assert 0 < visit.weight <= MOST_BYTES, (page, visit.bytes)
        assert 0 < visit.bytes["font/woff2"] <= MOST_FONT_BYTES
        assert [
            address
            for address in visit.addresses
            if "leaflet" in address or re.search(r"/(place_|catalogue_)?map[^/]*\.(js|css)$", address)
        ] == []
        sizes = [(photo.get("width") or "", photo.get("height") or "") for photo in parts.photos]
        assert [size for size in sizes if not (size[0].isdigit() and size[1].isdigit())] == []
        photos = [photo for photo in parts.photos if (photo.get("src") or "").startswith("/media/")]
        assert len(photos) > EAGER - 1
        assert [number for number, photo in enumerate(photos) if photo.get("loading") != "lazy" and number >= EAGER] == []


def test_the_map_comes_with_its_scripts_when_it_is_asked_for(client: FlaskClient, bank: Session) -> None:
    visit = Visit(client)
    visit.open("/aanbod?weergave=kaart")
    assert any(address.endswith("/js/catalogue_map.js") for address in visit.addresses)
    assert any(address.endswith("/js/map_labels.js") for address in visit.addresses)  # found by following imports


def test_every_page_for_everybody_comes_compressed(client: FlaskClient, bank: Session) -> None:
    for address in (
        "/",
        "/aanbod",
        "/aanbod/3",
        "/cijfers",
        "/doelen",
        "/gezocht",
        "/privacy",
        "/inloggen",
        "/sitemap.xml",
        "/bestaat-niet",
    ):
        plain = client.get(address)
        client.delete_cookie("form")
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        client.delete_cookie("form")
        assert packed.headers["Content-Encoding"] == "gzip", address
        assert len(packed.data) < len(plain.data) / 2, address
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert "Content-Encoding" not in plain.headers


def test_who_is_signed_in_gets_a_compressed_page_only_when_our_own_pages_asked(app: Flask, bank: Session) -> None:
    client = visit(app, bank, make_actor(bank, "borne"))
    for site in ("same-origin", "same-site", "cross-site", "none", ""):
        for address in ("/werk", "/aanbod", "/aanbod/3?place=Borne"):
            answer = client.get(address, headers={"Accept-Encoding": "gzip", "Sec-Fetch-Site": site})
            assert answer.status_code == 200
            assert (answer.headers.get("Content-Encoding") == "gzip") == (site == "same-origin"), (site, address)
            if site == "same-origin":
                assert gzip.decompress(answer.data).lstrip().startswith(b"<!doctype html>")


def test_a_form_with_its_secret_is_not_compressed_for_another_site(client: FlaskClient, bank: Session) -> None:
    client.get("/inloggen")  # from here on there is a cookie, and the secret of a form with it
    stranger = client.get("/inloggen?next=/a", headers={"Accept-Encoding": "gzip", "Sec-Fetch-Site": "cross-site"})
    assert "Content-Encoding" not in stranger.headers
    assert b"csrf_token" in stranger.data
