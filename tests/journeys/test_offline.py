"""A lot begun without a network: it stays on the device with its photo, and arrives once when there is a network again."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from marketplace.accounts.models import Person
from marketplace.market.models import Photo, Sketch
from tests.journeys.conftest import PATIENCE_MS, Site, watch
from tests.journeys.looking import faults
from tests.visitors import picture

LEADER, OTHER = "projectleider.hengelo@materialenbank.example", "projectleider.borne@materialenbank.example"
CONTROLLED = "() => navigator.serviceWorker.controller !== null"
CACHED = """async () => { const kept = {}; for (const name of await caches.keys()) { const cache = await caches.open(name);
 for (const one of await cache.keys()) kept[new URL(one.url).pathname] = await (await cache.match(one, {ignoreVary: true})).text() }
 return kept }"""
WIDTHS = pytest.mark.parametrize("width", [390], ids=["phone"])


@pytest.fixture
def page(browser: Browser, site: Site, width: int) -> Iterator[Page]:
    """A phone whose worker may run. Without a network the browser says so on its console, which is no fault."""
    wrong: list[str] = []
    context = browser.new_context(
        viewport={"width": width, "height": 844}, locale="nl-NL", base_url=site.url, service_workers="allow"
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    watch(page, site, wrong)
    yield page
    context.close()
    assert [fault for fault in wrong if "ERR_INTERNET_DISCONNECTED" not in fault] == []


def come_in(page: Page, site: Site, email: str = LEADER) -> None:
    """Signed in, with the worker on the device."""
    site.let_in(page, email)
    page.goto("/werk")
    page.wait_for_function(CONTROLLED)


def put_ready(page: Page, title: str) -> None:
    page.locator("input[type=file][multiple]").set_input_files(
        {"name": "keien.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    expect(page.locator("#offline-shots img")).to_have_count(1)
    page.get_by_label("Welk materiaal is het?").select_option("betonstraatsteen-kei-8cm")
    page.get_by_label("Hoe noemt u deze partij?").fill(title)
    page.get_by_label("Hoeveel is het?").fill("1.200")
    page.get_by_label("Eenheid").select_option("m2")
    page.get_by_label("Waar ligt het?").fill("7551 AB")
    page.get_by_role("button", name="Bewaren op dit apparaat").click()


def stored(site: Site) -> list[dict[str, str]]:
    with site.app.extensions["database"].read() as session:
        return [dict(sketch.answers) for sketch in session.scalars(select(Sketch).order_by(Sketch.id))]


@WIDTHS
def test_a_lot_begun_without_a_network_arrives_once_with_its_photo(page: Page, site: Site) -> None:
    come_in(page, site)
    before = len(stored(site))
    page.context.set_offline(True)
    page.goto("/aanbod/nieuw")  # whatever was asked for: without a network it is this page
    expect(page.get_by_role("heading", level=1)).to_have_text("Partij klaarzetten zonder netwerk")
    expect(page.locator("#offline-told")).to_contain_text("U hebt nu geen netwerk")
    assert faults(page) == []
    put_ready(page, "Keien van de Brink")
    waiting = page.locator("#offline-list li")
    expect(waiting).to_contain_text("Keien van de Brink · wacht op netwerk · foto's: 1")
    page.reload()
    expect(waiting).to_contain_text("Keien van de Brink")
    assert len(stored(site)) == before
    page.goto("about:blank")  # or the page would send it by itself
    page.context.set_offline(False)
    page.goto("/werk")
    expect(page.locator("#device-waiting")).to_contain_text("Verstuurd vanaf dit apparaat: 1")
    page.locator("#device-waiting a").click()
    expect(page).to_have_url(re.compile("/aanbod/concept/"))
    page.goto("/aanbod/zonder-netwerk")
    expect(page.locator("#offline-told")).to_contain_text("U hebt netwerk")
    expect(page.locator("#offline-list")).to_be_hidden()
    [*_old, sketch] = stored(site)
    assert len(stored(site)) == before + 1
    assert {name: sketch[name] for name in ("title", "material", "quantity", "unit", "place")} == {
        "title": "Keien van de Brink", "material": "betonstraatsteen-kei-8cm", "quantity": "1.200", "unit": "m2", "place": "7551 AB"
    }  # fmt: skip
    with site.app.extensions["database"].read() as session:
        newest = select(func.max(Sketch.id)).scalar_subquery()
        assert session.scalar(select(func.count()).select_from(Photo).where(Photo.sketch_id == newest)) == 1


@WIDTHS
def test_what_is_being_typed_is_kept_and_can_be_changed_and_thrown_away(page: Page, site: Site) -> None:
    come_in(page, site)
    page.context.set_offline(True)
    page.goto("/aanbod/zonder-netwerk")
    page.get_by_role("button", name="Bewaren op dit apparaat").click()
    expect(page.locator("#offline-told")).to_contain_text("Er is nog niets om te bewaren")
    page.get_by_label("Hoe noemt u deze partij?").fill("Half verteld")
    expect(page.locator("#offline-kept")).to_have_text("Wat u hebt getypt staat op dit apparaat.")
    page.reload()
    expect(page.get_by_label("Hoe noemt u deze partij?")).to_have_value("Half verteld")
    put_ready(page, "Keien van de Brink")
    page.get_by_role("button", name="Wijzigen: Keien van de Brink").click()
    expect(page.get_by_label("Hoe noemt u deze partij?")).to_have_value("Keien van de Brink")
    expect(page.locator("#offline-list")).to_be_hidden()
    page.get_by_role("button", name="Bewaren op dit apparaat").click()
    page.get_by_role("button", name="Weggooien: Keien van de Brink").click()
    expect(page.locator("#offline-list")).to_be_hidden()
    assert "Keien van de Brink" not in json.dumps(stored(site))


@WIDTHS
def test_somebody_else_on_the_same_device_neither_sees_nor_sends_it(page: Page, site: Site) -> None:
    come_in(page, site)
    page.context.set_offline(True)
    page.goto("/aanbod/zonder-netwerk")
    put_ready(page, "Keien van de Brink")
    expect(page.locator("#offline-list li")).to_have_count(1)
    page.context.clear_cookies()  # logged out before there is a network
    page.context.set_offline(False)
    expect(page.get_by_role("link", name="Log in om te versturen")).to_be_visible()
    come_in(page, site, OTHER)
    page.goto("/aanbod/zonder-netwerk")
    expect(page.locator("#offline-told")).to_contain_text("U hebt netwerk")
    expect(page.locator("#offline-list")).to_be_hidden()
    assert "Keien van de Brink" not in json.dumps(stored(site))


@WIDTHS
def test_no_page_of_somebody_who_is_signed_in_is_on_the_device(page: Page, site: Site) -> None:
    come_in(page, site)
    for path in ("/account", "/werk/aanbod", "/aanbod/10", "/aanbod/zonder-netwerk", "/en/werk"):
        page.goto(path)
    cached = page.evaluate(CACHED)
    pages = {path for path in cached if not path.startswith("/static/")}
    assert pages == {"/aanbod/zonder-netwerk", "/en/aanbod/zonder-netwerk"}
    with site.app.extensions["database"].read() as session:
        name = session.scalars(select(Person.name).where(Person.email == LEADER)).one()
    assert name in page.content()
    assert not any(name in text or "csrf_token" in text or "uitloggen" in text for path, text in cached.items() if path in pages)
