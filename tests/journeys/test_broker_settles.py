"""Journey 4 of 5: two municipalities do not agree on what went over, and the broker of the region decides."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.journeys.counted import IN_EACH_WAY, Journey

BROKER = "coordinator.regio-twente@materialenbank.example"
SIDES = [f"projectleider.{slug}@materialenbank.example" for slug in ("dinkelland", "oldenzaal")]
WHY = "Op de foto liggen er vijfenzeventig."
TAPS_MAX, SCREENS_MAX = 5, 2


@IN_EACH_WAY
def test_broker_settles(journey: Journey) -> None:
    broker = journey.joins(BROKER)
    page = broker.page
    broker.opens("/makelaar")
    broker.sees("1-stuck", "#disputes", axe=True)
    broker.presses("section[aria-labelledby=disputes] .mp-jobs__what a")
    broker.sees("2-dispute", ".mp-versus", axe=True)
    fold = page.locator(".mp-act details", has=page.locator("form[action$='/oplossen']"))
    broker.presses(fold.locator("summary"))
    expect(fold).to_contain_text("Welke hoeveelheid telt?" if broker.way.locale == "nl" else "Which quantity counts?")
    broker.types(fold.locator("[name=quantity]"), "75")
    broker.types(fold.locator("[name=reason]"), WHY)
    broker.keep(page, "2-dispute-told")
    broker.presses(fold.locator("button[type=submit]"))
    broker.sees("3-settled", ".mp-sumline", axe=True)
    expect(page.locator("main")).to_contain_text(WHY)
    transfer = urlsplit(page.url).path.removeprefix(broker.way.prefix)
    for email in SIDES:
        assert WHY in journey.site.client(email).get(transfer).text
    assert broker.taps <= TAPS_MAX and len(broker.screens) <= SCREENS_MAX, broker.told()
