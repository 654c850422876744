"""The map in a browser: marks that open, a list and marks that light each other, by mouse and by keyboard, and a place pointed at for a form."""

import math
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.conftest import Site
from tests.journeys.counted import HIDDEN

LEADER = "projectleider.hengelo@materialenbank.example"
Shot = Callable[[Page, str], None]
OVERLAP = """names => { const [mark, control] = names.map(name => document.querySelector(name).getBoundingClientRect());
 return Math.min(mark.right, control.right) - Math.max(mark.left, control.left) > 1
 && Math.min(mark.bottom, control.bottom) - Math.max(mark.top, control.top) > 1 }"""
UNDER = """names => { const [mark, control] = names.map(name => document.querySelector(name)?.getBoundingClientRect());
 return mark && Math.hypot(mark.x + mark.width / 2 - control.x - control.width / 2, mark.y + mark.height / 2 - control.y - control.height / 2) < 4 }"""


@pytest.fixture
def site(standing: Site) -> Site:
    return standing


def open_map(page: Page, site: Site, address: str = "/aanbod?weergave=kaart") -> Locator:
    """The map, once its marks stand on it."""
    page.goto(site.url + address)
    expect(page.locator("#map")).to_have_attribute("data-filled", "yes")
    return page.locator(".mp-mark")


def total(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator("#results").inner_text()))


def summed(marks: Locator) -> int:
    """How many lots the marks on the screen stand for: a dot for one, a number for more, with below it how many are planned."""
    return sum(int(text.partition("\n")[0] or 1) for text in marks.all_inner_texts())


def test_a_first_visit_loads_no_map_and_the_button_opens_it(
    page: Page, site: Site, accessible: Callable[[Page], None], shot: Shot
) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{site.url}/aanbod")
    page.wait_for_load_state("networkidle")
    assert [address for address in addresses if "leaflet" in address or "map" in address] == []
    page.get_by_role("link", name="Kaart", exact=True).click()
    expect(page.locator("#map")).to_have_attribute("data-filled", "yes")
    assert total(page) == summed(page.locator(".mp-mark")) > 30  # the forty lots of the demonstration lie in view
    expect(page.locator(".leaflet-control-attribution")).to_have_text("Gegevens: CBS/Kadaster (CC BY 4.0), GeoNames (CC BY 4.0)")
    shot(page, "region")
    accessible(page)


def test_a_mark_of_many_opens_and_list_and_map_stay_the_same(page: Page, site: Site, shot: Shot) -> None:
    marks = open_map(page, site)
    before = total(page)
    marks.filter(has_text=re.compile(r"\d")).first.click()
    expect(page.locator("#results")).not_to_have_text(re.compile(f"^{before} "))
    assert 0 < total(page) < before
    assert total(page) == summed(marks) == page.locator(".mp-map__list > li").count()
    shot(page, "nearer")
    seen, address = total(page), page.url
    page.goto(f"{site.url}/aanbod")
    page.goto(address)  # the view stands in the address
    expect(page.locator("#map")).to_have_attribute("data-filled", "yes")
    assert total(page) == seen


def test_pointing_at_a_lot_lights_its_mark_and_the_other_way_round(page: Page, site: Site, width: int, shot: Shot) -> None:
    if width < 600:  # list and map are two views there
        open_map(page, site)
        expect(page.locator(".mp-map__list")).to_be_hidden()
        page.get_by_role("button", name="Toon de lijst").click()
        expect(page.locator(".mp-map__list > li").first).to_be_visible()
        expect(page.locator(".mp-map__canvas")).to_be_hidden()
        shot(page, "list")
        page.get_by_role("button", name="Toon de kaart").click()
        expect(page.locator(".mp-map__canvas")).to_be_visible()
        return
    open_map(page, site)
    row = page.locator(".mp-map__list > li").nth(1)
    key = row.get_attribute("data-key")
    mark = page.locator(f'.mp-mark[data-key="{key}"]')
    row.hover()
    expect(mark).to_have_class(re.compile("is-lit"))
    shot(page, "lit")
    page.mouse.move(640, 40)
    expect(mark).not_to_have_class(re.compile("is-lit"))
    row.locator("a").focus()
    expect(mark).to_have_class(re.compile("is-lit"))
    mark.hover()
    expect(row).to_have_class(re.compile("is-lit"))
    keys = page.locator(".mp-map__list > li").evaluate_all("rows => rows.map(row => row.dataset.key)")
    order = page.locator(".mp-mark").evaluate_all("marks => marks.map(mark => mark.dataset.key)")
    listed = list(dict.fromkeys(keys))
    assert order[: len(listed)] == listed  # the Tab key visits the marks in the order of the list


