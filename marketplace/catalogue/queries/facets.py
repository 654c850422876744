"""Counts beside the filters of the catalogue, and their small memory.

All facets and every total come from one count by material group, condition and organisation of what fits the other conditions:
words, place, day, materials. So ticking another box is a sum in memory. A count is stored per process until the catalogue changes
or the day ends.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from marketplace.kernel.language import Text

KEPT = 64  # per database; a large one holds some eight thousand sums

Cube = tuple[tuple[str, str, int, int], ...]
"""(material group, condition, organisation id, listings)"""

Counted = TypeVar("Counted")
_kept: WeakKeyDictionary[Any, OrderedDict[tuple[Any, ...], Any]] = WeakKeyDictionary()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One box to tick: its value in the query, its name, and its number of listings."""

    key: str
    name: str | Text
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Facets, each counted with the other filters applied and not its own. Values without listings only where they are ticked."""

    groups: tuple[FacetCount, ...]
    conditions: tuple[FacetCount, ...]
    organisations: tuple[FacetCount, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """The filters that have facets; None: no such filter. `materials`: the ids of the groups' materials."""

    groups: frozenset[str] | None
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


def remembered(session: Session, key: tuple[Any, ...], count: Callable[[], Counted]) -> Counted:
    """The count for this key, from memory where a reading session made it before. A writer sees what is not yet so: it counts anew."""
    if session.info.get("write", True):
        return count()
    pool = session.get_bind().engine.pool
    with _lock:
        shelf = _kept.setdefault(pool, OrderedDict())
        if key in shelf:
            shelf.move_to_end(key)
            return cast(Counted, shelf[key])
    cube = count()
    with _lock:
        shelf[key] = cube
        while len(shelf) > KEPT:
            shelf.popitem(last=False)
    return cube


def by_group(rows: Iterable[Any], group_of: Callable[[int], str]) -> Cube:
    """What the database counted by material, added up by group: a tenth of the numbers."""
    result: dict[tuple[str, str, int], int] = {}
    for material, condition, organisation, count in rows:
        key = (group_of(material), condition, organisation)
        result[key] = result.get(key, 0) + count
    return tuple((*key, count) for key, count in result.items())


def sums(cube: Cube, picked: Picked) -> Sums:
    """Every count that a page shows."""
    total = 0
    by_group: dict[str, int] = {}
    by_condition: dict[str, int] = {}
    by_organisation: dict[int, int] = {}
    for group, condition, organisation, count in cube:
        fits_group = picked.groups is None or group in picked.groups
        fits_condition = picked.conditions is None or condition in picked.conditions
        fits_organisation = picked.organisations is None or organisation in picked.organisations
        if fits_condition and fits_organisation:
            by_group[group] = by_group.get(group, 0) + count
        if fits_group and fits_organisation:
            by_condition[condition] = by_condition.get(condition, 0) + count
        if fits_group and fits_condition:
            by_organisation[organisation] = by_organisation.get(organisation, 0) + count
            if fits_organisation:
                total += count
    return Sums(total, by_group, by_condition, by_organisation)
