"""The target of listing a lot: 10 taps, 4 screens, 90 seconds. The taps, fields and screens are counted here.

How long it takes is told by a run in which somebody types and looks as a person does, which takes that long:

    PERSON_SPEED=1 python3 -m marketplace test tests/journeys/test_listing_in_ninety_seconds.py -n 0 -s
"""

import os
import re
import sys
import time
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Site
from tests.journeys.test_listing_on_a_phone import HENGELO, PAVING, files, photo

TAPS_MAX, SCREENS_MAX = 10, 4
AT_PERSON_SPEED = bool(os.environ.get("PERSON_SPEED"))
LOOK_MS, TAP_MS, KEY_MS, CAMERA_MS = 4_000, 1_300, 280, 8_000  # to take in a screen, to find and touch, a key of a phone, a photo


@dataclass
class Person:
    """Somebody with a phone: counts what a hand does, and takes the time for it where that is asked."""

    page: Page
    taps: int = 0
    keys: int = 0
    fields: set[str] = field(default_factory=set)
    screens: list[str] = field(default_factory=list)

    def waits(self, milliseconds: int) -> None:
        if AT_PERSON_SPEED:
            self.page.wait_for_timeout(milliseconds)

    def sees(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        self.page.wait_for_load_state("load")
        if (step := self.page.locator(".mp-steplet").inner_text()) not in self.screens:
            self.screens.append(step)
            self.waits(LOOK_MS)

    def taps_on(self, what: Locator) -> None:
        self.waits(TAP_MS)
        what.click()
        self.taps += 1

    def takes_a_photo(self) -> None:
        self.waits(TAP_MS)
        with self.page.expect_file_chooser() as camera:
            self.page.locator("#photos-camera").click()
        self.taps += 1
        self.waits(CAMERA_MS)
        camera.value.set_files(files(("keien.jpg", photo("grey"))))

    def types(self, what: Locator, text: str) -> None:
        self.taps_on(what)
        self.fields.add(what.get_attribute("name") or what.get_attribute("id") or "")
        self.page.keyboard.type(text, delay=KEY_MS if AT_PERSON_SPEED else 0)
        self.keys += len(text)


@pytest.mark.parametrize("width", [390], ids=["phone"])
@pytest.mark.parametrize("by", ["typing", "picture"])
def test_a_lot_is_listed_in_ten_taps_and_four_screens(page: Page, site: Site, by: str) -> None:
    site.let_in(page, HENGELO)
    page.goto("/aanbod/nieuw")
    person, begun = Person(page), time.monotonic()
    person.sees("Maak een foto")
    person.takes_a_photo()
    person.sees("1 foto")
    person.taps_on(page.get_by_role("button", name="Verder", exact=True))
    person.sees("Wat is het?")
    if by == "typing":
        person.types(page.get_by_role("combobox", name="Materiaal"), "kei")
        person.taps_on(page.get_by_role("option", name=PAVING))
        expect(page.get_by_role("radio", name="Bestrating")).to_be_checked()
    else:
        person.taps_on(page.get_by_role("radio", name="Bestrating"))
        person.taps_on(page.get_by_role("option", name=PAVING))
    person.types(page.get_by_label("Hoeveel?"), "1200")
    expect(page.locator("#estimate")).to_contain_text("222\u00a0ton")
    person.taps_on(page.get_by_role("radio", name=re.compile("^Goed")))
    person.taps_on(page.get_by_role("button", name="Verder", exact=True))
    person.sees("Waar en wanneer?")
    person.taps_on(page.get_by_role("button", name="Controleren"))
    person.sees("Klopt het zo?")
    person.taps_on(page.get_by_role("button", name="Plaatsen"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Uw partij staat in de bank")
    told = f"{person.taps} taps, {len(person.fields)} fields typed, {person.keys} keys, {len(person.screens)} screens"
    if AT_PERSON_SPEED:
        sys.stdout.write(f"\nlisting by {by}: {told}, {time.monotonic() - begun:.0f} s at person speed\n")
    assert person.taps <= TAPS_MAX and len(person.screens) <= SCREENS_MAX, told
