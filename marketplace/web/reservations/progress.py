"""Where a transfer stands, in words: what has been done, what comes next, and who does it."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.rules import STATUS_LABELS, STEPS, ReservationStatus, Step
from marketplace.kernel.clock import local
from marketplace.kernel.language import Text, _
from marketplace.web.filters import short_date

RIGHTS = {
    Step.APPROVE: Can.DECIDE_RESERVATION,
    Step.REJECT: Can.DECIDE_RESERVATION,
    Step.CANCEL: Can.CANCEL_RESERVATION,
    Step.HAND_OVER: Can.HAND_OVER,
    Step.CONFIRM: Can.CONFIRM,
}
ENDED = (ReservationStatus.REJECTED, ReservationStatus.CANCELLED, ReservationStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next: one sentence, and whether the reader is the one who does it."""

    sentence: Text
    mine: bool


def possible(actor: Actor, reservation: Any) -> set[str]:
    """The steps that this reader can take now. Who can reject has no need to cancel as well."""
    status = ReservationStatus(reservation.status)
    steps = {step for step, right in RIGHTS.items() if status in STEPS[step][0] and may(actor, right, reservation)}
    return {step.name.lower() for step in (steps - {Step.CANCEL} if Step.REJECT in steps else steps)}


def timeline(reservation: Any) -> list[tuple[Text, str, str | None]]:
    """(step, state, when) for the progress line; one that ended early stops where it ended."""
    told: list[tuple[Text, date | None]] = [
        (_("Requested"), _day(reservation.requested_at)),
        (_("Approved"), _day(reservation.approved_at)),
        (_("Handed over"), reservation.handed_over_on),
        (_("Confirmed"), _day(reservation.completed_at)),
    ]
    done: list[tuple[Text, str, str | None]] = [(label, "done", short_date(day)) for label, day in told if day]
    if ReservationStatus(reservation.status) in ENDED:
        return [*done, (STATUS_LABELS[ReservationStatus(reservation.status)], "stop", short_date(_day(reservation.ended_at)))]
    left = [label for label, day in told if not day]
    return [*done, *((label, "now" if place == 0 else "todo", None) for place, label in enumerate(left))]


def _day(at: Any) -> date | None:
    return None if at is None else local(at).date()


def upcoming(actor: Actor, reservation: Any) -> Next:
    """What comes next and who does it."""
    status = ReservationStatus(reservation.status)
    owns, asks = actor.organisation_id == reservation.owner_id, actor.organisation_id == reservation.organisation_id
    who = {"owner": reservation.owner.name, "asker": reservation.organisation.name, "until": _day(reservation.expires_at)}
    if status is ReservationStatus.REQUESTED:
        yours = _("You decide. Answer by %(until)s; without an answer this request lapses and the material is free again.", **who)
        theirs = _("%(owner)s decides, by %(until)s at the latest. Without an answer this request lapses.", **who)
        return Next(yours if owns else theirs, owns)
    if status is ReservationStatus.APPROVED and owns:
        return Next(
            _(
                "Agree on a time with %(asker)s. After the hand-over you enter how much it was. It is kept until %(until)s.",
                **who,
            ),
            True,
        )
    if status is ReservationStatus.APPROVED:
        return Next(_("%(asker)s collects it by %(until)s. After that %(owner)s enters how much was handed over.", **who), False)
    if status is ReservationStatus.HANDED_OVER:
        yours = _("Check what you received and confirm it. Without an answer it counts as confirmed on %(until)s.", **who)
        theirs = _("%(asker)s confirms what was received. Without an answer it counts as confirmed on %(until)s.", **who)
        return Next(yours if asks else theirs, asks)
    return Next(_ENDINGS[status], False)


_ENDINGS = {
    ReservationStatus.COMPLETED: _("This transfer is complete and counted."),
    ReservationStatus.REJECTED: _("The owner rejected this request. What was held is free again."),
    ReservationStatus.CANCELLED: _("This reservation was cancelled. What was held is free again."),
    ReservationStatus.EXPIRED: _("This reservation lapsed, because its time was over. What was held is free again."),
}


def price_cents(reservation: Any) -> int:
    """The price of the whole quantity in cents; 0 is free of charge."""
    per_unit = reservation.listing.price_cents_per_unit or 0
    return int((reservation.quantity * per_unit).quantize(Decimal(1), rounding=ROUND_HALF_UP))
