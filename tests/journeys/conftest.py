"""Journeys: people in a real browser, on a real server with the demonstration data, at the width of a phone and of a desk.

Whatever a journey is about, it fails when a page asks another host for anything, breaks the content security policy or logs an error.
With `--screens` a picture of every page lands in `test-results/screens/`; taking them all costs minutes.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from config import PROJECT
from tests.conftest import forget
from tests.databases import Template, settings
from tests.furnished import database_of, made_once, opened
from tests.journeys.counted import Journey, Way
from tests.journeys.looking import faults
from tests.journeys.sites import (
    Site,
    fill_with_people,
    fill_with_unfinished_work,
    running,
    serving,
)
from tests.journeys.walk import Walks

SCREENS = PROJECT / "test-results" / "screens"
PATIENCE_MS = 20_000  # a busy machine takes its time
expect.set_options(timeout=PATIENCE_MS)
WIDTHS = {"phone": 390, "desk": 1280}
UNWANTED = (  # Playwright's list, whose place it takes, and a spare process and the two pages that every new window would draw of its own
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,"
    "MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,AimEnabled,"
    "NetworkTimeServiceQuerying,PreconnectToSearch,"
    "SpareRendererForSitePerProcess,WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"
)
QUIET = (
    f"--disable-features={UNWANTED}",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {
        "executable_path": os.environ.get("TEST_CHROMIUM") or shutil.which("chromium"),
        "args": [*QUIET, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])],
    }


@pytest.fixture(scope="session")
def furnished_app(furnished: Template) -> Iterator[Flask]:
    """The one application of this worker for journeys that change things: its templates are read once, its statements made once."""
    with opened(settings(furnished.url("test"), furnished.folder.parent / "var")) as app:
        yield app


@pytest.fixture
def site(furnished: Template, furnished_app: Flask) -> Iterator[Site]:
    """A server on a fresh copy of the demonstration data, of this test alone; the application remembers nothing of another test."""
    furnished.fresh()
    with serving(furnished_app) as site:
        yield site
    database_of(furnished_app).dispose()
    forget(furnished_app)


@pytest.fixture(scope="session")
def standing(shared: Path, worker: str, furnished: Template) -> Iterator[Site]:
    """One server for all journeys that only look; a file of such journeys takes it for its `site`."""
    full = made_once(shared / "standing", worker, fill_with_unfinished_work, since=furnished)
    with running(settings(full.fresh(), furnished.folder.parent / "var")) as site:
        yield site


@pytest.fixture(scope="session")
def bare(shared: Path, worker: str) -> Iterator[Site]:
    """One server for a bank with its people, where nothing has happened yet."""
    empty = made_once(shared / "bare", worker, fill_with_people)
    with running(settings(empty.fresh(), empty.folder.parent / "var")) as site:
        yield site


@pytest.fixture(scope="session")
def walks(standing: Site, bare: Site, shared: Path, worker: str) -> Walks:
    return Walks(shared / "walks", {"full": standing, "bare": bare}, worker)


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
            service_workers="block",  # but for the journey that is about it: a page that it fetches passes by what a test holds up
            base_url=site.url,
        )
        context.set_default_timeout(PATIENCE_MS)
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
        is_told = where == page.url or where.endswith(
            ("/fotos", "/stap/1")
        )  # a refused page or photo says why on the page itself
        refused_page = message.text.startswith("Failed to load resource") and is_told
        if message.type == "error" and not refused_page:
            wrong.append(f"{page.url} said: {message.text}")

    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(f"{page.url} stopped: {error}"))


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    return new_page()


Photographer = Callable[[Page, str, int], None]


@pytest.fixture(scope="session")
def picture(pytestconfig: pytest.Config) -> Photographer:
    """Keep a picture of the whole page in the folder of screenshots, where they are asked for: `picture(page, name, width)`."""

    def keep(page: Page, name: str, width: int) -> None:
        if pytestconfig.getoption("--screens"):
            page.screenshot(path=SCREENS / f"{name}-{width}.jpg", full_page=True, type="jpeg", quality=80)

    return keep


@pytest.fixture
def shot(request: pytest.FixtureRequest, picture: Photographer, width: int) -> Callable[[Page, str], None]:
    """Take a picture of the whole page: `shot(page, "listing")`."""
    test = re.sub(r"\W+", "-", request.node.originalname.removeprefix("test_"))
    return lambda page, name: picture(page, f"{test}-{name}", width)


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Fails on anything that axe finds on the page as it is now."""

    def look(page: Page) -> None:
        assert faults(page) == []

    return look


@pytest.fixture
def journey(
    request: pytest.FixtureRequest, new_page: Callable[[], Page], site: Site, way: Way, width: int, picture: Photographer
) -> Iterator[Journey]:
    """A journey in one of its ways; what it costs is told with `--screens`."""
    name = request.node.originalname.removeprefix("test_")
    journey = Journey(
        name, way, site, new_page, lambda page, seen: picture(page, f"{name}-{way.name}-{way.locale}-{seen}", width), faults
    )
    yield journey
    request.node.user_properties.append(("journey", "\n".join(journey.told())))
