"""Somebody follows an old link."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site


@pytest.fixture
def site(standing: Site) -> Site:
    return standing


def test_an_old_link_ends_on_a_page_that_tells_the_way_on(
    site: Site, page: Page, shot: Callable[[Page, str], None], accessible: Callable[[Page], None]
) -> None:
    answer = page.goto(f"{site.url}/aanbod/bestaat-niet")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("main a").first).to_be_visible()
    shot(page, "404")
    accessible(page)
