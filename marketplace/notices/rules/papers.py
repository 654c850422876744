"""How notices read about the papers of a lot."""

from marketplace.kernel.language import _
from marketplace.notices.rules.kinds import Notice
from marketplace.notices.rules.letter import Wording

PAPERS: dict[Notice, Wording] = {
    Notice.PAPER_EXPIRING: Wording(
        _("A paper expires"),
        _("A paper of “%(title)s” is valid until %(until)s"),
        (
            _("It is the paper with number %(number)s."),
            _("After that day the lot cannot be handed over on it. The owner can add a new paper in its place."),
        ),
        (("listing", _("Look at the papers")),),
    ),
}
