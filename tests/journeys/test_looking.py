"""What is wrong with a page is seen: a field without a label, a table that is too wide, and pale text, however often its look was seen elsewhere."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.looking import BY_LENGTH, EVERYTHING, faults, look

Show = Callable[..., Page]
GREY = "#949494"  # 3.03 on white, 5.68 on a background of #1b1b1b (by hand, from WCAG's formula)


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """A page with this in its main part, on a phone."""
    contexts = []

    def made(main: str, style: str = "", *, is_dark: bool = False) -> Page:
        context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark" if is_dark else "light")
        contexts.append(context)
        page = context.new_page()
        page.set_content(
            f'<!doctype html><html lang="nl"><head><title>Proef</title><style>body {{ background: #fff }} {style}</style></head>'
            f"<body><main><h1>Proef</h1>{main}</main></body></html>"
        )
        return page

    yield made
    for context in contexts:
        context.close()


def test_a_page_without_faults_has_none(show: Show) -> None:
    assert look(show("<p>Zwarte woorden</p><label>Naam <input></label>"), *EVERYTHING) == ([], [])


def test_a_field_without_a_label_and_a_table_that_is_too_wide_are_told(show: Show) -> None:
    findings, wider = look(show('<input name="n"><table><tr><td style="min-width: 600px">Breed</td></tr></table>'), *EVERYTHING)
    assert findings == ["label: input"]
    assert wider[0].startswith("wider than the screen: <table>")


def test_a_region_that_scrolls_without_a_way_in_is_told_by_its_rule_alone(show: Show) -> None:
    page = show(f'<div style="overflow: auto; height: 40px"><p>{"Lange woorden " * 200}</p></div><input name="n">')
    assert look(page, *BY_LENGTH)[0] == ["scrollable-region-focusable: div"]


def test_pale_text_is_told_on_every_page_that_has_it(show: Show) -> None:
    for _time in range(2):
        assert faults(show(f'<p style="color: {GREY}">Bleek</p>')) == ["color-contrast: p"]


def test_a_colour_that_is_good_on_one_background_is_measured_on_another(show: Show) -> None:
    on_dark = '<div class="plate"><p>Bleek</p></div>'
    style = f"p {{ color: {GREY} }} .plate {{ background: #1b1b1b }}"
    assert faults(show(on_dark, style)) == []
    assert faults(show(f"{on_dark}<p>Bleek</p>", style)) == ["color-contrast: main > p"]
    assert faults(show(on_dark, f"{style} .plate {{ opacity: 0.5 }}")) == ["color-contrast: p"]
    assert faults(show('<div class="plate"><p style="font-size: 9px"><b>Bleek</b></p></div>', style)) == []


def test_a_light_page_says_nothing_of_the_dark_one(show: Show) -> None:
    style = "p { color: #333 } @media (prefers-color-scheme: dark) { body { background: #1b1b1b } h1 { color: #fff } }"
    assert faults(show("<p>Woorden</p>", style)) == []
    assert faults(show("<p>Woorden</p>", style, is_dark=True)) == ["color-contrast: p"]


def test_what_is_large_enough_says_nothing_of_what_is_small(show: Show) -> None:
    style = f".large {{ font-size: 32px; color: {GREY} }} .small {{ font-size: 14px; color: {GREY} }}"
    assert faults(show('<p class="large">Groot</p>', style)) == []
    assert faults(show('<p class="small">Klein</p>', style)) == ["color-contrast: p"]
