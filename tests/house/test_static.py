"""Rules about style sheets: no class that no page uses, no token without a use, and colours in the file of tokens alone."""

import re

from config import PROJECT
from tests.house.source import PACKAGE, TEMPLATES, name_of

STYLES, SCRIPTS = PROJECT / "static" / "css", PROJECT / "static" / "js"
TOKENS = STYLES / "tokens.css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
REMARK = re.compile(r"\{#.*?#\}", re.DOTALL)  # in a template
SELECTOR = re.compile(r"([^{};]+)\{")
CLASS = re.compile(r"\.([A-Za-z][\w-]*)")
WORD = re.compile(r"[A-Za-z0-9][\w-]*")
COMPOSED = re.compile(
    r"""([a-z][\w-]*(?:-|_))(?=\{\{|\$\{|"\s*~)"""
)  # mp-badge--{{ tone }}, mp-name--${kind}, "mp-width-" ~ width
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\(")
TOKEN = re.compile(r"(--mp-[\w-]+)\s*:")
OF_LEAFLET = "leaflet-"


def sheets() -> dict[str, str]:
    return {name_of(path): COMMENT.sub("", path.read_text(encoding="utf-8")) for path in sorted(STYLES.glob("*.css"))}


def source() -> str:
    """Everything that can put a class on an element."""
    paths = [*TEMPLATES.rglob("*.html"), *PACKAGE.rglob("*.py"), *SCRIPTS.glob("*.js")]
    return "\n".join(REMARK.sub("", path.read_text(encoding="utf-8")) for path in sorted(paths))


def test_every_class_is_used_on_a_page() -> None:
    text = source()
    words, beginnings = set(WORD.findall(text)), set(COMPOSED.findall(text))

    def is_used(name: str) -> bool:
        return name in words or any(name.startswith(start) and name[len(start) :] in words for start in beginnings)

    unused = {
        f"{sheet}: .{name}"
        for sheet, style in sheets().items()
        for selector in SELECTOR.findall(style)
        for name in CLASS.findall(selector)
        if not name.startswith(OF_LEAFLET) and not is_used(name)
    }
    assert unused == set()


def test_colours_stand_among_the_tokens_alone() -> None:
    raw = {sheet: colours for sheet, style in sheets().items() if sheet != name_of(TOKENS) and (colours := COLOUR.findall(style))}
    assert raw == {}


def test_every_token_is_defined_and_used() -> None:
    styles = sheets()
    defined = set(TOKEN.findall(styles[name_of(TOKENS)]))
    used = set(re.findall(r"var\((--mp-[\w-]+)", "\n".join(styles.values())))
    assert defined == used
