"""A municipality's year, from a sheet to the page of goals."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from marketplace.kernel import clock
from tests.journeys.sites import Site

COORDINATOR = "coordinator.hengelo@materialenbank.example"
PASTE = """([selector, text]) => { const field = document.querySelector(selector), block = new DataTransfer();
 block.setData("text/plain", text);
 field.focus();
 field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: block, bubbles: true, cancelable: true })) }"""
GRID = {
    ("Bestrating", "Nieuw"): "#mass-bestrating-primary",
    ("Bestrating", "Hergebruikt"): "#mass-bestrating-reused",
    ("Hout", "Nieuw"): "#mass-hout-primary",
    ("Hout", "Biobased"): "#mass-hout-biobased",
    ("Hout", "Gerecycled"): "#mass-hout-recycled",
}


def pasted(page: Page, selector: str, *rows: str) -> str:
    """Paste rows of cells with a tab between them, as a spreadsheet gives them, and give what the page says of it."""
    page.evaluate(PASTE, [selector, "\r\n".join(rows) + "\r\n"])
    return page.locator("#pasted span").inner_text()


@pytest.mark.parametrize("width", [1280], ids=["desk"])
def test_a_block_of_a_sheet_fills_the_table(site: Site, page: Page) -> None:
    year = clock.today().year
    site.let_in(page, COORDINATOR)
    page.goto(f"/beheer/materiaalgebruik/{year}")

    def value(group: str, origin: str) -> str:
        return page.locator(GRID[group, origin]).input_value()

    # names of rows and columns in another order, Dutch numbers, a row and a column that the table does not have
    assert (
        pasted(
            page,
            GRID["Bestrating", "Nieuw"],
            "Materiaalgroep\tHergebruikt\tNieuw\tTotaal",
            "Hout\t\t12,5\t12,5",
            "Bestrating\t1.250,5\t2.000\t3.250,5",
            "Totaal\t1.250,5\t2.012,5\t3.263",
        )
        == "3 vakken zijn ingevuld. Geen groep heet zo: Totaal. Kolommen die niet passen: 1."
    )
    assert [value("Bestrating", "Hergebruikt"), value("Bestrating", "Nieuw"), value("Hout", "Nieuw")] == [
        "1250,5",
        "2000",
        "12,5",
    ]
    page.get_by_role("button", name="Ongedaan maken").click()
    assert [value("Bestrating", "Hergebruikt"), value("Bestrating", "Nieuw"), value("Hout", "Nieuw")] == ["", "", ""]
    expect(page.locator("#pasted")).to_be_hidden()

    # no names, English numbers, from the field that has the focus; a word is no number, an empty cell is empty
    assert pasted(page, GRID["Hout", "Biobased"], "1,234.5\t\t-3", "n.v.t.\t7\t8\t9").startswith("4 vakken zijn ingevuld.")
    assert value("Hout", "Biobased") == "1234,5" and value("Hout", "Gerecycled") == "-3"
    message = page.locator("#pasted span").inner_text()
    assert "“n.v.t.”" in message and "Kolommen die niet passen: 1." in message

    # both notations: which one is meant is not guessed
    assert pasted(page, GRID["Bestrating", "Nieuw"], "1,5\t2.5").startswith("Er is niets ingevuld")
    assert value("Bestrating", "Nieuw") == ""


REVIEWER = "aoce@materialenbank.example"
YEAR = clock.today().year - 6  # nothing is said of it in the demonstration


def test_a_year_is_pasted_submitted_asked_about_and_adopted(
    site: Site, new_page: Callable[[], Page], width: int, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    coordinator, reviewer, visitor = new_page(), new_page(), new_page()
    site.let_in(coordinator, COORDINATOR)
    site.let_in(reviewer, REVIEWER)

    def looked_at(page: Page, name: str) -> None:
        accessible(page)
        shot(page, name)

    visitor.goto(f"/doelen?jaar={YEAR}")
    before = visitor.locator("main").inner_text()
    coordinator.goto(f"/beheer/materiaalgebruik/{YEAR}")
    pasted(coordinator, GRID["Bestrating", "Nieuw"], "Bestrating\t6.000\t\t1.500\t2.000", "Hout\t0\t500\t\t")
    coordinator.get_by_label("Hoeveel hiervan ontving u via de materialenbank?").fill("0")
    coordinator.locator("button[value='organisation-out']").click()  # another part: this one is saved first
    expect(coordinator.locator("main")).to_contain_text("Versie 1 is opgeslagen.")
    coordinator.get_by_label("Bestrating, Niet bekend").fill("800")
    coordinator.get_by_role("button", name="Controleren en indienen").click()
    expect(coordinator.get_by_role("heading", level=1)).to_have_text(f"{YEAR} indienen: klopt dit?")
    expect(coordinator.locator("main")).to_contain_text("10.000,0")
    looked_at(coordinator, "check")
    coordinator.get_by_role("button", name="Indienen bij het AO CE").click()
    expect(coordinator.locator("main")).to_contain_text("Versie 2 ligt bij het AO CE")
    looked_at(coordinator, "submitted")

    reviewer.goto("/verslagen")
    reviewer.get_by_role("link", name=f"Hengelo {YEAR}").click()
    reviewer.get_by_role("button", name="Begin met beoordelen").click()
    expect(reviewer.locator("main")).to_contain_text("In beoordeling")
    looked_at(reviewer, "review")
    reviewer.get_by_role("link", name="Terugsturen met een vraag").click()
    reviewer.get_by_label("Uw vraag").fill("Waar is het asfalt?")
    reviewer.get_by_role("button", name="Terugsturen").click()
    expect(reviewer.locator("main")).to_contain_text("Hengelo beantwoordt de vraag en dient opnieuw in")

    coordinator.goto(f"/beheer/materiaalgebruik/{YEAR}")
    looked_at(coordinator, "sent-back")
    coordinator.get_by_label("Uw bericht").fill("Dat jaar is er geen asfalt gelegd.")
    coordinator.get_by_role("button", name="Antwoord sturen").click()
    expect(coordinator.locator("main")).to_contain_text("Dat jaar is er geen asfalt gelegd.")
    coordinator.get_by_role("button", name="Controleren en indienen").click()
    coordinator.get_by_role("button", name="Indienen bij het AO CE").click()
    expect(coordinator.locator("main")).to_contain_text("Versie 2 ligt bij het AO CE")
    visitor.reload()
    assert visitor.locator("main").inner_text() == before  # what is not adopted changes nothing for the public

    reviewer.goto(f"/verslagen/{YEAR}/hengelo")
    expect(reviewer.locator("main")).to_contain_text("Dat jaar is er geen asfalt gelegd.")
    reviewer.get_by_role("link", name="Vaststellen").click()
    reviewer.get_by_label("Wie besloot?").fill("College van B en W")
    reviewer.get_by_label("Wanneer?").fill(f"1 maart {YEAR + 1}")
    reviewer.get_by_label("In welk document?").fill("Besluit 17")
    looked_at(reviewer, "adopt")
    reviewer.get_by_role("button", name="Definitief vaststellen").click()
    expect(reviewer.locator("main")).to_contain_text(f"Vastgesteld op 1 maart {YEAR + 1} door College van B en W")
    looked_at(reviewer, "adopted")

    coordinator.goto(f"/beheer/materiaalgebruik/{YEAR}")
    expect(coordinator).to_have_url(re.compile(rf"/verslagen/{YEAR}/hengelo$"))
    visitor.reload()
    after = visitor.locator("main").inner_text().replace("\u00a0", " ")
    assert "1 van de 14 gemeenten" in after and "12,9%" in after, after
    coordinator.goto(f"/doelen?jaar={YEAR}")
    row = coordinator.locator(".mp-table--goals tbody tr", has=coordinator.get_by_role("rowheader", name="Hengelo"))
    expect(row).to_contain_text("40,0%")  # (500 + 1 500 + 2 000) / 10 000; that year the bank delivered nothing
