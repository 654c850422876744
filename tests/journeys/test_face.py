"""The catalogue and a lot as they are used: suggestions, filters without reloading, photos."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import Site

WORDS = "Zoek op materiaal, maat of project"


@pytest.fixture
def site(standing: Site) -> Site:
    return standing


def open_filters(page: Page, width: int) -> None:
    """On a phone the filters are folded away."""
    if width < 600:
        page.locator(".mp-filters > summary").click()


def test_a_material_is_suggested_and_chosen_with_the_keyboard(
    site: Site, page: Page, width: int, shot: Callable[[Page, str], None], accessible: Callable[[Page], None]
) -> None:
    page.goto(f"{site.url}/aanbod")
    field = page.get_by_role("combobox", name=WORDS)
    field.press_sequentially("klinke")
    options = page.get_by_role("group", name="Materialen").get_by_role("option")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    accessible(page)
    shot(page, "suggestions")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("klinke")
    field.press("ArrowDown")
    expect(options.first).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/aanbod?q=*")
    expect(page.locator(".mp-chips .mp-chip").first).to_contain_text("“")


def test_a_place_that_is_suggested_becomes_the_place_to_search_from(site: Site, page: Page, width: int) -> None:
    page.goto(f"{site.url}/aanbod")
    page.get_by_role("combobox", name=WORDS).press_sequentially("hengel")
    page.get_by_role("option", name="Hengelo", exact=True).click()
    page.wait_for_url("**/aanbod?place=Hengelo")
    expect(page.locator(".mp-chip", has_text="Vanaf Hengelo")).to_be_visible()
    open_filters(page, width)
    place = page.get_by_role("combobox", name="Plaats of postcode")
    place.fill("")
    place.press_sequentially("7607")
    page.get_by_role("option", name="7607 Almelo").click()
    page.wait_for_url(re.compile("place=7607"))
    expect(page.locator(".mp-chip", has_text="Vanaf 7607 Almelo")).to_be_visible()


def test_filters_orders_and_chips_change_the_page_without_reloading_and_back_goes_back(
    site: Site, page: Page, width: int, accessible: Callable[[Page], None]
) -> None:
    page.goto(f"{site.url}/aanbod")
    page.evaluate("window.sameDocument = true")
    before = page.locator("#results").inner_text()
    open_filters(page, width)
    box = page.get_by_role("checkbox", name=re.compile("^Bestrating"))
    box.focus()
    page.keyboard.press("Space")
    page.wait_for_url("**/aanbod?materialGroup=bestrating")
    expect(page.locator("#results")).not_to_have_text(before)
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    expect(page.locator("main > [role=status]")).to_contain_text("partij")
    page.get_by_role("link", name="Eerst vrij").click()
    page.wait_for_url("**sort=availableFrom")
    expect(page.get_by_role("link", name="Eerst vrij")).to_be_focused()
    accessible(page)
    page.locator(".mp-chip", has_text="Bestrating").click()
    page.wait_for_url("**/aanbod?sort=availableFrom")
    expect(page.locator("#results")).to_have_text(before)
    expect(page.locator("#results")).to_be_focused()
    page.go_back()
    page.go_back()
    page.go_back()
    page.wait_for_url("**/aanbod")
    expect(page.locator("#results")).to_have_text(before)
    expect(page.get_by_role("checkbox", name=re.compile("^Bestrating"))).not_to_be_checked()
    assert page.evaluate("window.sameDocument") is True


def test_what_is_typed_while_the_page_is_asked_for_stays_with_the_caret_where_it_was(site: Site, page: Page, width: int) -> None:
    page.goto(f"{site.url}/aanbod")
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(re.compile(r"/aanbod\?"), hold)
    with page.expect_request(re.compile("sort=availableFrom")):
        page.get_by_role("link", name="Eerst vrij").click()
    field = page.get_by_role("combobox", name=WORDS)
    field.fill("linkers")
    field.press("Home")
    waiting[0].continue_()
    expect(page.locator(".mp-sort [aria-current]")).to_contain_text("Eerst vrij")
    expect(field).to_be_focused()
    page.keyboard.type("k")
    expect(field).to_have_value("klinkers")


def test_the_skip_link_asks_for_nothing(site: Site, page: Page) -> None:
    addresses: list[str] = []
    page.goto(f"{site.url}/aanbod")
    page.wait_for_load_state("networkidle")
    page.on("request", lambda request: addresses.append(request.url))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/aanbod#content")
    page.go_back()
    page.wait_for_url("**/aanbod")
    page.get_by_role("link", name="Eerst vrij").click()
    expect(page.locator(".mp-sort [aria-current]")).to_contain_text("Eerst vrij")
    assert [address for address in addresses if "/aanbod" in address] == [f"{site.url}/aanbod?sort=availableFrom"]


def test_the_next_page_comes_without_reloading_with_its_title(site: Site, page: Page, width: int) -> None:
    page.goto(f"{site.url}/aanbod")
    page.evaluate("document.fonts.ready")  # or a link moves from under the pointer
    page.evaluate("window.sameDocument = true")
    page.get_by_role("link", name="Volgende").click()
    page.wait_for_url("**/aanbod?page=2")
    expect(page).to_have_title(re.compile(r"pagina 2"))
    expect(page.locator("#results")).to_be_in_viewport()
    assert page.evaluate("window.sameDocument") is True
    if width > 600:
        assert "page=2" in (page.get_by_role("link", name="English").get_attribute("href") or "")


def test_photos_are_looked_at_with_the_keyboard(
    site: Site, page: Page, width: int, shot: Callable[[Page, str], None], accessible: Callable[[Page], None]
) -> None:
    page.goto(f"{site.url}/aanbod?supply=there")
    page.locator(".mp-card__title a").first.click()
    page.wait_for_url(re.compile(r"/aanbod/\d+"))
    photo = page.locator("[data-viewer] a").first
    photo.focus()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog", name="Foto")
    expect(viewer).to_be_visible()
    expect(viewer.get_by_role("button", name="Sluiten")).to_be_focused()
    expect(viewer.locator("img")).to_have_attribute("src", re.compile("^/media/|http"))
    count = page.locator("[data-viewer] a").count()
    expect(viewer).to_contain_text(f"Foto 1 van {count}")
    accessible(page)
    shot(page, "viewer")
    if count > 1:
        page.keyboard.press("ArrowRight")
        expect(viewer).to_contain_text(f"Foto 2 van {count}")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        expect(viewer).to_contain_text(f"Foto {count} van {count}")
        page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    expect(viewer.get_by_role("button", name="Vergroten")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(photo).to_be_focused()


def test_what_a_lot_saves_follows_the_place_that_is_filled_in(
    site: Site, page: Page, width: int, accessible: Callable[[Page], None]
) -> None:
    page.goto(f"{site.url}/aanbod?q=klinkers")
    page.locator(".mp-card__title a").first.click()
    page.get_by_role("combobox", name="Waar zou het naartoe gaan?").fill("Losser")
    page.keyboard.press("Enter")
    page.wait_for_url("**place=Losser**")
    expect(page.locator("#saves ~ dl")).to_contain_text("Netto bespaard")
    page.get_by_text("Hoe dit is berekend").click()
    expect(page.get_by_text("Afstand waarop het gelijk staat")).to_be_visible()
    accessible(page)
