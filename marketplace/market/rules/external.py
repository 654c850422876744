"""What an organisation's own system calls a lot or a demand."""

from marketplace.kernel.errors import Taken
from marketplace.kernel.language import _
from marketplace.kernel.text import clean

EXTERNAL_ID_LENGTH_MAX = 120


def clean_external_id(text: str | None) -> str | None:
    """One line, or None where nothing is said."""
    return clean(text or "", longest=EXTERNAL_ID_LENGTH_MAX, field="external_id") or None


def taken(external_id: str, number: int) -> Taken:
    """There is one already, with this id here."""
    sentence = _(
        "Your organisation has one with the external id “%(external_id)s” already: number %(number)s.",
        external_id=external_id,
        number=number,
    )
    return Taken(sentence, "external_id", id=number)
