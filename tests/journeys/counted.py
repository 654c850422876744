"""Journeys with what they cost: somebody does them with a hand on the glass, a mouse or the keys, and taps, fields and screens are counted.

A journey runs in each of four ways, which between them have both widths, both languages, the keyboard alone and no scripts. On every
screen that it names, nothing is in the other language, nothing is wider than the screen and at most one button is filled below its head.
With `--screens` the counts are told at the end of the run, and a picture of every screen is kept.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import FilePayload, Locator, Page

from tests.journeys.looking import WIDER
from tests.journeys.sites import Site
from tests.journeys.test_two_languages import foreign_to, left_over

AT_PERSON_SPEED = bool(os.environ.get("PERSON_SPEED"))
LOOK_MS, TAP_MS, KEY_MS, CAMERA_MS = 4_000, 1_300, 280, 8_000  # to take in a screen, to find and touch, a key of a phone, a photo
STEPS_MAX = 250
FILLED = """() => [...document.querySelectorAll("main .mp-button")].filter(one => one.checkVisibility()
 && !one.closest(".mp-head, .mp-search") && !/--(second|stop|link)/.test(one.className)).map(one => one.textContent.trim())"""
REACHED = """one => { const at = document.activeElement;
 return at === one || (one.type === "radio" && at.type === "radio" && at.name === one.name && at.form === one.form) }"""
SEEN = """() => [document.activeElement, document.activeElement.firstElementChild, ...document.activeElement.labels ?? []].some(one =>
 one && ["", "::before", "::after"].some(part => getComputedStyle(one, part || null).outlineStyle !== "none"))"""
UNSEEN = f"({SEEN})() ? '' : `${{document.activeElement.outerHTML.slice(0, 80)}} shows no focus`"
HIDDEN = """() => { const one = document.activeElement, box = one.getBoundingClientRect(), told = element => element.outerHTML.slice(0, 80);
 if (one === document.body || !box.width) return "";
 if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) return `${told(one)} is outside the window`;
 const inside = (place, most) => Math.max(1, Math.min(most - 1, place));
 const seen = [0.1, 0.5, 0.9].flatMap(right => [0.1, 0.5, 0.9].map(down => document.elementFromPoint(
  inside(box.left + box.width * right, innerWidth), inside(box.top + box.height * down, innerHeight))));
 return seen.some(top => !top || one.contains(top) || top.contains(one) || top.closest("label")) ? "" : `${told(one)} lies under ${told(seen[4])}` }"""


@dataclass(frozen=True)
class Way:
    """How a journey is gone through."""

    name: str
    locale: str
    by_keys: bool = False
    scripts: bool = True

    @property
    def prefix(self) -> str:
        return "" if self.locale == "nl" else f"/{self.locale}"


IN_EACH_WAY = pytest.mark.parametrize(
    ("width", "scripts", "way"),
    [
        pytest.param(390, True, Way("phone", "nl"), id="phone-nl"),
        pytest.param(1280, True, Way("desk", "en"), id="desk-en"),
        pytest.param(1280, True, Way("keys", "nl", by_keys=True), id="keys-nl"),
        pytest.param(390, False, Way("plain", "en", scripts=False), id="without-scripts-en"),
    ],
)


@dataclass
class Hand:
    """One person in a journey: does things as this way allows, and counts them."""

    page: Page
    way: Way
    keep: Callable[[Page, str], None]
    faults: Callable[[Page], list[str]]
    here: str = ""
    taps: int = 0
    keys: int = 0
    fields: set[str] = field(default_factory=set)
    screens: list[str] = field(default_factory=list)
    heights: dict[str, int] = field(default_factory=dict)

    def opens(self, path: str) -> None:
        """By an address: where a journey begins, or what a letter leads to."""
        self.page.goto(path if path.startswith("http") else self.way.prefix + path)

    def sees(self, name: str, mark: str, *, axe: bool = False) -> None:
        """The screen that came, known by a mark on it; it is counted as soon as something is done on it."""
        self.page.locator(f"{mark} >> visible=true").first.wait_for()
        self.page.wait_for_load_state("load")
        if name != self.here:
            self._waits(LOOK_MS)
        self.here = name
        self.heights[name] = self.page.evaluate("document.documentElement.scrollHeight")
        self.keep(self.page, name)
        wrong = left_over(self.page.content(), self.way.locale, foreign_to(self.way.locale)) + self.page.evaluate(WIDER)
        filled = self.page.evaluate(FILLED)
        wrong += [f"filled buttons: {filled}"] if len(filled) > 1 else []
        if axe and self.way.scripts and not self.way.by_keys:
            wrong += self.faults(self.page)
        assert wrong == [], (name, self.page.url)

    def presses(self, what: str | Locator) -> None:
        """A button, a link or the line of a fold."""
        thing = self._begins(what)
        if self.way.by_keys:
            self._reaches(thing)
            self._key("Enter")
        else:
            thing.click()

    def ticks(self, what: str | Locator) -> None:
        """A box, or one of several that exclude each other."""
        thing = self._begins(what)
        if not self.way.by_keys:
            thing.evaluate_handle("one => one.labels[0]").as_element().click()  # type: ignore[union-attr]
            return
        self._reaches(thing)
        if thing.evaluate("one => one === document.activeElement") and not thing.is_checked():
            self._key("Space")
        while not thing.is_checked():
            self._key("ArrowDown")

    def types(self, what: str | Locator, text: str) -> None:
        """In the place of what stands there."""
        thing = self._begins(what)
        if self.way.by_keys:
            self._reaches(thing)
        else:
            thing.click()
        self.fields.add(f"{self.here} {thing.get_attribute('name') or thing.get_attribute('id')}")
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text, delay=KEY_MS if AT_PERSON_SPEED else 0)
        self.keys += len(text)

    def chooses(self, option: Locator) -> None:
        """One of what is found while typing: by the arrows where there is nothing else."""
        option.wait_for()
        if not self.way.by_keys:
            self.presses(option)
            return
        self.taps += 1
        while option.get_attribute("aria-selected") != "true":
            self._key("ArrowDown")
        self._key("Enter")

    def takes_from(self, what: str, value: str) -> None:
        """From a list, which opens first."""
        thing = self._begins(what)
        self.taps += 1
        thing.select_option(value)

    def photographs(self, what: str, picture: FilePayload) -> None:
        with self.page.expect_file_chooser() as camera:
            self.presses(what)
        self._waits(CAMERA_MS)
        camera.value.set_files([picture])

    def told(self) -> str:
        keys = f", {self.keys} keys" if self.way.by_keys else ""
        return f"{self.taps} taps, {len(self.fields)} fields, {len(self.screens)} screens{keys}"

    def _begins(self, what: str | Locator) -> Locator:
        thing = self.page.locator(f"{what} >> visible=true").first if isinstance(what, str) else what.first
        thing.wait_for(state="attached")
        self.page.wait_for_load_state("load")
        if self.here not in self.screens:
            self.screens.append(self.here)
        self._waits(TAP_MS)
        self.taps += 1
        return thing

    def _reaches(self, thing: Locator) -> None:
        """Tab on until it has the focus, and is seen to have it."""
        for _step in range(STEPS_MAX):
            if thing.evaluate(REACHED):
                assert self.page.evaluate(UNSEEN) == self.page.evaluate(HIDDEN) == ""
                return
            self._key("Tab")
            if self.page.evaluate("document.activeElement.matches('.mp-skip')") and thing.evaluate(
                "one => !!one.closest('main')"
            ):
                self._key("Enter")
        raise AssertionError(f"{thing} is not reached with Tab on {self.page.url}")

    def _key(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def _waits(self, milliseconds: int) -> None:
        if AT_PERSON_SPEED:
            self.page.wait_for_timeout(milliseconds)


@dataclass
class Journey:
    """All who take part, and what it costs each of them."""

    name: str
    way: Way
    site: Site
    new_page: Callable[[], Page]
    keep: Callable[[Page, str], None]
    faults: Callable[[Page], list[str]]
    hands: dict[str, Hand] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    def joins(self, email: str) -> Hand:
        """Somebody who is logged in."""
        page = self.new_page()
        self.site.let_in(page, email)
        return self.hands.setdefault(email.partition("@")[0], Hand(page, self.way, self.keep, self.faults))

    def told(self) -> list[str]:
        lines = [f"{self.name} {self.way.name}-{self.way.locale}, {who}: {hand.told()}" for who, hand in self.hands.items()]
        heights = {name: height for hand in self.hands.values() for name, height in hand.heights.items()}
        lines.append("  pixels high: " + ", ".join(f"{name} {height}" for name, height in heights.items()))
        return lines + ([f"  {time.monotonic() - self.begun:.0f} s at person speed"] if AT_PERSON_SPEED else [])
