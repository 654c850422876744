"""What a page shows as it is now: what axe finds on it, and what falls off the screen.

Contrast took two thirds of axe's time. It follows from the colour, size and background of a text, so each look of text is measured where a
process meets it for the first time (`look.js`): every look, in both lights, on whichever page it comes.
"""

from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

EVERYTHING = ("all",)
BY_LENGTH = ("scrollable-region-focusable",)  # the rule for which it matters how long words are, and how wide the screen
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : ["wider than the screen: " + [...document.querySelectorAll("body *")]
 .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 60)).slice(0, 3).join(" ")]"""
SCRIPT = AXE_SCRIPT + Path(__file__).with_name("look.js").read_text(encoding="utf-8") + "true"  # or the function would be called
LOOK = f"async asked => window.lookAt ? {{...await lookAt(asked), wider: ({WIDER})()}} : null"

_measured: set[str] = set()  # the looks of text that axe has found good in this process


def look(page: Page, *rules: str) -> tuple[list[str], list[str]]:
    """What axe finds by these rules, as the rule and the places; and what is wider than the screen."""
    arguments = {"rules": list(rules), "known": " ".join(_measured) if rules == EVERYTHING else ""}
    seen = page.evaluate(LOOK, arguments)
    if seen is None:
        page.evaluate(SCRIPT)
        seen = page.evaluate(LOOK, arguments)
    _measured.update(seen["measured"])
    return seen["faults"], seen["wider"]


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it is now."""
    return look(page, *EVERYTHING)[0]
