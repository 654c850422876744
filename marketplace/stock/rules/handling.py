"""What a keeper may type of a lot, and which depot takes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from marketplace.depots.rules.lots import check_day
from marketplace.depots.rules.quarter import check_open_quarter
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import clean
from marketplace.kernel.units import Amount, Quantity, Unit, check_amount, plain
from marketplace.market.rules.listing import TITLE_LENGTH_MAX, Condition, Location
from marketplace.stock.rules.driving import Drive

BAY_LENGTH_MAX = 40
PALLETS_MAX = 9_999
REASON_LENGTH_MAX = 500
LONGEST_AGO = timedelta(days=3653)  # ten years: what lay there before the bank knew of it


@dataclass(frozen=True, slots=True)
class ArrivalDraft:
    """A lot that nobody had written down, as it comes into a depot. `owner`: a slug; empty: the keeper's own organisation.

    `came_from`: where it was driven from, where that is known.
    """

    material: str
    quantity: Quantity
    condition: Condition
    title: str = ""
    owner: str = ""
    came_from: Location | None = None
    kg_per_unit: Decimal | None = None
    confirm_unusual: bool = False


@dataclass(frozen=True, slots=True)
class Going:
    """Where something goes.

    A depot, or a place of its own; or neither, and then it stays where it is. `bay` and `pallets`: where and on how many pallet
    places it stands there. None: not said. `drive`: how it was brought.
    """

    depot_id: int | None = None
    location: Location | None = None
    bay: str | None = None
    pallets: int | None = None
    drive: Drive = Drive()


@dataclass(frozen=True, slots=True)
class Occasion:
    """When it happened, and why."""

    day: date
    reason: str = ""


def clean_occasion(
    occasion: Occasion, *, last_on: date | None, today: date, is_stored: bool, reason_needed: bool = False
) -> Occasion:
    """The day and the reason.

    Refused: a day to come, one long ago, one before what happened last, a reason that lacks; and, where it comes into a depot, lies there or
    leaves it (`is_stored`), a day of a quarter that is closed.
    """
    if occasion.day < today - LONGEST_AGO:
        raise Invalid(_("This day is more than ten years ago. Check the year."), "moved_on")
    check_day(occasion.day, last_on=last_on, today=today)
    if is_stored:
        check_open_quarter(occasion.day, today)
    reason = clean(occasion.reason, lines=True, longest=REASON_LENGTH_MAX, field="reason")
    if reason_needed and not reason:
        raise Invalid(_("Say why, in one sentence: it stays with this lot for whoever checks it later."), "reason")
    return Occasion(occasion.day, reason)


def clean_title(text: str, *, otherwise: str) -> str:
    """What the lot is called; without anything, as its material is."""
    return clean(text, longest=TITLE_LENGTH_MAX, field="title") or otherwise[:TITLE_LENGTH_MAX]


def clean_bay(typed: str | None, bays: Iterable[str]) -> str:
    """The bay by the name that the depot gave it, whatever the capitals. Refused: one that the depot does not have."""
    name, choices = clean(typed or "", longest=BAY_LENGTH_MAX, field="bay"), list(bays)
    if not name:
        return ""
    for bay in choices:
        if bay.casefold() == name.casefold():
            return bay
    if not choices:
        raise Invalid(_("This depot has no bays. Leave the bay empty."), "bay")
    raise Invalid(_("This depot has no bay “%(name)s”. Choose one of: %(bays)s.", name=name, bays=", ".join(choices)), "bay")


def check_pallets(pallets: int) -> None:
    """Refuse a number of pallet places that cannot be."""
    if not 0 <= pallets <= PALLETS_MAX:
        raise Invalid(_("Enter a number of pallet places from 0 to %(most)s.", most=PALLETS_MAX), "pallets")


def check_as_announced(amount: Decimal, announced: Decimal, unit: Unit, tolerance_percent: Decimal) -> None:
    """Refuse more of a lot than was announced, but for what measuring explains."""
    if amount > announced * (1 + tolerance_percent / 100):
        most = Amount(announced, unit)
        raise Invalid(
            _("%(most)s was announced. Enter how much came of it, that or less.", most=most),
            "quantity",
            announced=plain(announced),
        )


def check_part(amount: Decimal, unit: Unit) -> None:
    """Refuse what cannot be a part of a lot."""
    check_amount(amount, unit)


def check_counted(counted: Decimal, unit: Unit) -> None:
    """Refuse what cannot be the outcome of a count; nothing at all can."""
    if counted:
        check_amount(counted, unit)


def too_little(left: Decimal, unit: Unit) -> Conflict:
    """Less lies there than was asked for."""
    if not left:
        return Conflict(_("Nothing is left of this lot."), "quantity", available=plain(left))
    there = Amount(left, unit)
    return Conflict(_("Of this lot %(there)s is left. Enter that or less.", there=there), "quantity", available=plain(left))


def promised(free: Decimal, unit: Unit) -> Conflict:
    """More is reserved for others than would be left."""
    return Conflict(
        _(
            "Part of this lot is reserved. Without it %(free)s is left: enter that or less, or cancel the reservation first.",
            free=Amount(free, unit),
        ),
        "quantity",
        available=plain(free),
    )
