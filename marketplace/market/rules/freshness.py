"""How long an answer holds: when to ask again, and when something leaves. And what became of what is offered no more."""

from datetime import date, timedelta
from enum import StrEnum

from marketplace.depots.rules.lots import MovementKind
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import check_length
from marketplace.market.rules.listing import STALE_AFTER

REMIND_AFTER = timedelta(days=45)  # domain.md: the owner is reminded at 45 days
DEMAND_STALE_AFTER = timedelta(days=90)
DEMAND_REMIND_AFTER = timedelta(days=75)
REASON_LENGTH_MAX = 1000


class Refreshed(StrEnum):
    """What somebody answers when asked whether it is still there: klopt nog, aangepast, weg."""

    STILL = "still"
    CHANGED = "changed"
    GONE = "gone"


class Outcome(StrEnum):
    """What became of the part of a lot that was not taken on the bank."""

    SOLD_ELSEWHERE = "sold_elsewhere"
    OWN_USE = "own_use"
    RECYCLED = "recycled"
    DISPOSED = "disposed"
    MISTAKE = "mistake"
    LATER = "later"


LOST = (Outcome.SOLD_ELSEWHERE, Outcome.OWN_USE, Outcome.RECYCLED, Outcome.DISPOSED)  # the others are no lost supply
GOES_AS = {  # how the rest of a lot leaves the stock
    Outcome.SOLD_ELSEWHERE: MovementKind.WRITE_OFF,
    Outcome.RECYCLED: MovementKind.WRITE_OFF,
    Outcome.DISPOSED: MovementKind.WRITE_OFF,
    Outcome.OWN_USE: MovementKind.OUT,
    Outcome.MISTAKE: MovementKind.COUNT,
}
ON_THE_SPOT = (Outcome.RECYCLED, Outcome.DISPOSED)  # what may become of a blocked lot
OUTCOME_LABELS: dict[Outcome, Text] = {
    Outcome.SOLD_ELSEWHERE: _("Sold outside the bank"),
    Outcome.OWN_USE: _("Used by us"),
    Outcome.RECYCLED: _("Recycled"),
    Outcome.DISPOSED: _("Disposed of as waste"),
    Outcome.MISTAKE: _("It was a mistake"),
    Outcome.LATER: _("It comes later"),
}
OUTCOME_HINTS: dict[Outcome, Text] = {
    Outcome.MISTAKE: _("it was never there, or not like this; not counted as lost"),
    Outcome.LATER: _("it comes free on another day; not counted as lost"),
}


def is_lost(outcome: Outcome | None) -> bool:
    """Whether the rest of a lot counts as lost supply. It does where nobody said what became of it."""
    return outcome is None or outcome in LOST


def is_said_gone(outcome: Outcome | None) -> bool:
    """Whether its owner said that the rest of a lot is not there any more."""
    return outcome in GOES_AS


def listing_holds_until(confirmed_on: date) -> date:
    """The last day on which a confirmed listing stands in the catalogue."""
    return confirmed_on + STALE_AFTER


def demand_holds_until(confirmed_on: date) -> date:
    """The last day on which a confirmed demand is matched and shown to others."""
    return confirmed_on + DEMAND_STALE_AFTER


def is_demand_stale(confirmed_on: date | None, today: date) -> bool:
    """Nobody has confirmed it for 90 days: it is not matched any more until somebody does."""
    return confirmed_on is None or demand_holds_until(confirmed_on) < today


def is_listing_to_refresh(confirmed_on: date | None, today: date) -> bool:
    """From 45 days on its owner is asked."""
    return confirmed_on is not None and confirmed_on + REMIND_AFTER <= today


def is_demand_to_refresh(confirmed_on: date | None, today: date) -> bool:
    """From 75 days on its asker is asked."""
    return confirmed_on is not None and confirmed_on + DEMAND_REMIND_AFTER <= today


def check_reason(reason: str) -> None:
    """What became of it may be explained in a few lines."""
    check_length(reason, REASON_LENGTH_MAX, "reason")
