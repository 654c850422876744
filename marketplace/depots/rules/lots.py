"""What a lot is, where it lies, and what may happen to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, Unit, round_down


class MovementKind(StrEnum):
    """What a movement of a lot was."""

    IN = "in"
    SPLIT = "split"
    MOVE = "move"
    COUNT = "count"
    OUT = "out"
    RETURN = "return"
    WRITE_OFF = "write_off"
    BLOCK = "block"
    UNBLOCK = "unblock"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a lot lies.

    In a bay of a depot, on so many pallet places; or at a place of its own, by its name and its point.
    """

    depot_id: int | None = None
    bay: str = ""
    pallets: int = 0
    place_name: str = ""
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class LotDraft:
    """A lot that comes in: what it is, how much, its owner and holder, and where it lies."""

    material_id: int
    title: str
    unit: Unit
    quantity: Decimal
    kg_per_unit: Decimal
    kg_basis: str
    condition: str
    owner_id: int
    holder_id: int
    at: Whereabouts


@dataclass(frozen=True, slots=True)
class LotFilter:
    """Which lots are asked for. What is None is not looked at; a lot of which nothing is left only with `with_empty`."""

    depot_id: int | None = None
    owner_id: int | None = None
    holder_id: int | None = None
    material_id: int | None = None
    words: str = ""
    is_blocked: bool | None = None
    with_empty: bool = False
    page: int = 1
    page_size: int = 25


def check_unblocked(*, is_blocked: bool) -> None:
    """Refuse what takes a blocked lot, or a part of it, to somebody else."""
    if is_blocked:
        raise Conflict(
            _(
                "This lot is blocked, because a contamination was found in it or in the lot that it comes from. It may not go to "
                "anybody and is not offered. Check with Omgevingsdienst Twente (the regional environmental service)."
            )
        )


def check_counting(delta: Decimal, *, is_blocked: bool) -> None:
    """Refuse that a blocked lot becomes less or more by being counted.

    Whoever traces it asks where it went, and what came by it is perhaps of another origin.
    """
    if is_blocked and delta < 0:
        raise Conflict(
            _("This lot is blocked: it is not counted down. Write off what is gone of it, and say where it went."), "quantity"
        )
    if is_blocked and delta > 0:
        raise Conflict(
            _("This lot is blocked: it is not counted up. Take in the extra quantity as a lot of its own, and block that too."),
            "quantity",
        )


def check_day(day: date, *, last_on: date | None, today: date) -> None:
    """Refuse a day to come, and one before what happened to the lot last."""
    if day > today:
        raise Invalid(_("This day has not come yet. Enter the day on which it happened."), "moved_on")
    if last_on is not None and day < last_on:
        raise Invalid(_("Something happened to this lot on %(day)s. Enter that day or a later one.", day=last_on), "moved_on")


@dataclass(frozen=True, slots=True)
class Measured:
    """A lot as it began, and what counting made of it and all that came from it.

    More and less together.
    """

    began: Decimal
    counted: Decimal


def most_explained(quantity: Decimal, own_counts: Decimal, path: Iterable[Measured], tolerance_percent: Decimal) -> Decimal:
    """The most that a lot can be by measuring better.

    The tolerance is that of what came into it and did not leave (without its `own_counts`); and of the lot itself and of each lot that it came
    from (`path`) as that began, of which all parts together grow no more. So nothing begins again with a split.
    """
    share = tolerance_percent / 100
    own = (quantity - own_counts) * (1 + share)
    return min([own, *(quantity + measured.began * share - measured.counted for measured in path)])


def check_gain(before: Decimal, after: Decimal, *, most: Decimal, unit: Unit) -> None:
    """Refuse that soil or sand becomes more than measuring explains. That would be a merge."""
    if after > max(most, before):
        raise Invalid(
            _(
                "Soil and sand of two origins are never put together, so this lot cannot become more than %(most)s. Enter what came "
                "as a lot of its own. If in doubt, check with Omgevingsdienst Twente (the regional environmental service).",
                most=Amount(round_down(max(most, before), unit), unit),
            ),
            "quantity",
        )


def path_to(parents: Mapping[int, int | None], lot: int) -> list[int]:
    """The lot and what it came from, the nearest first. `parents`: of every lot of the tree."""
    path, at = [lot], parents.get(lot)
    while at is not None:
        path.append(at)
        at = parents.get(at)
    return path
