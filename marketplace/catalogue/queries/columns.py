"""Every listing as columns in memory: what filters, counts and orders ask for.

A place, the rest that facets count and what owners say are numbers of three lists: spots (public points), kinds (material, condition, organisation, planned)
and sets of answers. So a radius is measured once for each spot and a filter looked up once for each kind and set, and what is left is one array. Squared
distances are whole numbers of square metres below 2⁵³, so the order is the same whichever database the rows came from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.catalogue.rules.answers import Answers
from marketplace.catalogue.rules.fields import Bound, FieldFilter
from marketplace.catalogue.rules.query import Sort, Supply
from marketplace.kernel.geo import Box, Point, chord2_m2, ecef_m
from marketplace.kernel.language import Text
from marketplace.market.rules.listing import STALE_AFTER, Condition, ListingStatus
from marketplace.materials.rules.fields import Field

Ids = NDArray[np.intp]
Mask = NDArray[np.bool_]

CONDITIONS = tuple(condition.value for condition in Condition)
STATUSES = {status.value: number for number, status in enumerate(ListingStatus, 1)}  # 0: there is no such listing
PUBLISHED = STATUSES[ListingStatus.PUBLISHED]
NEVER = np.iinfo(np.int32).max
LONG_AGO = np.iinfo(np.int32).min
ROOM = 1_024  # listings that there is room for at first; it doubles
COLUMNS = {
    "spot": np.intp,
    "kind": np.intp,
    "said": np.intp,
    "status": np.uint8,
    "first_day": np.int32,
    "last_day": np.int32,
    "region_from": np.int32,
    "confirmed_on": np.int32,
    "newest": np.int64,
}
EPOCH = date(1970, 1, 1)
NOWHERE = (0.0, 0.0, 0, 0, 0)  # what an id has that no listing has
NOTHING = (0, CONDITIONS[0], 0, False)
SUPPLIES = tuple(Supply)  # by whether it is planned


class _Numbered(dict[Any, int]):
    """Gives each new key the next number."""

    def __missing__(self, key: Any) -> int:
        self[key] = number = len(self)
        return number


@dataclass(frozen=True, slots=True)
class View:
    """A reader and a moment. `everything`: drafts and what is over too, of one organisation (`own_id`) or of all, with these statuses or any."""

    today: date
    is_member: bool
    everything: bool = False
    own_id: int | None = None
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """A place, and for every spot the squared distance to it."""

    squared_m2: NDArray[np.float64]
    radius_km: float | None

    @property
    def spots(self) -> Mask | None:
        """The spots within the radius; None: all."""
        return None if self.radius_km is None else self.squared_m2 <= chord2_m2(self.radius_km)


@dataclass(slots=True)
class Columns:
    """The columns, each longer than the highest id. Not for two threads at once."""

    spot_numbers: _Numbered = field(default_factory=lambda: _Numbered({NOWHERE: 0}))
    kind_numbers: _Numbered = field(default_factory=lambda: _Numbered({NOTHING: 0}))
    words: dict[str, Mask] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)  # only ever added to, so shared by copies
    _columns: dict[str, NDArray[Any]] = field(
        default_factory=lambda: {name: np.zeros(ROOM, kind) for name, kind in COLUMNS.items()}
    )
    _spots: NDArray[np.float64] = field(default_factory=lambda: np.empty((5, 0)))
    _kinds: NDArray[np.int64] = field(default_factory=lambda: np.empty((4, 0), np.int64))
    _in_sight: dict[tuple[date, bool], Mask] = field(default_factory=dict)

    @property
    def room(self) -> int:
        """Ids below this one have a place."""
        return len(self._columns["status"])

    @property
    def spots(self) -> NDArray[np.float64]:
        """Five rows: latitude and longitude of each spot, then x, y and z in metres."""
        if self._spots.shape[1] < len(self.spot_numbers):
            self._spots = np.array(list(zip(*self.spot_numbers, strict=True)), np.float64)
        return self._spots

    @property
    def kinds(self) -> NDArray[np.int64]:
        """Of each kind the material, the condition, the owner, and whether it is planned."""
        if self._kinds.shape[1] < len(self.kind_numbers):
            materials, words, owners, planned = zip(*self.kind_numbers, strict=True)
            self._kinds = np.array((materials, list(map(CONDITIONS.index, words)), owners, planned), np.int64)
        return self._kinds

    def copy(self) -> "Columns":
        """The same, to be changed apart."""
        return Columns(
            _Numbered(self.spot_numbers),
            _Numbered(self.kind_numbers),
            {word: mask.copy() for word, mask in self.words.items()},
            self.answers,
            {name: column.copy() for name, column in self._columns.items()},
        )

    def put(self, rows: Sequence[Sequence[Any]]) -> Ids:
        """Take these listings as they are now.

        Their columns: id, status, material, condition, organisation, public lat, lon, x, y and z, first and last day, the region's day, the day of
        confirmation, the moment of publication or else of writing, the answers as they are stored, whether it is planned. Without a status it is gone.
        """
        gone = np.array([row[0] for row in rows if row[1] is None], np.intp)
        there = [row for row in rows if row[1] is not None]
        if len(gone):
            self._make_room(int(gone.max()) + 1)
            self._columns["status"][gone] = 0
            self._look_again(gone)
        if not there:
            return gone
        ids, statuses, materials, conditions, owners, *spots, first, last, region, confirmed, newest, answers, planned = zip(
            *there, strict=True
        )
        at = np.array(ids, np.intp)
        self._make_room(int(at.max()) + 1)
        columns = self._columns
        columns["status"][at] = [STATUSES[status] for status in statuses]
        columns["kind"][at] = list(
            map(self.kind_numbers.__getitem__, zip(materials, conditions, owners, map(bool, planned), strict=True))
        )
        columns["spot"][at] = list(map(self.spot_numbers.__getitem__, zip(*spots, strict=True)))
        columns["said"][at] = list(map(self.answers.number, answers))
        columns["first_day"][at] = _days(first, LONG_AGO)
        columns["last_day"][at] = _days(last, NEVER)
        columns["region_from"][at] = _days(region, NEVER)
        columns["confirmed_on"][at] = _days(confirmed, LONG_AGO)
        columns["newest"][at] = np.array(newest, "datetime64[us]").astype(np.int64)
        self._look_again(at)
        return np.concatenate((gone, at))

    def near(self, point: Point, radius_km: float | None) -> Near:
        """The distances from a place to every spot."""
        x, y, z = (axis - here for axis, here in zip(self.spots[2:], ecef_m(point), strict=True))
        return Near(x * x + y * y + z * z, radius_km)

    def spots_within(self, box: Box) -> Mask:
        """Which spots lie in the box."""
        lat, lon = self.spots[:2]
        mask: Mask = (box.south <= lat) & (lat <= box.north) & (box.west <= lon) & (lon <= box.east)
        return mask

    def kinds_with(
        self,
        *,
        materials: Iterable[int] | None = None,
        conditions: Iterable[str] | None = None,
        owners: Iterable[int] | None = None,
        supplies: Iterable[Supply] | None = None,
    ) -> Mask | None:
        """The kinds that fit every filter that is given; None where there is no filter."""
        numbered = None if conditions is None else map(CONDITIONS.index, conditions)
        wanted = (materials, numbered, owners, None if supplies is None else map(SUPPLIES.index, supplies))
        masks = [among(column, ids) for column, ids in zip(self.kinds, wanted, strict=True) if ids is not None]
        return np.logical_and.reduce(masks) if masks else None

    def find(
        self,
        view: View,
        *,
        spots: Sequence[Mask | None] = (),
        kinds: Mask | None = None,
        on_day: date | None = None,
        words: Iterable[str] = (),
        question_hits: Mapping[str, Iterable[int]] | None = None,
    ) -> Ids:
        """The ids of what is in sight and fits, lowest first. `question_hits`: by word, the listings about which it was asked or answered."""
        masks = [self._everything(view) if view.everything else self._visible(view)]
        masks += [mask[self._columns["spot"]] for mask in spots if mask is not None]
        if kinds is not None:
            masks.append(kinds[self._columns["kind"]])
        if on_day is not None:
            day = (on_day - EPOCH).days
            masks += [self._columns["first_day"] <= day, self._columns["last_day"] >= day]
        masks += [self._holding(word, (question_hits or {}).get(word, ())) for word in words]
        fits = masks[0] & masks[1] if len(masks) > 1 else masks[0]
        for mask in masks[2:]:
            fits &= mask
        return np.flatnonzero(fits)

    def kinds_of(self, ids: Ids) -> Ids:
        """The kind of each of these listings."""
        return self._columns["kind"][ids]

    def answer_sets_of(self, ids: Ids) -> Ids:
        """The set of answers of each of these listings."""
        return self._columns["said"][ids]

    def spots_of(self, ids: Ids) -> Ids:
        """The spot of each of these listings."""
        return self._columns["spot"][ids]

    def answering(self, ids: Ids, filters: Iterable[FieldFilter]) -> Ids:
        """Those of these listings that fit every one of these filters."""
        masks = [self.answers.fits(field_filter) for field_filter in filters]
        return ids[np.logical_and.reduce(masks)[self.answer_sets_of(ids)]] if masks else ids

    def page(self, ids: Ids, sort: Sort, near: Near | None, offset: int, limit: int) -> list[int]:
        """List the ids of one page in their order: nearest, newest or first available.

        Equal ones stand by number.
        """
        ties = ids
        if sort is Sort.DISTANCE and near is not None:
            keys = near.squared_m2[self.spots_of(ids)]
        elif sort is Sort.AVAILABLE_FROM:
            keys = self._columns["first_day"][ids]
        else:
            keys, ties = -self._columns["newest"][ids], -ids
        until = offset + limit
        if until < len(ids):
            first = keys <= np.partition(keys, until - 1)[until - 1]
            ids, keys, ties = ids[first], keys[first], ties[first]
        page_ids: list[int] = ids[np.lexsort((ties, keys))[offset:until]].tolist()
        return page_ids

    def keep_word(self, word: str, holding: Ids) -> None:
        """Remember which listings hold a word."""
        mask = np.zeros(self.room, np.bool_)
        mask[holding[holding < self.room]] = True
        self.words[word] = mask

    def _holding(self, word: str, hits: Iterable[int]) -> Mask:
        """The listings that hold a word, or about which it was asked."""
        more = [number for number in hits if number < self.room]
        if not more:
            return self.words[word]
        mask = self.words[word].copy()
        mask[more] = True
        return mask

    def _visible(self, view: View) -> Mask:
        key = (view.today, view.is_member)
        if key not in self._in_sight:
            self._in_sight = {other: mask for other, mask in self._in_sight.items() if other[0] >= view.today}
            self._in_sight[key] = self._is_visible(slice(None), *key)
        seen = self._in_sight[key]
        if view.is_member and view.own_id is not None:  # what is closed to others is its own organisation's
            seen = seen & (among(self.kinds[2], [view.own_id])[self._columns["kind"]] | (self._columns["region_from"] != NEVER))
        return seen

    def _is_visible(self, at: Any, today: date, is_member: bool) -> Mask:
        day, columns = (today - EPOCH).days, self._columns
        visible: Mask = (columns["status"][at] == PUBLISHED) & (columns["last_day"][at] >= day)
        visible &= columns["confirmed_on"][at] >= day - STALE_AFTER.days
        return visible if is_member else visible & (columns["region_from"][at] <= day)

    def _everything(self, view: View) -> Mask:
        wanted = [STATUSES[status] for status in view.statuses] or list(STATUSES.values())
        mask: Mask = np.isin(self._columns["status"], wanted)
        own = None if view.own_id is None else self.kinds_with(owners=[view.own_id])
        return mask if own is None else mask & own[self._columns["kind"]]

    def _look_again(self, at: Ids) -> None:
        for key, mask in self._in_sight.items():
            mask[at] = self._is_visible(at, *key)

    def _make_room(self, wanted: int) -> None:
        if wanted <= self.room:
            return
        room = max(wanted, 2 * self.room)
        self._columns = {name: _longer(column, room) for name, column in self._columns.items()}
        self._in_sight = {key: _longer(mask, room) for key, mask in self._in_sight.items()}
        self.words = {word: _longer(mask, room) for word, mask in self.words.items()}


def among(column: Ids, wanted: Iterable[int]) -> Mask:
    """Which of these small numbers are wanted: by a table, which takes a tenth of `numpy.isin`."""
    table = np.zeros(int(column.max(initial=0)) + 1, np.bool_)
    table[[number for number in wanted if number < len(table)]] = True
    return table[column]


def _longer(column: NDArray[Any], room: int) -> NDArray[Any]:
    return np.concatenate((column, np.zeros(room - len(column), column.dtype)))


def _days(days: Sequence[Any], missing: int) -> NDArray[np.int32]:
    """Days since 1970, from dates or from their text."""
    dates = np.array(days, "datetime64[D]")
    return np.where(np.isnat(dates), missing, dates.astype(np.int64)).astype(np.int32)


@dataclass(slots=True)
class FacetCount:
    """One box to tick.

    Its value in the query, its name for people, and how many listings there are with it. Not frozen: a page has sixty, and each would take twice as long.
    """

    key: str
    name: str | Text
    count: int


@dataclass(frozen=True, slots=True)
class FieldFacet:
    """A field to filter by. `choices`: those that listings say; `least` and `most`: of the figures or days that they say.

    `silent`: how many say nothing of it, or that it is unknown.
    """

    field: Field
    choices: tuple[FacetCount, ...]
    least: Bound | None
    most: Bound | None
    silent: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts of each filter with the others applied and not its own. Values without listings stand here only where they are ticked."""

    groups: tuple[FacetCount, ...]
    conditions: tuple[FacetCount, ...]
    organisations: tuple[FacetCount, ...]
    supplies: tuple[FacetCount, ...] = ()
    fields: tuple[FieldFacet, ...] = ()


