"""Papers out of blocks, as accessible and lasting PDF: UA-1 and A-2a, made by Typst.

What a block says is plain text; how it looks is `pages.typ`. Letters are those of the hand-over note, and the same paper is the same bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from marketplace.kernel.language import Text, current_locale
from marketplace.sheets.typesetting import REGIONS, drawn, typeset

MEDIA_TYPE = "application/pdf"
TEMPLATE = Path(__file__).with_name("pages.typ")
Words = str | Text
Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: its title, what stands on top and at the foot of every page, and its blocks."""

    title: Words
    description: Words
    header: Words
    footer: Words
    made_on: date
    parts: Sequence[Block]


def pdf(paper: Paper) -> bytes:
    """Make the PDF, in the reader's language."""
    locale = current_locale()
    values = {
        "title": paper.title,
        "author": "Twentse Materialenbank",
        "description": paper.description,
        "header": paper.header,
        "footer": paper.footer,
        "locale": locale,
        "region": REGIONS.get(locale, "NL"),
        "date": {"year": paper.made_on.year, "month": paper.made_on.month, "day": paper.made_on.day},
        "parts": paper.parts,
    }
    return typeset(TEMPLATE, "paper", drawn(values))


def heading(text: Words) -> Block:
    """A chapter, that stands in the contents too."""
    return {"kind": "heading", "text": text}


def headline(text: Words) -> Block:
    """A heading of the first page, that does not stand in the contents."""
    return {"kind": "headline", "text": text}


def section(text: Words) -> Block:
    """A heading within a chapter."""
    return {"kind": "section", "text": text}


def lead(text: Words) -> Block:
    """What stands below the title."""
    return {"kind": "lead", "text": text}


def par(text: Words) -> Block:
    """A paragraph."""
    return {"kind": "par", "text": text}


def small(text: Words) -> Block:
    """A paragraph in small type, for what explains."""
    return {"kind": "small", "text": text}


def note(text: Words) -> Block:
    """A sentence that stands out."""
    return {"kind": "note", "text": text}


def link(text: Words, address: str) -> Block:
    """Words with an address behind them that can be followed."""
    return {"kind": "link", "text": text, "address": address}


def code(svg: str, alt: Words, text: Words, address: str) -> Block:
    """A code of 30 mm that opens an address, and beside it the address in words."""
    return {"kind": "code", "svg": svg, "alt": alt, "text": text, "address": address}


def bullets(items: Iterable[Words]) -> Block:
    """A list."""
    return {"kind": "list", "items": list(items)}


def contents(title: Words) -> Block:
    """The chapters with their pages."""
    return {"kind": "contents", "text": title}


def new_page() -> Block:
    """What follows begins on a new page."""
    return {"kind": "page"}


def tiles(figures: Iterable[tuple[Words, Words, Words]]) -> Block:
    """Figures in a row: how much, of what, and a note."""
    return {"kind": "tiles", "tiles": [{"value": value, "label": label, "note": note} for value, label, note in figures]}


def drawing(svg: str, alt: Words) -> Block:
    """A chart, and in words what it shows."""
    return {"kind": "drawing", "svg": svg, "alt": alt}


def table(
    head: Sequence[Words], rows: Iterable[Sequence[Words]], *, align: str, widths: Sequence[str] = (), has_total: bool = False
) -> Block:
    """A table whose header comes again on every page. `align`: `l` or `r` for each column; `widths`: `auto` or parts of what is left."""
    return {
        "kind": "table",
        "head": list(head),
        "rows": [list(row) for row in rows],
        "align": list(align),
        "widths": list(widths) or ["1", *["auto"] * (len(head) - 1)],
        "total": "yes" if has_total else "no",
    }
