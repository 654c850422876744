"""Every page there is, in both languages: axe finds nothing on it, and nothing falls off it on a phone, on a desk and at 400 %.

In Dutch the device is light, and axe looks at both widths; in English it is dark, and axe looks at a phone. Contrast, which takes two thirds of the
time, is measured on a light desk and a dark phone: what only one of them shows has the same colours by name. The pages are found by following
the links as each visitor, in a bank that is full and in one where nothing has happened yet. A page is looked at when it has a kind of
element that was not seen on its route before. A form that requires an answer is also sent empty, in Dutch, and looked at as a phone shows it.
With `--screens` pictures of every page lie in `test-results/screens/`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.conftest import WIDTHS, Photographer, faults, watch
from tests.journeys.sites import Site
from tests.journeys.walk import NO_PAGES, VISITORS, Walks, is_file, kinds_of

pytestmark = pytest.mark.slow

BANKS = {"full": list(VISITORS), "bare": ["anonymous", "project-leader", "coordinator"]}
STEPS = {  # sent on to the reservation
    f"reservations.{verb}"
    for verb in (
        *("accept_offer", "approve", "reject", "cancel", "no_show", "propose_times", "agree_time", "hand_over", "add_photo"),
        *("confirm", "dispute", "resolve", "propose_cancel", "agree_cancel", "return_part"),
        *("propose_terms", "accept_terms", "decline_terms", "hand_over_late", "object_to_no_show", "decide_objection"),
    )
} | {"talk.answer", "advice.give", "advice.ask", "advice.lift", "plans.accept"}  # sent on to the page with their forms
ENLARGED = {"width": 320, "height": 256}  # a screen of 1280 by 1024 at 400 %
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : ["wider than the screen: " + [...document.querySelectorAll("body *")]
 .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 60)).slice(0, 3).join(" ")]"""
REQUIRING = "[...document.querySelectorAll('main form[method=post]')].filter(form => form.querySelector('[aria-required=true]:not([type=file])'))"
SEND_EMPTY = f"""number => {{ const form = {REQUIRING}[number];
 for (const field of form.querySelectorAll("input:not([type=hidden]), textarea, select")) {{ field.checked = false; field.value = "" }}
 form.requestSubmit(form.querySelector("button:not([type=button], .mp-button--second, .mp-button--link)")) }}"""

Plan = dict[str, list[tuple[str, str]]]


@pytest.fixture(scope="module")
def plan(walks: Walks) -> Plan:
    """For each bank and visitor the pages to look at, as endpoint and address."""
    made: Plan = {}
    seen: dict[str, set[str]] = defaultdict(set)
    for bank, visitors in BANKS.items():
        for visitor in visitors:
            found = made[f"{bank} {visitor}"] = []
            for page in walks.of(bank, visitor):
                kinds = kinds_of(page.html)
                is_start = page.endpoint == "work.show"  # each has a menu of their own
                if page.status < 400 and (is_start or page.endpoint not in seen or kinds - seen[page.endpoint]):
                    found.append((page.endpoint, page.address))
                    seen[page.endpoint] |= kinds
    return made


@pytest.fixture
def bank(request: pytest.FixtureRequest, standing: Site, bare: Site) -> Site:
    return standing if request.param == "full" else bare


def test_every_route_that_shows_a_page_is_looked_at(plan: Plan, standing: Site) -> None:
    looked_at = {endpoint for pages in plan.values() for endpoint, _address in pages}
    rules = [rule for rule in standing.app.url_map.iter_rules() if "GET" in (rule.methods or set())]
    pages = {rule.endpoint for rule in rules if not rule.rule.startswith(NO_PAGES) and not is_file(rule.rule)}
    assert pages - looked_at == STEPS
    assert all(plan.values())


@pytest.mark.parametrize("language", ["", "/en"], ids=["nl", "en"])
@pytest.mark.parametrize(
    ("bank", "visitor"), [pytest.param(bank, one, id=f"{bank}-{one}") for bank in BANKS for one in BANKS[bank]], indirect=["bank"]
)
def test_every_page_is_for_everyone(
    bank: Site, visitor: str, language: str, plan: Plan, page: Page, picture: Photographer, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.id.removeprefix("chromium-")
    wrong: dict[str, list[str]] = {}
    sent = set[str]()

    def looked_at(where: str, *widths: int) -> list[str]:
        """What is wrong with the page as it is now, at these widths."""
        found: list[str] = []
        for width in widths:
            page.set_viewport_size({"width": width, "height": 844 if width < 600 else 900})
            is_asked = not language or width == WIDTHS["phone"]
            seen = faults(page, with_contrast=bool(language) or width == widths[-1]) if is_asked else []
            found += [f"{width}: {fault}" for fault in (*seen, *page.evaluate(WIDER))]
            picture(page, "-".join(["every", *(part[:20] for part in re.split(r"\W+", f"{name}{where}") if part)]), width)
        page.set_viewport_size(ENLARGED)
        return found + [f"400 %: {fault}" for fault in page.evaluate(WIDER)]

    for endpoint, address in plan[f"{'full' if 'full' in name else 'bare'} {visitor}"]:
        where = language + address
        page.goto(where)
        wrong[where] = looked_at(where, *WIDTHS.values())
        if language or endpoint in sent or "?" in address:
            continue
        sent.add(endpoint)
        for number in range(page.evaluate(f"{REQUIRING}.length")):
            with page.expect_navigation():
                page.evaluate(SEND_EMPTY, number)
            there = f"{where}, form {number + 1} sent empty"
            if not page.title().startswith(("Fout: ", "Error: ")):
                wrong[there] = [f"was not refused: {page.title()}"]
                continue
            wrong[there] = looked_at(f"{where}-empty-{number}", WIDTHS["phone"])
            page.goto(where)
    assert {where: found for where, found in wrong.items() if found} == {}


@pytest.fixture
def page(browser: Browser, bank: Site, visitor: str, language: str) -> Iterator[Page]:
    """One browser for all pages of one visitor: light in Dutch, dark in English, so that both are looked at."""
    wrong: list[str] = []
    context: BrowserContext = browser.new_context(
        locale="nl-NL",
        base_url=bank.url,
        reduced_motion="reduce",
        color_scheme="dark" if language else "light",
        service_workers="block",
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    watch(page, bank, wrong)
    if VISITORS[visitor]:
        bank.let_in(page, VISITORS[visitor])
    yield page
    context.close()
    assert wrong == []
