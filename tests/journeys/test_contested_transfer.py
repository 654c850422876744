"""Journey 3 of 5, scenarios 10 and 6: two ask for one lot, the owner chooses and proposes a time, the figures differ, are settled and booked."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from marketplace.kernel import clock
from tests.journeys.counted import IN_EACH_WAY, Hand, Journey
from tests.journeys.lots import HENGELO, on_offer

TITLE = "Keien van het Stationsplein"
BORNE, ALMELO = (f"projectleider.{slug}@materialenbank.example" for slug in ("borne", "almelo"))
REVIEWER = "aoce@materialenbank.example"
WHY = "Almelo haalt het morgen al op"


def ask(person: Hand, lot: str) -> None:
    """400 m² of the 500."""
    person.opens(f"{lot}/reserveren")
    person.sees("1-reserve", "#quantity")
    person.types("#quantity", "400")
    person.types("[name=project]", "Herinrichting Dorpsstraat")


def sends(person: Hand, verb: str) -> None:
    person.presses(f"form[action$='/{verb}'] button[type=submit]")


@IN_EACH_WAY
def test_contested_transfer(journey: Journey) -> None:
    lot = on_offer(journey.site, TITLE)
    borne, almelo, hengelo = (journey.joins(email) for email in (BORNE, ALMELO, HENGELO))

    ask(borne, lot)
    borne.presses(borne.page.locator("details", has=borne.page.locator("[name=replaces_purchase]")).locator("> summary"))
    borne.ticks("[name=replaces_purchase][value=yes]")
    borne.keep(borne.page, "1-reserve-told")
    borne.presses(".mp-submit button")
    borne.sees("2-asked", ".mp-turn--other")

    ask(almelo, lot)
    almelo.presses(".mp-submit button")
    almelo.sees("3-too-much", "#faults")
    expect(almelo.page.locator("#faults")).to_contain_text("100\u00a0m²")
    expect(almelo.page.locator("[name=project]")).to_have_value("Herinrichting Dorpsstraat")
    almelo.ticks("[name=join_waiting_list]")
    almelo.presses(".mp-submit button")
    almelo.sees("4-waiting", ".mp-turn--other")

    hengelo.opens(lot)
    hengelo.sees("5-lot", ".mp-buy__amount")
    hengelo.presses(f"main a[href$='{lot}/aanvragen']")
    hengelo.sees("6-ranking", ".mp-ranking", axe=True)
    claims = hengelo.page.locator(".mp-ranking__one")
    expect(claims.first).to_contain_text("Borne")
    expect(claims.nth(1)).to_contain_text(re.compile("Borne (niets|without)|leaves Borne"))
    hengelo.presses(claims.nth(1).locator(".mp-actions a"))
    hengelo.sees("7-to-approve", "form[action$='/goedkeuren']")
    hengelo.types("form[action$='/goedkeuren'] [name=reason]", WHY)
    hengelo.presses("form[action$='/goedkeuren'] summary")
    tomorrow = clock.today() + timedelta(days=1)
    hengelo.types("#approve-meeting-1", f"{tomorrow} 10:00")
    hengelo.keep(hengelo.page, "7-to-approve-told")
    sends(hengelo, "goedkeuren")
    hengelo.sees("8-approved", ".mp-meet__times", axe=True)
    borne.page.reload()
    borne.sees("9-passed-over", ".mp-turn--other")
    assert WHY in journey.site.client(REVIEWER).get("/cijfers/keuzes").text

    almelo.page.reload()
    almelo.sees("10-times", "form[action$='/afspraak/kiezen']", axe=True)
    almelo.ticks("form[action$='/afspraak/kiezen'] [type=radio]")
    sends(almelo, "afspraak/kiezen")
    almelo.sees("11-agreed-time", ".mp-meet__when")
    expect(almelo.page.locator("a[href$='.ics']")).to_be_visible()

    hengelo.page.reload()
    hengelo.sees("12-gate", "form[action$='/overdragen']")
    fits = "one => one.scrollWidth <= one.clientWidth"
    assert hengelo.page.locator("[name=handed_over_on]").first.evaluate(fits)  # the whole date, beside the quantity
    sends(hengelo, "overdragen")
    hengelo.sees("13-handed-over", ".mp-turn--other")
    almelo.page.reload()
    almelo.sees("14-to-confirm", "form[action$='/bevestigen']")
    almelo.types("form[action$='/bevestigen'] [name=quantity]", "360")
    sends(almelo, "bevestigen")
    almelo.sees("15-disputed", ".mp-versus", axe=True)

    hengelo.opens("/werk")
    address = almelo.page.url.rsplit("/", 1)[1].split("?")[0].split("#")[0]
    hengelo.sees("16-desk", "main")
    hengelo.presses(f"main a[href$='/reserveringen/{address}']")
    hengelo.sees("17-to-settle", ".mp-versus")
    sends(hengelo, "oplossen")
    hengelo.sees("18-booked", ".mp-sumline", axe=True)
    expect(hengelo.page.locator("main")).to_contain_text(re.compile("66[,.]6\u00a0ton"))  # 360 m² × 185 kg
    almelo.page.reload()
    almelo.sees("19-booked-asker", ".mp-sumline")
