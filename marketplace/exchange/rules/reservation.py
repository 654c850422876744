"""The life of a reservation as a table, and what each step requires."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import check_length
from marketplace.kernel.units import Amount, Quantity, plain
from marketplace.market.rules.listing import Condition, Location, is_part_allowed
from marketplace.materials.rules.soil import SoilClass

ANSWER_WITHIN = timedelta(days=10)  # domain.md: no answer in 10 days
OFFER_WITHIN = timedelta(hours=48)  # domain.md: the next on the list gets 48 hours
COLLECT_WITHIN = timedelta(days=30)  # domain.md: not collected within 30 days
CONFIRM_WITHIN = timedelta(days=14)  # domain.md: with neither in 14 days it counts as confirmed
REASON_LENGTH_MAX = 1000
PURPOSE_LENGTH_MAX = 500
LINE_LENGTH_MAX = 200
PURCHASE_CENTS_MAX = 1_000_000_000_00
REMIND_DAYS = (3, 1, 0)  # expiry at three and one days and on the day


class ReservationStatus(StrEnum):
    """The states of a reservation.

    waiting → offered → requested → approved → handed_over (→ disputed) → completed; or rejected, cancelled, expired.
    """

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
    LATE_HAND_OVER = "late-hand-over"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    RESOLVE = "resolve"
    AGREE_CANCEL = "agree-cancel"
    RETURN = "return"
    EXPIRE = "expire"
    RECALL = "recall"


_S = ReservationStatus
HOLDING = (_S.OFFERED, _S.REQUESTED, _S.APPROVED, _S.HANDED_OVER, _S.DISPUTED)  # what stands in the listing's `held`
OPEN = (_S.WAITING, *HOLDING)
TIMED = (_S.OFFERED, _S.REQUESTED, _S.APPROVED, _S.HANDED_OVER)  # on which the clock acts; a dispute is ended by people
BEFORE_HAND_OVER = (_S.WAITING, _S.OFFERED, _S.REQUESTED, _S.APPROVED)
BETWEEN_SIGNATURES = (_S.HANDED_OVER, _S.DISPUTED)
STEPS: dict[Step, tuple[tuple[ReservationStatus, ...], ReservationStatus]] = {
    Step.APPROVE: ((_S.WAITING, _S.OFFERED, _S.REQUESTED), _S.APPROVED),
    Step.REJECT: ((_S.WAITING, _S.OFFERED, _S.REQUESTED), _S.REJECTED),
    Step.ACCEPT_OFFER: ((_S.OFFERED,), _S.REQUESTED),
    Step.CANCEL: ((_S.WAITING, _S.OFFERED, _S.REQUESTED, _S.APPROVED), _S.CANCELLED),
    Step.NO_SHOW: ((_S.APPROVED,), _S.CANCELLED),
    Step.HAND_OVER: ((_S.APPROVED,), _S.HANDED_OVER),
    Step.LATE_HAND_OVER: ((_S.APPROVED,), _S.HANDED_OVER),
    Step.CONFIRM: ((_S.HANDED_OVER,), _S.COMPLETED),
    Step.DISPUTE: ((_S.HANDED_OVER,), _S.DISPUTED),
    Step.RESOLVE: (
        BETWEEN_SIGNATURES,
        _S.COMPLETED,
    ),  # of what is only handed over by the broker, once silence did not confirm it
    Step.AGREE_CANCEL: (BETWEEN_SIGNATURES, _S.CANCELLED),
    Step.RETURN: ((_S.COMPLETED,), _S.COMPLETED),
    Step.EXPIRE: ((_S.WAITING, _S.OFFERED, _S.REQUESTED, _S.APPROVED), _S.EXPIRED),
    Step.RECALL: (OPEN, _S.CANCELLED),  # the lot was found to be contaminated
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
    _S.EXPIRED: _("Lapsed"),
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
    """An asker's request.

    How much of which listing, for which demand or place, for what, and whether to wait when it does not fit.

    `depot_id`: the depot where it goes first, which counts before the demand's place.

    `receiving_soil` and `function_class` are asked for soil: the classes of the place where it goes.

    `purchase_price_cents`: the estimate of the purchase that this replaces, for all that is asked. `reused_as_is` and `same_grade` say how it
    is used: without being processed first, and for what it was made for or better. `confirm_unusual`: yes, more than the demand needs, or a purchase
    of so little or so much.
    """

    quantity: Quantity
    demand_id: int | None = None
    location: Location | None = None
    depot_id: int | None = None
    purpose: str = ""
    project: str = ""
    use: str = ""
    reused_as_is: bool | None = None
    same_grade: bool | None = None
    replaces_purchase: bool | None = None
    purchase_price_cents: int | None = None
    receiving_soil: SoilClass | None = None
    function_class: SoilClass | None = None
    needed_by: date | None = None
    join_waiting_list: bool = False
    confirm_unusual: bool = False


@dataclass(frozen=True, slots=True)
class HandoverDraft:
    """What the owner recorded at the gate.

    The measured quantity, how it was measured, the condition, the day, and the vehicle and kilometres where known. What is missing
    of the order is held until the transfer is confirmed; with `write_off_reason` it is then gone for good, without it free again.
    `confirm_unusual`: yes, so much more than was ordered.
    """

    quantity: Quantity
    handed_over_on: date
    vehicle_class: str | None = None
    driven_km: Decimal | None = None
    measured_by: MeasuredBy | None = None
    condition: Condition | None = None
    write_off_reason: str = ""
    confirm_unusual: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptDraft:
    """What the receiver measured. Without a quantity the owner's figure is right."""

    quantity: Quantity | None = None
    measured_by: MeasuredBy | None = None
    condition: Condition | None = None


