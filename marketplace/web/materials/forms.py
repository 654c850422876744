"""What is asked to load a list of figures, and to decide on one."""

from wtforms import BooleanField, TextAreaField

from marketplace.kernel.language import _
from marketplace.web.ui.forms import Form, IdempotencyField, Required
from marketplace.web.ui.sheet_form import SeenForm


class UseForm(SeenForm):
    """Take a list into use. `seen`: the version that its changes were shown against."""

    sure = BooleanField(_("I have checked these figures with their source"))


class DeclineForm(Form):
    """Decline a list."""

    idempotency_key = IdempotencyField()
    reason = TextAreaField(_("Why not?"), [Required()])


class StepForm(Form):
    """A step that asks nothing."""

    idempotency_key = IdempotencyField()
