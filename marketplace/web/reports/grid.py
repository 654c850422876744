"""The parts of a report, and a part as a table of groups and origins.

A part is whose material it is, and whether it comes in, stays or leaves.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from marketplace.impact.rules.material_use import (
    FLOW_LABELS,
    ORIGIN_LABELS,
    ORIGINS_IN,
    SCOPE_LABELS,
    ZERO,
    Flow,
    Origin,
    Scope,
    UseRow,
)
from marketplace.kernel.language import LOCALES, Text, _, reading_in
from marketplace.web.ui.tonnes import in_tonnes, places_of

SHORT_ORIGINS: dict[Origin, Text] = {**ORIGIN_LABELS, Origin.PRIMARY: _("New")}
Masses = dict[tuple[str, str], Decimal]
"""Kilograms by group and origin."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the six tables of a report."""

    scope: Scope
    flow: Flow

    @property
    def key(self) -> str:
        """How an address names it."""
        return f"{self.scope}-{self.flow}"

    @property
    def scope_label(self) -> Text:
        """Whose material it is."""
        return SCOPE_LABELS[self.scope]

    @property
    def flow_label(self) -> Text:
        """Whether it comes in, stays or leaves."""
        return FLOW_LABELS[self.flow]

    @property
    def name(self) -> str:
        """Both in one."""
        return f"{self.scope_label}: {str(self.flow_label).lower()}"

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The columns: of what comes in the origin is always known."""
        return ORIGINS_IN if self.flow is Flow.IN else tuple(Origin)

    def holds(self, row: UseRow) -> bool:
        """Whether a row belongs here."""
        return (row.scope, row.flow) == (self.scope, self.flow)

    def masses(self, rows: Iterable[UseRow]) -> Masses:
        """Its rows by group and origin."""
        return {(row.group_slug, row.origin): row.mass_kg for row in rows if self.holds(row)}


PARTS = tuple(Part(scope, flow) for scope in Scope for flow in Flow)


def part_of(typed: str) -> Part:
    """The part that an address names; the first where it names none."""
    return next((part for part in PARTS if part.key == typed), PARTS[0])


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table. `names`: how a pasted sheet may call it, in every language."""

    origin: Origin
    label: Text
    short: Text
    names: str


def columns_of(part: Part) -> list[Column]:
    """One for each origin."""
    return [Column(origin, ORIGIN_LABELS[origin], SHORT_ORIGINS[origin], _names(origin)) for origin in part.origins]


def _names(origin: Origin) -> str:
    names = [origin.value]
    for locale in LOCALES:
        with reading_in(locale):
            names += [str(ORIGIN_LABELS[origin]), str(SHORT_ORIGINS[origin])]
    return "|".join(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Total:
    """A part with what is in it, in tonnes; nothing where nothing is."""

    part: Part
    figure: str


def totals_of(rows: Sequence[UseRow]) -> list[Total]:
    """What is in each part."""
    sums = {part: sum(part.masses(rows).values(), ZERO) for part in PARTS}
    write = writer(sums.values())
    return [Total(part, write(kg) if kg else "") for part, kg in sums.items()]


def writer(masses: Iterable[Decimal]) -> Callable[[Decimal], str]:
    """How the masses of one table are written: all with as many decimals."""
    return partial(in_tonnes, places=places_of(max(masses, default=ZERO)))
