"""Somebody tells what they need, with a phone: it is kept while they type, and goes on in another browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site

LEADER = "projectleider.hengelo@materialenbank.example"


@pytest.mark.parametrize("width", [390], ids=["phone"])
def test_a_demand_is_kept_while_it_is_typed_and_goes_on_elsewhere(
    new_page: Callable[[], Page], site: Site, shot: Callable[[Page, str], None], accessible: Callable[[Page], None]
) -> None:
    page = new_page()
    site.let_in(page, LEADER)
    page.goto("/gezocht/nieuw")
    page.get_by_role("combobox", name="Welk materiaal hebt u nodig?").fill("keiformaat 8")
    page.get_by_role("option", name="Betonstraatsteen keiformaat 8 cm").click()
    expect(page.get_by_label("Eenheid").get_by_role("option")).to_have_count(4)
    page.get_by_label("Hoeveel hebt u nodig?").fill("800")
    expect(page.locator("#estimate")).to_contain_text("Geschat: 148")
    page.get_by_label("Waar is het voor?").fill("Stenen voor het parkeerhof")
    page.get_by_label("Waar is het voor?").blur()
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Concept bewaard om \d\d:\d\d"))
    expect(page).to_have_url(re.compile(r"/gezocht/concept/\d+$"))
    accessible(page)
    shot(page, "kept")
    other = new_page()
    site.log_in(other, LEADER)
    other.goto("/werk")
    other.get_by_role("link", name="Verdergaan Stenen voor het parkeerhof").click()
    expect(other.get_by_label("Hoeveel hebt u nodig?")).to_have_value("800")
    expect(other.locator("#estimate")).to_contain_text("Geschat: 148")
