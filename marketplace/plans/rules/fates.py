"""What became of a line of a plan, counted so that nothing counts twice."""

from datetime import timedelta
from enum import StrEnum

from marketplace.kernel.language import Text, _

OPEN_FOR = timedelta(days=14)  # so long a plan waits for an answer, unless a newer one is made


class Fate(StrEnum):
    """What became of a line.

    `ignored`: nobody did anything, and its plan was followed by a newer one or is older than fourteen days. `repeated`: a later plan has the same
    lot for the same need, or it was asked for in an earlier one once this plan was there, and it counts there.
    """

    ACCEPTED = "accepted"
    OFFERED = "offered"
    REFUSED = "refused"
    IGNORED = "ignored"
    OPEN = "open"
    REPEATED = "repeated"


FATE_LABELS: dict[Fate, Text] = {
    Fate.ACCEPTED: _("Asked for by its line"),
    Fate.OFFERED: _("Offered, not asked for"),
    Fate.REFUSED: _("Refused"),
    Fate.IGNORED: _("Nothing done with it"),
    Fate.OPEN: _("Still open"),
    Fate.REPEATED: _("Counted with another plan"),
}


def fate_of(*, is_asked: bool, is_refused: bool, is_offered: bool, is_repeated: bool, is_over: bool) -> Fate:
    """What became of one line.

    Asked for: by that line itself. What was refused or offered of the same lot for the same need in an earlier plan counts with the last line.
    `is_over`: its plan waits no longer.
    """
    if is_asked:
        return Fate.ACCEPTED
    if is_repeated:
        return Fate.REPEATED
    if is_refused:
        return Fate.REFUSED
    if is_offered:
        return Fate.OFFERED
    return Fate.IGNORED if is_over else Fate.OPEN
