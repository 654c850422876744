"""A project leader lists a lot on site, by thumb: a broken photo, a line that falls away, and a page that was left open."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.journeys.conftest import Site

HENGELO = "projectleider.hengelo@materialenbank.example"
PAVING = "Betonstraatsteen keiformaat 8 cm"
TITLE = "Keien uit de Brinkstraat"
Shot = Callable[[Page, str], None]


def photo(colour: str) -> bytes:
    """A photo of 3 000 pixels wide: larger than what a phone should send."""
    out = io.BytesIO()
    shade = Image.radial_gradient("L").resize((3000, 2000)).convert("RGB")
    Image.blend(shade, Image.new("RGB", shade.size, colour), 0.5).save(out, "JPEG", quality=95)
    return out.getvalue()


def files(*named: tuple[str, bytes]) -> list[FilePayload]:
    return [{"name": name, "mimeType": "image/jpeg", "buffer": content} for name, content in named]


def go_on(page: Page, button: str, heading: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state("load")


def tell_what(page: Page) -> None:
    page.get_by_role("combobox", name="Materiaal").fill("keiformaat 8")
    page.get_by_role("option", name=PAVING).click()
    questions = page.locator("[name=field_set]")
    expect(questions).to_have_value("betonstraatstenen")  # or what is sent is asked again, with them
    page.get_by_label("Hoeveel?").fill("1.200")
    page.get_by_role("radio", name=re.compile("^Goed")).check()


def publish(page: Page) -> None:
    expect(page.get_by_text(re.compile("222"))).to_be_visible()
    page.get_by_label("Titel").fill(TITLE)
    go_on(page, "Plaatsen", "Uw partij staat in de bank")
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()


@pytest.mark.parametrize("width", [390], ids=["phone"])
def test_three_photos_one_broken_and_the_line_falls_away(
    page: Page, site: Site, shot: Shot, accessible: Callable[[Page], None]
) -> None:
    site.let_in(page, HENGELO)
    page.goto("/werk")
    page.get_by_role("link", name="Partij aanbieden").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Maak een foto")
    page.wait_for_load_state("load")
    accessible(page)
    shot(page, "1-camera")
    page.locator("#photos").set_input_files(
        files(("een.jpg", photo("red")), ("stuk.jpg", b"geen foto"), ("drie.jpg", photo("blue")))
    )
    expect(page.locator(".mp-sending > li")).to_have_count(1)
    expect(page.locator(".mp-sending")).to_contain_text("“stuk.jpg” is niet meegenomen")
    accessible(page)
    shot(page, "2-one-refused")
    page.get_by_role("button", name="Weglaten: stuk.jpg").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 foto’s")
    page.wait_for_load_state("load")
    page.route("**/stap/1", lambda route: route.abort("connectionreset") if route.request.method == "POST" else route.continue_())
    page.locator("#photos").set_input_files(files(("vier.jpg", photo("green"))))
    expect(page.locator(".mp-sending")).to_contain_text("De verbinding viel weg")
    shot(page, "3-line-broken")
    page.unroute("**/stap/1")
    page.get_by_role("button", name="Opnieuw proberen: vier.jpg").click()
    expect(page.locator("#photo-list .mp-shots > li")).to_have_count(3)
    page.get_by_label("Wat ziet u? foto 1").fill("Stapel grijze keien")
    page.get_by_role("button", name="Weg foto 2").click()
    expect(page.get_by_text("Foto 2 is weg.")).to_be_visible()
    accessible(page)
    shot(page, "4-undo")
    page.get_by_role("button", name="Terugzetten").click()
    expect(page.locator("#photo-list .mp-shots > li")).to_have_count(3)
    page.get_by_label("Wat ziet u? foto 3").fill("Pallets")
    go_on(page, "Verder", "Wat is het?")
    page.go_back()
    expect(page.get_by_label("Wat ziet u? foto 1")).to_have_value("Stapel grijze keien")
    expect(page.get_by_label("Wat ziet u? foto 3")).to_have_value("Pallets")
    page.go_forward()
    page.wait_for_load_state("load")
    tell_what(page)
    expect(page.locator("#estimate")).to_contain_text("222\u00a0ton")
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Concept bewaard om \d\d:\d\d"))
    accessible(page)
    shot(page, "5-what")
    go_on(page, "Verder", "Waar en wanneer?")
    accessible(page)
    shot(page, "6-where")
    go_on(page, "Controleren", "Klopt het zo?")
    accessible(page)
    shot(page, "7-check")
    publish(page)
    accessible(page)
    shot(page, "8-done")


@pytest.mark.parametrize("width", [390], ids=["phone"])
def test_an_open_page_of_a_published_lot_keeps_what_is_typed_and_writes_nowhere(page: Page, site: Site) -> None:
    site.let_in(page, HENGELO)
    page.goto("/aanbod/nieuw")
    page.locator("#photos").set_input_files(files(("een.jpg", photo("red"))))
    expect(page.get_by_role("heading", level=1)).to_have_text("1 foto")
    go_on(page, "Verder", "Wat is het?")
    tell_what(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_load_state("load")
    go_on(page, "Verder", "Waar en wanneer?")
    go_on(page, "Controleren", "Klopt het zo?")
    publish(page)
    page.goto("/aanbod/nieuw")
    page.get_by_role("button", name="Foto komt later").click()
    other.get_by_label("Hoeveel?").fill("7")
    other.get_by_role("radio", name=re.compile("^Matig")).check()
    expect(other.locator("#saved")).to_contain_text("Niet bewaard: dit concept is in een ander venster gewijzigd of geplaatst")
    expect(other.get_by_label("Hoeveel?")).to_have_value("7")
    expect(page.get_by_label("Hoeveel?")).to_have_value("")
    other.get_by_role("button", name="Verder", exact=True).click()
    expect(other.locator("#faults")).to_contain_text("wordt een nieuwe partij")
    expect(other.get_by_label("Hoeveel?")).to_have_value("7")
