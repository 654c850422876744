"""What is asked for a plan, and to say no to a line of it."""

from wtforms import BooleanField, SelectField, TextAreaField

from marketplace.kernel.language import _
from marketplace.materials.rules.soil import find_soil_class
from marketplace.plans.actions.answers import Ground
from marketplace.plans.queries.pairs import OBJECTIVE_LABELS, Objective
from marketplace.web.ui.forms import Form, IdempotencyField, Required, options
from marketplace.web.ui.soil_fields import soil_fields


class PlanForm(Form):
    """What a new plan keeps low, and whether nobody may get less."""

    idempotency_key = IdempotencyField()
    objective = SelectField(
        _("Among the ways that serve the most tonnes, choose"),
        choices=options((objective.value, OBJECTIVE_LABELS[objective]) for objective in Objective),
        name="doel",
    )
    floors = BooleanField(_("Nobody gets less than first come, first served would give"), default=True, name="ondergrens")


class GroundForm(Form):
    """Of which classes the place is where soil goes."""

    idempotency_key = IdempotencyField()
    receiving_soil, function_class = soil_fields()

    def ground(self) -> Ground:
        """What was said, as the verb asks it."""
        return Ground(find_soil_class(self.receiving_soil.data), find_soil_class(self.function_class.data))


class ReasonForm(Form):
    """Why a line is not wanted, or why the broker points it out."""

    idempotency_key = IdempotencyField()
    reason = TextAreaField(_("Why?"), [Required(_("Say why, in one sentence. The other side reads it."))], name="reden")
