"""Where the bars and words of a chart stand. Pure geometry over exact figures; `templates/macros/chart.html` draws it.

Each chart is laid out twice, in the width of a phone and of a wide screen, so that letters are never scaled down. A figure that is not
known has no bar and a question mark; the same figures stand as a table below every chart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from marketplace.kernel.language import Text

LETTER = 9.2  # how wide a figure is in the drawings' type, at most
TALLEST = 100


@dataclass(frozen=True, slots=True)
class Block:
    """One rectangle. What adds is filled, what takes off is hatched."""

    x: float
    y: float
    width: float
    height: float
    kind: Literal["plus", "less"] = "plus"


@dataclass(frozen=True, slots=True)
class Word:
    """A word or figure under or above the middle of its bar."""

    x: float
    y: float
    text: str
    kind: Literal["value", "name", "note"] = "name"


@dataclass(frozen=True, slots=True)
class Join:
    """A level line that leads from the end of one bar to the start of the next."""

    x1: float
    x2: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """One layout of a chart, in SVG units that are about a pixel."""

    name: Literal["wide", "narrow"]
    width: int
    height: int
    axis: float
    blocks: tuple[Block, ...]
    words: tuple[Word, ...]
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in two drawings.

    `says` is for whoever cannot see it; `rows` are the same figures, with key, name and figure.
    """

    id: str
    says: str
    drawings: tuple[Drawing, ...]
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A bar of a waterfall: `plus` begins it, `less` takes off, `sum` is what is left. A value of None is not known."""

    key: str
    name: Text | str
    note: str
    value: Decimal | None
    kind: Literal["plus", "less", "sum"]
    figure: str
    in_words: str


@dataclass(frozen=True, slots=True)
class Column:
    """An upright bar.

    Its name in full, on a wide screen and on a phone, and what stands above it.
    """

    key: str
    name: str
    short: str
    shortest: str
    value: Decimal
    figure: str
    in_words: str


def waterfall(id: str, steps: Sequence[Step]) -> Chart:
    """How a figure follows from others. Each bar begins where the one before it ended."""
    wide = _waterfall("wide", 560, 92, steps, lines=1)
    narrow = _waterfall("narrow", 340, 56, steps, lines=2)
    rows = tuple((step.key, str(step.name), step.in_words) for step in steps)
    return Chart(id, ", ".join(f"{name} {in_words}" for _key, name, in_words in rows), (wide, narrow), rows)


def columns(id: str, bars: Sequence[Column]) -> Chart:
    """Upright bars side by side, for months and years. What is zero or less has no bar, and its figure all the same."""
    rows = tuple((bar.key, bar.name, bar.in_words) for bar in bars)
    says = ", ".join(f"{bar.name} {bar.in_words}" for bar in bars if bar.value)
    return Chart(id, says, (_columns("wide", 560, bars), _columns("narrow", 340, bars)), rows)


def share_of(value: Decimal, largest: Decimal, length: int = TALLEST) -> float:
    """How long a bar is beside the longest one; nothing below zero."""
    return round(float(max(value, Decimal(0)) / largest) * length, 1) if largest > 0 else 0.0


def _waterfall(name: Literal["wide", "narrow"], width: int, bar: int, steps: Sequence[Step], *, lines: int) -> Drawing:
    top, bottom = 44.0, 230.0
    pitch = width / len(steps)
    ends = _ends(steps)
    lowest = min(Decimal(0), *(level for start, end in ends for level in (start, end)))
    highest = max(Decimal(0), *(level for start, end in ends for level in (start, end)))

    def y(level: Decimal) -> float:
        return round(bottom - float((level - lowest) / (highest - lowest or 1)) * (bottom - top), 1)

    blocks, words, joins = [], [], []
    for index, (step, (start, end)) in enumerate(zip(steps, ends, strict=True)):
        left = pitch * index + (pitch - bar) / 2
        middle = round(left + bar / 2, 1)
        upper = min(y(start), y(end))
        if step.value is None:
            joins.append(Join(round(left, 1), round(left + bar, 1), y(end)))
        elif start != end:
            height = max(abs(y(start) - y(end)), 1.0)
            blocks.append(Block(round(left, 1), upper, bar, round(height, 1), "less" if step.kind == "less" else "plus"))
        words.append(
            Word(middle, upper - 8, step.figure if step.value is not None else "?", "note" if step.value is None else "value")
        )
        words.append(Word(middle, bottom + 22, str(step.name)))
        words += [
            Word(middle, bottom + 42 + 18 * line, part, "note") for line, part in enumerate(_broken(step.note, lines)) if part
        ]
        if index:
            joins.append(Join(round(left - (pitch - bar), 1), round(left, 1), y(ends[index - 1][1])))
    return Drawing(name, width, 280 + 18 * (lines - 1), y(Decimal(0)), tuple(blocks), tuple(words), tuple(joins))


def _ends(steps: Sequence[Step]) -> list[tuple[Decimal, Decimal]]:
    """Between which two levels each bar stands. What is not known leaves the level where it was."""
    level, ends = Decimal(0), []
    for step in steps:
        value = step.value or Decimal(0)
        start, end = {"plus": (Decimal(0), value), "less": (level, level - value), "sum": (Decimal(0), value)}[step.kind]
        start = level if step.value is None else start
        level = level if step.value is None else end
        ends.append((start, level))
    return ends


def _broken(note: str, lines: int) -> list[str]:
    """The note on so many lines, broken between its words."""
    words = note.split(" ")
    return [note] if lines == 1 or len(words) == 1 else [words[0], " ".join(words[1:])]


def _columns(name: Literal["wide", "narrow"], width: int, bars: Sequence[Column]) -> Drawing:
    top, bottom = 34.0, 250.0
    pitch = width / max(len(bars), 1)
    bar_width = min(pitch * 0.68, 64.0)
    largest = max((bar.value for bar in bars), default=Decimal(0))
    blocks, words = [], []
    for index, bar in enumerate(bars):
        middle = round(pitch * (index + 0.5), 1)
        height = round(share_of(bar.value, largest) / TALLEST * (bottom - top), 1)
        if bar.value > 0:
            height = max(height, 1.5)
            blocks.append(Block(round(middle - bar_width / 2, 1), round(bottom - height, 1), round(bar_width, 1), height))
        is_room = len(bar.figure) * LETTER <= pitch or bar.value == largest
        if bar.value and is_room:
            words.append(Word(middle, round(bottom - height - 7, 1), bar.figure, "value"))
        words.append(Word(middle, 272, bar.short if name == "wide" else bar.shortest, "note"))
    return Drawing(name, width, 280, bottom, tuple(blocks), tuple(words))
