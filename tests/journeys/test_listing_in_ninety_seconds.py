"""Journey 1 of 5, listing a lot: 10 taps, 4 screens, 90 seconds.

How long it takes is told by a run in which somebody types and looks as a person does, which takes that long:

    PERSON_SPEED=1 python3 -m marketplace test tests/journeys/test_listing_in_ninety_seconds.py -n 0 --screens
"""

import re

from playwright.sync_api import expect

from tests.journeys.counted import IN_EACH_WAY, Hand, Journey
from tests.journeys.lots import HENGELO
from tests.journeys.test_listing_on_a_phone import files, photo

TAPS_MAX, SCREENS_MAX = 10, 4
LISTS = 2  # without scripts the unit is chosen too, and the material from a list that opens first
ASKED = 1  # and what the material asks of its own stands there after that: one more screen, and one more tap
PAVING = "betonstraatsteen-kei-8cm"
NEXT = ".mp-dock button"


def tell_what(person: Hand) -> None:
    """On a phone and by keyboard by typing, on a desk by the picture of the group, without scripts from a list."""
    page, way = person.page, person.way
    if not way.scripts:
        person.takes_from("#material", PAVING)
        person.takes_from("#unit", "m2")
        return
    option = page.locator(f"[role=option][data-slug='{PAVING}']")
    if way.name == "desk":
        person.ticks("input[name=group][value='bestrating']")
        person.presses(option)
    else:
        person.types("#material", "kei")
        if way.by_keys:
            option.wait_for()
            page.keyboard.press("Escape")
            expect(page.get_by_role("listbox")).to_be_hidden()
            page.keyboard.press("ArrowDown")
        person.chooses(option)
    expect(page.locator("input[name=group][value='bestrating']")).to_be_checked()


@IN_EACH_WAY
def test_listing(journey: Journey) -> None:
    person = journey.joins(HENGELO)
    page, scripts = person.page, person.way.scripts
    person.opens("/aanbod/nieuw")
    person.sees("1-photo", "#photos-camera")
    person.photographs("#photos-camera", files(("keien.jpg", photo("grey")))[0])
    if scripts:
        person.sees("1-photo", "#photo-list .mp-shots")
    person.presses(NEXT)
    person.sees("2-what", "form[data-keep='2']")
    tell_what(person)
    person.types("#quantity", "1200")
    if scripts:
        expect(page.locator("#estimate")).to_contain_text(re.compile("222\u00a0ton"))
    person.ticks("[name=condition][value=good]")
    person.keep(page, "2-what-told")
    person.presses(NEXT)
    if not scripts:
        person.sees("2-what-own", "#field-thickness-cm")  # what the material asks of its own: known now that it is chosen
        person.presses(NEXT)
    person.sees("3-where", "form[data-keep='3']")
    person.presses(NEXT)
    person.sees("4-check", ".mp-check")
    person.presses(NEXT)
    person.sees("5-done", ".mp-turn--done")
    assert person.taps <= TAPS_MAX + (0 if scripts else LISTS + ASKED), person.told()
    assert len(person.screens) <= SCREENS_MAX + (0 if scripts else ASKED), person.told()
