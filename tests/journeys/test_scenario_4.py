"""Scenarios 4 and 5 by hand: a hold that lapses goes to the next on the list; withdrawing is free before the owner signs, and together after it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from playwright.sync_api import Page, expect

from marketplace.jobs.worker import run_all
from marketplace.kernel import clock
from tests.journeys.conftest import Site
from tests.journeys.lots import HENGELO, on_offer

TITLE = "Keien van de Deldenerstraat"
BORNE, ALMELO = (f"projectleider.{slug}@materialenbank.example" for slug in ("borne", "almelo"))
Shot = Callable[[Page, str], None]


def reserve(page: Page, lot: str, quantity: str, *, waits: bool = False) -> str:
    """The address of the reservation."""
    page.goto(f"{lot}/reserveren")
    page.get_by_label("Hoeveel wilt u reserveren?").fill(quantity)
    if waits:
        page.get_by_role("checkbox", name=re.compile("wachtlijst")).check()
    page.get_by_role("button", name="Reserveren").click()
    page.wait_for_url(re.compile(r"/reserveringen/\d+"))
    return page.url


def test_a_hold_lapses_once_and_goes_to_the_next_on_the_list(new_page: Callable[[], Page], site: Site, shot: Shot) -> None:
    lot = on_offer(site, TITLE)
    hengelo, borne, almelo = (new_page() for _person in range(3))
    for page, email in ((hengelo, HENGELO), (borne, BORNE), (almelo, ALMELO)):
        site.let_in(page, email)
    held, waiting = reserve(borne, lot, "500"), reserve(almelo, lot, "300", waits=True)
    last = clock.today() + timedelta(days=5)
    hengelo.goto(held)
    hengelo.get_by_label("Bewaren tot en met").fill(f"{last.day}-{last.month}-{last.year}")
    hengelo.get_by_role("button", name="Goedkeuren").click()
    expect(hengelo.get_by_role("heading", name="Overdracht invullen")).to_be_visible()
    morning = datetime.combine(last, time(8), UTC)
    for days_before in (3, 1, 0):
        run_all(site.app, morning - timedelta(days=days_before))
    borne.goto("/berichten")
    for sentence in ("over 3 dagen", "over 1 dag", "vandaag"):
        expect(borne.locator("main")).to_contain_text(re.compile(f"{TITLE}.*{sentence}"))
    shot(borne, "1-warned")
    for _twice in range(2):
        run_all(site.app, morning + timedelta(days=1))
    borne.goto(held)
    expect(borne.locator("main")).to_contain_text("Deze reservering is vervallen")
    almelo.goto("/werk")
    almelo.get_by_role("link", name=re.compile(f"300.*{TITLE}.*is voor u vrij")).click()
    expect(almelo).to_have_url(waiting)
    shot(almelo, "2-offered")
    almelo.get_by_role("button", name="Aanbod aannemen").click()
    expect(almelo.locator("main")).to_contain_text("Hengelo beslist")


def test_withdrawing_is_free_before_the_owner_signs_and_together_after_it(
    new_page: Callable[[], Page], site: Site, shot: Shot
) -> None:
    hengelo, borne = new_page(), new_page()
    for page, email in ((hengelo, HENGELO), (borne, BORNE)):
        site.let_in(page, email)
    lot = on_offer(site, TITLE)
    reservation = reserve(borne, lot, "100")
    hengelo.goto(f"{lot}/intrekken")
    hengelo.get_by_label(re.compile("^Waarom")).first.fill("Zelf nodig voor de Hasselerbaan")
    hengelo.get_by_role("radio", name="Zelf gebruikt").check()
    shot(hengelo, "1-withdraw")
    hengelo.get_by_role("button", name=re.compile("intrekken", re.IGNORECASE)).click()
    borne.goto(reservation)
    expect(borne.locator("main")).to_contain_text("Zelf nodig voor de Hasselerbaan")

    other = on_offer(site, TITLE)
    signed = reserve(borne, other, "100")
    hengelo.goto(signed)
    hengelo.get_by_role("button", name="Goedkeuren").click()
    hengelo.get_by_role("button", name="Overdracht bewaren").click()
    hengelo.get_by_text("Voorstellen om te annuleren").click()
    hengelo.get_by_label("Waarom wilt u annuleren?").fill("Verkeerde stenen geladen")
    hengelo.get_by_role("button", name="Voorstel sturen").click()
    expect(hengelo.locator("main")).to_contain_text("Borne moet akkoord gaan")
    borne.goto(signed)
    expect(borne.locator("main")).to_contain_text("Hengelo stelt voor om deze overdracht te annuleren")
    shot(borne, "2-asked-to-agree")
    borne.get_by_role("button", name="Akkoord: samen annuleren").click()
    expect(borne.locator("main")).to_contain_text("Verkeerde stenen geladen")
    hengelo.goto(other)
    expect(hengelo.locator("main")).to_contain_text("alles is vrij")
