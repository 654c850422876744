"""What owners say of their lots, as columns: every distinct set of answers once.

The values of a field stand beside the numbers of the sets that hold one, so what few lots say costs little. Sets are only ever added.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.catalogue.rules.fields import FieldFilter, figure_of
from marketplace.materials.rules.fields import UNKNOWN

NOTHING_SAID = "{}"  # as it is stored; its number is 0
Mask = NDArray[np.bool_]


@dataclass(slots=True)
class _FieldAnswers:
    """What the sets say of one field, as far as it was looked at. `taken`: how many of the values stand in the columns already."""

    values: list[tuple[int, Any]] = field(default_factory=list)  # the number of a set, and what it says
    words: dict[str, int] = field(default_factory=dict)  # from 1
    figures: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    codes: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    taken: int = 0

    def take(self, count: int) -> None:
        """Bring the columns up to so many sets."""
        more = count - len(self.figures)
        if not more:
            return
        self.figures = np.concatenate((self.figures, np.full(more, np.nan)))
        self.codes = np.concatenate((self.codes, np.zeros(more, np.int32)))
        new = self.values[self.taken :]
        at = [number for number, _value in new]
        self.figures[at] = [_figure(value) for _number, value in new]
        self.codes[at] = [self.words.setdefault(str(value), len(self.words) + 1) for _number, value in new]
        self.taken = len(self.values)


class Answers:
    """The sets of answers by their number, and for each field what they say. Not for two threads at once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {NOTHING_SAID: 0}
        self._said: defaultdict[str, _FieldAnswers] = defaultdict(_FieldAnswers)

    def number(self, stored: str) -> int:
        """The number of a set of answers, as it is stored."""
        existing = self._numbers.get(stored)
        if existing is not None:
            return existing
        self._numbers[stored] = number = len(self._numbers)
        for slug, value in json.loads(stored).items():
            if value != UNKNOWN:
                self._said[slug].values.append((number, value))
        return number

    def words(self, slug: str, sets: NDArray[np.intp]) -> list[str | None]:
        """What each of these sets says of a field; None where that is nothing or unknown."""
        column = self._of(slug)
        words = [None, *column.words]
        return [words[code] for code in column.codes[sets].tolist()]

    def take_all(self) -> None:
        """Bring the columns of every field up to date: no reader waits for the first look at one."""
        for column in self._said.values():
            column.take(len(self._numbers))

    def _of(self, slug: str) -> _FieldAnswers:
        column = self._said[slug]
        column.take(len(self._numbers))
        return column

    def figures(self, slug: str) -> NDArray[np.float64]:
        """What each set says of a field as a figure, a day as its number.

        Not a number where it says nothing.
        """
        return self._of(slug).figures

    def counted(self, slug: str, sets: NDArray[np.intp]) -> dict[str, int]:
        """How many of these say each word of a field."""
        column = self._of(slug)
        counts = np.bincount(column.codes[sets], minlength=len(column.words) + 1).tolist()
        return {word: counts[code] for word, code in column.words.items() if counts[code]}

    def fits(self, field_filter: FieldFilter) -> Mask:
        """Which sets fit a filter."""
        column = self._of(field_filter.slug)
        if field_filter.one_of:
            wanted = np.zeros(len(column.words) + 1, np.bool_)
            wanted[[column.words[value] for value in field_filter.one_of if value in column.words]] = True
            mask: Mask = wanted[column.codes]
            return mask
        mask = ~np.isnan(column.figures)
        if field_filter.least is not None:
            mask &= column.figures >= figure_of(field_filter.least)
        if field_filter.most is not None:
            mask &= column.figures <= figure_of(field_filter.most)
        return mask


def _figure(value: Any) -> float:
    """A figure, or the number of a day. What is neither was said when the field was another one, and is none."""
    try:
        return float(value)
    except ValueError:
        pass
    try:
        return float(date.fromisoformat(value).toordinal())
    except ValueError:
        return float("nan")
