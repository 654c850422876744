"""How often mail is wanted: all of it alike, or kind by kind."""

from collections.abc import Iterable, Mapping

from wtforms import RadioField, SelectField

from marketplace.kernel.language import Text, _
from marketplace.notices.rules.kinds import CADENCE_LABELS, CHOOSABLE, Cadence, Notice
from marketplace.notices.rules.wording import WORDINGS
from marketplace.web.ui.forms import Form, IdempotencyField, Required, options

BY_KIND = "by_kind"
ALIKE: dict[str, Text] = {
    Cadence.AT_ONCE.value: _("Everything at once"),
    Cadence.DAILY.value: _("Everything in one email a day"),
    Cadence.WEEKLY.value: _("Everything in one email a week, on Monday"),
    BY_KIND: _("Choose for each kind of message"),
}


class PreferencesForm(Form):
    """One choice for all of it, or one for each kind; the other fields are the kinds."""

    everything = RadioField(_("How often do you want emails?"), [Required()], choices=options(ALIKE.items()), default=BY_KIND)
    idempotency_key = IdempotencyField()

    def chosen(self) -> dict[Notice, Cadence]:
        """What was chosen for every kind."""
        alike = self.everything.data
        if alike in ALIKE and alike != BY_KIND:
            return dict.fromkeys(CHOOSABLE, Cadence(alike))
        return {kind: Cadence(self[kind.value].data) for kind in CHOOSABLE}

    def cadence_of(self, kinds: Iterable[Notice]) -> Text:
        """How often these are mailed, where that is the same for all of them."""
        words = {self[kind.value].data for kind in kinds}
        word = words.pop() if len(words) == 1 else ""
        return CADENCE_LABELS[Cadence(word)] if word in set(Cadence) else _("differs by message")

    def is_refused(self, kinds: Iterable[Notice]) -> bool:
        """Whether something is wrong with one of these."""
        return any(self[kind.value].errors for kind in kinds)


for _kind in CHOOSABLE:
    setattr(
        PreferencesForm,
        _kind.value,
        SelectField(WORDINGS[_kind].label, choices=options((word.value, label) for word, label in CADENCE_LABELS.items())),
    )


def preferences_form(now: Mapping[Notice, Cadence]) -> PreferencesForm:
    """The form with what was chosen before."""
    cadences = {cadence.value for cadence in now.values()}
    alike = cadences.pop() if len(cadences) == 1 else BY_KIND
    chosen = {kind.value: cadence.value for kind, cadence in now.items()}
    return PreferencesForm(data={**chosen, "everything": alike if alike in ALIKE else BY_KIND})
