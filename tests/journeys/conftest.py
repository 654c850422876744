"""Journeys: people in a real browser, on a real server with the demonstration data, at the width of a phone and of a desk.

Whatever a journey is about, it fails when a page asks another host for anything, breaks the content security policy or logs an error.
Screenshots land in `test-results/screens/`.
"""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Request
from waitress import wasyncore
from waitress.server import create_server

from config import PROJECT
from marketplace.cli import demo
from marketplace.cli.migrations import one_at_a_time
from marketplace.kernel.db import Database
from tests.conftest import PASSWORD, Template, settings

SCREENS = PROJECT / "test-results" / "screens"
SETTLED = "Promise.race([Promise.allSettled(document.getAnimations().map(one => one.finished)), new Promise(done => setTimeout(done, 2000))])"
WIDTHS = {"phone": 390, "desk": 1280}
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Site:
    """A running server with the demonstration data, of this test alone."""

    url: str
    app: Flask
    password: str = PASSWORD

    def log_in(self, page: Page, email: str) -> None:
        """Through the form, as a person would."""
        page.goto(f"{self.url}/inloggen")
        page.locator("input[type=email], input[name=email]").first.fill(email)
        page.locator("input[type=password]").first.fill(self.password)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda address: "/inloggen" not in address)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {
        "executable_path": os.environ.get("TEST_CHROMIUM") or shutil.which("chromium"),
        "args": [*QUIET, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])],
    }


@pytest.fixture(scope="session")
def furnished(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A template with the demonstration data in it, loaded by the first worker that asks; each worker copies from a file of its own."""
    from marketplace.app import create_app

    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "furnished"
    with one_at_a_time(shared, "furnish.lock"):
        if not (shared / "ready").exists():
            first = Template("", shared, template.worker)
            first.make()
            app = create_app(settings(first.url("template"), shared / "var"))
            demo.load(app)
            app.extensions["database"].dispose()
            first.seal()
            (shared / "ready").touch()
    own = Template("", shared / template.worker, template.worker)
    own.folder.mkdir()
    shutil.copyfile(shared / "template.sqlite3", own.folder / "template.sqlite3")
    return own


@pytest.fixture
def site(furnished: Template) -> Iterator[Site]:
    """A server in a thread on a free port, on a fresh copy of the demonstration data."""
    from marketplace.app import create_app

    config = settings(furnished.fresh(), furnished.folder.parent / "var")
    app = create_app(config)
    server = create_server(app, host="127.0.0.1", port=0, threads=8, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.effective_port}", app)  # type: ignore[union-attr]

    def close() -> None:
        for channel in list(server.active_channels.values()):
            channel.handle_close()  # and the photo it was sending
        wasyncore.close_all(server._map, ignore_all=True)  # type: ignore[union-attr]

    server.trigger.pull_trigger(close)  # by its own thread: another one would take the sockets from under its feet
    thread.join(timeout=5)
    server.task_dispatcher.shutdown()
    database: Database = app.extensions["database"]
    database.dispose()


@pytest.fixture(params=list(WIDTHS), ids=list(WIDTHS))
def width(request: pytest.FixtureRequest) -> int:
    return WIDTHS[request.param]


@pytest.fixture
def scripts() -> bool:
    """Whether pages may run scripts; a journey without them overrides this."""
    return True


@pytest.fixture
def new_page(browser: Browser, site: Site, width: int, scripts: bool) -> Iterator[Callable[[], Page]]:
    """Another browser with its own cookies, for a second person; all of them are watched."""
    wrong: list[str] = []
    contexts = []

    def open_one() -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900},
            locale="nl-NL",
            java_script_enabled=scripts,
            base_url=site.url,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch(page, site, wrong)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert wrong == []


def watch(page: Page, site: Site, wrong: list[str]) -> None:
    """Writes down every request to another host, every error on the console and every script that stopped."""

    def asked(request: Request) -> None:
        if urlsplit(request.url).scheme in {"http", "https"} and not request.url.startswith(site.url):
            wrong.append(f"{page.url} asked {request.url}")

    def said(message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        is_told = where == page.url or where.endswith("/fotos")  # a refused page or photo says why on the page itself
        refused_page = message.text.startswith("Failed to load resource") and is_told
        if message.type == "error" and not refused_page:
            wrong.append(f"{page.url} said: {message.text}")

    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(f"{page.url} stopped: {error}"))


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    return new_page()


@pytest.fixture
def shot(request: pytest.FixtureRequest, width: int) -> Callable[[Page, str], Path]:
    """Takes a picture of the whole page: `shot(page, "listing")`."""
    test = re.sub(r"\W+", "-", request.node.originalname.removeprefix("test_"))

    def take(page: Page, name: str) -> Path:
        path = SCREENS / f"{test}-{name}-{width}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take


@pytest.fixture
def faults_of() -> Callable[[Page], list[str]]:
    """What axe finds on the page as it is now: the rule and the places."""

    def look(page: Page) -> list[str]:
        page.evaluate(SETTLED)
        return [
            f"{found['id']}: {', '.join(str(node['target']) for node in found['nodes'][:3])}"
            for found in Axe().run(page).response["violations"]
        ]

    return look


@pytest.fixture
def accessible(faults_of: Callable[[Page], list[str]]) -> Callable[[Page], None]:
    """Fails on anything that axe finds on the page as it is now."""

    def look(page: Page) -> None:
        assert faults_of(page) == []

    return look
