"""A report as it is read.

A version beside the one before it; a year beside the year before and what the bank delivered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.impact.queries.reports import MaterialUseYear
from marketplace.impact.rules.material_use import ORIGIN_LABELS, ZERO, Flow, Origin, UseRow
from marketplace.kernel.formats import mass, percent, rounded
from marketplace.kernel.language import Text, _
from marketplace.materials.rules.taxonomy import MaterialGroup
from marketplace.web.reports.grid import PARTS, SHORT_ORIGINS, Masses, Part, writer


@dataclass(frozen=True, slots=True)
class Cell:
    """A mass of one group and origin. `was`: in the version before, where that is another figure."""

    label: Text
    figure: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A part of a version as it is read. A row of cells for each group, and the sums below."""

    part: Part
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    sums: tuple[str, ...]
    changed: int

    @property
    def labels(self) -> list[Text]:
        """The heads of its columns."""
        return [*(SHORT_ORIGINS[origin] for origin in self.part.origins), _("Total")]


def sheets_of(groups: Sequence[MaterialGroup], rows: Sequence[UseRow], before: Sequence[UseRow] | None = None) -> list[Sheet]:
    """The parts in which something is, or was in the version before. None: there is none."""
    made = (_sheet(part, groups, part.masses(rows), part.masses(rows if before is None else before)) for part in PARTS)
    return [sheet for sheet in made if sheet.rows]


def _sheet(part: Part, groups: Sequence[MaterialGroup], now: Masses, was: Masses) -> Sheet:
    write = writer([*now.values(), *was.values()])
    lines, changed = [], 0
    for group in groups:
        keys = [(group.slug, origin.value) for origin in part.origins]
        if not any(key in now or key in was for key in keys):
            continue
        cells = []
        for key, origin in zip(keys, part.origins, strict=True):
            differs = now.get(key) != was.get(key)
            changed += differs
            cells.append(
                Cell(SHORT_ORIGINS[origin], _written(now, key, write), _written(was, key, write) or "–" if differs else "")
            )
        total = sum((now.get(key, ZERO) for key in keys), ZERO)
        lines.append((group.name, (*cells, Cell(_("Total"), write(total)))))
    by_origin = [sum((kg for (_slug, name), kg in now.items() if name == origin), ZERO) for origin in part.origins]
    sums = tuple(write(kg) if kg else "" for kg in [*by_origin, sum(by_origin, ZERO)])
    return Sheet(part, tuple(lines), sums, changed)


def _written(masses: Masses, key: tuple[str, str], write: Callable[[Decimal], str]) -> str:
    return write(masses[key]) if key in masses else ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A line of the review. This year, the year before, the difference, what the bank delivered."""

    name: Text | str
    now: str
    before: str
    change: str
    bank: str = ""


def compared(
    now: MaterialUseYear, before: MaterialUseYear, groups: Sequence[MaterialGroup]
) -> tuple[list[Compared], list[Compared]]:
    """What came in of the scope that counts, beside the year before. By origin and by group."""
    part = Part(now.scope, Flow.IN)
    mine, theirs = part.masses(now.rows), part.masses(before.rows)
    is_known = bool(theirs)
    write = writer([sum(mine.values(), ZERO), sum(theirs.values(), ZERO), now.bank_kg])

    def line(name: Text | str, at: int, key: str | None, bank: str = "") -> Compared:
        here, there = (
            sum((kg for cell, kg in masses.items() if key is None or cell[at] == key), ZERO) for masses in (mine, theirs)
        )
        return Compared(name, write(here), write(there) if is_known else "", change_of(here, there) if is_known else "", bank)

    by_origin = [
        line(
            SHORT_ORIGINS[origin],
            1,
            origin.value,
            write(now.bank_by_origin.get(origin, ZERO)) if origin is not Origin.PRIMARY else "",
        )
        for origin in part.origins
    ]
    by_origin.append(line(_("Total"), 1, None, write(now.bank_kg)))
    named = {slug for slug, _origin in [*mine, *theirs]}
    by_group = [line(group.name, 0, group.slug) for group in groups if group.slug in named]
    return by_origin, by_group


def change_of(now: Decimal, before: Decimal) -> str:
    """By how much it went up or down: `+12 %`. Nothing where there is nothing to compare with."""
    if not before:
        return ""
    part = rounded((now - before) / before, 2)
    return f"{'+' if part > 0 else '−' if part < 0 else ''}{percent(abs(part), 0)}"


def bank_lines(by_origin: Mapping[Origin, Decimal]) -> list[tuple[Text, str]]:
    """What the bank delivered, by origin; only where something was."""
    return [(ORIGIN_LABELS[origin], mass(kg)) for origin, kg in by_origin.items() if kg]
