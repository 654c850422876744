"""What a page asks of the broker."""

from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import StopValidation

from marketplace.kernel.language import _
from marketplace.web.ui.forms import Form, IdempotencyField, Required

DIGITS_MAX = 9


def whole_number(form: Any, field: Any) -> None:
    """The number that stands in the address of a lot or a demand."""
    typed = (field.data or "").strip()
    if not (typed.isascii() and typed.isdigit() and 0 < len(typed) <= DIGITS_MAX):
        raise StopValidation(_("Enter the number in digits only, for example 12. It is in the address of its page."))


class ProposalForm(Form):
    """Which lot for which demand, and why."""

    idempotency_key = IdempotencyField()
    listing_id = StringField(
        _("Number of the lot"),
        [Required(), whole_number],
        description=_("It is in the address of its page: 12 in /aanbod/12."),
    )
    demand_id = StringField(
        _("Number of the demand"),
        [Required(), whole_number],
        description=_("It is in the address of its page: 34 in /gezocht/34."),
    )
    reason = TextAreaField(
        _("Why do you propose it?"),
        [Required(_("Say why, in one sentence. Whoever placed the demand reads it."))],
        description=_("For example: it is 2 km farther away than you asked, and we can arrange the transport."),
    )
