"""A municipality's year, from a sheet to the page of goals."""

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
    told = page.locator("#pasted span").inner_text()
    assert "“n.v.t.”" in told and "Kolommen die niet passen: 1." in told

    # both notations: which one is meant is not guessed
    assert pasted(page, GRID["Bestrating", "Nieuw"], "1,5\t2.5").startswith("Er is niets ingevuld")
    assert value("Bestrating", "Nieuw") == ""