@pytest.mark.parametrize("width", [320], ids=["at-400-percent"])
def test_enlarged_the_button_to_the_list_covers_nothing(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 320, "height": 256})
    open_map(page, site)
    search = page.get_by_role("button", name="Zoeken").bounding_box()
    turn = page.get_by_role("button", name="Toon de lijst").bounding_box()
    assert search and turn
    assert turn["y"] >= search["y"] + search["height"]


def test_by_keyboard_a_mark_opens_its_lot_and_gives_the_focus_back(
    page: Page, site: Site, accessible: Callable[[Page], None]
) -> None:
    marks = open_map(page, site, "/aanbod?weergave=kaart#11/52.3900/6.9500")
    mark = page.locator(".mp-mark--one").first
    name = mark.get_attribute("aria-label") or ""
    assert name.count(",") >= 2  # title, quantity, place
    mark.focus()
    page.keyboard.press("Enter")
    link = page.locator(".mp-map-card a")
    expect(link).to_be_focused()
    assert name.startswith(link.inner_text())
    accessible(page)
    page.keyboard.press("Escape")
    expect(link).to_have_count(0)
    expect(mark).to_be_focused()
    many = marks.filter(has_text=re.compile(r"\d")).first
    before = page.url
    many.focus()
    page.keyboard.press("Space")
    page.wait_for_function("address => location.href !== address", arg=before)
    expect(page.locator(".mp-mark:focus")).to_have_count(1)


@pytest.mark.parametrize(
    ("width", "control"),
    [
        (320, ".leaflet-control-zoom-out"),
        (320, ".leaflet-control-attribution"),
        (320, ".leaflet-control-scale"),
        (390, ".mp-map__turn"),
        (1280, ".leaflet-control-zoom-out"),
    ],
)
def test_a_mark_that_gets_the_focus_lies_under_no_control(page: Page, site: Site, width: int, control: str) -> None:
    if width == 320:
        page.set_viewport_size({"width": width, "height": 256})
    zoom, lat, lon = 11, 52.39, 6.95
    marks = open_map(page, site, f"/aanbod?weergave=kaart#{zoom}/{lat}/{lon}")
    key = marks.first.get_attribute("data-key")
    mark = page.locator(f'.mp-mark[data-key="{key}"]')
    away = [at(mark)[axis] - at(page.locator(control))[axis] for axis in (0, 1)]
    lat, lon = moved(lat, lon, zoom, *away)
    page.goto(f"{site.url}/aanbod?weergave=kaart#{zoom}/{lat:.6f}/{lon:.6f}")
    page.wait_for_function(UNDER, arg=[f'.mp-mark[data-key="{key}"]', control])
    mark.focus()
    assert page.evaluate(HIDDEN) == "" and not page.evaluate(OVERLAP, [f'.mp-mark[data-key="{key}"]', control])
    expect(mark).to_be_focused()


def at(element: Locator) -> list[float]:
    """The middle of an element, in pixels of the screen."""
    box = element.bounding_box()
    assert box
    return [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]


def moved(lat: float, lon: float, zoom: int, right_px: float, down_px: float) -> tuple[float, float]:
    """The middle of a map of web Mercator that is moved over so many pixels."""
    world_px = 256 * 2**zoom
    x = lon / 360 * world_px + right_px
    y = math.asinh(math.tan(math.radians(lat))) / math.tau * world_px - down_px
    return math.degrees(math.atan(math.sinh(y / world_px * math.tau))), x / world_px * 360


