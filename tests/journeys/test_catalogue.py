"""Somebody looks for material: without scripts, with the keyboard alone, from their own place."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site

SMALLEST_TARGET_PX = 43.9  # 2.75 rem, whatever the browser rounds
SMALL = """[...document.querySelectorAll(`button, summary, select, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), .mp-tick,
 .mp-choice, .mp-button, .mp-chip, nav a`)].filter(one => one.offsetParent && one.getBoundingClientRect().height < %s)
 .map(one => one.outerHTML.slice(0, 90))"""


@pytest.fixture
def site(standing: Site) -> Site:
    return standing


def open_filters(page: Page, width: int) -> None:
    """On a phone the filters are folded away; on a desk they stand beside the results."""
    if width < 600:
        page.locator(".mp-filters > summary").click()
    expect(page.get_by_label("Plaats of postcode")).to_be_visible()


@pytest.mark.parametrize("scripts", [False], ids=["without-scripts"])
def test_somebody_finds_the_nearest_pavers_and_opens_them(
    site: Site, page: Page, width: int, shot: Callable[[Page, str], None]
) -> None:
    page.goto(site.url)
    page.get_by_label("Zoek op materiaal").fill("betontegels")
    page.get_by_role("button", name="Zoeken").click()
    open_filters(page, width)
    page.get_by_label("Plaats of postcode").fill("7551")
    page.get_by_label("Binnen", exact=True).select_option("50")
    page.get_by_role("button", name="Resultaten tonen").click()
    expect(page.locator(".mp-chip", has_text="Binnen 50 km van 7551 Hengelo")).to_be_visible()
    distances = [float(text.split()[-2]) for text in page.locator(".mp-card__distance").all_inner_texts()]
    assert distances
    assert distances == sorted(distances)
    shot(page, "found")
    page.locator(".mp-card__title a").first.click()
    expect(page.locator("h1")).to_contain_text("tegels")
    expect(page.get_by_role("link", name="Inloggen om te reserveren")).to_be_visible()
    shot(page, "lot")


def test_a_lot_is_found_and_opened_with_the_keyboard_alone(site: Site, page: Page, width: int) -> None:
    page.goto(f"{site.url}/aanbod")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Zoek op materiaal")).to_be_focused()
    page.keyboard.type("klinkers")
    page.keyboard.press("Enter")
    page.wait_for_url("**/aanbod?q=klinkers")
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.mp-card__title a')"):
            break
    ring = page.evaluate("getComputedStyle(document.activeElement, '::after').outlineStyle")
    assert ring == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/aanbod/*")


def test_a_place_that_does_not_exist_keeps_what_was_typed(
    site: Site, page: Page, width: int, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page.goto(f"{site.url}/aanbod?place=Atlantis&q=klinkers")
    expect(page.locator("#faults")).to_be_focused()
    page.locator("#faults a").click()
    expect(page.get_by_label("Plaats of postcode")).to_be_focused()
    expect(page.get_by_label("Plaats of postcode")).to_have_value("Atlantis")
    accessible(page)
    shot(page, "atlantis")


def test_everything_to_press_is_large_enough_for_a_thumb(site: Site, page: Page, width: int) -> None:
    for address in ("/aanbod", "/aanbod?place=Hengelo&q=tegels", "/inloggen", "/contact"):
        page.goto(f"{site.url}{address}")
        assert page.evaluate(SMALL % SMALLEST_TARGET_PX) == []


def test_the_letters_are_our_own_and_small(site: Site, page: Page, width: int) -> None:
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}) if ".woff2" in answer.url else None)
    page.goto(f"{site.url}/aanbod")
    page.wait_for_function("document.fonts.check('16px \"MP Sans\"')")
    page.wait_for_load_state("networkidle")
    assert len(sizes) == 1
    assert max(sizes.values()) <= 30_000


def test_the_lot_in_english_and_in_print(site: Site, page: Page, width: int, accessible: Callable[[Page], None]) -> None:
    page.goto(f"{site.url}/en/aanbod?q=pavers")
    page.locator(".mp-card__title a").first.click()
    expect(page.get_by_role("heading", name="Properties")).to_be_visible()
    accessible(page)
    page.emulate_media(media="print")
    expect(page.locator(".mp-footer")).to_be_hidden()
    expect(page.locator(".mp-buy__amount")).to_be_visible()
