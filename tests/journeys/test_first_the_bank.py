"""A project leader searches the bank before buying, with a phone: twice, once with two hits and once with none. The AO CE reads it."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from marketplace.kernel import clock
from tests.journeys.conftest import Site

LEADER, READER = "projectleider.hengelo@materialenbank.example", "aoce@materialenbank.example"


def search(page: Page, material: str, name: str, amount: str, km: str) -> None:
    """Type what is about to be bought and send it."""
    today = clock.today()
    page.get_by_role("combobox", name="Welk materiaal hebt u nodig?").fill(material)
    page.get_by_role("option", name=name).click()
    page.get_by_label("Hoeveel hebt u nodig?").fill(amount)
    page.get_by_role("radio", name="Redelijk").check()
    page.get_by_label("Waar is het voor?").fill(f"Proef met {name}")
    page.get_by_label("Waar hebt u het nodig?").fill("Hengelo")
    page.get_by_label("Hoe ver mag het hooguit zijn?").fill(km)
    page.get_by_label("Vanaf welke dag hebt u het nodig?").fill(f"{today:%d-%m-%Y}")
    page.get_by_label("Tot en met welke dag?").fill(f"{today + timedelta(days=150):%d-%m-%Y}")
    page.get_by_role("button", name="Doorzoek de bank").click()


def paper(page: Page) -> str:
    """The words of the memo behind the button of the page."""
    address = page.get_by_role("link", name="Open de memo (PDF)").get_attribute("href")
    assert address is not None
    content = page.request.get(address).body()
    return " ".join(" ".join(pdf_page.extract_text().split()) for pdf_page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize("width", [390], ids=["phone"])
def test_hits_and_none_are_searched_concluded_and_read(
    new_page: Callable[[], Page], site: Site, shot: Callable[[Page, str], None], accessible: Callable[[Page], None]
) -> None:
    page = new_page()
    site.let_in(page, LEADER)
    page.goto("/werk")
    page.get_by_role("link", name="Gaat u kopen? Eerst de bank").click()
    accessible(page)
    search(page, "keiformaat 8", "Betonstraatsteen keiformaat 8 cm", "40", "5")
    expect(page.get_by_text("pasten 4 partijen van de materialenbank")).to_be_visible()
    expect(page.get_by_role("heading", name="Wat bijna past")).to_be_visible()
    accessible(page)
    shot(page, "hits")
    page.get_by_role("radio", name="Ik koop het nieuw").check()
    page.get_by_role("button", name="Afronden en document maken").click()
    expect(page.get_by_role("alert")).to_contain_text("Kies waarom u toch nieuw koopt.")
    accessible(page)
    page.get_by_label("Waarom koopt u het nieuw?").select_option(label="Een andere reden")
    page.get_by_label("In één zin").fill("De kleur past niet bij de straat")
    page.get_by_role("button", name="Afronden en document maken").click()
    expect(page.get_by_text("De memo is afgerond. Het document staat klaar.")).to_be_visible()
    accessible(page)
    shot(page, "concluded")
    assert "De kleur past niet bij de straat" in paper(page)

    page.goto("/eerst-de-bank")
    search(page, "kunstgras", "Kunstgrasmat", "400", "25")
    expect(page.get_by_text("Geen passend aanbod op de materialenbank op")).to_be_visible()
    accessible(page)
    shot(page, "none")
    page.get_by_role("radio", name="Ik koop het nieuw").check()
    page.get_by_role("button", name="Afronden en document maken").click()
    assert "Geen passend aanbod op de materialenbank op" in paper(page)
    page.get_by_role("button", name="Vraag plaatsen").click()
    expect(page.get_by_text("Uw vraag staat op de bank.")).to_be_visible()

    reader = new_page()
    site.let_in(reader, READER)
    reader.goto("/eerst-de-bank/overzicht")
    expect(reader.get_by_role("heading", name="5 zoekvragen")).to_be_visible()  # three of the demonstration
    expect(reader.get_by_text("De kleur past niet bij de straat")).to_be_visible()
    accessible(reader)
    shot(reader, "overview")
