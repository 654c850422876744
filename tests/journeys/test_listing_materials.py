"""A project leader lists asphalt, soil and pavers on a phone: each asks its own, and the rules are told while one answers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.test_listing_on_a_phone import HENGELO, files, go_on, photo

Shot = Callable[[Page, str], None]


def begin(page: Page) -> None:
    page.goto("/aanbod/nieuw")
    page.locator("#photos").set_input_files(files(("een.jpg", photo("grey"))))
    expect(page.get_by_role("heading", level=1)).to_have_text("1 foto")
    go_on(page, "Verder", "Wat is het?")


def choose(page: Page, typed: str, slug: str, first: str) -> None:
    page.get_by_role("combobox", name="Materiaal").fill(typed)
    page.locator(f"[role=option][data-slug='{slug}']").click()
    expect(page.get_by_text(first, exact=True)).to_be_visible()


def pill(page: Page, question: str, answer: str) -> None:
    page.get_by_role("group", name=re.compile(f"^{question}")).get_by_text(answer, exact=True).click()


@pytest.mark.parametrize("width", [390], ids=["phone"])
def test_three_materials_ask_three_things(page: Page, site: Site, shot: Shot, accessible: Callable[[Page], None]) -> None:
    site.let_in(page, HENGELO)
    begin(page)
    gates = page.locator("#gates")
    choose(page, "keiformaat 8", "betonstraatsteen-kei-8cm", "Formaat van de steen")
    page.get_by_label("Dikte").fill("7,5")
    page.get_by_label("Kleur").select_option("grey")
    choose(page, "klinker dik", "straatbaksteen-dikformaat", "Schoongemaakt")
    expect(page.get_by_label("Kleur")).to_have_value("grey")  # asked of both: the answer stays
    expect(page.get_by_label("Dikte")).to_have_count(0)

    choose(page, "grond", "grond-schoon", "Kwaliteitsklasse")
    pill(page, "Kwaliteitsklasse", "Wonen")
    expect(gates).to_contain_text("PFAS")
    shot(page, "1-soil")

    amount = page.locator("#field-pak10-mg-per-kg")
    choose(page, "asfaltg", "asfaltgranulaat", "PAK-10 uit de analyse")
    page.get_by_label("Hoeveel?").fill("40")
    page.get_by_role("radio", name=re.compile("^Goed")).check()
    amount.fill("80")
    amount.blur()
    expect(gates).to_contain_text("17 03 01*")
    accessible(page)
    shot(page, "2-asphalt-stopped")
    amount.fill("75")
    amount.blur()
    expect(gates).to_contain_text("Geen regel houdt het plaatsen tegen")
    go_on(page, "Verder", "Waar en wanneer?")
    go_on(page, "Controleren", "Klopt het zo?")
    expect(page.locator(".mp-check")).to_contain_text("75 mg/kg")
    accessible(page)
    shot(page, "3-check")
    go_on(page, "Plaatsen", "Uw partij staat in de bank")
