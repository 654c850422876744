"""Nothing is found, and the search is kept for later."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.sites import Site


def test_a_search_is_saved_after_logging_in_and_deleted_again(
    site: Site, page: Page, width: int, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page.goto(f"{site.url}/aanbod?q=klinkers&condition=new")
    expect(page.get_by_role("heading", name="Niets gevonden")).to_be_visible()
    accessible(page)
    shot(page, "nothing")
    page.locator(".mp-empty").get_by_role("link", name="Bewaar als zoekopdracht").click()
    page.locator("input[name=email]").fill("projectleider.hengelo@materialenbank.example")
    page.locator("input[name=password]").fill(site.password)
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_label("Hoe noemt u deze zoekopdracht?")).to_have_value("klinkers")
    accessible(page)
    page.get_by_role("button", name="Opslaan").click()
    page.wait_for_url("**/zoekopdrachten")
    expect(page.get_by_role("link", name="klinkers")).to_be_visible()
    accessible(page)
    shot(page, "saved")
    page.get_by_role("button", name=re.compile("^Verwijderen.*klinkers")).click()
    expect(page.get_by_role("heading", name="U bewaart nog geen zoekopdrachten")).to_be_visible()
