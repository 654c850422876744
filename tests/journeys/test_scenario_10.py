"""Scenarios 10, 6 and 7 by hand: two ask for one lot, the owner chooses with a sentence, the figures differ and are settled, a part comes back."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.lots import on_offer

TITLE = "Keien van het Stationsplein"
HENGELO, BORNE, ALMELO = (f"projectleider.{slug}@materialenbank.example" for slug in ("hengelo", "borne", "almelo"))
REVIEWER = "aoce@materialenbank.example"
Shot = Callable[[Page, str], None]


def ask(page: Page, lot: str, quantity: str) -> None:
    page.goto(f"{lot}/reserveren")
    page.get_by_label("Hoeveel wilt u reserveren?").fill(quantity)
    page.get_by_label("Voor welk project?").fill("Herinrichting Dorpsstraat")


def test_two_ask_for_one_lot_and_it_ends_well(
    new_page: Callable[[], Page], site: Site, shot: Shot, accessible: Callable[[Page], None]
) -> None:
    lot = on_offer(site, TITLE)
    hengelo, borne, almelo, reviewer = (new_page() for _person in range(4))
    for page, email in ((hengelo, HENGELO), (borne, BORNE), (almelo, ALMELO), (reviewer, REVIEWER)):
        site.let_in(page, email)

    ask(borne, lot, "400")
    borne.get_by_role("radio", name=re.compile("^Ja, anders")).check()
    borne.get_by_role("button", name="Reserveren").click()
    expect(borne.get_by_role("heading", name="U hoeft nu niets te doen")).to_be_visible()
    first = borne.url

    ask(almelo, lot, "400")
    almelo.get_by_role("button", name="Reserveren").click()
    expect(almelo).to_have_title(re.compile("^Fout: "))
    expect(almelo.locator("#faults")).to_contain_text("Er is nog 100\u00a0m² beschikbaar")
    expect(almelo.get_by_label("Voor welk project?")).to_have_value("Herinrichting Dorpsstraat")
    almelo.get_by_role("checkbox", name=re.compile("wachtlijst")).check()
    shot(almelo, "1-too-much")
    almelo.get_by_role("button", name="Reserveren").click()
    expect(almelo.locator("main")).to_contain_text("staat op de wachtlijst: er wordt niets vastgehouden")
    second = almelo.url
    shot(almelo, "2-waiting")

    hengelo.goto(lot)
    hengelo.get_by_role("link", name="Wie vraagt dit?").click()
    expect(hengelo.locator(".mp-ranking__one").first).to_contain_text("Borne")
    expect(hengelo.locator(".mp-ranking__one").nth(1)).to_contain_text("Kiest u deze, dan krijgt Borne niets")
    accessible(hengelo)
    shot(hengelo, "3-ranking")
    hengelo.locator(".mp-ranking__one", has_text="Almelo").get_by_role("link", name="Goedkeuren of afwijzen").click()
    hengelo.get_by_role("button", name="Goedkeuren").click()
    expect(hengelo.locator("#faults")).to_contain_text("Zeg in één zin waarom")
    shot(hengelo, "4-sentence-asked")
    hengelo.get_by_label("Waarom deze aanvraag?").fill("Almelo haalt het morgen al op")
    hengelo.get_by_role("button", name="Goedkeuren").click()
    expect(hengelo.get_by_role("heading", name="Overdracht invullen")).to_be_visible()
    borne.goto(first)
    expect(borne.locator("main")).to_contain_text("staat op de wachtlijst")
    reviewer.goto("/cijfers/keuzes")
    expect(reviewer.locator("main")).to_contain_text("Almelo haalt het morgen al op")
    shot(reviewer, "5-choices")

    shot(hengelo, "6-approved")
    hengelo.get_by_role("button", name="Overdracht bewaren").click()
    almelo.goto(second)
    almelo.get_by_label("Hoeveel hebt u ontvangen?").fill("360")
    shot(almelo, "7-to-confirm")
    almelo.get_by_role("button", name="Overdracht bevestigen").click()
    expect(almelo.locator("main")).to_contain_text("De twee hoeveelheden verschillen")
    accessible(almelo)
    shot(almelo, "8-disputed")
    hengelo.goto("/werk")
    hengelo.get_by_role("link", name=re.compile("zijn het niet eens over")).first.click()
    shot(hengelo, "9-to-settle")
    hengelo.get_by_role("button", name=re.compile("Akkoord met 360")).click()
    expect(hengelo.get_by_role("heading", name="Wat deze uitwisseling bespaarde")).to_be_visible()
    expect(hengelo.locator("main")).to_contain_text("66,6\u00a0ton")  # 360 m² × 185 kg

    almelo.reload()
    almelo.get_by_text("Er is iets teruggekomen").click()
    almelo.get_by_label("Hoeveel komt er terug?").fill("60")
    almelo.get_by_text("Matig", exact=True).click()
    almelo.get_by_label("Waarom komt het terug?").fill("Te veel gebroken")
    almelo.get_by_role("button", name="Retour bewaren").click()
    expect(almelo.locator("main")).to_contain_text("Wat terugkwam staat in het aanbod als")
    accessible(almelo)
    shot(almelo, "10-returned")
    almelo.get_by_role("link", name=re.compile(f"{TITLE}, 60")).click()
    expect(almelo.locator("main")).to_contain_text("Matig")
    shot(almelo, "11-child-lot")
