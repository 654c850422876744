"""Whoever answers for the region reads what was saved: from a year to a cell of the matrix to the rows behind it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site

REVIEWER = "aoce@materialenbank.example"
Shot = Callable[[Page, str], None]


@pytest.fixture
def site(standing: Site) -> Site:
    """Nothing is changed here."""
    return standing


def focused(page: Page) -> str:
    """The words of what has the focus."""
    return str(page.evaluate("document.activeElement.textContent")).strip()


def tab_to(page: Page, words: str, most: int = 400) -> None:
    """Press Tab until this link has the focus, and follow it."""
    for _step in range(most):
        page.keyboard.press("Tab")
        if re.fullmatch(words, re.sub(r"\s+", " ", focused(page))):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no link {words} by keyboard")


def read(page: Page, site: Site, shot: Shot, accessible: Callable[[Page], None], prefix: str = "") -> None:
    words = {
        "": ("Figures|Cijfers", "Open de tabel", r"(\d+) regels?, ([\d.,]+) ton", "Netto", "Toon alle regels"),
        "/en": ("Figures|Cijfers", "Open the table", r"(\d+) rows?, ([\d.,]+) tonnes", "Net", "Show all rows"),
    }[prefix]
    site.let_in(page, REVIEWER)
    page.goto(f"{prefix}/cijfers")
    expect(page.locator("main h1")).to_have_text(re.compile(words[0]))
    expect(page.locator(".mp-tally > div")).to_have_count(4)
    expect(page.locator("svg.mp-fall:visible").first).to_have_attribute("aria-label", re.compile(words[3]))
    shot(page, "1-figures")
    tab_to(page, r"\d{4}")  # the year that is shown comes first
    page.wait_for_url(re.compile(r"jaar=\d{4}"))
    summary = page.locator("summary", has_text=words[1])
    if summary.is_visible():  # on a phone the matrix is folded
        summary.press("Enter")
    cell = page.locator(".mp-matrix td[class^='mp-heat'] a").first
    told = cell.inner_text().strip().split("\n")[-1]
    accessible(page)
    shot(page, "2-matrix")
    cell.press("Enter")
    page.wait_for_url(re.compile(r"van=.*naar="))
    heading = re.search(words[2], page.locator("main h2").first.inner_text())
    assert heading
    rows = page.locator("tbody tr")
    assert rows.count() == int(heading[1])
    digits = re.sub(r"[^\d]", "", told)
    exact = float(heading[2].replace(".", "").replace(",", ".") if not prefix else heading[2].replace(",", ""))
    assert round(exact) == int(digits) or ("<" in told and exact < 1)
    accessible(page)
    shot(page, "3-rows")
    tab_to(page, words[4])
    page.wait_for_url(re.compile(r"/cijfers/uitwisselingen$"))
    page.goto(f"{prefix}/doelen")
    expect(page.locator(".mp-table--goals tbody tr")).to_have_count(14)
    accessible(page)
    shot(page, "4-goals")


def test_the_region_reads_its_figures_by_keyboard(page: Page, site: Site, shot: Shot, accessible: Callable[[Page], None]) -> None:
    read(page, site, shot, accessible)


@pytest.mark.parametrize("width", [1280], ids=["desk"])
def test_the_region_reads_its_figures_in_english(page: Page, site: Site, shot: Shot, accessible: Callable[[Page], None]) -> None:
    read(page, site, shot, accessible, "/en")


@pytest.mark.parametrize("scripts", [False], ids=["without-scripts"])
@pytest.mark.parametrize("width", [390], ids=["phone"])
def test_the_region_reads_its_figures_without_scripts(page: Page, site: Site, shot: Shot) -> None:
    site.let_in(page, REVIEWER)
    page.goto("/cijfers")
    page.get_by_text("Open de tabel", exact=True).click()
    page.locator(".mp-matrix td[class^='mp-heat'] a").first.click()
    expect(page.locator("main h2").first).to_contain_text("ton")
    shot(page, "5-without-scripts")
