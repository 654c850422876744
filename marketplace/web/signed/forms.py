"""How much less mail."""

from wtforms import RadioField

from marketplace.kernel.language import _
from marketplace.notices.rules.kinds import CADENCE_LABELS, Cadence
from marketplace.web.ui.forms import Form, Required, options

FEWER = (Cadence.DAILY, Cadence.WEEKLY, Cadence.NEVER)


class LessForm(Form):
    """Once a day, once a week or never. The signed address proves who asks, so there is no secret in the form."""

    cadence = RadioField(
        _("How often do you want this email?"),
        [Required(_("Choose how often you want this email."))],
        choices=options((item.value, CADENCE_LABELS[item]) for item in FEWER),
    )

    class Meta(Form.Meta):
        """The address is the proof."""

        csrf = False
