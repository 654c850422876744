"""A list of figures that somebody loads: its rows against the version in use. Either every row fits, or each fault is named.

An empty cell leaves a figure as it is, *onbekend* takes it away. What is a new factor names its own source, how sure it is, its
low and high, its licence and whether that lets it be passed on: nothing of the former figure speaks for the new one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import parse_number, plain
from marketplace.materials.rules.figures import (
    BY_COLUMN,
    BY_FACT,
    FIGURES,
    HOLDER,
    LICENSED,
    Figure,
    FigureKind,
    figure_of,
)

SLUG = "slug"
GONE = ("onbekend", "unknown")
YES, NO = ("ja", "yes", "1"), ("nee", "no", "0")
CONFIDENCES = ("A", "B", "C")
MOST = Decimal(10**6)
NAME_LENGTH_MAX = 200
REASON_LENGTH_MAX = 500
_ENGLISH = re.compile(r"-?[0-9]+\.([0-9]{1,2}|[0-9]{4,})|-?0\.[0-9]+")  # a point that can be nothing but a decimal one
_DUTCH = re.compile(r"-?[0-9]+,([0-9]{1,2}|[0-9]{4,})|-?0,[0-9]+")
# what a new figure has to name beside itself, in the same row
_BESIDE_FACTOR = ("carbon_low", "carbon_high", "carbon_source", "carbon_confidence", "factor_licence", "factor_is_public")
_BESIDE_MKI = ("mki_source", "factor_licence", "factor_is_public")
_BESIDE_WEIGHT = ("weight_source", "weight_confidence")
_RANGE = ("carbon_low", "carbon_high")
_OWNED = {  # whose source or certainty it is
    "carbon_source": "carbon_factor",
    "carbon_confidence": "carbon_factor",
    "mki_source": "mki",
    "weight_source": "unit",
    "weight_confidence": "unit",
}
_WITH_FACTOR = ("carbon_low", "carbon_high", "carbon_source", "carbon_confidence")  # goes when the factor goes


class ListState(StrEnum):
    """How a list stands."""

    DRAFT = "draft"
    WAITING = "waiting"
    USED = "used"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


STATE_LABELS: dict[ListState, Text] = {
    ListState.DRAFT: _("being looked at"),
    ListState.WAITING: _("waits for the AO CE"),
    ListState.USED: _("taken into use"),
    ListState.DECLINED: _("declined"),
    ListState.WITHDRAWN: _("withdrawn"),
}
OPEN = (ListState.DRAFT, ListState.WAITING)


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a file: its number as the spreadsheet shows it, and its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ListFile:
    """What was sent: the name of the file, its SHA-256, the names of its columns and its rows."""

    name: str
    digest: str
    columns: tuple[str, ...]
    rows: tuple[ListRow, ...]
    notation: str = "nl"


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that does not fit, or a row (no column)."""

    row: int
    slug: str
    column: str
    sentence: Text

    def as_error(self) -> FieldError:
        """The same as an error of what was sent, with its row and column."""
        named = {"row": str(self.row), "slug": self.slug or "–", "column": self.column}
        sentence = _("Row %(row)s (%(slug)s), %(column)s: %(sentence)s", **named, sentence=self.sentence)
        return FieldError(f"rows[{self.row}].{self.column}", sentence)


@dataclass(frozen=True, slots=True)
class ReadList:
    """What a list changes by material and fact, its faults, and its columns that are no figures."""

    changes: dict[str, dict[str, Any]]
    faults: tuple[Fault, ...] = ()
    ignored: tuple[str, ...] = ()


def read_list(file: ListFile, in_use: Mapping[str, Mapping[str, Any]], *, holder: str) -> ReadList:
    """Read a list against the rows in use, by slug. `holder`: whose list it is, and whose licence.

    Refused: a file without a column of slugs or without any column of figures.
    """
    if SLUG not in file.columns:
        raise Invalid(
            _("The first row has no column “slug”. Name the columns as in the file that you can download here."), "file"
        )
    figures = [BY_COLUMN[name] for name in file.columns if name in BY_COLUMN]
    if not figures:
        raise Invalid(
            _("The first row has no column with a figure. Name the columns as in the file that you can download here."), "file"
        )
    notation = _notation(file, figures)
    changes: dict[str, dict[str, Any]] = {}
    faults: list[Fault] = []
    seen: set[str] = set()
    for row in file.rows:
        slug = row.cells.get(SLUG, "")
        wrong = _wrong_slug(slug, in_use, seen)
        if wrong is not None:
            faults.append(Fault(row.number, slug, SLUG, wrong))
            continue
        seen.add(slug)
        values, unread = _read_row(row, figures, notation)
        row_faults = unread or _check_row(values, in_use[slug])
        faults += [Fault(row.number, slug, column, sentence) for column, sentence in row_faults]
        if not row_faults and (changed := _changed(values, in_use[slug], holder)):
            changes[slug] = changed
    columns = {SLUG, *BY_COLUMN}
    return ReadList(changes, tuple(faults), tuple(name for name in file.columns if name and name not in columns))


def _wrong_slug(slug: str, in_use: Mapping[str, object], seen: set[str]) -> Text | None:
    if not slug:
        return _("This row names no material. Fill in its slug, or take the row out.")
    if slug not in in_use:
        return _("There is no material with this slug in the list in use. Look it up in the list, or take the row out.")
    if slug in seen:
        return _("This material is in the file more than once. Keep one row of it.")
    return None


def _notation(file: ListFile, figures: Sequence[Figure]) -> str:
    """How the numbers are written. What can be read in one way only decides, else the mark between cells does."""
    cells = [row.cells.get(figure.column, "").strip() for row in file.rows for figure in figures if figure.is_number]
    english, dutch = any(map(_ENGLISH.fullmatch, cells)), any(map(_DUTCH.fullmatch, cells))
    return file.notation if english == dutch else "en" if english else "nl"


