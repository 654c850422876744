"""Words are readable on every ground they stand on: light, dark, and for whoever asks for more contrast (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from itertools import product

import pytest

from tests.house.test_static import COMMENT, TOKENS

RULES = re.compile(r"(?:@media ([^{]+)\{\s*)?:root \{([^}]*)\}")
COLOUR = re.compile(r"--mp-color-([\w-]+):\s*(#[0-9a-f]{6})\b")
LIGHT, DARK, MORE = "(prefers-color-scheme: light)", "(prefers-color-scheme: dark)", "(prefers-contrast: more)"
PAGES = ("paper", "surface", "ground")
WORDS = [
    *product(("text", "text-muted", "brand", "error", "warning"), PAGES),
    *product(("brand-strong",), ("surface", "brand-tint")),
    *product(("text", "text-muted", "brand", "warning"), ("brand-tint",)),
    *product(("text", "text-muted", "brand", "error"), ("error-tint",)),
    *product(("text", "text-muted", "brand", "warning"), ("warning-tint",)),
    *product(("on-brand",), ("brand", "brand-strong")),
    *product(("on-brand-muted",), ("brand",)),
    *product(("on-hero", "on-hero-muted", "action"), ("hero",)),
    *product(("on-action",), ("action", "action-lit")),
    *product(("on-stage",), ("stage",)),
    *product(("text",), ("heat",)),
    *product(("text", "text-muted", "brand"), ("map-land",)),
]
EDGES = [
    *product(("field-border",), ("paper", "surface")),
    *product(("brand", "chart-1"), ("paper", "surface", "ground")),
    *product(("chart-2-ink",), ("chart-2",)),
    *product(("focus-ring",), ("focus", "hero", "stage")),
    *product(("map-land",), ("brand",)),
]


def colours(*preferences: str) -> dict[str, str]:
    """The colours that a device with these preferences shows: later rules go over earlier ones."""
    values: dict[str, str] = {}
    for condition, body in RULES.findall(COMMENT.sub("", TOKENS.read_text(encoding="utf-8"))):
        wishes = [part.strip() for part in condition.split(" and ") if part.strip() not in ("", "screen")]
        if "print" not in wishes and set(wishes) <= set(preferences):
            values |= dict(COLOUR.findall(body))
    return values


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str, other: str) -> float:
    high, low = sorted((luminance(colour), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_the_guideline() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("preferences", "least"),
    [((LIGHT,), 4.5), ((DARK,), 4.5), ((LIGHT, MORE), 7), ((DARK, MORE), 7)],
    ids=["light", "dark", "light-more-contrast", "dark-more-contrast"],
)
def test_words_are_readable_on_every_ground(preferences: tuple[str, ...], least: float) -> None:
    palette = colours(*preferences)
    assert {pair: ratio for pair in WORDS if (ratio := contrast(*(palette[name] for name in pair))) < least} == {}
    assert {pair: ratio for pair in EDGES if (ratio := contrast(*(palette[name] for name in pair))) < 3} == {}


def test_dark_is_dark() -> None:
    palette = colours(DARK)
    assert luminance(palette["paper"]) < luminance(palette["surface"]) < luminance(palette["ground"]) < 0.05
