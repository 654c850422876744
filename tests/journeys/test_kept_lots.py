"""A lot is found in spite of a typing error, kept without leaving the page, compared, shared and let go."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.journeys.sites import Site


def test_a_lot_is_kept_compared_shared_and_let_go(
    site: Site, page: Page, width: int, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page.goto(f"{site.url}/inloggen")
    page.locator("input[name=email]").fill("projectleider.hengelo@materialenbank.example")
    page.locator("input[name=password]").fill(site.password)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/werk")
    page.goto(f"{site.url}/aanbod?q=klinkkers&weergave=lijst")
    expect(page.get_by_text("Niets gevonden voor “klinkkers”. U ziet “klinkers”.")).to_be_visible()
    first = page.locator(".mp-lot-line").first
    first.get_by_role("button", name=re.compile(r"^Bewaar\b")).press("Enter")  # by keyboard, and the page stays
    expect(first.get_by_role("button", name=re.compile("^Bewaard"))).to_be_focused()
    accessible(page)
    for number in range(2):
        page.locator(".mp-lot-line").nth(number).get_by_role("checkbox").check()
    page.get_by_role("button", name="Vergelijk").click()
    expect(page.get_by_role("heading", name="Partijen vergelijken")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Plaats"))).to_be_visible()
    accessible(page)
    shot(page, "compared")
    page.goto(f"{site.url}/bewaard")
    expect(page.locator(".mp-lot-line")).to_have_count(1)
    accessible(page)
    page.locator(".mp-lot-line h3 a").click()
    page.get_by_text("Delen", exact=True).click()
    expect(page.get_by_label("Adres van deze pagina")).to_have_value(re.compile(r"/aanbod/\d+$"))
    expect(page.get_by_role("link", name="Mail")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name=re.compile("^Bewaard")).click()
    expect(page.get_by_role("button", name=re.compile(r"^Bewaar\b"))).to_be_visible()
    page.goto(f"{site.url}/bewaard")
    expect(page.get_by_role("heading", name="U bewaart nog geen partijen")).to_be_visible()


def test_a_lot_is_kept_and_let_go_without_scripts(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="nl-NL")
    page = context.new_page()
    page.goto(f"{site.url}/inloggen")
    page.locator("input[name=email]").fill("projectleider.hengelo@materialenbank.example")
    page.locator("input[name=password]").fill(site.password)
    page.locator("main form button[type=submit]").click()
    page.goto(f"{site.url}/aanbod?q=klinkers")
    page.locator(".mp-card").first.get_by_role("button", name=re.compile(r"^Bewaar\b")).click()
    expect(page).to_have_url(re.compile(r"/aanbod\?q=klinkers#lot-\d+$"))
    expect(page.get_by_text("De partij is bewaard.")).to_be_visible()
    page.locator(".mp-card").first.get_by_role("button", name=re.compile("^Bewaard")).click()
    expect(page.get_by_text("U bewaart de partij niet meer.")).to_be_visible()
    context.close()
