"""What a message in a transfer may say, and how many one person writes in a day."""

from datetime import timedelta

from marketplace.kernel.errors import Invalid, TooMany
from marketplace.kernel.language import _
from marketplace.kernel.text import clean

MESSAGE_LENGTH_MAX = 2000
MESSAGES_PER_DAY = 100  # one person
TOLD_LENGTH_MAX = 300  # of what a notice repeats
DAY = timedelta(days=1)
SAME_WITHIN = timedelta(minutes=1)


def clean_message(text: str, *, has_photo: bool) -> str:
    """The words, fit to store; a photo may go without."""
    tidy = clean(text, lines=True, longest=MESSAGE_LENGTH_MAX, field="text")
    if not tidy and not has_photo:
        raise Invalid(_("Write a message, or add a photo."), "text")
    return tidy


def check_sent_today(number: int) -> None:
    """At most a hundred messages of one person in a day."""
    if number >= MESSAGES_PER_DAY:
        raise TooMany(
            _("You sent %(most)s messages in a day, which is the maximum. Try again tomorrow, or call.", most=MESSAGES_PER_DAY),
            int(DAY.total_seconds()),
        )


def shortened(text: str) -> str:
    """The beginning, as a notice repeats it, cut between two words."""
    if len(text) <= TOLD_LENGTH_MAX:
        return text
    head, blank, _tail = text[:TOLD_LENGTH_MAX].rpartition(" ")
    return f"{head if blank else text[:TOLD_LENGTH_MAX]} …"
