"""The passport of an asset as a paper, with the code that opens its page.

What it is, its layers and parts, and what happened to them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.formats import long_date
from marketplace.kernel.language import Text, _
from marketplace.sheets import pages
from marketplace.sheets.pages import Block, Paper, Words

LINES_MOST = 100
NEN_NOTE = _(
    "This score is about the object as a whole. It says nothing about the quality of the materials: that is given with each part."
)


@dataclass(frozen=True, slots=True)
class Band:
    """One layer. `height`: 1 to 6, as it is drawn; `group`: the material group that most of it is of."""

    layer: int
    names: tuple[Words, ...]
    amounts: str
    mass: str
    thickness: Text | None
    height: int
    group: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part in words. `number`: within its asset."""

    number: int
    name: Words
    element: str
    layer: str
    quantity: str
    mass: str
    known_by: Text
    source: str
    loose: Text | None
    condition: Text | None
    hazards: tuple[Text, ...]
    used: Text


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to a part, with how much came or went."""

    day: str
    what: Text
    material: Words
    element: str
    reason: str
    figure: str
    stops: bool


@dataclass(frozen=True, slots=True)
class Worth:
    """What the parts are worth on a day: facts of all together, and a row for each. Never for everybody."""

    as_of: str
    facts: tuple[tuple[Text, Words], ...]
    rows: tuple[tuple[Words, ...], ...]
    note: Text


@dataclass(frozen=True, slots=True)
class Passport:
    """An asset as page and paper tell it. `lines`: the newest first; `worth` only on a paper that was asked with it."""

    name: str
    kind: Text
    place: str
    owner: str
    mass: str
    facts: tuple[tuple[Text, Words | None], ...]
    coming: Text | None
    nen: Text | None
    bands: tuple[Band, ...]
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    address: str
    worth: Worth | None = None


def passport_pdf(passport: Passport, code: str, today: date) -> bytes:
    """Make the PDF in the reader's language. `code`: that of the address, as SVG."""
    where = f"{passport.kind}, {passport.place}" if passport.place else str(passport.kind)
    return pages.pdf(
        Paper(
            title=passport.name,
            description=_("What %(name)s is made of, and when that comes free.", name=passport.name),
            header=_("Passport of %(name)s", name=passport.name),
            footer=_("As it stood on %(day)s", day=long_date(today)) if passport.worth is None else _worth_footer(today),
            made_on=today,
            parts=[
                pages.lead(where),
                pages.code(
                    code,
                    _("QR code that opens this passport"),
                    _("Scan this code for the passport as it is now:"),
                    passport.address,
                ),
                *_facts(passport),
                *_layers(passport.bands),
                *_parts(passport.parts),
                *_worth(passport.worth),
                *_lines(passport.lines),
            ],
        )
    )


def _facts(passport: Passport) -> Iterator[Block]:
    rows = [(term, value) for term, value in passport.facts if value is not None]
    if passport.mass:
        rows.append((_("Material in it"), passport.mass))
    if passport.nen:
        rows.append((_("Inspection by NEN 2767"), passport.nen))
    yield pages.table([_("What"), _("As its owner says")], rows, align="ll", widths=["auto", "1"])
    if passport.nen:
        yield pages.small(NEN_NOTE)
    if passport.coming:
        yield pages.headline(_("When it comes free"))
        yield pages.par(passport.coming)


def _layers(bands: Sequence[Band]) -> Iterator[Block]:
    if not bands:
        return
    yield pages.headline(_("Layers, from the top"))
    rows: list[list[Words]] = [
        [str(band.layer), " + ".join(map(str, band.names)), band.amounts, band.mass, band.thickness or "–"] for band in bands
    ]
    head = [_("Layer"), _("Material"), _("Quantity"), _("Weight"), _("Thickness")]
    yield pages.table(head, rows, align="llrrl", widths=["auto", "1", "auto", "auto", "auto"])


def _parts(parts: Sequence[Part]) -> Iterator[Block]:
    if not parts:
        yield pages.note(_("Nobody has written down yet what this is made of."))
        return
    yield pages.headline(_("Parts"))
    rows: list[list[Words]] = [
        [
            f"{part.name}, {part.element}" if part.element else part.name,
            part.quantity,
            f"{part.known_by}: {part.source}" if part.source else part.known_by,
            part.loose or _("not known"),
            part.condition or _("not inspected"),
            ", ".join(map(str, part.hazards)) or _("nothing said"),
            part.used,
        ]
        for part in parts
    ]
    head = [
        *(_("Material"), _("Quantity"), _("How it is known"), _("How it comes loose"), _("Condition")),
        *(_("Hazardous substances"), _("Used before")),
    ]
    yield pages.table(head, rows, align="lrlllll", widths=["2", "auto", "2", "1", "1", "1", "1"])


def _worth_footer(today: date) -> Text:
    return _(
        "As it stood on %(day)s. With its material value, a shadow statement and no balance (BBV art. 63): not for everybody",
        day=long_date(today),
    )


def _worth(worth: Worth | None) -> Iterator[Block]:
    if worth is None:
        return
    yield pages.headline(_("Value of the material on %(day)s", day=worth.as_of))
    yield pages.note(worth.note)
    yield pages.table([_("What"), _("All parts together")], worth.facts, align="ll", widths=["auto", "1"])
    head = [_("Material"), _("Quantity"), _("Method and source"), _("Value (gross)"), _("Net")]
    yield pages.table(head, worth.rows, align="lrlrr", widths=["2", "auto", "3", "auto", "auto"])


def _lines(lines: Sequence[Line]) -> Iterator[Block]:
    if not lines:
        return
    yield pages.headline(_("What happened"))
    rows: list[list[Words]] = [
        [
            line.day,
            line.what,
            f"{line.material}, {line.element}" if line.element else line.material,
            line.figure,
            line.reason or "–",
        ]
        for line in lines[:LINES_MOST]
    ]
    head = [_("Day"), _("What"), _("Material"), _("Quantity"), _("Reason")]
    yield pages.table(head, rows, align="lllrl", widths=["auto", "auto", "1", "auto", "1"])
    if len(lines) > LINES_MOST:
        yield pages.small(_("These are the newest %(num)s of %(all)s.", num=LINES_MOST, all=len(lines)))
