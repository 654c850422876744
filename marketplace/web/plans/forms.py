"""What is asked for a plan, and to say no to a line of it."""

from wtforms import BooleanField, SelectField, TextAreaField

from marketplace.kernel.language import _
from marketplace.plans.queries.pairs import OBJECTIVE_LABELS, Objective
from marketplace.web.ui.forms import Form, IdempotencyField, Required, options


class PlanForm(Form):
    """What a new plan keeps low, and whether nobody may get less."""

    idempotency_key = IdempotencyField()
    objective = SelectField(
        _("Among the ways that serve the most tonnes, choose"),
        choices=options((one.value, OBJECTIVE_LABELS[one]) for one in Objective),
        name="doel",
    )
    floors = BooleanField(_("Nobody gets less than first come, first served would give"), default=True, name="ondergrens")


class ReasonForm(Form):
    """Why a line is not wanted, or why the broker points it out."""

    idempotency_key = IdempotencyField()
    reason = TextAreaField(_("Why?"), [Required(_("Say why, in one sentence. The other side reads it."))], name="reden")
