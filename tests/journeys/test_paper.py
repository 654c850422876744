"""What is printed: the lot, the transfer, the figures, the goals and the reports, without anything that only a screen can answer."""

import pytest
from playwright.sync_api import Page

from marketplace.kernel import clock
from tests.journeys.conftest import Site

READER = "aoce@materialenbank.example"
LEFT_OVER = """() => [...document.querySelectorAll("header, footer, nav, form, button, input, select, dialog")]
 .filter(one => one.checkVisibility()).map(one => one.outerHTML.slice(0, 80))"""
SHUT = """() => [...document.querySelectorAll("main details")].filter(one => one.checkVisibility())
 .filter(one => ![...one.children].slice(1).some(child => child.checkVisibility({contentVisibilityAuto: true})) && one.children.length > 1)
 .map(one => one.outerHTML.slice(0, 80))"""


@pytest.fixture
def site(standing: Site) -> Site:
    return standing


@pytest.mark.parametrize("width", [718], ids=["a4"])
@pytest.mark.parametrize("what", ["lot", "transfer", "figures", "goals", "reports", "report"])
def test_paper_holds_no_buttons_and_no_shut_sections(page: Page, site: Site, what: str) -> None:
    transfer = str(site.client(READER).get("/reserveringen").text).partition('href="/reserveringen/')[2].partition('"')[0]
    report = f"/verslagen/{clock.today().year - 2}/hengelo"
    where = {
        "lot": "/aanbod/10",
        "transfer": f"/reserveringen/{transfer}",
        "figures": "/cijfers",
        "goals": "/doelen",
        "reports": "/verslagen",
        "report": report,
    }[what]
    site.let_in(page, READER)
    answer = page.goto(where)
    assert answer is not None and answer.ok
    page.emulate_media(media="print")
    assert page.locator("h1").first.is_visible()
    assert page.evaluate(LEFT_OVER) == []
    assert page.evaluate(SHUT) == []
