"""What is asked of a decision about a goal, and of the setting of their figures."""

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules.accounts import REGION_SLUG
from marketplace.kernel.language import _
from marketplace.web.ui.forms import DecimalField, DutchDateField, Form, Required, options
from marketplace.web.ui.numbers import YearField

_YEAR = _("Enter a year in four figures, for example 2032.")


class GoalForm(Form):
    """For whom, what is asked from now on, and the decision behind it."""

    version = HiddenField()
    organisation = SelectField(_("For whom was this decided?"), [Required()])
    percent = DecimalField(_("At least how many percent?"), [Required()])
    year = YearField(_("In which year?"), [Required(_YEAR)])
    body = StringField(
        _("Who decided this?"),
        [Required()],
        description=_("For example “Gemeenteraad”, “College van B en W” or “Bestuurlijk overleg”."),
    )
    decided_on = DutchDateField(_("When was it decided?"), [Required()], is_past=True)
    document = StringField(
        _("Where does the decision stand?"),
        [Required()],
        description=_("The name and number of the document, so that it can be found again in five years."),
    )
    text = TextAreaField(_("Why?"), description=_("Everyone who reads the goals can read this."))

    def offer(self, municipalities: Sequence[Organisation], *, with_region: bool) -> None:
        """Only whose goals the actor may decide about."""
        region = [(REGION_SLUG, _("The region"))] if with_region else []
        self.organisation.choices = options(
            [*region, *((municipality.slug, municipality.name) for municipality in municipalities)]
        )

    @property
    def slug(self) -> str:
        """For whom it is, as an address names it."""
        return str(self.organisation.data)

    @property
    def owner(self) -> str:
        """For whom it is, in words."""
        return next((str(label) for value, label, *_rest in self.organisation.iter_choices() if value == self.slug), "")

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one for whom it may be."""
        return len(list(self.organisation.iter_choices())) > 1

    def validate(self, extra_validators: Any = None) -> bool:
        """What is no year has a sentence of its own."""
        is_valid = bool(super().validate(extra_validators))
        if self.year.process_errors:
            self.year.errors = [_YEAR]
        return is_valid


class CoverageForm(Form):
    """From how many percent of the inhabitants on there is a figure of the region, and why."""

    percent = DecimalField(_("From how many percent of the inhabitants on?"), [Required()])
    reason = TextAreaField(_("Why?"), [Required()], description=_("It stays readable, with the day on which it was set."))
