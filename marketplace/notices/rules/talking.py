"""How notices read about questions, answers and messages: what people wrote stands in them."""

from marketplace.kernel.language import _
from marketplace.notices.rules.kinds import Notice
from marketplace.notices.rules.letter import Button, Wording

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
