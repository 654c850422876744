"""A street gets a passport: made, filled with its layers, looked up on the map, and changed when something is taken out."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.sites import Site

COORDINATOR = "coordinator.hengelo@materialenbank.example"


def test_a_street_gets_a_passport(
    site: Site, page: Page, width: int, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    site.let_in(page, COORDINATOR)
    page.goto(f"{site.url}/paspoorten")
    accessible(page)
    shot(page, "list")
    page.get_by_role("link", name="Nieuw paspoort").click()
    page.get_by_role("button", name="Paspoort maken").click()
    expect(page.get_by_role("heading", name="Controleer deze 3 velden")).to_be_visible()
    accessible(page)
    page.get_by_label("Hoe heet het?").fill("Wilderinkstraat")
    page.get_by_label("Wat is het?").select_option("road")
    page.get_by_label("Waar is het?").fill("Hengelo")
    page.get_by_role("button", name="Paspoort maken").click()
    expect(page.get_by_role("heading", name="Onderdeel toevoegen")).to_be_visible()
    accessible(page)
    material = page.get_by_label("Welk materiaal is het?")
    material.fill("keiformaat 8")
    page.get_by_role("option", name=re.compile("^Betonstraatsteen keiformaat 8 cm")).click()
    expect(page.get_by_label("Eenheid", exact=True)).to_have_value("m2")  # the units follow the material
    page.get_by_label("Hoeveel is er?").fill("1.200")
    page.get_by_label("De hoeveelste laag van boven is het?").fill("1")
    page.get_by_text("Gemeten", exact=True).click()
    page.get_by_role("button", name="Onderdeel toevoegen").click()
    expect(page.get_by_role("heading", name="Betonstraatsteen keiformaat 8 cm")).to_be_visible()
    accessible(page)
    page.get_by_label("Kwaliteit").select_option("good")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_role("heading", name="Lagen, van boven af")).to_be_visible()
    expect(page.locator(".mp-layer")).to_contain_text("1.200 m² · 222 ton")
    accessible(page)
    shot(page, "passport")
    page.get_by_role("link", name=re.compile("^Er gebeurde iets")).click()
    page.get_by_text("Uitgenomen", exact=True).click()
    page.get_by_label("Hoeveel?").fill("1.201")
    page.get_by_role("button", name="Vastleggen").click()
    expect(page.get_by_text("Van dit onderdeel is er 1.200 m²").first).to_be_visible()
    accessible(page)
    page.get_by_label("Hoeveel?").fill("800")
    page.get_by_role("button", name="Vastleggen").click()
    expect(page.locator(".mp-layer")).to_contain_text("400 m² · 74 ton")


def test_a_visitor_finds_a_public_passport_on_the_map(
    site: Site, page: Page, width: int, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page.goto(f"{site.url}/paspoorten?kind=bridge")
    page.get_by_role("link", name="Kaart").click()
    mark = page.locator(".mp-mark").first
    mark.wait_for()
    accessible(page)
    shot(page, "map")
    alone = page.get_by_role("button", name=re.compile("^Fietsbrug Usseler Es"))
    alone.focus()
    alone.press("Enter")
    page.locator(".mp-map-card").get_by_role("link", name="Fietsbrug Usseler Es").click()
    expect(page.get_by_role("heading", name="Fietsbrug Usseler Es")).to_be_visible()
    expect(page.get_by_role("link", name="Paspoort (pdf)")).to_be_visible()


@pytest.mark.parametrize("address", ["/paspoorten/bezit", "/paspoorten/bezit/schatten"])
def test_what_is_owned_is_told_and_estimated(
    site: Site, page: Page, width: int, accessible: Callable[[Page], None], shot: Callable[[Page, str], None], address: str
) -> None:
    site.let_in(page, COORDINATOR)
    page.goto(f"{site.url}{address}")
    accessible(page)
    shot(page, address.rsplit("/", 1)[-1])
    expect(page.get_by_text("1.240.000").first).to_be_visible()
