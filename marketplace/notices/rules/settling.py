"""How notices read about what has to be settled: terms, disputes, silence, objections."""

from marketplace.kernel.language import _
from marketplace.notices.rules.kinds import Notice
from marketplace.notices.rules.letter import REASON, Button, Wording

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
    Notice.DATES_MOVED: Wording(
        _("A planned lot comes free in another period"),
        _("“%(title)s” comes free in another period"),
        (
            _("%(organisation)s moved the period: it comes free between %(first)s and %(last)s now."),
            REASON,
            _("You reserved %(quantity)s. Agree with the new period by %(until)s, or let it go."),
            _("Without an answer it is let go. Then you keep your place on the waiting list."),
        ),
        (("reservation", _("Answer")),),
    ),
    Notice.DATES_CONFIRMED: Wording(
        _("Somebody agrees with the new period"),
        _("%(organisation)s agrees with the new period of “%(title)s”"),
        (_("The reservation of %(quantity)s stays."),),
    ),
    Notice.DATES_DECLINED: Wording(
        _("Somebody lets go because of the new period"),
        _("%(organisation)s lets go of %(quantity)s of “%(title)s”"),
        (
            _(
                "The new period does not suit. The quantity is free again; the request waits for other days, in the place that it had."
            ),
        ),
    ),
    Notice.DATES_UNANSWERED: Wording(
        _("No answer about the new period"),
        _("Nobody agreed with the new period of “%(title)s” in time"),
        (
            _("There was no answer by %(until)s, so %(quantity)s is free again."),
            _("The request waits for other days, in the place on the waiting list that it had."),
        ),
    ),
    Notice.PLAN_CAME: Wording(
        _("A planned lot is there"),
        _("“%(title)s” is there"),
        (
            _("%(organisation)s says that it is there from %(first)s."),
            _(
                "What you reserved, %(quantity)s, goes on as any reservation: once it is approved you agree on a time to collect it."
            ),
        ),
    ),
    Notice.PLAN_SHORT: Wording(
        _("Less came free than was planned"),
        _("Less came free of “%(title)s” than was planned"),
        (_("There is not enough for your %(quantity)s. You are on the waiting list, in the place that you had."),),
    ),
    Notice.PLAN_OVERDUE: Wording(
        _("A planned lot should be there"),
        _("Is “%(title)s” there?"),
        (_("The last day of its period was %(until)s. Say that it is there, or move the days. Until then nobody finds it."),),
        (("listing", _("Look at the listing")),),
    ),
    Notice.PLAN_FRESHNESS: Wording(
        _("Does your plan still hold?"),
        _("Does “%(title)s” still come free as planned?"),
        (_("Say so before %(until)s. After that day the lot leaves the catalogue until you confirm it."),),
        (("listing", _("The days move, or it does not come free")),),
        (Button("plan-still", "listing_id", _("Yes, it still holds")),),
    ),
}
