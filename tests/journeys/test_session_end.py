"""The end of a session is announced, and can be put off; what was typed when it came stands in the form again."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from marketplace.accounts.models import WebSession
from tests.journeys.conftest import Site


def test_the_end_of_the_session_is_announced_three_minutes_before_it(site: Site, page: Page) -> None:
    page.clock.install()
    site.let_in(page, "projectleider.hengelo@materialenbank.example")
    page.goto("/account")
    warning = page.locator("#session-end")
    page.clock.fast_forward("26:00")
    expect(warning).to_be_hidden()
    page.clock.fast_forward("01:05")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("U wordt zo uitgelogd")
    warning.get_by_role("button", name="Ingelogd blijven").click()
    expect(warning).to_be_hidden()
    page.clock.fast_forward("27:05")
    expect(warning).to_be_visible()


def test_nobody_is_warned_who_is_not_logged_in(page: Page) -> None:
    page.goto("/inloggen")
    expect(page.locator("#session-end")).to_have_count(0)


@pytest.mark.parametrize("scripts", [False], ids=["without-scripts"])
@pytest.mark.parametrize("width", [390], ids=["phone"])
def test_what_was_typed_survives_the_end_of_the_session(site: Site, page: Page) -> None:
    email = "projectleider.hengelo@materialenbank.example"
    site.log_in(page, email)
    page.goto("/aanbod/10/reserveren")
    page.get_by_label("Hoeveel wilt u reserveren?").fill("12")
    with site.app.extensions["database"].transaction() as session:
        session.execute(delete(WebSession))
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_text("Er is nog niets verstuurd")).to_be_visible()
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord", exact=True).fill(site.password)
    page.get_by_role("button", name="Inloggen").click()
    expect(page.get_by_label("Hoeveel wilt u reserveren?")).to_have_value("12")
    expect(page.get_by_text("Wat u typte, staat weer in het formulier.")).to_be_visible()
