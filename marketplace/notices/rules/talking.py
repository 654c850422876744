"""How notices read about what people say to each other.

Questions, answers, messages, and lots that are offered to somebody.
"""

from marketplace.kernel.language import _
from marketplace.notices.rules.kinds import Notice
from marketplace.notices.rules.letter import REASON, Button, Wording

REPLY = "reply"  # the button that opens the conversation at its form

TALKING: dict[Notice, Wording] = {
    Notice.QUESTION_ASKED: Wording(
        _("A question about your lot or demand"),
        _("%(organisation)s has a question about “%(about)s”"),
        (
            _("“%(question)s”"),
            _("You answer once. Every member reads the question and the answer, so others need not ask it again."),
        ),
        (("listing_questions", _("Answer the question")), ("demand_questions", _("Answer the question"))),
    ),
    Notice.QUESTION_ANSWERED: Wording(
        _("An answer to your question"),
        _("%(organisation)s answered your question about “%(about)s”"),
        (_("You asked: “%(question)s”"), _("The answer: “%(answer)s”")),
        (("listing", _("Look at the listing")), ("demand", _("Look at the demand"))),
    ),
    Notice.MESSAGE: Wording(
        _("A message about a transfer"),
        _("%(organisation)s wrote to you about “%(title)s”"),
        (_("“%(message)s”"),),
        (("talk", _("Open the conversation")),),
        (Button(REPLY, "reservation_id", _("Write back")),),
    ),
}

_AT_LISTING = ("listing", _("Look at the listing"))
_AT_DEMAND = ("demand", _("Look at the demand"))

OFFERING: dict[Notice, Wording] = {
    Notice.PROPOSAL: Wording(
        _("A proposal from the broker"),
        _("The region proposes “%(title)s” for your demand “%(demand)s”"),
        (
            _("It does not fit everything that you asked for, but it may do. The lot belongs to %(organisation)s."),
            REASON,
        ),
        (_AT_LISTING, _AT_DEMAND),
    ),
    Notice.LOT_OFFERED: Wording(
        _("Somebody offers you a lot"),
        _("%(organisation)s offers “%(title)s” for your demand “%(demand)s”"),
        (_("On the page of your demand you see whether it fits, and you reserve it."),),
        (_AT_DEMAND, _AT_LISTING),
    ),
    Notice.CHAIN_OFFERED: Wording(
        _("A lot is offered to the chain"),
        _("%(organisation)s offers “%(title)s” to the chain"),
        (
            _("It is about %(quantity)s in a depot. You may reserve it from now on."),
            REASON,
        ),
        (_AT_LISTING,),
    ),
}
