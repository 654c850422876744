"""The life of a reservation, told as a table, and what each step asks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Quantity, plain
from marketplace.market.rules import Location

ANSWER_WITHIN = timedelta(days=10)  # domain.md: no answer in 10 days
COLLECT_WITHIN = timedelta(days=30)  # domain.md: not collected within 30 days
CONFIRM_WITHIN = timedelta(days=14)  # domain.md: with neither in 14 days it counts as confirmed
REASON_LENGTH_MAX = 1000
PURPOSE_LENGTH_MAX = 500
DRIVEN_KM_MAX = Decimal(2000)


class ReservationStatus(StrEnum):
    """waiting → offered → requested → approved → handed_over (→ disputed) → completed; or rejected, cancelled, expired."""

    WAITING = "waiting"
    OFFERED = "offered"
    REQUESTED = "requested"
    APPROVED = "approved"
    HANDED_OVER = "handed_over"
    DISPUTED = "disputed"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Step(StrEnum):
    """What can be done to a reservation."""

    APPROVE = "approve"
    REJECT = "reject"
    ACCEPT_OFFER = "accept-offer"
    CANCEL = "cancel"
    NO_SHOW = "no-show"
    HAND_OVER = "hand-over"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    RESOLVE = "resolve"
    AGREE_CANCEL = "agree-cancel"
    RETURN = "return"
    EXPIRE = "expire"


_S = ReservationStatus
HOLDING = (_S.OFFERED, _S.REQUESTED, _S.APPROVED, _S.HANDED_OVER, _S.DISPUTED)  # what stands in the listing's `held`
OPEN = (_S.WAITING, *HOLDING)
TIMED = (_S.OFFERED, _S.REQUESTED, _S.APPROVED, _S.HANDED_OVER)  # on which the clock acts; a dispute is ended by people
BETWEEN_SIGNATURES = (_S.HANDED_OVER, _S.DISPUTED)
STEPS: dict[Step, tuple[tuple[ReservationStatus, ...], ReservationStatus]] = {
    Step.APPROVE: ((_S.WAITING, _S.OFFERED, _S.REQUESTED), _S.APPROVED),
    Step.REJECT: ((_S.WAITING, _S.OFFERED, _S.REQUESTED), _S.REJECTED),
    Step.ACCEPT_OFFER: ((_S.OFFERED,), _S.REQUESTED),
    Step.CANCEL: ((_S.WAITING, _S.OFFERED, _S.REQUESTED, _S.APPROVED), _S.CANCELLED),
    Step.NO_SHOW: ((_S.APPROVED,), _S.CANCELLED),
    Step.HAND_OVER: ((_S.APPROVED,), _S.HANDED_OVER),
    Step.CONFIRM: ((_S.HANDED_OVER,), _S.COMPLETED),
    Step.DISPUTE: ((_S.HANDED_OVER,), _S.DISPUTED),
    Step.RESOLVE: ((_S.DISPUTED,), _S.COMPLETED),
    Step.AGREE_CANCEL: (BETWEEN_SIGNATURES, _S.CANCELLED),
    Step.RETURN: ((_S.COMPLETED,), _S.COMPLETED),
    Step.EXPIRE: ((_S.OFFERED, _S.REQUESTED, _S.APPROVED), _S.EXPIRED),
}
STATUS_LABELS: dict[ReservationStatus, Text] = {
    _S.WAITING: _("On the waiting list"),
    _S.OFFERED: _("Offered"),
    _S.REQUESTED: _("Requested"),
    _S.APPROVED: _("Approved"),
    _S.HANDED_OVER: _("Handed over"),
    _S.DISPUTED: _("Disputed"),
    _S.COMPLETED: _("Completed"),
    _S.REJECTED: _("Rejected"),
    _S.CANCELLED: _("Cancelled"),
    _S.EXPIRED: _("Expired"),
}


class MeasuredBy(StrEnum):
    """How a quantity at the gate became known: geteld, gemeten, gewogen, geschat."""

    COUNTED = "counted"
    MEASURED = "measured"
    WEIGHED = "weighed"
    ESTIMATED = "estimated"


MEASURED_LABELS: dict[MeasuredBy, Text] = {
    MeasuredBy.COUNTED: _("Counted"),
    MeasuredBy.MEASURED: _("Measured"),
    MeasuredBy.WEIGHED: _("Weighed"),
    MeasuredBy.ESTIMATED: _("Estimated"),
}


@dataclass(frozen=True, slots=True)
class ReservationDraft:
    """What an asker says: how much of which listing, for which demand or place, and for what."""

    quantity: Quantity
    demand_id: int | None = None
    location: Location | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class HandoverDraft:
    """What the owner saw at the gate: the measured quantity, the day, and the vehicle and kilometres where known."""

    quantity: Quantity
    handed_over_on: date
    vehicle_class: str | None = None
    driven_km: Decimal | None = None


def is_done(step: Step, status: ReservationStatus) -> bool:
    """Whether the step has been taken already: a repeated call then changes nothing."""
    return status == STEPS[step][1]


def check_step(step: Step, status: ReservationStatus) -> None:
    """Every step asks for the step before it."""
    if status not in STEPS[step][0]:
        raise Conflict(
            _(
                "This is not possible now: the reservation is “%(status)s”. Open it to see what comes next.",
                status=STATUS_LABELS[status],
            ),
            currentStatus=status.value,
        )


def check_reservable(
    *, status: str, has_turn: bool, turn_from: date | None, is_stale: bool, available_until: date | None, today: date
) -> None:
    """Refuse what nobody, or not this organisation, can reserve now; how much is left is the database's word."""
    if status != "published":
        raise Conflict(
            _("This listing is not on offer any more. Look for another one in the catalogue."), status_of_listing=status
        )
    if available_until is not None and available_until < today:
        raise Conflict(
            _("The period of this listing ended on %(last)s. Ask the owner for a longer period.", last=available_until)
        )
    if is_stale:
        raise Conflict(_("The owner has not confirmed this listing for 60 days. Ask the owner to confirm it first."))
    if not has_turn:
        if turn_from is None:
            raise Conflict(_("It is not the turn of your organisation yet."))
        raise Conflict(
            _("It is not the turn of your organisation yet. You can reserve from %(first)s.", first=turn_from),
            reservableFrom=turn_from.isoformat(),
        )


