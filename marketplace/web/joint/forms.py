"""What may be asked of joint needs. What cannot be read is reported at its field while the rest still answers."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from wtforms import SelectField

from marketplace.accounts.models import Organisation
from marketplace.joint.rules.question import KM_USUAL, JointQuestion, check_question
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.materials.rules.taxonomy import Material, Taxonomy
from marketplace.web.ui.forms import CentsField, ChecksField, DecimalField, DutchDateField, Form, attach, options

USUAL = JointQuestion()


class JointForm(Form):
    """Material, period, municipalities, distance, and what buying the rest is thought to cost."""

    material = SelectField(_("Material"), validate_choice=False, name="materiaal")
    first = DutchDateField(_("Needed from"), description=_("For example 1 March or 1 March 2027"), name="van")
    last = DutchDateField(_("Needed until"), description=_("For example 30 June"), name="tot")
    within_km = DecimalField(_("Within how many kilometres"), description=_("As the crow flies, a whole number"), name="km")
    organisations = ChecksField(_("Municipalities"), validate_choice=False, name="gemeente")
    estimate_cents = CentsField(
        _("What buying the rest costs, in euro without VAT"), description=_("For example 180000"), name="waarde"
    )

    class Meta(Form.Meta):
        """Nothing changes, so nothing needs a token."""

        csrf = False

    def __init__(self, formdata: Any, taxonomy: Taxonomy) -> None:
        super().__init__(formdata)
        self.material.choices = options(
            [(material.slug, material.name) for material in taxonomy.materials], empty=_("All materials")
        )
        self._materials = taxonomy

    def set_organisations(self, organisations: Iterable[Organisation]) -> None:
        """The boxes to choose from."""
        self.organisations.choices = options((organisation.slug, organisation.name) for organisation in organisations)

    @property
    def chosen_material(self) -> Material | None:
        """The material of the list that was chosen. None: all, or one that is not there."""
        return self._materials.find_material(self.material.data) if self.material.data else None

    def question(self, buyer_slugs: Collection[str]) -> JointQuestion:
        """What is asked. At a field that cannot be read, or is past its bounds, what is usual."""
        self.validate()
        typed_km = self.within_km.data
        question = JointQuestion(
            first=None if self.first.errors else self.first.data,
            last=None if self.last.errors else self.last.data,
            within_km=KM_USUAL if self.within_km.errors or typed_km is None else _whole(typed_km),
            organisations=tuple(dict.fromkeys(self.organisations.data or ())),
            estimate_cents=None if self.estimate_cents.errors else self.estimate_cents.data,
        )
        if self.material.data and self.chosen_material is None:
            self.material.errors = [_("That material is not in the list. Choose one from the list of materials.")]
        try:
            check_question(question, buyer_slugs=buyer_slugs, today=clock.today())
        except Invalid as refusal:
            attach(self, refusal)
            question = replace(question, **{error.field: getattr(USUAL, error.field) for error in refusal.errors})
        if typed_km is None and not self.within_km.errors:
            self.within_km.data = Decimal(KM_USUAL)
        return question


def _whole(typed: Any) -> int:
    """A whole number as it is; anything else is past the bounds."""
    return int(typed) if typed == int(typed) else 0
