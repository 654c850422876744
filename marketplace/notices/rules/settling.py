"""How notices read about what has to be settled: terms, disputes, silence, objections."""

from marketplace.kernel.language import _
from marketplace.notices.rules.kinds import Notice
from marketplace.notices.rules.letter import REASON, Wording

_ANSWER = (("reservation", _("Answer the proposal")),)
_DECIDE = (("reservation", _("Look at it and decide")),)
_BETWEEN = _("It is about %(quantity)s, from %(organisation)s to %(other)s.")

SETTLING: dict[Notice, Wording] = {
    Notice.TERMS_PROPOSED: Wording(
        _("Other terms are proposed"),
        _("%(organisation)s proposes other terms for “%(title)s”"),
        (_("The terms stay as they were agreed until you accept. In the reservation you see what would change."), REASON),
        _ANSWER,
    ),
    Notice.TERMS_ACCEPTED: Wording(
        _("Other terms are accepted"),
        _("%(organisation)s accepted the new terms for “%(title)s”"),
        (_("From now on the hand-over note and the figures go by the new terms."),),
    ),
    Notice.TERMS_DECLINED: Wording(
        _("Other terms are declined"),
        _("%(organisation)s declined the new terms for “%(title)s”"),
        (_("The terms stay as they were agreed."), REASON),
    ),
    Notice.UNCONFIRMED: Wording(
        _("A hand-over that still needs a yes"),
        _("The hand-over of “%(title)s” still needs a yes"),
        (
            _(
                "Nobody answered within 14 days. The %(quantity)s that was entered differs too much from what was agreed to count by itself."
            ),
            _("The receiver can still confirm or dispute it. The broker of the region has been told."),
        ),
    ),
    Notice.UNCONFIRMED_TO_DECIDE: Wording(
        _("For the broker: a hand-over without an answer"),
        _("Nobody confirmed the hand-over of “%(title)s”"),
        (
            _BETWEEN,
            _("It differs too much from what was agreed to count after 14 days of silence. Ask both sides, or settle it."),
        ),
        _DECIDE,
    ),
    Notice.DISPUTE_TO_DECIDE: Wording(
        _("For the broker: a dispute"),
        _("%(other)s disputes the hand-over of “%(title)s”"),
        (_BETWEEN, REASON, _("The two sides may still agree. When they do not, you settle it.")),
        _DECIDE,
    ),
    Notice.OBJECTED: Wording(
        _("An objection to a no-show"),
        _("%(organisation)s objects: “%(title)s” was not missed"),
        (REASON, _("The broker of the region decides. Until then it does not count.")),
    ),
    Notice.OBJECTION_TO_DECIDE: Wording(
        _("For the broker: an objection to a no-show"),
        _("%(other)s objects to a no-show for “%(title)s”"),
        (_BETWEEN, REASON, _("Decide whether it counts, and say why. Until then it does not.")),
        _DECIDE,
    ),
    Notice.OBJECTION_UPHELD: Wording(
        _("A no-show does not count"),
        _("The no-show for “%(title)s” does not count"),
        (_("The broker of the region agreed with the objection."), REASON),
    ),
    Notice.OBJECTION_REJECTED: Wording(
        _("A no-show counts"),
        _("The no-show for “%(title)s” counts"),
        (_("The broker of the region did not agree with the objection."), REASON),
    ),
    Notice.REMINDED: Wording(
        _("The broker reminds you of a transfer"),
        _("The broker asks how the transfer of “%(title)s” is going"),
        (
            _("It is about %(quantity)s, with %(organisation)s. It has stood still for 14 days."),
            _("Agree on a time, confirm what was handed over, or cancel it."),
        ),
    ),
}
