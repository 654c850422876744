"""What is taken of a storage place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from marketplace.api.bodies.place import Placed
from marketplace.api.fields import Amount, Choice, Codes, Day, Ids, Line, Lines, Whole, YesNo
from marketplace.api.schema import Body, Rows
from marketplace.depots.rules.capacity import CapacityKind, clean_capacities
from marketplace.depots.rules.depot import (
    ADDRESS_LENGTH_MAX,
    COLLECTING_LENGTH_MAX,
    NAME_LENGTH_MAX,
    NOTE_LENGTH_MAX,
    STAY_DAYS_MAX,
    DepotDetails,
    Storers,
)
from marketplace.depots.rules.opening import SPANS_MOST, Span, Weekday, minutes_of
from marketplace.depots.rules.rates import EUROS_MOST, RateDraft, RateUnit
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import _

_ADDRESS = "shown only to people who may know exact places"


class DepotBody(Placed):
    """A storage place."""

    name = Line(longest=NAME_LENGTH_MAX, required=True)
    address = Line(_ADDRESS, longest=ADDRESS_LENGTH_MAX)


class OpeningBody(Body):
    """When it is open on a day of the week; a day has as many rows as it opens."""

    day = Choice(Weekday, required=True)
    opens_at = Line("by the clock in Amsterdam, for example 08:00", required=True, longest=5)
    closes_at = Line("24:00 is midnight", required=True, longest=5)


class CapacityBody(Body):
    """How much of one kind fits."""

    kind = Choice(CapacityKind, required=True)
    amount = Amount("more than 0; pallet places are whole", required=True)


class DepotPatch(Body):
    """A change of a storage place: what is left out stays. A depot does not move: another place is another depot."""

    name = Line(longest=NAME_LENGTH_MAX)
    address = Line(f"{_ADDRESS}; null: none", longest=ADDRESS_LENGTH_MAX)
    is_active = YesNo("false: nobody chooses it for a new lot any more; true opens it again")
    is_public = YesNo("whether it has a page for everybody")
    opening = Rows(OpeningBody(), "its whole week: a day without a row is closed; null: not known", most=7 * SPANS_MOST)
    opening_note = Lines("what hours cannot say, for everybody; null: nothing", longest=NOTE_LENGTH_MAX)
    collecting = Lines("what may be collected and how, for everybody; null: nothing", longest=COLLECTING_LENGTH_MAX)
    takes = Codes("slugs of the groups of materials that it takes; null or none: everything")
    storers = Choice(Storers, "who may store here")
    longest_stay_days = Whole("after which a lot is on the keeper's list; null: no limit", most=STAY_DAYS_MAX)
    bays = Codes("the names of all its bays; one that is left out closes; null: none")
    capacities = Rows(CapacityBody(), "all that is counted; null: nothing", most=len(CapacityKind))
    keepers = Ids("ids of people of the organisation whose depot it is; null: nobody")


class RateBody(Body):
    """What one unit costs a week, from a day on."""

    unit = Choice(RateUnit, required=True)
    euros_per_week = Amount(f"0 to {EUROS_MOST}, at most four decimals", required=True, shape={"exclusiveMinimum": -1})
    from_on = Day("today or later: what was charged before does not change", required=True)


_DETAILS = ("is_public", "storers")  # these cannot be empty
_TEXTS = ("name", "opening_note", "collecting")


def changed_details(before: DepotDetails, values: Mapping[str, Any]) -> DepotDetails:
    """What a depot says of itself, with the changes that were sent."""
    changes: dict[str, Any] = {name: values[name] for name in _DETAILS if values.get(name) is not None}
    changes |= {name: values[name] or "" for name in _TEXTS if name in values}
    changes |= {name: values[name] for name in ("address", "longest_stay_days") if name in values}
    if "takes" in values:
        changes["takes"] = values["takes"] or ()
    if "opening" in values:
        changes["hours"] = _hours(values["opening"] or [])
    return replace(before, **changes)


def _hours(rows: list[dict[str, Any]]) -> dict[Weekday, tuple[Span, ...]]:
    hours: dict[Weekday, tuple[Span, ...]] = {}
    for row in rows:
        span = Span(minutes_of(row["opens_at"]), minutes_of(row["closes_at"]))
        hours[row["day"]] = (*hours.get(row["day"], ()), span)
    return hours


def new_capacities(rows: Sequence[Mapping[str, Any]]) -> dict[CapacityKind, Decimal]:
    """How much fits of each kind; a kind twice is refused."""
    amounts: dict[CapacityKind, Decimal] = {}
    for row in rows:
        if row["kind"] in amounts:
            raise Invalid(_("“%(kind)s” stands there twice. Send each kind once.", kind=row["kind"].value), "capacities")
        amounts[row["kind"]] = row["amount"]
    try:
        clean_capacities(amounts)
    except Invalid as refusal:
        messages = {error.field: error.message for error in refusal.errors}
        errors = [
            FieldError(
                "capacities", _("Row %(row)s, %(field)s: %(said)s", row=index, field="amount", said=messages[row["kind"].value])
            )
            for index, row in enumerate(rows)
            if row["kind"].value in messages
        ]
        raise Invalid.all(errors) from refusal
    return amounts


def new_rate(values: Mapping[str, Any]) -> RateDraft:
    """The price in the body."""
    return RateDraft(values["unit"], values["euros_per_week"], values["from_on"])
