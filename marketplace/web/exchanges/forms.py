"""What is asked of whoever takes back a transfer in the ledger."""

from wtforms import TextAreaField

from marketplace.kernel.language import _
from marketplace.web.ui.forms import Form, Required


class ReverseForm(Form):
    """Why it is taken back."""

    reason = TextAreaField(
        _("Why is it taken back?"),
        [Required()],
        description=_("Both sides read this, and it stays."),
    )
