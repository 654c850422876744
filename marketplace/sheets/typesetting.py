"""Values set in type as an accessible, lasting PDF: UA-1 and A-2a.

In letters that come with the program and never from the machine, and only those that the font can draw.
"""

import io
import json
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import segno

REGIONS = {"nl": "NL", "en": "GB"}


def typeset(template: Path, name: str, values: Any) -> bytes:
    """Make the PDF of a Typst template, which reads the values as JSON under this name."""
    import typst

    return bytes(
        typst.compile(
            str(template),
            root=str(template.parent),
            font_paths=[str(fonts())],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={name: json.dumps(values, ensure_ascii=False)},
            pdf_standards=["a-2a", "ua-1"],
        )
    )


def fonts() -> Path:
    """Where the letters of the papers are."""
    package = find_spec("fontpkg_source_sans_3")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("the package fontpkg-source-sans-3 is missing: install requirements.txt again")
    return Path(next(iter(package.submodule_search_locations))) / "files"


@cache
def _letters() -> frozenset[int]:
    """Every character that the font can draw."""
    from fontTools.ttLib import TTFont

    upright = next(file for file in sorted(fonts().glob("*.ttf")) if "Italic" not in file.name)
    with TTFont(upright, lazy=True) as font:
        return frozenset(font.getBestCmap())


def legible(text: str) -> str:
    """Reduce a text to the characters that the font has.

    A note with a letter that cannot be drawn is no accessible note: `㎡` becomes `m2`, what has no shape of its own is left out,
    the rest becomes a question mark.
    """
    return "".join(
        item if ord(item) in _letters() or item == "\n" else _replaced(item) for item in unicodedata.normalize("NFC", text)
    )


def _replaced(character: str) -> str:
    if character.isspace():
        return "\n" if character in "\u2028\u2029" else " "
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and all(ord(part) in _letters() for part in plain):
        return plain
    return "" if unicodedata.category(character) in ("Cf", "Mn", "Me", "Sk") else "?"


def drawn(content: Any) -> Any:
    """The same with every text in the reader's language and legible."""
    if isinstance(content, dict):
        return {name: drawn(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [drawn(value) for value in content]
    return legible(str(content))


def qr_code(address: str) -> str:
    """The code of an address as SVG. Read at 30 mm from a phone also when a corner is dirty: a quarter of it may be lost."""
    drawn = io.BytesIO()
    segno.make(address, error="q", micro=False).save(drawn, kind="svg", border=2, xmldecl=False, omitsize=True, dark="#123f35")
    return drawn.getvalue().decode()
