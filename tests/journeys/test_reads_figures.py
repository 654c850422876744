"""Journey 5 of 5: whoever answers for the region reads what was saved, from a year to a cell of the matrix to the rows behind it."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.counted import IN_EACH_WAY, Journey
from tests.journeys.sites import Site

REVIEWER = "aoce@materialenbank.example"
TAPS_MAX, SCREENS_MAX = 4, 3
CELLS = ".mp-matrix td[class^='mp-heat'] a"


@pytest.fixture
def site(standing: Site) -> Site:
    """Nothing is changed here."""
    return standing


@IN_EACH_WAY
def test_reading_figures(journey: Journey) -> None:
    reader = journey.joins(REVIEWER)
    page, way = reader.page, reader.way
    reader.opens("/cijfers")
    reader.sees("1-figures", ".mp-tally")
    expect(page.locator(".mp-tally > div")).to_have_count(4)
    expect(page.locator("svg.mp-fall:visible").first).to_have_attribute(
        "aria-label", re.compile("Netto" if way.locale == "nl" else "Net")
    )
    reader.presses(page.locator(".mp-years a").nth(1))  # the newest year
    page.wait_for_url(re.compile(r"jaar=\d{4}"))
    reader.sees("1-figures", ".mp-tally", axe=True)
    if not page.locator(CELLS).first.is_visible():  # on a phone the matrix is folded
        reader.presses("section[aria-labelledby=matrix] summary")
        reader.keep(page, "2-matrix")
    figure = page.locator(CELLS).first.inner_text().strip().split("\n")[-1]
    reader.presses(CELLS)
    page.wait_for_url(re.compile("van=.*naar="))
    reader.sees("3-rows", "tbody tr", axe=True)
    heading = re.search(r"(\d+) \w+, ([\d.,]+)", page.locator("main h2").first.inner_text())
    assert heading
    assert page.locator("tbody tr").count() == int(heading[1])
    exact = heading[2].replace(".", "").replace(",", ".") if way.locale == "nl" else heading[2].replace(",", "")
    assert round(float(exact)) == int(re.sub(r"\D", "", figure)) or ("<" in figure and float(exact) < 1)
    reader.presses(".mp-chip--all")
    page.wait_for_url(re.compile(r"/cijfers/uitwisselingen\?jaar=\d{4}$"))
    reader.sees("4-all-rows", "tbody tr")
    reader.opens("/doelen")
    reader.sees("5-goals", ".mp-table--goals", axe=True)
    expect(page.locator(".mp-table--goals tbody tr")).to_have_count(14)
    assert reader.taps <= TAPS_MAX and len(reader.screens) <= SCREENS_MAX, reader.told()
