"""What is typed when an opinion is asked for or given, and when a rule is lifted."""

from collections.abc import Iterable

from wtforms import RadioField, SelectField, TextAreaField

from marketplace.advice.rules.opinions import VERDICT_LABELS, LiftDraft, OpinionDraft
from marketplace.documents.rules import Verdict
from marketplace.kernel.language import Text, _
from marketplace.web.ui.choices import SelectChoice, choices
from marketplace.web.ui.forms import Form, IdempotencyField, Required

Choices = Iterable[tuple[str, Text | str]]


def _select_choices(pairs: Choices) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


class RequestForm(Form):
    """An owner asks for an opinion."""

    idempotency_key = IdempotencyField()
    text = TextAreaField(
        _("What should the adviser know?"),
        description=_("For example: the report comes next week. Leave it empty when the answers and papers say it all."),
        id="request-text",
    )


class OpinionForm(Form):
    """An adviser's opinion."""

    idempotency_key = IdempotencyField()
    rule = SelectField(_("About which rule?"), description=_("Without a rule your opinion is about the lot as a whole."))
    verdict = RadioField(
        _("What do you find?"),
        [Required()],
        choices=choices(VERDICT_LABELS),
    )
    text = TextAreaField(
        _("Your opinion"),
        [Required(_("Write in one or two sentences what you looked at and what you find."))],
        description=_(
            "It is shown with the lot, with the name of your organisation and the day. It is never changed; "
            "a later one takes its place."
        ),
        id="opinion-text",
    )

    def offer(self, rules: Choices) -> "OpinionForm":
        """The same form with these rules to choose from."""
        self.rule.choices = [SelectChoice("", _("The lot as a whole")), *_select_choices(rules)]
        return self

    def draft(self) -> OpinionDraft:
        """What was typed."""
        return OpinionDraft(Verdict(self.verdict.data), self.text.data or "", self.rule.data or "")


class LiftForm(Form):
    """A rule is lifted for one lot."""

    idempotency_key = IdempotencyField()
    rule = SelectField(_("Which rule?"), [Required()], id="lift-rule")
    paper_id = SelectField(
        _("On which paper?"),
        [Required()],
        description=_("When this paper is removed or expires, the rule applies again."),
    )
    reason = TextAreaField(
        _("Why?"),
        [Required(_("Write in one or two sentences why this rule does not stop this lot."))],
        description=_("It stays with the lot, with your name, for the owner, the AO CE and the advisers."),
    )

    def offer(self, rules: Choices, papers: Choices) -> "LiftForm":
        """The same form with these rules and papers to choose from."""
        self.rule.choices, self.paper_id.choices = _select_choices(rules), _select_choices(papers)
        return self

    def draft(self) -> LiftDraft:
        """What was typed."""
        return LiftDraft(self.rule.data, int(self.paper_id.data), self.reason.data or "")
