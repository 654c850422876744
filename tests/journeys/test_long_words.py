"""A sheet with words that have no end: what is shown of it stays on the screen."""

import csv
import io
import re

from playwright.sync_api import Page, expect

from tests.journeys.looking import WIDER
from tests.journeys.sites import Site

COORDINATOR = "coordinator.hengelo@materialenbank.example"
LONG = "x" * 299  # one less than a cell may hold


def test_a_contract_with_a_word_without_an_end_fits_the_screen(site: Site, page: Page) -> None:
    """The page made a table of eight thousand pixels of a post with a slip, which is the very post that somebody looks for."""
    written = io.StringIO(newline="")
    rows = [["Bestekspostnummer", "Omschrijving", "Eenheid", "Hoeveelheid", "Kenmerk"], [LONG, LONG, "m²", LONG, "H"]]
    csv.writer(written, delimiter=";").writerows([*rows, ["210310", "Opbreken", "m²", "1200", "H"]])
    site.let_in(page, COORDINATOR)
    page.goto("/invoer/raw")
    file = {"name": "bestek.csv", "mimeType": "text/csv", "buffer": written.getvalue().encode()}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/invoer/\d+"))
    expect(page.get_by_text("Post voor post").last).to_be_attached()
    assert page.evaluate(WIDER) == []


def test_a_name_without_an_end_breaks_in_headings_and_on_the_way_back(site: Site, page: Page) -> None:
    """A name may have 120 signs and no space, such as a code or an address."""
    site.let_in(page, COORDINATOR)
    page.goto("/paspoorten/nieuw")
    page.locator("#name").fill(LONG[:120])
    page.locator("#kind").select_option("road")
    page.locator("#place").fill("Hengelo")
    page.locator("main form button[type=submit]").last.click()
    expect(page).to_have_url(re.compile(r"/paspoorten/\d+/onderdelen/nieuw"))
    asset = page.url.partition("/onderdelen")[0]
    for address in (page.url, asset, f"{asset}/wijzigen", "/paspoorten"):
        page.goto(address)
        assert page.evaluate(WIDER) == [], address
