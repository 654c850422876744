"""Every page that has an address without a number in it: it opens, in both languages and widths, and axe finds nothing on it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.journeys.conftest import Site

NO_PAGES = ("/api/", "/static/", "/media/", "/healthz", "/readyz", "/robots.txt", "/.well-known/")
VISITORS = {
    "anonymous": "",
    "project-leader": "projectleider.hengelo@materialenbank.example",
    "coordinator": "coordinator.hengelo@materialenbank.example",
    "region": "coordinator.regio-twente@materialenbank.example",
    "aoce": "aoce@materialenbank.example",
    "administrator": "beheer@materialenbank.example",
}


def addresses(app: Flask) -> list[str]:
    """The addresses of pages that need nothing more to be known."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set()) and not rule.arguments]
    return sorted({rule.rule for rule in rules if not rule.rule.startswith(NO_PAGES) and "." not in rule.rule.rsplit("/", 1)[-1]})


@pytest.mark.parametrize("visitor", list(VISITORS))
def test_every_page_opens_and_is_accessible(
    site: Site, page: Page, width: int, visitor: str, shot: Callable[[Page, str], Path], faults_of: Callable[[Page], list[str]]
) -> None:
    if VISITORS[visitor]:
        site.log_in(page, VISITORS[visitor])
    languages = ("", "/en") if visitor in {"anonymous", "coordinator"} else ("",)
    wrong: dict[str, object] = {}
    seen: set[str] = set()
    for address in addresses(site.app):
        for language in languages:
            answer = page.goto(f"{site.url}{language}{address}")
            where = f"{language}{address}"
            if answer is None or answer.status not in {200, 401, 403}:
                wrong[where] = answer and answer.status
            elif (
                page.url in seen or answer.status != 200
            ):  # sent on to a page that was looked at already, or not for this visitor
                continue
            elif found := faults_of(page):
                wrong[where] = found
            elif page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wrong[where] = "wider than the screen"
            seen.add(page.url)
            shot(page, f"{visitor}{where.replace('/', '-')}")
    assert wrong == {}