def _read_row(row: ListRow, figures: Sequence[Figure], notation: str) -> tuple[dict[str, Any], list[tuple[str, Text]]]:
    """What a row says, by fact, and the cells that say nothing that can be used."""
    values: dict[str, Any] = {}
    faults: list[tuple[str, Text]] = []
    for figure in figures:
        text = row.cells.get(figure.column, "").strip()
        if not text:
            continue
        try:
            values[figure.fact] = _read_cell(figure, text, notation)
        except Invalid as refusal:
            faults.append((figure.column, refusal.message))
    return values, faults


def _read_cell(figure: Figure, text: str, notation: str) -> Any:
    is_gone = text.lower() in GONE
    if figure.kind is FigureKind.YES_NO:
        if text.lower() not in (*YES, *NO):
            raise Invalid(_("Write ja or nee."))
        return text.lower() in YES
    if is_gone and figure.weighs is not None:
        raise Invalid(_("A weight cannot be taken away: lots go by it. Write another weight, or leave the cell empty."))
    if figure.kind is FigureKind.NUMBER:
        return None if is_gone else _read_number(figure, text, notation)
    if is_gone:
        return ""
    if figure.kind is FigureKind.CONFIDENCE:
        if text.upper() not in CONFIDENCES:
            raise Invalid(_("Write A (measured), B (of the class of material) or C (estimated)."))
        return text.upper()
    if len(text) > figure.longest:
        raise Invalid(_("This may have at most %(most)s characters. Shorten it.", most=figure.longest))
    if figure.fact == "imbor" and not text.startswith("https://"):
        raise Invalid(_("Write the whole address of the identifier, beginning with https://, or leave the cell empty."))
    return text


def _read_number(figure: Figure, text: str, notation: str) -> str:
    value = parse_number(text, notation)
    least_is_zero = figure.weighs is None
    if value < 0 or (value == 0 and not least_is_zero):
        if least_is_zero:
            raise Invalid(_("This cannot be less than zero. Leave carbon that is stored in the product out."))
        raise Invalid(_("A weight is more than zero."))
    if value > MOST:
        raise Invalid(_("This can be at most %(most)s. Check the unit: it is per kg or in kg.", most=MOST))
    if value != round(value, figure.places):
        raise Invalid(_("This can have at most %(places)s decimals.", places=figure.places))
    return plain(value)


def _check_row(values: Mapping[str, Any], row: Mapping[str, Any]) -> list[tuple[str, Text]]:
    """What does not fit together, such as a figure without its source."""
    faults: list[tuple[str, Text]] = []

    def is_new(fact: str) -> bool:
        return values.get(fact) is not None and values[fact] != figure_of(row, fact)

    beside = [("carbon_factor", _BESIDE_FACTOR), ("mki", _BESIDE_MKI)]
    beside += [(figure.fact, _BESIDE_WEIGHT) for figure in FIGURES if figure.weighs is not None]
    named: set[str] = set()
    for fact, needed in beside:
        for other in needed if is_new(fact) else ():
            if (other not in values or values[other] == "") and not (other in _RANGE and other in values) and other not in named:
                named.add(other)
                faults.append((BY_FACT[other].column, _beside(other, fact)))
    after = {fact: values.get(fact, figure_of(row, fact)) for fact in ("carbon_factor", *_RANGE)}
    factor, low, high = (None if value is None else Decimal(value) for value in after.values())
    touched = any(fact in values for fact in after)
    for fact, owner in _OWNED.items():
        if values.get(fact) == "" and values.get(owner, figure_of(row, owner)) is not None:
            faults.append(
                (BY_FACT[fact].column, _("A figure keeps its source and how sure it is. Write another, or leave the cell empty."))
            )
    is_public = values.get("factor_is_public", figure_of(row, "factor_is_public"))
    licence = values.get("factor_licence", figure_of(row, "factor_licence"))
    if not is_public and not licence and "factor_licence" not in named:
        faults.append((BY_FACT["factor_licence"].column, _("Name the licence that forbids passing the figure on.")))
    if touched and factor is not None and low is not None and low > factor:
        faults.append((BY_FACT["carbon_low"].column, _("The low end is above the factor. Check the three figures.")))
    if touched and factor is not None and high is not None and high < factor:
        faults.append((BY_FACT["carbon_high"].column, _("The high end is below the factor. Check the three figures.")))
    return faults


def _beside(other: str, fact: str) -> Text:
    new = BY_FACT[fact].label
    if other in _RANGE:
        return _("A new factor has its own range. Fill in the figure, or write onbekend.")
    if other == "factor_is_public":
        return _("Say whether the licence lets the figure be passed on: ja or nee.")
    return _("“%(figure)s” is new, so say this of it too.", figure=new)


def _changed(values: Mapping[str, Any], row: Mapping[str, Any], holder: str) -> dict[str, Any]:
    """Only what differs from the row in use. Whose licence it is follows from whose list says so."""
    after = dict(values)
    if "carbon_factor" in values and values["carbon_factor"] is None:
        after |= {fact: None if fact in _RANGE else "" for fact in _WITH_FACTOR}
    if values.get("mki", "") is None:
        after["mki_source"] = ""
    changed = {fact: value for fact, value in after.items() if value != figure_of(row, fact)}
    if changed.keys() & {*LICENSED, "factor_is_public", "factor_licence"}:
        is_public = after.get("factor_is_public", figure_of(row, "factor_is_public"))
        whose = "" if is_public else holder
        if whose != figure_of(row, HOLDER):
            changed[HOLDER] = whose
    return changed
