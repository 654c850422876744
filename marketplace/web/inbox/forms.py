"""How often mail is wanted, kind by kind."""

from collections.abc import Mapping

from wtforms import SelectField

from marketplace.notices.rules.kinds import CADENCE_LABELS, CHOOSABLE, Cadence, Notice
from marketplace.notices.rules.wording import WORDINGS
from marketplace.web.ui.forms import Form, IdempotencyField, options


class PreferencesForm(Form):
    """One choice for each kind; the fields are the kinds."""

    idempotency_key = IdempotencyField()

    def chosen(self) -> dict[Notice, Cadence]:
        """What was chosen for every kind."""
        return {kind: Cadence(self[kind.value].data) for kind in CHOOSABLE}


for _kind in CHOOSABLE:
    setattr(
        PreferencesForm,
        _kind.value,
        SelectField(WORDINGS[_kind].label, choices=options((word.value, label) for word, label in CADENCE_LABELS.items())),
    )


def preferences_form(now: Mapping[Notice, Cadence]) -> PreferencesForm:
    """The form with what was chosen before."""
    return PreferencesForm(data={kind.value: cadence.value for kind, cadence in now.items()})
