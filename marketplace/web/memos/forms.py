"""What a page asks before something is bought, and what was done after the search."""

from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField

from marketplace.kernel.language import _
from marketplace.kernel.units import Unit
from marketplace.memos.rules.memo import DECISION_LABELS, WHY_LABELS, ConclusionDraft, Decision, WhyNew
from marketplace.memos.rules.record import Searched
from marketplace.web.ui.choices import choices
from marketplace.web.ui.forms import Form, IdempotencyField, QuantityField, Required, options
from marketplace.web.ui.need_form import NeedForm


class SearchForm(NeedForm):
    """What is about to be bought. `again`: it is meant where the same was searched today."""

    again = BooleanField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title.description = str(_("It is printed on the memo. For example: Pavers for the car park at the sports hall."))


class ConcludeForm(Form):
    """What was done after a search."""

    idempotency_key = IdempotencyField()
    decision = RadioField(_("What will you do?"), [Required(_("Choose what you do."))], choices=choices(DECISION_LABELS))
    reason = SelectField(
        _("Why will you buy it new?"),
        choices=options([(reason.value, WHY_LABELS[reason]) for reason in WhyNew], empty=_("Not filled in")),
        default="",
    )
    explanation = StringField(_("In one sentence"), description=_("Needed with “Another reason”."))
    bought = QuantityField(_("How much will you buy new?"))
    purchase_reference = StringField(
        _("Reference of the purchase"), description=_("The number or the link of the order or the tender.")
    )

    def offer(self, searched: Searched, units: tuple[Unit, ...], *, fitting: int, nearly: int) -> None:
        """Ask only what there is to choose: taking it from the bank where something was found."""
        self.reason.flags.required = fitting > 0
        if not fitting and not nearly:
            self.decision.choices = choices({key: DECISION_LABELS[key] for key in (Decision.BOUGHT_NEW, Decision.WAITS)})
        own = searched.quantity.unit
        self.bought.units = (own, *(unit for unit in units if unit is not own))

    def draft(self) -> ConclusionDraft:
        """What was chosen and typed, as the rules take it."""
        return ConclusionDraft(
            Decision(self.decision.data),
            reason=WhyNew(self.reason.data) if self.reason.data else None,
            explanation=self.explanation.data or "",
            purchase_reference=self.purchase_reference.data or "",
            bought=self.bought.data,
        )
