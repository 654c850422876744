"""Charts for a paper, as SVG in the house's colours and letters. Whoever places one says in words what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from marketplace.kernel.language import Text

WIDTH = 680
NAMES = 190  # for the names left of the bars
VALUES = 110  # for the figures right of them
GREEN, SAND, INK, MUTED = "#17594a", "#e0a458", "#1b2326", "#4d575b"
ROW = 26
TALL = 150


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its name, how long it is (None: not known) and the figure beside it. `mark`: where a target stands, and its figure."""

    name: str | Text
    value: Decimal | None
    figure: str | Text
    mark: Decimal | None = None
    mark_figure: str | Text = ""
    takes_off: bool = False


def bars(series: Sequence[Bar], *, longest: Decimal | None = None) -> str:
    """Bars that lie, one below the other. What takes off is sand with a dark edge, and so also told apart in grey."""
    most = longest or max([abs(bar.value) for bar in series if bar.value] or [Decimal(1)])
    room = WIDTH - NAMES - VALUES
    drawn = []
    for place, bar in enumerate(series):
        top = place * ROW + 4
        middle = top + 13
        drawn.append(_word(NAMES - 10, middle, bar.name, anchor="end", size=12, colour=MUTED))
        length = 0 if bar.value is None else float(abs(bar.value) / most) * room
        if length:
            look = f'fill="{SAND}" stroke="#6b4208"' if bar.takes_off else f'fill="{GREEN}"'
            drawn.append(f'<rect x="{NAMES}" y="{top}" width="{max(length, 1):.1f}" height="18" {look}/>')
        if bar.mark is not None:
            x = NAMES + float(bar.mark / most) * room
            drawn.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top - 3}" y2="{top + 21}" stroke="{INK}" stroke-width="2.5"/>')
            drawn.append(_word(x + 6, middle, bar.mark_figure, size=12, colour=MUTED))
        inside = bar.mark is not None and length > float(bar.mark / most) * room - 60
        place_of_figure = NAMES + length + (-6 if inside and length > 60 else 8)
        drawn.append(
            _word(place_of_figure, middle, bar.figure, anchor="end", colour="#ffffff")
            if inside and length > 60
            else _word(place_of_figure, middle, bar.figure)
        )
    drawn.append(f'<line x1="{NAMES}" x2="{NAMES}" y1="0" y2="{len(series) * ROW + 4}" stroke="{MUTED}"/>')
    return _picture(len(series) * ROW + 8, drawn)


def columns(series: Sequence[Bar]) -> str:
    """Bars that stand, side by side: months, with the figure above each."""
    most = max([bar.value for bar in series if bar.value and bar.value > 0] or [Decimal(1)])
    each = WIDTH / max(len(series), 1)
    drawn = []
    for place, bar in enumerate(series):
        middle = (place + 0.5) * each
        height = 0 if bar.value is None else max(float(bar.value / most), 0) * TALL
        if height:
            wide = min(each * 0.7, 46)
            drawn.append(
                f'<rect x="{middle - wide / 2:.1f}" y="{18 + TALL - height:.1f}" width="{wide:.1f}" height="{height:.1f}" fill="{GREEN}"/>'
            )
        drawn.append(_word(middle, 12 + TALL - height, bar.figure, anchor="middle", size=11))
        drawn.append(_word(middle, TALL + 36, bar.name, anchor="middle", size=11, colour=MUTED))
    drawn.append(f'<line x1="0" x2="{WIDTH}" y1="{18 + TALL}" y2="{18 + TALL}" stroke="{MUTED}"/>')
    return _picture(TALL + 44, drawn)


def _word(
    x: float, y: float, text: object, *, anchor: str = "start", weight: int = 600, size: int = 13, colour: str = INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="Source Sans 3" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{colour}">{escape(str(text))}</text>'
    )


def _picture(height: int, drawn: Sequence[str]) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">{"".join(drawn)}</svg>'
