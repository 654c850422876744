"""Every page there is, in both languages: axe finds nothing on it, and nothing falls off it on a phone, on a desk and at 400 %.

In Dutch the device is light, and axe looks at a desk; in English it is dark, and axe looks at a phone. A region that scrolls, which only a
narrow screen with long words may make, is also looked for on a Dutch phone. The pages are found by following the links as each visitor, in a
bank that is full and in one where nothing has happened yet. Of each route as few pages are looked at as have every kind of element that was
seen on it. A form that requires an answer is also sent empty, in Dutch, and looked at as a phone shows it.
With `--screens` pictures of every page lie in `test-results/screens/`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.conftest import WIDTHS, Photographer, watch
from tests.journeys.looking import BY_LENGTH, EVERYTHING, SCRIPT, look
from tests.journeys.sites import Site
from tests.journeys.walk import NO_PAGES, VISITORS, Found, Walks, is_file

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
SCREENS = {"phone": (390, 844), "desk": (1280, 900), "400 %": (320, 256)}  # the last: a desk of 1280 by 1024, enlarged
LOOKED_AT = {"": {"desk": EVERYTHING, "phone": BY_LENGTH}, "/en": {"phone": EVERYTHING}}  # by axe, for each language
REQUIRING = "[...document.querySelectorAll('main form[method=post]')].filter(form => form.querySelector('[aria-required=true]:not([type=file])'))"
SEND_EMPTY = f"""number => {{ const form = {REQUIRING}[number];
 for (const field of form.querySelectorAll("input:not([type=hidden]), textarea, select")) {{ field.checked = false; field.value = "" }}
 form.requestSubmit(form.querySelector("button:not([type=button], .mp-button--second, .mp-button--link)")) }}"""

Plan = dict[str, list[tuple[str, str]]]


@pytest.fixture(scope="module")
def plan(walks: Walks) -> Plan:
    """For each bank and visitor the pages to look at, as endpoint and address: the fewest that have every kind there is on each route."""
    walks.make({bank: list(visitors) for bank, visitors in BANKS.items()})
    pages = [
        (f"{bank} {visitor}", page)
        for bank, visitors in BANKS.items()
        for visitor in visitors
        for page in walks.of(bank, visitor)
        if page.status < 400
    ]
    routes = defaultdict(list)
    for who, page in pages:
        routes[page.endpoint].append((who, page.address))
    kinds = {(who, page.address): {*page.kinds, *forms_of(page)} for who, page in pages}
    chosen = {key for _endpoint, keys in routes.items() for key in fewest({key: kinds[key] for key in keys})}
    made: Plan = {f"{bank} {visitor}": [] for bank, visitors in BANKS.items() for visitor in visitors}
    for who, page in pages:
        if (who, page.address) in chosen or page.endpoint == "work.show":  # each has a menu of their own
            made[who].append((page.endpoint, page.address))
    return made


def forms_of(page: Found) -> set[str]:
    """That the page has a form to be sent empty, as one more kind."""
    return {"sent empty"} if "?" not in page.address and 'aria-required="true"' in page.html else set()


def fewest(kinds: dict[tuple[str, str], set[str]]) -> list[tuple[str, str]]:
    """As few as have every kind: each time the one that has the most of those that are left."""
    left = set[str]().union(*kinds.values())
    chosen: list[tuple[str, str]] = []
    while left or not chosen:
        best = max(kinds, key=lambda key: len(kinds[key] & left))
        chosen.append(best)
        left -= kinds[best]
    return chosen


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
    ("bank", "visitor"),
    [pytest.param(bank, visitor, id=f"{bank}-{visitor}") for bank in BANKS for visitor in BANKS[bank]],
    indirect=["bank"],
)
def test_every_page_is_for_everyone(
    bank: Site, visitor: str, language: str, plan: Plan, page: Page, picture: Photographer, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.id.removeprefix("chromium-")
    wrong: dict[str, list[str]] = {}
    sent = set[str]()
    screens = list(SCREENS)

    def looked_at(where: str, rules: dict[str, tuple[str, ...]], *, unless: str = "") -> list[str]:
        """What is wrong with the page as it is now, on these screens: the one that it stands on comes first."""
        faults: list[str] = []
        for screen in [screen for screen in screens if screen != unless]:
            width, height = SCREENS[screen]
            if page.viewport_size != {"width": width, "height": height}:
                page.set_viewport_size({"width": width, "height": height})
            faults += [f"{screen}: {fault}" for part in look(page, *rules.get(screen, ())) for fault in part]
            if screen in WIDTHS:
                picture(page, "-".join(["every", *(part[:20] for part in re.split(r"\W+", f"{name}{where}") if part)]), width)
        screens.reverse()
        return faults

    for endpoint, address in plan[f"{'full' if 'full' in name else 'bare'} {visitor}"]:
        where = language + address
        page.goto(where)
        wrong[where] = looked_at(where, LOOKED_AT[language])
        if language or endpoint in sent or "?" in address:
            continue
        sent.add(endpoint)
        for number in range(page.evaluate(f"{REQUIRING}.length")):
            if number:
                page.goto(where)
            with page.expect_navigation():
                page.evaluate(SEND_EMPTY, number)
            there = f"{where}, form {number + 1} sent empty"
            if page.title().startswith(("Fout: ", "Error: ")):
                wrong[there] = looked_at(f"{where}-empty-{number}", {"phone": EVERYTHING}, unless="desk")
            else:
                wrong[there] = [f"was not refused: {page.title()}"]
    assert {where: faults for where, faults in wrong.items() if faults} == {}


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
    context.add_init_script(SCRIPT)
    page = context.new_page()
    watch(page, bank, wrong)
    if VISITORS[visitor]:
        bank.let_in(page, VISITORS[visitor])
    yield page
    context.close()
    assert wrong == []
