"""What may be said of something that is going to come to a depot."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import clean
from marketplace.kernel.units import Quantity

WORDS_LENGTH_MAX = 300
REASON_LENGTH_MAX = 500
LETTERS_MIN = 3  # of a reason: a dot is none
AHEAD_MOST = timedelta(days=366)
NO_REASON = _("Say in one sentence why it is not coming. The other side can read it.")
OPEN_MOST = 200  # that one organisation announced to one depot


@dataclass(frozen=True, slots=True)
class Announcement:
    """What somebody is going to bring: of which material, how much, and about when. `material` is a slug."""

    material: str
    quantity: Quantity
    expected_on: date
    words: str = ""


@dataclass(frozen=True, slots=True)
class LotComing:
    """A lot with a number that somebody is going to bring, about when, and how much of it. `amount` None: all of it."""

    lot_id: int
    amount: Decimal | None
    expected_on: date
    words: str = ""


def check_expected_on(day: date, today: date) -> None:
    """Refuse a day that is over, and one more than a year ahead."""
    if day < today:
        raise Invalid(_("This day is over. Say on which day it comes: today or later."), "expected_on")
    if day > today + AHEAD_MOST:
        raise Invalid(_("This day is more than a year ahead. Check the year, or announce it later."), "expected_on")


def clean_words(text: str) -> str:
    """What the keeper should know of it; its readers are the keepers of the depot."""
    return clean(text, lines=True, longest=WORDS_LENGTH_MAX, field="words")


def check_number(open_ones: int) -> None:
    """Refuse one more where so much was announced that a keeper sees nothing among it."""
    if open_ones >= OPEN_MOST:
        raise Conflict(
            _(
                "Your organisation announced %(most)s things to this depot that have not come. Call some of them off first.",
                most=OPEN_MOST,
            )
        )


def check_still_coming(*, has_ended: bool, has_come: bool) -> None:
    """Refuse to call off what came already."""
    if has_ended and has_come:
        raise Conflict(_("This has come already. What is in the depot is moved or booked out there."))


def clean_reason(text: str) -> str:
    """Why it does not come. The other side reads it, and whoever checks it later."""
    reason = clean(text, lines=True, longest=REASON_LENGTH_MAX, field="reason")
    if sum(sign.isalpha() for sign in reason) < LETTERS_MIN:
        raise Invalid(NO_REASON, "reason")
    return reason