def check_quantity(asked: Quantity, *, unit: str, proposal: Quantity | None) -> None:
    """A reservation is in the listing's unit; another unit is refused with the converted figure as a proposal."""
    if asked.unit.value == unit:
        return
    if proposal is None:
        raise Invalid(_("Enter the quantity in the unit of the listing: %(unit)s.", unit=unit), "unit")
    raise Invalid(
        _("This listing goes by another unit. %(asked)s is %(proposal)s: enter that quantity.", asked=asked, proposal=proposal),
        "unit",
        proposal={"quantity": plain(proposal.amount), "unit": proposal.unit.value},
    )


def too_much(available: Amount | None, unit: str) -> Conflict:
    """The refusal when less is left than asked; without an amount there is nothing left."""
    if available is None:
        return Conflict(
            _("Nothing is available any more. Place a demand, then you are told when something fits."),
            "quantity",
            available="0",
            unit=unit,
        )
    return Conflict(
        _(
            "Only %(available)s is still available. Ask for %(available)s or less, or place a demand for the rest.",
            available=available,
        ),
        "quantity",
        available=plain(available.amount),
        unit=unit,
    )


def answer_until(now: datetime) -> datetime:
    """The owner answers within 10 days."""
    return now + ANSWER_WITHIN


def collect_until(now: datetime, *, first_day: datetime, hold_until: datetime | None) -> datetime:
    """30 days after approval or after the first day it is free, whichever is later, unless the owner sets another date."""
    return hold_until if hold_until is not None else max(now, first_day) + COLLECT_WITHIN


def check_purpose(purpose: str) -> None:
    """What it is for may be said, in a few lines."""
    if len(purpose) > PURPOSE_LENGTH_MAX:
        raise Invalid(
            _("This is %(length)s characters long. Use %(longest)s or fewer.", length=len(purpose), longest=PURPOSE_LENGTH_MAX),
            "purpose",
        )


def check_reason(reason: str) -> None:
    """A rejection and a cancellation say why."""
    if not reason.strip():
        raise Invalid(_("Say why, in one sentence. The other side reads it."), "reason")
    if len(reason) > REASON_LENGTH_MAX:
        raise Invalid(
            _("This is %(length)s characters long. Use %(longest)s or fewer.", length=len(reason), longest=REASON_LENGTH_MAX),
            "reason",
        )


def check_handover(
    draft: HandoverDraft, *, unit: str, vehicle_classes: tuple[str, ...], available_from: date, today: date
) -> None:
    """The measured quantity goes by the listing's unit, on a day that has come, with a vehicle class that the factors know."""
    if draft.quantity.unit.value != unit:
        raise Invalid(_("Enter the quantity in the unit of the listing: %(unit)s.", unit=unit), "unit")
    if draft.handed_over_on > today:
        raise Invalid(_("This day has not come yet. Enter today or an earlier day."), "handed_over_on")
    if draft.handed_over_on < available_from:
        raise Invalid(
            _("This lot is free from %(first)s. Hand it over on that day or later.", first=available_from), "handed_over_on"
        )
    if draft.vehicle_class is not None and draft.vehicle_class not in vehicle_classes:
        raise Invalid(_("This vehicle class is not known. Choose one from the list, or leave it empty."), "vehicle_class")
    if draft.driven_km is not None and not 0 <= draft.driven_km <= DRIVEN_KM_MAX:
        raise Invalid(_("Enter the kilometres driven with the load, from 0 to %(most)s.", most=DRIVEN_KM_MAX), "driven_km")
