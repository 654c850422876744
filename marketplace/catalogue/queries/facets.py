"""Counts beside the filters of the catalogue.

Sums over how many listings there are of each kind, of what fits the filters without facets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from marketplace.catalogue.queries.columns import CONDITIONS, Columns, Ids, Mask, among
from marketplace.kernel.language import Text


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One box to tick.

    Its value in the query, its name for people, and how many listings there are with it.
    """

    key: str
    name: str | Text
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts of each filter with the other filters applied and not its own.

    Values without listings stand here only where they are ticked.
    """

    groups: tuple[FacetCount, ...]
    conditions: tuple[FacetCount, ...]
    organisations: tuple[FacetCount, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """The filters that have facets; None: no such filter. `materials`: the ids of the groups' materials."""

    materials: frozenset[int] | None
    conditions: frozenset[str] | None
    organisations: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Sums:
    """The total of what fits every filter; the others each without their own."""

    total: int
    by_group: dict[str, int]
    by_condition: dict[str, int]
    by_organisation: dict[int, int]


def sums(columns: Columns, kinds: Ids, picked: Picked, group_of: Mapping[int, str]) -> Sums:
    """Every count that a page shows, from the kinds of what fits all filters that have no facet."""
    materials, conditions, organisations = columns.kinds
    counts = np.bincount(kinds, minlength=len(materials))
    groups_fit = None if picked.materials is None else among(materials, picked.materials)
    conditions_fit = None if picked.conditions is None else among(conditions, map(CONDITIONS.index, picked.conditions))
    owners_fit = None if picked.organisations is None else among(organisations, picked.organisations)

    def fitting(*filters: Mask | None) -> Ids:
        """The counts of the kinds that fit, 0 for the others."""
        return reduce(np.multiply, [item for item in filters if item is not None], counts)

    def by(keys: Ids, *filters: Mask | None) -> dict[int, int]:
        found = np.bincount(keys, fitting(*filters))
        return {key: int(found[key]) for key in np.flatnonzero(found).tolist()}

    by_group: dict[str, int] = {}
    for material, count in by(materials, conditions_fit, owners_fit).items():
        group = group_of[material]
        by_group[group] = by_group.get(group, 0) + count
    by_condition = by(conditions, groups_fit, owners_fit)
    return Sums(
        int(fitting(groups_fit, conditions_fit, owners_fit).sum()),
        by_group,
        {CONDITIONS[number]: count for number, count in by_condition.items()},
        by(organisations, groups_fit, conditions_fit),
    )
