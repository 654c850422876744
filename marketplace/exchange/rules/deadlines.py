"""Until when something waits, and from when nobody came. A last day counts whole."""

from datetime import date, datetime

from marketplace.exchange.rules.reservation import ANSWER_WITHIN, COLLECT_WITHIN, CONFIRM_WITHIN
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _


def answer_until(now: datetime) -> datetime:
    """The owner answers within 10 days; the last one counts whole."""
    return clock.last_moment(clock.local(now).date() + ANSWER_WITHIN)


def confirm_until(now: datetime) -> datetime:
    """The receiver answers within 14 days; the last one counts whole."""
    return clock.last_moment(clock.local(now).date() + CONFIRM_WITHIN)


def collect_until(now: datetime, *, first_day: date, last_day: date | None, hold_until: datetime | None) -> datetime:
    """Work out until when the holder may collect.

    Until the end of the thirtieth day after approval or after the first free day, whichever is later, or of the lot's own last day
    where that comes first; unless the owner sets another moment.
    """
    if hold_until is not None:
        return hold_until
    today = clock.local(now).date()
    day = max(today, first_day) + COLLECT_WITHIN
    if last_day is not None and today <= last_day:
        day = min(day, last_day)
    return clock.last_moment(day)


def is_beyond_lot(expires_at: datetime | None, last_day: date | None) -> bool:
    """Whether it is kept for longer than the lot itself is on offer. Always said to both sides."""
    return expires_at is not None and last_day is not None and clock.local(expires_at).date() > last_day


def has_failed_to_come(*, agreed: datetime | None, until: datetime | None, now: datetime) -> bool:
    """Whether an agreed time or the last day of the hold has passed."""
    return (agreed is not None and agreed < now) or (until is not None and until <= now)


def check_no_show(*, agreed: datetime | None, until: datetime | None, now: datetime) -> None:
    """Nobody fails to come before an agreed time or the last day of the hold has passed."""
    if has_failed_to_come(agreed=agreed, until=until, now=now):
        return
    last = None if until is None else clock.local(until).date()
    raise Conflict(
        _(
            "Nobody has failed to come yet: no agreed time has passed, and it is kept until %(last)s. Agree on a time, or cancel it.",
            last=last,
        ),
        keptUntil=None if last is None else last.isoformat(),
    )
