"""By Tab alone through pages full of things: what has the focus is seen and lies under nothing. Whole journeys by keyboard: `counted.py`."""

import pytest
from playwright.sync_api import Page

from tests.journeys.counted import HIDDEN, UNSEEN
from tests.journeys.lots import HENGELO
from tests.journeys.sites import Site


class TestFocus:
    """On a server of which nothing is changed."""

    @pytest.fixture
    def site(self, standing: Site) -> Site:
        return standing

    @pytest.mark.parametrize("width", [320, 1280], ids=["enlarged", "desk"])
    def test_what_has_the_focus_is_seen_and_lies_under_nothing(self, site: Site, page: Page, width: int) -> None:
        site.let_in(page, HENGELO)
        page.set_viewport_size({"width": width, "height": 256 if width < 600 else 900})
        wrong: dict[str, set[str]] = {}
        for address in ("/aanbod?q=klinkers", "/aanbod?weergave=kaart", "/aanbod/nieuw/alles", "/cijfers", "/werk"):
            page.goto(address)
            page.wait_for_load_state("load")
            hidden = set[str]()
            for _step in range(45):
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement === document.body"):  # the end of the page
                    break
                hidden.add(page.evaluate(HIDDEN) or page.evaluate(UNSEEN))
            wrong[address] = hidden - {""}
        assert {address: hidden for address, hidden in wrong.items() if hidden} == {}
