"""What a question about a lot or a demand may say, and how many one person asks in a day."""

from datetime import timedelta

from marketplace.kernel.contacts import has_contact_details
from marketplace.kernel.errors import Conflict, Invalid, TooMany
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean

QUESTION_LENGTH_MAX = 500
ANSWER_LENGTH_MAX = 1000
QUESTIONS_PER_DAY = 20  # one person
DAY = timedelta(days=1)


def clean_question(text: str) -> str:
    """The question, fit to store and for every member to read."""
    return _clean(text, "text", QUESTION_LENGTH_MAX, _("Write your question, for example: are they on pallets?"))


def clean_answer(text: str) -> str:
    """The answer, likewise."""
    return _clean(text, "text", ANSWER_LENGTH_MAX, _("Write the answer."))


def _clean(text: str, field: str, longest: int, empty: Text) -> str:
    tidy = clean(text, lines=True, longest=longest, field=field)
    if not tidy:
        raise Invalid(empty, field)
    if has_contact_details(tidy):
        raise Invalid(
            _("Leave out phone numbers and email addresses: every member can read this. The reservation shows whom to call."),
            field,
        )
    return tidy


def check_asked_today(number: int) -> None:
    """At most twenty questions of one person in a day."""
    if number >= QUESTIONS_PER_DAY:
        raise TooMany(
            _("You asked %(most)s questions in a day, which is the maximum. Try again tomorrow.", most=QUESTIONS_PER_DAY),
            int(DAY.total_seconds()),
        )


def check_open(*, is_open: bool) -> None:
    """One asks about what is on offer or wanted now."""
    if not is_open:
        raise Conflict(_("This is not on the bank any more, so there is nothing to ask about it."))


def check_unanswered(*, is_answered: bool) -> None:
    """One answer, and no withdrawing after it."""
    if is_answered:
        raise Conflict(_("This question has been answered already. The answer stays as it is."))
