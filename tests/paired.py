"""Lots and needs in the columns that a plan reads, a row each, for tests of its rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from marketplace.kernel.geo_columns import list_axes_m
from marketplace.kernel.units import Unit
from marketplace.matching.rules.wishes import Verdict
from marketplace.plans.rules.pairing import UNITS, Supply, Terms, Wanted

LAT, LON = 52.3, 6.7
TODAY = 20_000  # 4 October 2024, a Friday
HOME, NEIGHBOUR, FAR_CITY = 1, 2, 3  # organisations
NEVER = 10**6


@dataclass(frozen=True)
class Lot:
    """A lot of 100 m² that is there from today for a year."""

    id: int = 1
    material: int = 1
    owner: int = HOME
    rank: int = 3
    amount: int = 100_000
    unit: Unit = Unit.M2
    part: int = 0
    first: int = TODAY
    last: int = TODAY + 365
    hazards: int = 0
    unknown: bool = False
    region_from: int = TODAY
    partners_from: int = TODAY
    circle_from: int = NEVER
    circle: str = ""
    answers: str = "{}"
    parent: int | None = None
    refused: int = 0
    lat: float = LAT
    lon: float = LON


@dataclass(frozen=True)
class Need:
    """A need of another organisation for 100 m² within the year, wherever it is."""

    id: int = 1
    material: int = 1
    asker: int = NEIGHBOUR
    rank: int = 3
    amount: int = 100_000
    unit: Unit = Unit.M2
    first: int = TODAY
    last: int = TODAY + 365
    reach_m: float = float("inf")
    accepted: int = 0
    takes_unknown: bool = False
    partner: bool = False
    slug: str = "losser"
    wishes: str = "{}"
    lat: float = LAT
    lon: float = LON


def _ints(rows: Sequence[Any], name: str) -> Any:
    return np.array([getattr(row, name) for row in rows], np.int64)


def _flags(rows: Sequence[Any], name: str) -> Any:
    return np.array([getattr(row, name) for row in rows], np.bool_)


def _floats(rows: Sequence[Any], name: str) -> Any:
    return np.array([getattr(row, name) for row in rows], np.float64)


def _units(rows: Sequence[Any]) -> Any:
    return np.array([UNITS.index(row.unit) for row in rows], np.int64)


def supply(*lots: Lot) -> Supply:
    """The columns of these lots."""
    lats, lons = _floats(lots, "lat"), _floats(lots, "lon")
    return Supply(
        ids=_ints(lots, "id"),
        materials=_ints(lots, "material"),
        owners=_ints(lots, "owner"),
        ranks=_ints(lots, "rank"),
        amounts=_ints(lots, "amount"),
        units=_units(lots),
        parts=_ints(lots, "part"),
        first_days=_ints(lots, "first"),
        last_days=_ints(lots, "last"),
        hazards=_ints(lots, "hazards"),
        is_unknown=_flags(lots, "unknown"),
        region_from=_ints(lots, "region_from"),
        partners_from=_ints(lots, "partners_from"),
        circle_from=_ints(lots, "circle_from"),
        circles=[lot.circle for lot in lots],
        answers=[lot.answers for lot in lots],
        parents=[lot.parent for lot in lots],
        certainties=[None] * len(lots),
        refused=_ints(lots, "refused"),
        lats=lats,
        lons=lons,
        spots=list_axes_m(lats, lons),
    )


def wanted(*needs: Need) -> Wanted:
    """The columns of these needs."""
    lats, lons = _floats(needs, "lat"), _floats(needs, "lon")
    return Wanted(
        ids=_ints(needs, "id"),
        materials=_ints(needs, "material"),
        askers=_ints(needs, "asker"),
        ranks=_ints(needs, "rank"),
        amounts=_ints(needs, "amount"),
        units=_units(needs),
        first_days=_ints(needs, "first"),
        last_days=_ints(needs, "last"),
        reach_m=_floats(needs, "reach_m"),
        accepted=_ints(needs, "accepted"),
        takes_unknown=_flags(needs, "takes_unknown"),
        is_partner=_flags(needs, "partner"),
        slugs=[need.slug for need in needs],
        wishes=[need.wishes for need in needs],
        lats=lats,
        lons=lons,
        spots=list_axes_m(lats, lons),
    )


def terms(**changes: Any) -> Terms:
    """Each material serves itself, nothing converts, nothing came back; a wish fits where both texts say the same."""
    plain: dict[str, Any] = {
        "serving": {1: (1,), 2: (2,), 3: (3,)},
        "rate": lambda _lot, _material, _unit: None,
        "judged": lambda wishes, answers: Verdict.FITS if wishes == answers else Verdict.FAILS,
        "returned": {},
        "today": TODAY,
    }
    return Terms(**{**plain, **changes})


def at_rate(numerator: int, denominator: int = 1) -> Any:
    """Every unit of a lot is so much of the need's."""
    return lambda _lot, _material, _unit: Fraction(numerator, denominator)
