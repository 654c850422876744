"""Counts beside the filters of the catalogue, and their small memory.

All facets and every total come from one count by material, condition and organisation of what fits the other conditions: words, place, day, materials.
So ticking another box is a sum in memory. A count is kept per process until the catalogue changes or the day ends.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from marketplace.kernel.language import Text

KEPT = 64  # per database; a large one holds some eight thousand sums

Cube = tuple[tuple[int, str, int, int], ...]
"""(material id, condition, organisation id, listings)"""

Counted = TypeVar("Counted")
_kept: WeakKeyDictionary[Any, OrderedDict[tuple[Any, ...], Any]] = WeakKeyDictionary()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One box to tick: its value in the query, its name for people, and how many listings there are with it."""

    key: str
    name: str | Text
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Each counted with the other filters applied and not its own; values without listings only where they are ticked."""

    groups: tuple[FacetCount, ...]
    conditions: tuple[FacetCount, ...]
    organisations: tuple[FacetCount, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """The filters that have facets, as ids; None: no such filter."""

    materials: frozenset[int] | None
    conditions: frozenset[str] | None
    organisations: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Sums:
    """The total of what fits every filter; the others each without their own."""

    total: int
    by_material: dict[int, int]
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


def sums(cube: Cube, picked: Picked) -> Sums:
    """Every count that a page shows."""
    total = 0
    by_material: dict[int, int] = {}
    by_condition: dict[str, int] = {}
    by_organisation: dict[int, int] = {}
    for material, condition, organisation, count in cube:
        fits_material = picked.materials is None or material in picked.materials
        fits_condition = picked.conditions is None or condition in picked.conditions
        fits_organisation = picked.organisations is None or organisation in picked.organisations
        if fits_condition and fits_organisation:
            by_material[material] = by_material.get(material, 0) + count
        if fits_material and fits_organisation:
            by_condition[condition] = by_condition.get(condition, 0) + count
        if fits_material and fits_condition:
            by_organisation[organisation] = by_organisation.get(organisation, 0) + count
            if fits_organisation:
                total += count
    return Sums(total, by_material, by_condition, by_organisation)
