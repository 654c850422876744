"""Find, reserve and approve with the keyboard alone: Tab, Enter and typing, never a mouse; what has the focus is seen and lies under nothing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.sites import Site

BORNE = "projectleider.borne@materialenbank.example"
HENGELO = "projectleider.hengelo@materialenbank.example"
STEPS_MAX = 150
REACHED = "meant => document.activeElement.matches(meant)"
SEEN = """() => [document.activeElement, document.activeElement.firstElementChild, ...document.activeElement.labels ?? []].some(one =>
 one && ["", "::before", "::after"].some(part => getComputedStyle(one, part || null).outlineStyle !== "none"))"""
UNSEEN = f"({SEEN})() ? '' : `${{document.activeElement.outerHTML.slice(0, 80)}} shows no focus`"
HIDDEN = """() => { const one = document.activeElement, box = one.getBoundingClientRect(), told = element => element.outerHTML.slice(0, 80);
 if (one === document.body || !box.width) return "";
 if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) return `${told(one)} is outside the window`;
 const inside = (place, most) => Math.max(1, Math.min(most - 1, place));
 const seen = [0.1, 0.5, 0.9].flatMap(right => [0.1, 0.5, 0.9].map(down => document.elementFromPoint(
  inside(box.left + box.width * right, innerWidth), inside(box.top + box.height * down, innerHeight))));
 return seen.some(top => !top || one.contains(top) || top.contains(one) || top.closest("label")) ? "" : `${told(one)} lies under ${told(seen[4])}` }"""


def reach(page: Page, selector: str) -> None:
    """Tab on until the thing that is meant has the focus, and is seen to have it."""
    page.locator(selector).first.wait_for(state="attached")
    page.wait_for_load_state("load")
    for _step in range(STEPS_MAX):
        page.keyboard.press("Tab")
        if page.evaluate(REACHED, selector):
            assert page.evaluate(UNSEEN) == page.evaluate(HIDDEN) == ""
            return
    raise AssertionError(f"{selector} is not reached with Tab on {page.url}")


def log_in(page: Page, site: Site, email: str) -> None:
    page.goto("/inloggen")
    reach(page, "input[name=email]")
    page.keyboard.type(email)
    reach(page, "input[type=password]")
    page.keyboard.type(site.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "inloggen" not in address)


@pytest.mark.parametrize("width", [1280], ids=["desk"])
def test_a_lot_is_reserved_and_approved_with_the_keyboard_alone(
    site: Site, new_page: Callable[[], Page], shot: Callable[[Page, str], None]
) -> None:
    borne, owner = new_page(), new_page()
    log_in(borne, site, BORNE)
    borne.goto("/aanbod?organisation=hengelo")
    reach(borne, ".mp-card__title a")
    borne.keyboard.press("Enter")
    borne.wait_for_url(re.compile(r"/aanbod/\d+"))
    title = borne.get_by_role("heading", level=1).inner_text()
    reach(borne, "main a[href*='/reserveren']")
    borne.keyboard.press("Enter")
    borne.wait_for_url("**/reserveren*")
    reach(borne, "#quantity")
    borne.keyboard.press("Control+a")
    borne.keyboard.type("1")
    reach(borne, "#purpose")
    borne.keyboard.type("Met het toetsenbord")
    reach(borne, "main form .mp-button")
    borne.keyboard.press("Enter")
    borne.wait_for_url(re.compile(r"/reserveringen/\d+"))
    expect(borne.locator("main")).to_contain_text(title)
    shot(borne, "reserved")
    log_in(owner, site, HENGELO)
    owner.goto("/werk")
    reach(owner, f"a[href$='/reserveringen/{borne.url.rstrip('/').rsplit('/', 1)[1]}']")
    owner.keyboard.press("Enter")
    owner.wait_for_url(re.compile(r"/reserveringen/\d+"))
    reach(owner, "form[action$='/goedkeuren'] button")
    owner.keyboard.press("Enter")
    expect(owner.locator("main")).to_contain_text(BORNE)
    shot(owner, "approved")


class TestFocus:
    """On a server of which nothing is changed."""

    @pytest.fixture
    def site(self, standing: Site) -> Site:
        return standing

    @pytest.mark.parametrize("width", [320, 1280], ids=["enlarged", "desk"])
    def test_what_has_the_focus_is_seen_and_lies_under_nothing(self, site: Site, page: Page, width: int) -> None:
        site.let_in(page, HENGELO)
        page.set_viewport_size({"width": width, "height": 256 if width < 600 else 900})
        wrong: dict[str, set[str]] = {}
        for address in ("/aanbod?q=klinkers", "/aanbod?weergave=kaart", "/aanbod/nieuw/alles", "/cijfers", "/werk"):
            page.goto(address)
            page.wait_for_load_state("load")
            found = set[str]()
            for _step in range(45):
                page.keyboard.press("Tab")
                if page.evaluate(REACHED, "body"):  # the end of the page
                    break
                found.add(page.evaluate(HIDDEN) or page.evaluate(UNSEEN))
            wrong[address] = found - {""}
        assert {address: found for address, found in wrong.items() if found} == {}
