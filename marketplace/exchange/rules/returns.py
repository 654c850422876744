"""What comes back after a completed transfer: what is said of it, and what that asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from marketplace.exchange.rules.reservation import check_reason
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Quantity, plain
from marketplace.market.rules.listing import Condition, Location
from marketplace.stock.rules.driving import check_drive, check_driven

SAME_RETURN_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ReturnDraft:
    """What comes back after a completed transfer.

    How much, in which condition, on which day, why, and how it was driven back. `location`: where it lies now; without one
    where it came from, unless it goes to a depot (`depot_id`) or `stays` with the receiver, who holds it for its owner.
    `driven_km` and `vehicle_class` where known, else they are estimated.
    """

    quantity: Quantity
    condition: Condition
    returned_on: date
    reason: str
    location: Location | None = None
    depot_id: int | None = None
    stays: bool = False
    driven_km: Decimal | None = None
    vehicle_class: str | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that was said: the same again within a minute is the same return."""
        place = self.location
        parts = (
            *(plain(self.quantity.amount), self.quantity.unit.value, self.condition.value, self.returned_on.isoformat()),
            *(" ".join(self.reason.split()), "" if place is None else f"{place.place_name} {place.point.lat} {place.point.lon}"),
            *("" if self.depot_id is None else str(self.depot_id), "stays" if self.stays else ""),
            *("" if self.driven_km is None else plain(self.driven_km), self.vehicle_class or ""),
        )
        return sha256("\n".join(parts).encode()).hexdigest()


def is_same_return(draft: ReturnDraft, last: Mapping[str, Any] | None, now: datetime) -> bool:
    """Whether this very return was booked less than a minute ago.

    Then it is a retried request or a double click.
    """
    if last is None or last["fingerprint"] != draft.fingerprint:
        return False
    return now - datetime.fromisoformat(last["booked_at"]) < SAME_RETURN_WITHIN


def why_not_back(*, is_blocked: bool, with_receiver: Decimal) -> Text | None:
    """Why nothing of what was transferred can come back now; None where something can.

    `with_receiver`: how much of the lot that it became the receiver still has.
    """
    if is_blocked:
        return _(
            "Nothing of it can come back now: the lot is blocked, because a contamination was found in it or in the lot that it comes "
            "from. That is possible again once the lot is free on a paper."
        )
    if with_receiver <= 0:
        return _("Nothing of it can come back any more: the receiver has nothing left of it.")
    return None


def check_return(
    draft: ReturnDraft,
    *,
    unit: str,
    left: Decimal,
    handed_over_on: date,
    straight_km: Decimal,
    today: date,
    vehicle_classes: tuple[str, ...],
) -> None:
    """What comes back was handed over before, and has not come back yet."""
    if draft.quantity.unit.value != unit:
        raise Invalid(_("Enter the quantity in the unit of the listing: %(unit)s.", unit=unit), "unit")
    if draft.quantity.amount > left:
        most = Amount(left, draft.quantity.unit)
        if left <= 0:
            raise Conflict(_("All of it has come back already."), "quantity", available="0")
        raise Conflict(
            _("At most %(most)s can still come back. Enter that or less.", most=most), "quantity", available=plain(left)
        )
    if draft.returned_on > today:
        raise Invalid(_("This day has not come yet. Enter today or an earlier day."), "returned_on")
    if draft.returned_on < handed_over_on:
        raise Invalid(_("It was handed over on %(first)s. Enter that day or a later one.", first=handed_over_on), "returned_on")
    if sum((draft.location is not None, draft.depot_id is not None, draft.stays)) > 1:
        raise Invalid(_("Say one place: where it is now, a depot, or that it stays with the receiver."), "place")
    if draft.stays and (draft.driven_km or draft.vehicle_class):
        raise Invalid(_("What stays with the receiver was not driven. Leave the kilometres and the vehicle empty."), "driven_km")
    check_drive(draft.vehicle_class, draft.driven_km, vehicle_classes)
    check_driven(draft.driven_km, straight_km=straight_km)
    check_reason(draft.reason)
