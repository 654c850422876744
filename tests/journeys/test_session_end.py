"""The end of a session is announced, and can be put off."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site


def test_the_end_of_the_session_is_announced_three_minutes_before_it(site: Site, page: Page) -> None:
    page.clock.install()
    site.log_in(page, "projectleider.hengelo@materialenbank.example")
    page.goto("/account")
    told = page.locator("#session-end")
    page.clock.fast_forward("26:00")
    expect(told).to_be_hidden()
    page.clock.fast_forward("01:05")
    expect(told).to_be_visible()
    expect(told).to_contain_text("U wordt zo uitgelogd")
    told.get_by_role("button", name="Ingelogd blijven").click()
    expect(told).to_be_hidden()
    page.clock.fast_forward("27:05")
    expect(told).to_be_visible()


def test_nobody_is_warned_who_is_not_logged_in(page: Page) -> None:
    page.goto("/inloggen")
    expect(page.locator("#session-end")).to_have_count(0)
