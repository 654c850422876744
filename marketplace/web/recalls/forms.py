"""What is asked when a lot is blocked, and when it is free again."""

from collections.abc import Iterable

from wtforms import SelectField, TextAreaField

from marketplace.kernel.language import Text, _
from marketplace.recalls.rules import RecallDraft, ReleaseDraft
from marketplace.web.ui.choices import SelectChoice
from marketplace.web.ui.forms import DutchDateField, Form, IdempotencyField, Required

Choices = Iterable[tuple[int, Text | str]]


class BlockForm(Form):
    """What was found, and on which day."""

    idempotency_key = IdempotencyField()
    reason = TextAreaField(
        _("What was found, and by whom?"),
        [Required(_("Say what was found and by whom. Everyone who has or had any of it can read this."))],
        description=_(
            "For example: PFAS above the limit, found by the laboratory. Everyone who has or had any of it can read this."
        ),
    )
    found_on = DutchDateField(
        _("On which day was it found?"),
        description=_("The reuse figures go back in the month of this day. Leave it empty for today."),
    )

    def draft(self) -> RecallDraft:
        """What was typed."""
        return RecallDraft(self.reason.data or "", self.found_on.data)


class ReleaseForm(Form):
    """On which paper a lot is free again, and why."""

    idempotency_key = IdempotencyField()
    recall = SelectField(_("Which recall is it about?"), [Required(_("Choose which recall it is about."))])
    paper = SelectField(
        _("Which paper shows that it is clean?"),
        description=_("A report or declaration that is kept with this lot and does not date from before the finding."),
    )
    reason = TextAreaField(
        _("Why is it free again?"),
        [Required(_("Say why this lot is free again: what was examined, by whom, and the outcome."))],
    )

    def offer(self, recalls: Choices, papers: Choices) -> None:
        """The recalls that block the lot, and the papers that stand with it."""
        self.recall.choices = [SelectChoice(str(number), label) for number, label in recalls]
        self.paper.choices = [
            SelectChoice("", _("Choose a paper")),
            *(SelectChoice(str(number), label) for number, label in papers),
        ]

    def draft(self) -> ReleaseDraft:
        """What was chosen and typed."""
        paper = int(self.paper.data) if self.paper.data else None
        return ReleaseDraft(paper, self.reason.data or "", int(self.recall.data))


class ConfirmForm(Form):
    """Nothing is asked but whether one knows."""

    idempotency_key = IdempotencyField()
