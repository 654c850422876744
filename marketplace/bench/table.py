"""What a benchmark answers, how times are taken, and the table at the end."""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Q = TypeVar("Q")


@dataclass(frozen=True)
class Row:
    """One figure with its bar. `ok` is None where there is no bar: a figure to know."""

    what: str
    figure: str
    bar: str
    ok: bool | None


@dataclass(frozen=True)
class Times:
    """Times of the same work, in milliseconds, sorted."""

    ms: Sequence[float]

    def at(self, share: float) -> float:
        """The time that this share of the questions stays below."""
        return self.ms[min(len(self.ms) - 1, int(len(self.ms) * share))]

    def __str__(self) -> str:
        return f"p50 {self.at(0.5):.2f} ms, p95 {self.at(0.95):.2f} ms"


def timed(work: Callable[[Q], object], questions: Iterable[Q], *, times: int = 3) -> Times:
    """Ask each question three times and count the quickest.

    So what else the machine does is not measured.
     The spread is over the questions."""
    listed = list(questions)
    quickest = [float("inf")] * len(listed)
    gc.collect()
    gc.disable()
    try:
        for _time in range(times):
            for number, question in enumerate(listed):
                began = time.perf_counter()
                work(question)
                quickest[number] = min(quickest[number], (time.perf_counter() - began) * 1000)
    finally:
        gc.enable()
    return Times(sorted(quickest))


def at_most(what: str, times: Times, bar_ms: float) -> Row:
    """A row whose 95th percentile has to stay below the bar."""
    return Row(what, str(times), f"p95 ≤ {bar_ms:g} ms", times.at(0.95) <= bar_ms)


def at_most_each(what: str, ms: float, bar_ms: float) -> Row:
    """A row about an average: so many milliseconds each."""
    return Row(what, f"{ms:.2f} ms", f"≤ {bar_ms:g} ms", ms <= bar_ms)


def at_least(what: str, ratio: float, bar: float) -> Row:
    """A row about a ratio that has to reach the bar."""
    return Row(what, f"{ratio:.2f}", f"≥ {bar:g}", ratio >= bar)


def written(rows: Sequence[Row]) -> str:
    """The table: what, figure, bar, ok."""
    lines = [
        ("what", "figure", "bar", "ok"),
        *((row.what, row.figure, row.bar, {True: "yes", False: "NO", None: ""}[row.ok]) for row in rows),
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
