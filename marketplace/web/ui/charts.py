"""Where the bars, lines and words of a chart stand. Pure geometry over exact figures; `templates/macros/chart.html` draws it.

Each chart is laid out twice, in the width of a phone and of a wide screen, so that letters are never scaled down. A figure that is not
known has no bar, and "unknown" in the table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from marketplace.kernel.formats import number
from marketplace.kernel.language import Text

Value = Decimal | int | None
PARTS_OF_TEN = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle; `series` is 1 or 2, `label` is what it says when pointed at."""

    x: float
    y: float
    width: float
    height: float
    series: int
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid or the axis."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: Literal["grid", "axis"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word or figure; `anchor` is SVG's text-anchor."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"]
    kind: Literal["tick", "name", "figure"] = "tick"


@dataclass(frozen=True, slots=True)
class Drawing:
    """One layout of a chart, in SVG units that are about a pixel."""

    name: Literal["wide", "narrow"]
    width: int
    height: int
    font_size: int
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class BarChart:
    """A chart, its two drawings and the same figures as a table."""

    id: str
    title: Text | str
    unit: Text | str
    series: tuple[Text | str, ...]
    drawings: tuple[Drawing, ...]
    columns: tuple[tuple[Text | str, str], ...]
    rows: tuple[tuple[str, ...], ...]


def ticks(largest: Decimal, parts: int = 4) -> list[Decimal]:
    """List round figures from zero to at or above the largest, in four steps or fewer. 81 gives 0, 25, 50, 75, 100."""
    if largest <= 0:
        return [Decimal(0), Decimal(1)]
    rough = largest / parts
    size = Decimal(1).scaleb(rough.adjusted())
    step = next(size * part for part in PARTS_OF_TEN if size * part >= rough)
    count = int((largest / step).to_integral_value(rounding=ROUND_CEILING))
    return [step * index for index in range(count + 1)]


def bar_chart(
    id: str,
    title: Text | str,
    *,
    category: Text | str,
    unit: Text | str,
    names: Sequence[str],
    series: Sequence[tuple[Text | str, Sequence[Value]]],
) -> BarChart:
    """Upright bars, for months: at most two series, each with a figure (or None) for every name."""
    return _chart(id, title, category, unit, names, series, (_upright("wide", 720, 320, 15), _upright("narrow", 320, 250, 12)))


def row_chart(
    id: str,
    title: Text | str,
    *,
    category: Text | str,
    unit: Text | str,
    names: Sequence[str],
    series: Sequence[tuple[Text | str, Sequence[Value]]],
) -> BarChart:
    """Lying bars with the name before or above them, for municipalities and material groups."""
    return _chart(id, title, category, unit, names, series, (_lying("wide", 720, 15, 190), _lying("narrow", 320, 15, 0)))


Layout = Callable[[Sequence[str], Sequence[tuple[Text | str, Sequence[Value]]], str], Drawing]


def _chart(
    id: str, title: Text | str, category: Text | str, unit: Text | str, names: Sequence[str],
    series: Sequence[tuple[Text | str, Sequence[Value]]], layouts: tuple[Layout, ...],
) -> BarChart:  # fmt: skip
    if not 1 <= len(series) <= 2 or any(len(values) != len(names) for _name, values in series):
        raise ValueError("a chart has one or two series, each with a figure for every name")
    return BarChart(
        id=id, title=title, unit=unit, series=tuple(name for name, _values in series),
        drawings=tuple(layout(names, series, str(unit)) for layout in layouts),
        columns=((category, "text"), *((name, "number") for name, _values in series)),
        rows=tuple((name, *(number(values[index]) for _name, values in series)) for index, name in enumerate(names)),
    )  # fmt: skip


def _largest(series: Sequence[tuple[Text | str, Sequence[Value]]]) -> Decimal:
    return max((Decimal(value) for _name, values in series for value in values if value is not None), default=Decimal(0))


def _label(place: str, name: Text | str, value: Value, unit: str) -> str:
    return f"{place}, {name}: {number(value)}\u00a0{unit}"


def _upright(name: Literal["wide", "narrow"], width: int, height: int, font: int) -> Layout:
    def draw(names: Sequence[str], series: Sequence[tuple[Text | str, Sequence[Value]]], unit: str) -> Drawing:
        marks = ticks(_largest(series))
        left = 12 + max(len(number(mark)) for mark in marks) * font * 0.55
        top, bottom = font, height - font * 2
        is_valid = width - 4.0
        pitch = (is_valid - left) / max(len(names), 1)
        bar = min(pitch * 0.8 / len(series), 36.0)

        def y(value: Decimal) -> float:
            return round(bottom - float(value / marks[-1]) * (bottom - top), 1)

        lines = [Line(round(left, 1), y(mark), is_valid, y(mark), "axis" if mark == 0 else "grid") for mark in marks]
        words = [Word(round(left - 8, 1), y(mark) + font * 0.35, number(mark), "end") for mark in marks]
        every = max(1, -(-len(names) * font * 2 // int(is_valid - left)))
        words += [
            Word(round(left + pitch * (index + 0.5), 1), bottom + font * 1.5, one, "middle", "name")
            for index, one in enumerate(names)
            if index % every == 0
        ]
        bars = []
        for place, (title, values) in enumerate(series):
            for index, value in enumerate(values):
                if value and value > 0:  # a correction below zero is in the table
                    start = left + pitch * (index + 0.5) + bar * (place - len(series) / 2)
                    at = y(Decimal(value))
                    bars.append(
                        Bar(
                            round(start + 1, 1),
                            at,
                            round(bar - 2, 1),
                            round(bottom - at, 1),
                            place + 1,
                            _label(names[index], title, value, unit),
                        )
                    )
        return Drawing(name, width, height, font, tuple(bars), tuple(lines), tuple(words))

    return draw


def _lying(name: Literal["wide", "narrow"], width: int, font: int, name_width: int) -> Layout:
    def draw(names: Sequence[str], series: Sequence[tuple[Text | str, Sequence[Value]]], unit: str) -> Drawing:
        thick = 16.0 if len(series) > 1 else 20.0
        head = 0.0 if name_width else font * 1.6
        pitch = head + thick * len(series) + 14
        most = max((Decimal(1), _largest(series)))
        figures = 16 + font * 0.58 * max((len(number(value)) for _n, values in series for value in values if value), default=1)
        room = width - name_width - figures
        bars: list[Bar] = []
        words: list[Word] = []
        for index, one in enumerate(names):
            top = pitch * index + 6
            middle = top + thick * len(series) / 2 + font * 0.35
            words.append(
                Word(name_width - 10, round(middle, 1), one, "end", "name")
                if name_width
                else Word(0, round(top + font, 1), one, "start", "name")
            )
            for place, (title, values) in enumerate(series):
                value = values[index]
                at = top + head + thick * place
                length = round(max(float(Decimal(value or 0) / most), 0.0) * room, 1)
                if length > 0:
                    bars.append(Bar(name_width, round(at, 1), length, thick - 2, place + 1, _label(one, title, value, unit)))
                words.append(
                    Word(name_width + length + 6, round(at + thick / 2 + font * 0.3, 1), number(value), "start", "figure")
                )
        height = int(pitch * len(names) + 6)
        lines = (Line(name_width, 2, name_width, height - 4, "axis"),) if name_width else ()
        return Drawing(name, width, height, font, tuple(bars), tuple(lines), tuple(words))

    return draw