def is_done(step: Step, status: ReservationStatus) -> bool:
    """Whether the step has been taken already: a repeated call then changes nothing. A return can be made again: another part."""
    return status == STEPS[step][1] and step is not Step.RETURN


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
    """Refuse what this organisation, or any, cannot reserve now. How much is left is for the database to say."""
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


def check_quantity(quantity: Quantity, *, unit: str, proposal: Quantity | None) -> None:
    """Refuse a quantity in another unit than the listing's. The refusal proposes the converted figure."""
    if quantity.unit.value == unit:
        return
    if proposal is None:
        raise Invalid(_("Enter the quantity in the unit of the listing: %(unit)s.", unit=unit), "unit")
    raise Invalid(
        _("This listing uses another unit. %(asked)s is %(proposal)s: enter that quantity.", asked=quantity, proposal=proposal),
        "unit",
        proposal={"quantity": plain(proposal.amount), "unit": proposal.unit.value},
    )


def too_much(available: Amount | None, unit: str, *, minimum: Decimal | None = None) -> Conflict:
    """The refusal when less is left than asked; without an amount there is nothing left. What is left is given whole where `minimum` is more."""
    if available is None:
        return Conflict(
            _("Nothing is available any more. Place a demand: then you will hear when something fits."),
            "quantity",
            available="0",
            unit=unit,
        )
    if available.amount <= 0:
        return Conflict(
            _("Everything is reserved now. Join the waiting list, or place a demand: then you will hear when something fits."),
            "quantity",
            available="0",
            unit=unit,
        )
    rest = (
        _(
            "Only %(available)s is still available. Ask for %(available)s or less, join the waiting list, or place a demand for the rest."
        )
        if minimum is None or minimum < available.amount
        else _(
            "Only %(available)s is still available. Ask for exactly that, join the waiting list, or place a demand for the rest."
        )
    )
    return Conflict(
        _(rest.message, available=available),
        "quantity",
        available=plain(available.amount),
        unit=unit,
    )


def check_words(draft: ReservationDraft, today: date) -> None:
    """Check what the asker wrote.

    A purpose may be given, in a few lines; a price belongs to a purchase, and a need does not lie in the past.
    """
    for name, text, longest in (
        ("purpose", draft.purpose, PURPOSE_LENGTH_MAX),
        ("project", draft.project, LINE_LENGTH_MAX),
        ("use", draft.use, LINE_LENGTH_MAX),
    ):
        check_length(text, longest, name)
    price = draft.purchase_price_cents
    if price is not None and not 0 <= price <= PURCHASE_CENTS_MAX:
        raise Invalid(
            _("Enter a price of at least 0 and at most 1 billion euro, or leave it empty if you do not know."),
            "purchase_price_cents",
        )
    if price is not None and draft.replaces_purchase is False:
        raise Invalid(
            _("You say that it replaces no purchase. Leave the price empty, or say that it does."), "purchase_price_cents"
        )
    if draft.needed_by is not None and draft.needed_by < today:
        raise Invalid(_("This day is past. Enter today or a later day, or leave it empty."), "needed_by")


def check_part(amount: Amount, *, minimum: Decimal | None, most: Decimal, waits: bool, available: Decimal | None = None) -> None:
    """Refuse less than the smallest part, or more than the lot has.

    The owner parts with no less than a smallest part, or with all that is left (`most`); nobody waits for more than the lot has.
    """
    if waits and amount.amount > most:
        raise Conflict(
            _("This lot never had more than %(most)s left to give. Ask for that or less.", most=Amount(most, amount.unit)),
            "quantity",
            available=plain(most if available is None else max(available, Decimal(0))),
            most=plain(most),
            unit=amount.unit.value,
        )
    if minimum is not None and not is_part_allowed(amount.amount, most, minimum):
        raise Invalid(
            _(
                "The owner gives away no less than %(minimum)s. Ask for that or more, or for all that is left.",
                minimum=Amount(minimum, amount.unit),
            ),
            "quantity",
            minimum=plain(minimum),
        )


def check_reason(reason: str, field: str = "reason") -> None:
    """A rejection, a cancellation, a dispute and a return say why."""
    if not reason.strip():
        raise Invalid(_("Say why, in one sentence. The other side reads it."), field)
    check_length(reason, REASON_LENGTH_MAX, field)


def check_approval(approved: Amount, *, requested: Decimal, free: Decimal) -> None:
    """Refuse to approve more than was asked or than is not firmly held by others."""
    if approved.amount > requested:
        most = Amount(requested, approved.unit)
        raise Invalid(_("Only %(most)s was asked for. Approve that or less.", most=most), "quantity")
    if approved.amount > free:
        left = Amount(max(free, Decimal(0)), approved.unit)
        sentence = (
            _("Only %(available)s is free now. Approve that or less.", available=left)
            if free > 0
            else _("Nothing of this lot is free now. Leave the request on the waiting list, or decline it.")
        )
        raise Conflict(sentence, "quantity", available=plain(left.amount), unit=approved.unit.value)


def check_choice(reason: str, *, passed_over: int) -> None:
    """Require a reason, readable by the AO CE, for choosing another than the highest."""
    check_length(reason, REASON_LENGTH_MAX, "reason")
    if passed_over and not reason.strip():
        raise Invalid(
            _(
                "A request that ranks higher then goes without. Say in one sentence why you choose this one; the AO CE can read it."
            ),
            "reason",
            passedOver=passed_over,
        )


def reminder(expires_on: date, today: date) -> int | None:
    """Which reminder is due, 3, 1 or 0 days before the last day; None while it is farther away."""
    left = (expires_on - today).days
    return next((days for days in reversed(REMIND_DAYS) if left <= days), None)
