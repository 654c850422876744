"""What may be offered to the chain: what lies in a depot longer than it may."""

from datetime import date, timedelta
from decimal import Decimal

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean
from marketplace.market.rules.windows import REASON_LENGTH_MAX

USUAL_REASON: Text = _("This lot has been in the depot longer than agreed. That is why partners need not wait.")


def lies_too_long(since: date | None, longest_stay_days: int | None, today: date) -> bool:
    """Whether something that came in on this day lies longer than the depot allows."""
    return since is not None and longest_stay_days is not None and since + timedelta(days=longest_stay_days) < today


def check_lies_too_long(since: date | None, longest_stay_days: int | None, today: date) -> None:
    """Refuse what the municipalities still go first for."""
    if since is None:
        raise Conflict(_("This lot is in no depot. Only what has been in a depot too long is offered to the chain."), "lot")
    if longest_stay_days is None:
        raise Conflict(_("Nothing can be in this depot too long: it has no longest stay. Offer the lot to the region."), "lot")
    if not lies_too_long(since, longest_stay_days, today):
        last = since + timedelta(days=longest_stay_days)
        raise Conflict(
            _("This lot may stay here until %(day)s. Offer it to the region until then, and to the chain after that.", day=last),
            "lot",
        )


def check_to_be_had(available_until: date | None, free: Decimal, today: date) -> None:
    """Refuse an offer of which the chain can have nothing."""
    if available_until is not None and available_until < today:
        raise Conflict(_("The last day of the offer is past. Give it a later day first."), "available_until")
    if not free:
        raise Conflict(_("All of this lot is reserved, so there is nothing to offer to the chain."), "quantity")


def clean_chain_reason(text: str) -> str:
    """Why the chain need not wait for the region. Everybody reads it at the offer."""
    reason = clean(text, lines=True, longest=REASON_LENGTH_MAX, field="reason")
    if not reason:
        raise Invalid(_("Say why, in one sentence. Everyone can read it with the offer."), "reason")
    return reason
