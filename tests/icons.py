"""Draw the icons of the home screen out of static/img/logo.svg, after the logo has changed. Not a test: run it by hand.

PYTHONPATH=. .venv/bin/python tests/icons.py
"""

import os
import re
import shutil

from playwright.sync_api import sync_playwright

from config import PROJECT

FOLDER = PROJECT / "static" / "img"
SAFE = 0.78  # of a maskable icon: a launcher may cut off what lies outside the middle circle
ROUND = re.compile(r'(<rect width="48" height="48") rx="9"')


def drawings() -> dict[str, tuple[int, str]]:
    """For each file its size and its drawing."""
    logo = (FOLDER / "logo.svg").read_text(encoding="utf-8")
    ground = ROUND.search(logo)
    assert ground is not None, "the logo has no ground to take off"
    filled = ROUND.sub(r"\1", logo)
    ground_only = filled[filled.index("<rect") : filled.index("/>") + 2]
    shapes = filled[filled.index("/>") + 2 : filled.rindex("</svg>")]
    shift = 24 * (1 - SAFE)
    smaller = f'<g transform="translate({shift} {shift}) scale({SAFE})">{shapes}</g>'
    maskable = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">{ground_only}{smaller}</svg>'
    return {"icon-192.png": (192, logo), "icon-512.png": (512, logo), "icon-maskable-512.png": (512, maskable)}


def draw() -> None:
    """Let Chromium draw them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("TEST_CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, (size, drawing) in drawings().items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{size}px;height:{size}px}}</style>{drawing}")
            page.screenshot(path=FOLDER / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    draw()
