"""What a page asks about a need for material.

To place a demand, and to search before something is bought.
"""

from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField

from marketplace.kernel.language import _
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.listing import CONDITION_HINTS, CONDITION_LABELS, Condition
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.choices import SelectChoice, choices, material_choices
from marketplace.web.ui.forms import ChecksField, DecimalField, DutchDateField, IdempotencyField, QuantityField, Required
from marketplace.web.ui.material_fields import MaterialForm
from marketplace.web.ui.place_field import PlaceField

LATER = ("description", "project", "department", "accepts_hazards")


class NeedForm(MaterialForm):
    """A need: what, how much, where and when. `draft()` is what was typed."""

    idempotency_key = IdempotencyField()
    material = SelectField(
        _("Which material do you need?"),
        [Required(_("Choose the material. What can replace it is included too."))],
        description=_("Choose from the list. Type the first letters to find it faster."),
        validate_choice=False,
    )
    title = StringField(
        _("What is it for?"),
        [Required(_("Enter a title, for example “Pavers for the car park at the sports hall”."))],
        description=_("Everyone can read this. For example: Pavers for the car park at the sports hall."),
    )
    quantity = QuantityField(
        _("How much do you need?"), [Required(_("Enter the quantity in digits, for example 1,200 or 12.5."))]
    )
    min_condition = RadioField(
        _("In what condition must it be, at least?"),
        [Required(_("Choose the condition."))],
        choices=choices(CONDITION_LABELS),
    )
    place = PlaceField(
        _("Where do you need it?"),
        [Required(_("Say where the material is needed: a place, a postcode or coordinates."))],
        hinted=True,
    )
    max_distance_km = DecimalField(
        _("How far away may it be, at most?"), description=_("In kilometres, as the crow flies. Leave empty for no limit.")
    )
    needed_from = DutchDateField(
        _("From which day do you need it?"),
        [Required(_("Enter the first day, for example 12 January 2027."))],
        description=_("For example 12 January 2027, 12 January or tomorrow."),
    )
    needed_until = DutchDateField(_("Until which day?"), [Required(_("Enter the last day, for example 12 January 2027."))])
    project = StringField(_("For which project?"))
    department = StringField(_("For which department?"))
    accepts_hazards = ChecksField(
        _("Which hazardous substances may be in it?"),
        description=_("What you do not tick is hidden from you when the owner declares it."),
        validate_choice=False,
    )
    accepts_unknown_hazards = BooleanField(_("Also show lots for which this is not known"), default=True)

    condition_hints = {key.value: hint for key, hint in CONDITION_HINTS.items()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wished: dict[str, Any] = {}  # what is stored of the fields of the material

    def set_choices(self, taxonomy: Taxonomy) -> None:
        """What there is to choose from; the units follow the material that is chosen now."""
        self.material.choices = material_choices(taxonomy)
        self.accepts_hazards.choices = [SelectChoice(hazard.slug, hazard.name) for hazard in taxonomy.hazards]
        chosen = taxonomy.find_material(self.material.data or "")
        if chosen:
            self.quantity.units = chosen.units
        self.ask_wishes(chosen, self.wished, before="place")

    def opened(self) -> bool:
        """Whether the part that is not required stands open: something in it is filled or wrong."""
        return any(self[name].errors or self[name].data for name in LATER if name in self)

    def draft(self) -> DemandDraft:
        """What was typed, as the rules of the market take it."""
        return DemandDraft(
            title=self.title.data or "",
            material=self.material.data,
            quantity=self.quantity.data,
            min_condition=Condition(self.min_condition.data),
            needed_from=self.needed_from.data,
            needed_until=self.needed_until.data,
            location=self.place.location,
            max_distance_km=self.max_distance_km.data,
            accepts_hazards=tuple(self.accepts_hazards.data or ()),
            accepts_unknown_hazards=self.accepts_unknown_hazards.data,
            project=self.project.data or "",
            department=self.department.data or "",
            fields=self.own_wishes(),
        )
