"""Journey 2 of 5: Borne looks for pavers, finds the lot of Hengelo and reserves a part of it."""

import re

from playwright.sync_api import expect

from tests.journeys.counted import IN_EACH_WAY, Journey
from tests.journeys.lots import HENGELO, on_offer

TITLE = "Keien van de Deldenerstraat"
BORNE = "projectleider.borne@materialenbank.example"
TAPS_MAX, SCREENS_MAX = 7, 3


@IN_EACH_WAY
def test_finding_and_reserving(journey: Journey) -> None:
    lot = on_offer(journey.site, TITLE)
    borne = journey.joins(BORNE)
    page = borne.page
    borne.opens("/aanbod")
    borne.sees("1-offer", ".mp-cards")
    borne.types(".mp-search [name=q]", "deldenerstraat")
    borne.presses(".mp-search button")
    page.wait_for_url(re.compile("q=deldenerstraat"))
    borne.sees("1-offer", ".mp-cards", axe=True)
    borne.presses(page.locator(".mp-card__title a", has_text=TITLE))
    page.wait_for_url(f"**{lot}")
    borne.sees("2-lot", ".mp-buy__amount", axe=True)
    borne.presses(f"main a[href$='{lot}/reserveren']")
    borne.sees("3-reserve", "#quantity", axe=True)
    borne.types("#quantity", "100")
    borne.presses(".mp-submit button")
    borne.sees("4-asked", ".mp-act", axe=True)
    expect(page.get_by_role("heading", level=1)).to_contain_text("100\u00a0m²")
    expect(page.locator(".mp-turn--other")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(HENGELO)
    assert borne.taps <= TAPS_MAX and len(borne.screens) <= SCREENS_MAX, borne.told()
