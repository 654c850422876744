"""A photo says where it was taken: the place is offered, and used only by those who choose it."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from marketplace.market.models import Listing
from tests.journeys.conftest import Site
from tests.journeys.test_listing_on_a_phone import HENGELO, TITLE, files, go_on, publish, tell_what

GPS = 0x8825
BORNE = {1: "N", 2: (52.0, 18.0, 4.9), 3: "E", 4: (6.0, 44.0, 53.5)}  # 52.30136, 6.74819
USE = "Gebruik de plek van foto 2 (in Borne)"


def photo(colour: str, taken_at: dict[int, object] | None = None) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    if taken_at:
        exif[GPS] = taken_at
    Image.new("RGB", (640, 480), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("width", [390], ids=["phone"])
def test_the_place_of_a_photo_is_offered(
    page: Page, site: Site, shot: Callable[[Page, str], None], accessible: Callable[[Page], None]
) -> None:
    chosen = files(("een.jpg", photo("red")), ("twee.jpg", photo("blue", BORNE)))
    site.let_in(page, HENGELO)
    page.goto("/aanbod/nieuw/alles")
    page.wait_for_load_state("load")
    page.locator("#photos").set_input_files(chosen)
    page.get_by_role("button", name=USE).click()
    expect(page.locator("#place")).to_have_value("52.30136, 6.74819")
    page.goto("/aanbod/nieuw")
    page.wait_for_load_state("load")
    page.locator("#photos").set_input_files(chosen)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 foto’s")
    go_on(page, "Verder", "Wat is het?")
    tell_what(page)
    go_on(page, "Verder", "Waar en wanneer?")
    expect(page.get_by_role("radio", name="De plek van uw foto in Borne")).to_be_checked()
    accessible(page)
    shot(page, "offered")
    go_on(page, "Controleren", "Klopt het zo?")
    expect(page.locator(".mp-check")).to_contain_text("Borne")
    expect(page.locator("main")).not_to_contain_text("52.3")
    publish(page)
    with site.app.extensions["database"].read() as reading:
        assert reading.scalars(select(Listing.place_name).where(Listing.title == TITLE)).one() == "Borne"
