"""Scenario 1 by hand: Hengelo offers 1 200 m², Borne finds it and reserves 800, Hengelo approves, both confirm, and it is counted."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from marketplace.kernel import clock
from tests.factories import declare_as_owner
from tests.journeys.conftest import Site
from tests.journeys.sites import database_of

HENGELO = "projectleider.hengelo@materialenbank.example"
BORNE = "projectleider.borne@materialenbank.example"
TITLE = "Keien uit de Enschedesestraat"
NEED = "Keien voor het parkeerhof bij de sporthal"
PAVING = "Betonstraatsteen keiformaat 8 cm"
Shot = Callable[[Page, str], None]


def photo() -> bytes:
    """Pavers, as a phone would send them."""
    image = Image.new("RGB", (1600, 1200), (70, 70, 66))
    draw = ImageDraw.Draw(image)
    for row in range(12):
        for column in range(-1, 8):
            left, top = column * 200 + (row % 2) * 100, row * 100
            draw.rectangle((left + 5, top + 5, left + 195, top + 95), fill=(150 + row, 148, 140 + column))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def typed(day: date) -> str:
    return f"{day.day}-{day.month}-{day.year}"


def choose_material(page: Page, label: str) -> None:
    """By typing where scripts run, else from the list."""
    field = page.get_by_label(label, exact=True)
    expect(field).to_be_visible()  # the page with the question is there, and then its scripts have run
    page.wait_for_load_state("load")
    if field.get_attribute("role") != "combobox":
        field.select_option(label=PAVING)
        return
    field.fill("keiformaat 8")
    page.get_by_role("option", name=PAVING).click()
    expect(field).to_have_value(PAVING)


def offer(page: Page, shot: Shot) -> str:
    """Hengelo puts 1 200 m² on the bank; the address of the lot."""
    page.goto("/werk")
    page.get_by_role("link", name="Partij aanbieden").first.click()
    page.get_by_role("link", name="Alles op één pagina").click()
    page.get_by_role("button", name="Publiceren").click()
    expect(page).to_have_title(re.compile("^Fout: "))
    shot(page, "1-empty-form-refused")
    choose_material(page, "Welk materiaal is het?")
    page.get_by_label("Hoe noemt u deze partij?").fill(TITLE)
    page.get_by_label("Hoeveel is er?").fill("1.200")
    page.locator("#unit").select_option("m2")
    page.get_by_role("radio", name="Gemeten", exact=True).check()
    page.get_by_role("radio", name=re.compile("^Goed")).check()
    page.get_by_label("Waar ligt het?").fill("7551")
    page.get_by_label("Vanaf welke dag kan het worden opgehaald?").fill(typed(clock.today() - timedelta(days=7)))
    page.get_by_label("Tot en met welke dag?").fill(typed(clock.today() + timedelta(days=30)))
    page.locator("#photos").set_input_files({"name": "keien.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    shot(page, "2-form-filled")
    page.get_by_role("button", name="Publiceren").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    shot(page, "3-lot")
    return page.url


def ask(page: Page, shot: Shot) -> str:
    """Borne needs 800 m² within 15 km and sees the lot, with the arithmetic; the address of the demand."""
    page.goto("/gezocht")
    page.get_by_role("link", name="Vraag plaatsen").first.click()
    choose_material(page, "Welk materiaal hebt u nodig?")
    page.get_by_label("Hoeveel hebt u nodig?").fill("800")
    page.locator("#unit").select_option("m2")
    page.get_by_role("radio", name=re.compile("^Redelijk")).check()
    page.get_by_label("Waar is het voor?").fill(NEED)
    page.get_by_label("Waar hebt u het nodig?").fill("Borne")
    page.get_by_label("Hoe ver mag het hooguit zijn?").fill("15")
    page.get_by_label("Vanaf welke dag hebt u het nodig?").fill(typed(clock.today()))
    page.get_by_label("Tot en met welke dag?").fill(typed(clock.today() + timedelta(days=60)))
    shot(page, "4-demand-filled")
    page.get_by_role("button", name="Vraag plaatsen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NEED)
    match = page.locator(".mp-serve", has_text=TITLE)
    expect(match).to_contain_text(re.compile(r"\d,\d\skm"))
    expect(match).to_contain_text("tonkm")
    match.locator("summary").click()
    expect(match).to_contain_text("148\u00a0ton")  # 800 m² × 185 kg
    shot(page, "5-match")
    return page.url


def reserve(page: Page, shot: Shot) -> str:
    """Borne reserves the 800 m² from the match; the address of the reservation."""
    page.locator(".mp-serve", has_text=TITLE).get_by_role("link", name="reserveren").click()
    expect(page.get_by_label("Hoeveel wilt u reserveren?")).to_have_value("800")
    page.get_by_text("Uw plan").click()
    page.get_by_label("Waar is het voor?").fill("Parkeerplaatsen")
    shot(page, "6-reserve")
    page.get_by_role("button", name="Reserveren").click()
    expect(page.get_by_role("heading", name="U hoeft nu niets te doen")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(HENGELO)
    shot(page, "7-requested")
    return page.url


def approve_and_hand_over(page: Page, shot: Shot) -> None:
    """Hengelo finds the request on its desk, approves it, and enters what went over the scales."""
    page.goto("/werk")
    expect(page.locator(".mp-jobs").first).to_contain_text(f"Borne vraagt 800\u00a0m² van “{TITLE}”")
    shot(page, "8-desk")
    page.get_by_role("link", name=re.compile(f"Borne vraagt 800.*{TITLE}")).click()
    page.get_by_role("button", name="Goedkeuren").click()
    expect(page.locator("main")).to_contain_text(BORNE)
    shot(page, "9-approved")
    page.get_by_text("Meer invullen").first.click()
    page.get_by_label("Gereden kilometers met de lading").first.fill("7,5")
    page.get_by_role("button", name="Overdracht bewaren").click()
    expect(page.locator("main")).to_contain_text("Borne bevestigt")


def confirm(page: Page, address: str, shot: Shot) -> None:
    """Borne confirms; the page tells what was saved."""
    page.goto("/werk")
    page.get_by_role("link", name="Controleren en bevestigen").click()
    expect(page).to_have_url(address)
    shot(page, "10-to-confirm")
    page.get_by_role("button", name="Overdracht bevestigen").click()
    expect(page.get_by_role("heading", name="Wat deze uitwisseling bespaarde")).to_be_visible()
    expect(page.locator("main")).to_contain_text("148\u00a0ton")
    expect(page.locator("main")).to_contain_text("1.110\u00a0tonkm")  # 148 t × 7.5 km
    shot(page, "11-completed")


def travel(new_page: Callable[[], Page], site: Site, shot: Shot) -> None:
    """The whole scenario, with two people and then the public."""
    public, hengelo, borne = new_page(), new_page(), new_page()
    before = totals(public)
    site.log_in(hengelo, HENGELO)
    site.log_in(borne, BORNE)
    lot = offer(hengelo, shot)
    declare_as_owner(database_of(site.app), int(lot.rsplit("/", 1)[1]))
    demand = ask(borne, shot)
    address = reserve(borne, shot)
    approve_and_hand_over(hengelo, shot)
    confirm(borne, address, shot)
    borne.goto(demand)
    expect(borne.locator("main")).to_contain_text("Vervuld")
    public.goto(lot)
    expect(public.locator("main")).to_contain_text("400\u00a0m²")
    for secret in (HENGELO, BORNE, "52.2", "Parkeerplaatsen"):
        expect(public.locator("main")).not_to_contain_text(secret)
    shot(public, "12-lot-in-public")
    after = totals(public)
    shot(public, "13-figures-in-public")
    assert after == before + 1


def totals(page: Page) -> int:
    """How many exchanges the public figures tell of."""
    page.goto("/cijfers")
    figure = page.locator(".mp-tally > div", has_text=re.compile("uitwisselingen", re.IGNORECASE)).first.locator(".mp-figure")
    return int(re.sub(r"\D", "", figure.inner_text()))


@pytest.mark.parametrize("width", [1280], ids=["desk"])
def test_the_main_job_from_end_to_end(new_page: Callable[[], Page], site: Site, shot: Shot) -> None:
    travel(new_page, site, shot)


@pytest.mark.parametrize("scripts", [False], ids=["without-scripts"])
@pytest.mark.parametrize("width", [390], ids=["phone"])
def test_the_main_job_without_scripts(new_page: Callable[[], Page], site: Site, shot: Shot) -> None:
    travel(new_page, site, shot)
