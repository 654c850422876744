"""Back to a form that was refused: it stands there as it was left, until its writer logs out."""

import re

import pytest
from playwright.sync_api import Error, Page, expect
from sqlalchemy import delete

from marketplace.accounts.models import WebSession
from tests.journeys.conftest import Site

LEADER = "projectleider.hengelo@materialenbank.example"
TYPED = "Keien van de Grote Kerk"

pytestmark = pytest.mark.parametrize("width", [1280], ids=["desk"])


def refuse_a_demand(page: Page) -> None:
    """Send a demand that says what it is for, and nothing else; then go on to another page."""
    page.goto("/gezocht/nieuw")
    page.get_by_label("Waar is het voor?").fill(TYPED)
    page.locator("main form button[type=submit]").first.click()
    expect(page).to_have_title(re.compile("^Fout: "))
    page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name="Aanbod").click()
    expect(page).to_have_url(re.compile("/aanbod$"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_what_was_typed_stands_in_the_form_after_back(site: Site, page: Page) -> None:
    site.let_in(page, LEADER)
    refuse_a_demand(page)
    page.go_back()
    expect(page).to_have_title(re.compile("^Fout: "))
    expect(page.get_by_label("Waar is het voor?")).to_have_value(TYPED)


def test_what_was_typed_is_there_after_a_message_on_another_page(site: Site, page: Page) -> None:
    site.let_in(page, LEADER)
    page.goto("/account/gegevens")
    page.get_by_label("Uw naam").fill("")
    page.get_by_role("button", name="Opslaan").click()
    expect(page).to_have_title(re.compile("^Fout: "))
    page.wait_for_timeout(1500)  # the cookie with the message gets another value: it counts in seconds
    page.get_by_label("Uw naam").fill("Sanne ter Horst")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_text("Uw gegevens zijn opgeslagen.")).to_be_visible()
    page.go_back()
    expect(page).to_have_title(re.compile("^Fout: "))


def test_a_wrong_password_is_no_dead_end(page: Page) -> None:
    page.goto("/inloggen")
    page.get_by_label("E-mailadres").fill(LEADER)
    page.get_by_label("Wachtwoord", exact=True).fill("niet mijn wachtwoord")
    page.get_by_role("button", name="Inloggen").click()
    expect(page).to_have_title(re.compile("^Fout: "))
    page.get_by_role("link", name="Wachtwoord vergeten").click()
    expect(page).to_have_url(re.compile("/wachtwoord-vergeten$"))
    page.go_back()
    expect(page.get_by_label("E-mailadres")).to_have_value(LEADER)
    expect(page.get_by_label("Wachtwoord", exact=True)).to_have_value("")


def go_back_and_find_nothing(page: Page) -> None:
    """To the page in between, and then to the form, of which the browser has no copy any more."""
    page.go_back()
    expect(page).to_have_url(re.compile("/aanbod$"))
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_back()


def test_after_logging_out_back_shows_nothing_of_it(site: Site, page: Page) -> None:
    site.let_in(page, LEADER)
    refuse_a_demand(page)
    page.get_by_role("button", name="Uitloggen").click()
    expect(page.get_by_text("U bent uitgelogd.")).to_be_visible()
    go_back_and_find_nothing(page)


def test_after_a_session_that_ended_by_itself_too(site: Site, page: Page) -> None:
    site.let_in(page, LEADER)
    refuse_a_demand(page)
    with site.app.extensions["database"].transaction() as session:
        session.execute(delete(WebSession))
    page.goto("/werk")
    expect(page.get_by_role("button", name="Inloggen")).to_be_visible()
    go_back_and_find_nothing(page)
