"""What is asked of a lot begun without a network: little, and nothing is required."""

from wtforms import SelectField, StringField, TextAreaField

from marketplace.kernel.language import _
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import CONDITION_LABELS
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.choices import choices, material_choices
from marketplace.web.ui.forms import Form

NAMES = ("material", "title", "quantity", "unit", "condition", "place", "description")  # as the steps of a lot name them


class OfflineForm(Form):
    """The fields as the page shows them. What is sent is stored as it was typed: nothing is checked."""

    material = SelectField(_("Which material is it?"))
    title = StringField(_("What do you call this lot?"))
    quantity = StringField(_("How much is it?"))
    unit = SelectField(_("Unit"), choices=choices({unit: unit.label for unit in Unit}))
    condition = SelectField(_("Condition"), choices=choices(CONDITION_LABELS, _("Choose one")))
    place = StringField(_("Where is it?"), description=_("A place, a postcode or coordinates."))
    description = TextAreaField(_("What else should others know?"))

    @classmethod
    def unfilled(cls, taxonomy: Taxonomy) -> "OfflineForm":
        """The empty form, the same for everybody."""
        form = cls(formdata=None, meta={"csrf": False})
        form.material.choices = material_choices(taxonomy)
        return form
