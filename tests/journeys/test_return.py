"""Scenario 7 by hand: what comes back is entered with the way that it was driven, and the figures say what stayed and what was driven."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.lots import HENGELO, on_offer

TITLE = "Keien van de Deldenerstraat"
BORNE = "projectleider.borne@materialenbank.example"
Shot = Callable[[Page, str], None]


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def test_a_part_comes_back_over_the_road_that_was_driven(
    new_page: Callable[[], Page], site: Site, shot: Shot, accessible: Callable[[Page], None]
) -> None:
    lot = on_offer(site, TITLE)
    hengelo, borne = new_page(), new_page()
    site.let_in(hengelo, HENGELO)
    site.let_in(borne, BORNE)
    borne.goto(f"{lot}/reserveren")
    borne.get_by_label("Hoeveel wilt u reserveren?").fill("240")
    press(borne, "Reserveren")
    borne.wait_for_url(re.compile(r"/reserveringen/\d+"))
    hengelo.goto(borne.url)
    press(hengelo, "Goedkeuren")
    hengelo.get_by_text("Meer invullen").first.click()
    hengelo.get_by_label("Met welk voertuig?").select_option("vrachtauto-zwaar-50")
    hengelo.get_by_label("Gereden kilometers met de lading").fill("6,5")
    press(hengelo, "Overdracht bewaren")
    borne.reload()
    press(borne, "Overdracht bevestigen")
    expect(borne.get_by_role("heading", name="Wat deze uitwisseling bespaarde")).to_be_visible()
    shot(borne, "1-booked")
    borne.get_by_text("Er is iets teruggekomen").click()
    borne.get_by_label("Hoeveel komt er terug?").fill("40")
    borne.get_by_text("Redelijk", exact=True).click()
    borne.get_by_text("Meer invullen").click()
    borne.get_by_label("Gereden kilometers met de lading, op de terugweg").fill("6,5")
    borne.get_by_label("Met welk voertuig kwam het terug?").select_option("vrachtauto-zwaar-50")
    borne.get_by_label("Waarom komt het terug?").fill("De maat past niet.")
    shot(borne, "2-return")
    accessible(borne)
    press(borne, "Retour bewaren")
    expect(borne.locator("main")).to_contain_text("Ingevoerd. Wat terugkwam staat als eigen partij weer in het aanbod.")
    borne.get_by_role("link", name=re.compile(f"{TITLE}, 40")).click()
    expect(borne.locator("main")).to_contain_text("Redelijk")
    borne.goto("/cijfers/uitwisselingen")
    expect(borne.locator("table")).to_contain_text("terugweg")
    shot(borne, "3-rows")
    borne.goto("/cijfers")
    expect(borne.locator("main")).to_contain_text("is niet bekend wat de bewerking voor hergebruik uitstoot")
    shot(borne, "4-figures")
    accessible(borne)
