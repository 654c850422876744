"""A project leader lists a lot on site: by thumb with a broken photo and a line that falls away, without scripts, and by keyboard only."""

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


def go_on(page: Page, heading: str) -> None:
    page.get_by_role("button", name="Opslaan en verder").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state("load")


def tell_quantity(page: Page) -> None:
    page.get_by_label("Hoeveel is er?").fill("1.200")
    page.get_by_role("radio", name=re.compile("^Goed")).check()
    page.get_by_label("Waar ligt het?", exact=True).fill("7551")
    page.get_by_label("Vanaf welke dag kan het worden opgehaald?").fill("12-1-2027")


def publish(page: Page) -> None:
    expect(page.get_by_text(re.compile("Geschat: 222"))).to_be_visible()
    page.get_by_role("button", name="Publiceren").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


@pytest.mark.parametrize("width", [390], ids=["phone"])
def test_three_photos_one_broken_and_the_line_falls_away(
    page: Page, site: Site, shot: Shot, accessible: Callable[[Page], None]
) -> None:
    site.let_in(page, HENGELO)
    page.goto("/werk")
    page.get_by_role("link", name="Partij aanbieden").first.click()
    page.get_by_role("button", name="Opslaan en verder").click()
    expect(page).to_have_title(re.compile("^Fout: "))
    page.wait_for_load_state("load")
    accessible(page)
    shot(page, "1-refused")
    page.get_by_role("combobox").fill("keiformaat 8")
    page.get_by_role("option", name=PAVING).click()
    page.get_by_label("Hoe noemt u deze partij?").fill(TITLE)
    page.get_by_label("Uit welk project komt het?").focus()
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Concept bewaard om \d\d:\d\d"))
    go_on(page, "Hoeveelheid, kwaliteit en plek")
    tell_quantity(page)
    expect(page.locator("#estimate")).to_contain_text("Geschat: 222")
    accessible(page)
    shot(page, "2-quantity")
    go_on(page, "Foto’s")
    page.locator("#photos").set_input_files(
        files(("een.jpg", photo("red")), ("stuk.jpg", b"geen foto"), ("drie.jpg", photo("blue")))
    )
    expect(page.locator(".mp-photo-list > li")).to_have_count(2)
    expect(page.locator(".mp-sending > li")).to_have_count(1)
    expect(page.locator(".mp-sending")).to_contain_text("“stuk.jpg” is niet meegenomen")
    accessible(page)
    shot(page, "3-one-refused")
    page.get_by_role("button", name="Weglaten: stuk.jpg").click()
    page.route("**/fotos", lambda route: route.abort("connectionreset"))
    page.locator("#photos").set_input_files(files(("vier.jpg", photo("green"))))
    expect(page.locator(".mp-sending")).to_contain_text("De verbinding viel weg")
    shot(page, "4-line-broken")
    page.unroute("**/fotos")
    page.get_by_role("button", name="Opnieuw proberen: vier.jpg").click()
    expect(page.locator(".mp-photo-list > li")).to_have_count(3)
    page.get_by_label("Wat staat er op foto 1?").fill("Stapel grijze keien")
    page.get_by_role("button", name="Opslaan foto 1").click()
    page.get_by_role("button", name="Draaien foto 2").click()
    expect(page.get_by_label("Wat staat er op foto 1?")).to_have_value("Stapel grijze keien")
    go_on(page, "Controleren")
    accessible(page)
    shot(page, "5-check")
    publish(page)


@pytest.mark.parametrize("scripts", [False], ids=["without-scripts"])
@pytest.mark.parametrize("width", [390], ids=["phone"])
def test_the_same_without_scripts(page: Page, site: Site, shot: Shot) -> None:
    site.let_in(page, HENGELO)
    page.goto("/aanbod/nieuw/stap/1")
    page.get_by_label("Welk materiaal is het?").select_option(label=PAVING)
    page.get_by_label("Hoe noemt u deze partij?").fill(TITLE)
    page.get_by_role("button", name="Bewaren voor later").click()
    page.get_by_role("link", name=f"Verdergaan {TITLE}").click()
    tell_quantity(page)
    go_on(page, "Foto’s")
    page.locator("#photos").set_input_files(
        files(("een.jpg", photo("red")), ("stuk.jpg", b"geen foto"), ("drie.jpg", photo("blue")))
    )
    page.get_by_role("button", name="Opslaan en verder").click()
    expect(page).to_have_title(re.compile("^Fout: "))
    expect(page.locator("#faults")).to_contain_text("“stuk.jpg” is niet meegenomen")
    expect(page.get_by_text("Deze foto’s zijn binnen.")).to_be_visible()
    shot(page, "1-one-refused")
    go_on(page, "Controleren")
    publish(page)


@pytest.mark.parametrize("width", [1280], ids=["desk"])
def test_the_material_by_keyboard_only(page: Page, site: Site) -> None:
    site.let_in(page, HENGELO)
    page.goto("/aanbod/nieuw/stap/1")
    field = page.get_by_role("combobox")
    field.focus()
    page.keyboard.type("keiformaat 8")
    expect(page.get_by_role("option")).not_to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "material-found-0")
    page.keyboard.press("Enter")
    expect(field).to_have_value(PAVING)
    page.keyboard.press("Tab")
    page.keyboard.type(TITLE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hoeveelheid, kwaliteit en plek")