@pytest.mark.parametrize("width", [1280], ids=["desk"])
def test_what_arrives_takes_the_focus_from_nobody(page: Page, site: Site) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/aanbod/kaart*", hold)
    page.goto(f"{site.url}/aanbod?weergave=kaart")
    link = page.locator(".mp-map__list a").nth(2)
    address = link.get_attribute("href")
    while not held:  # the marks are on their way
        page.wait_for_timeout(20)
    link.focus()
    held.pop().continue_()
    expect(page.locator("#map")).to_have_attribute("data-filled", "yes")
    expect(page.locator(f'.mp-map__list a[href="{address}"]')).to_be_focused()
    page.unroute("**/aanbod/kaart*")
    mark = page.locator(".mp-mark").first
    key = mark.get_attribute("data-key")
    mark.focus()
    page.evaluate("location.hash = '#13/52.4900/6.4200'")  # far from all marks
    expect(page.locator(f'.mp-mark[data-key="{key}"]')).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")


def test_a_filter_and_a_search_stay_on_the_map_and_an_empty_view_says_what_to_do(page: Page, site: Site, shot: Shot) -> None:
    open_map(page, site)
    page.get_by_label("Zoek op materiaal").fill("betontegels")
    page.get_by_role("button", name="Zoeken").click()
    expect(page.locator("#map")).to_have_attribute("data-filled", "yes")
    assert 0 < total(page) < 10
    assert "weergave=kaart" in page.url
    page.goto("about:blank")
    open_map(page, site, "/aanbod?weergave=kaart#13/52.4800/6.9500")
    expect(page.locator("#results")).to_have_text("0 partijen in beeld")
    shot(page, "empty")
    page.locator("[data-whole-region]").click()
    expect(page.locator("#results")).not_to_have_text("0 partijen in beeld")


@pytest.mark.parametrize("where", ["/gezocht/nieuw", "/aanbod/nieuw/alles"])
def test_a_place_is_pointed_at_for_a_form(
    page: Page, site: Site, where: str, accessible: Callable[[Page], None], shot: Shot
) -> None:
    site.let_in(page, LEADER)
    page.goto(site.url + where)
    picker, field = page.locator(".mp-pick"), page.locator("#place")
    picker.locator("summary").click()
    expect(picker).to_have_attribute("data-filled", "yes")
    picker.get_by_label("Zoek een plaats in Twente").fill("enter")
    picker.get_by_role("button", name="Enter", exact=True).click()
    expect(field).to_have_value("Enter")
    expect(page.locator(".mp-status").filter(has_text="Enter, midden van de plaats")).to_be_visible()
    picker.locator(".mp-pick__map").click(position={"x": 150, "y": 150})
    expect(field).to_have_value(re.compile(r"^52\.\d{5}, 6\.\d{5}$"))
    pointed = page.locator(".mp-status").filter(has_text="Het punt dat u opgaf, bij")
    expect(pointed).to_be_visible()
    shot(page, where.strip("/").replace("/", "-"))
    accessible(page)
    page.context.set_geolocation({"latitude": 52.2, "longitude": 6.9})
    page.context.grant_permissions(["geolocation"])
    page.get_by_role("button", name="Mijn locatie").click()
    expect(field).to_have_value("52.20000, 6.90000")
    picker.locator(".mp-pick__map").focus()
    page.keyboard.press("ArrowUp")
    expect(picker.locator(".leaflet-pan-anim")).to_have_count(0)  # the map has come to rest
    picker.get_by_role("button", name="Neem het midden van de kaart").click()
    expect(field).not_to_have_value("52.20000, 6.90000")


class TestWithoutScripts:
    """The same pages with scripts switched off."""

    @pytest.fixture
    def scripts(self) -> bool:
        return False

    def test_the_map_page_is_the_list_and_forms_take_a_typed_place(self, page: Page, site: Site, shot: Shot) -> None:
        page.goto(f"{site.url}/aanbod?weergave=kaart")
        expect(page.get_by_text("Uw browser toont de kaart niet")).to_be_visible()
        assert page.locator(".mp-map__list > li").count() == 24
        page.get_by_role("link", name="Volgende").click()
        expect(page.locator(".mp-map__list > li").nth(10)).to_be_visible()
        shot(page, "list")
        site.let_in(page, LEADER)
        page.goto(f"{site.url}/gezocht/nieuw")
        expect(page.locator(".mp-pick")).to_be_hidden()
        expect(page.locator("#place")).to_be_visible()