@dataclass(frozen=True, slots=True)
class Picked:
    """The filters that have facets; None: no such filter. `materials`: the ids of the groups' materials."""

    materials: frozenset[int] | None
    conditions: frozenset[str] | None
    organisations: frozenset[int] | None
    supplies: frozenset[Supply] | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """The total of what fits every filter; the others each without their own."""

    total: int
    by_group: dict[str, int]
    by_condition: dict[str, int]
    by_organisation: dict[int, int]
    by_supply: dict[Supply, int]


def sums(columns: Columns, kinds: Ids, picked: Picked, group_of: Mapping[int, str]) -> Sums:
    """Every count that a page shows, from the kinds of what fits all filters that have no facet."""
    present = np.flatnonzero(counts := np.bincount(kinds))
    counts, (materials, conditions, organisations, planned) = counts[present], columns.kinds[:, present]
    groups_fit = None if picked.materials is None else among(materials, picked.materials)
    conditions_fit = None if picked.conditions is None else among(conditions, map(CONDITIONS.index, picked.conditions))
    owners_fit = None if picked.organisations is None else among(organisations, picked.organisations)
    supply_fits = None if picked.supplies is None else among(planned, map(SUPPLIES.index, picked.supplies))

    def fitting(*filters: Mask | None) -> Ids:
        """The counts of the kinds that are there and fit, 0 for the others."""
        return reduce(np.multiply, [item for item in filters if item is not None], counts)

    def by(keys: Ids, *filters: Mask | None) -> dict[int, int]:
        counts = np.bincount(keys, fitting(*filters))
        return {key: int(counts[key]) for key in np.flatnonzero(counts).tolist()}

    by_group: dict[str, int] = {}
    for material, count in by(materials, conditions_fit, owners_fit, supply_fits).items():
        group = group_of[material]
        by_group[group] = by_group.get(group, 0) + count
    by_condition = by(conditions, groups_fit, owners_fit, supply_fits)
    return Sums(
        int(fitting(groups_fit, conditions_fit, owners_fit, supply_fits).sum()),
        by_group,
        {CONDITIONS[number]: count for number, count in by_condition.items()},
        by(organisations, groups_fit, conditions_fit, supply_fits),
        {SUPPLIES[number]: count for number, count in by(planned, groups_fit, conditions_fit, owners_fit).items()},
    )
