"""What a page asks about a need for material, and the forms that are one button."""

from decimal import Decimal
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import plain, read_decimal
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.listing import CONDITION_HINTS, CONDITION_LABELS, Condition
from marketplace.matching.queries.proposals import Proposal
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.choices import SelectChoice, choices, material_choices
from marketplace.web.ui.comparison import Row
from marketplace.web.ui.forms import ChecksField, DecimalField, DutchDateField, Form, IdempotencyField, QuantityField, Required
from marketplace.web.ui.material_fields import MaterialForm
from marketplace.web.ui.place_field import PlaceField

PARTS_LENGTH_MAX = 4000  # a hundred parts, generously
DIGITS_MAX = 9
LATER = ("description", "project", "department", "accepts_hazards")


class DemandForm(MaterialForm):
    """One need. `draft()` is what was typed."""

    idempotency_key = IdempotencyField()
    version = HiddenField()
    material = SelectField(
        _("Which material do you need?"),
        [Required(_("Choose the material. What can replace it is included too."))],
        description=_("Choose from the list. Type the first letters to find it faster."),
        validate_choice=False,
    )
    title = StringField(
        _("What is it for?"),
        [Required(_("Enter a title, for example “Pavers for the car park at the sports hall”."))],
        description=_("Everybody reads this. For example: Pavers for the car park at the sports hall."),
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
        description=_("For example 12-1-2027, 12 January or tomorrow."),
    )
    needed_until = DutchDateField(_("Until which day?"), [Required(_("Enter the last day, for example 12 January 2027."))])
    description = TextAreaField(_("Description"), description=_("For example colour, size, or what it will be used for."))
    project = StringField(_("For which project?"))
    department = StringField(_("For which department?"))
    accepts_hazards = ChecksField(
        _("Which hazardous substances may be in it?"),
        description=_("What you do not tick is hidden from you when the owner declares it."),
        validate_choice=False,
    )
    accepts_unknown_hazards = BooleanField(_("Also show lots for which this is not known"), default=True)

    condition_hints = {key.value: hint for key, hint in CONDITION_HINTS.items()}
    changes: list[Row] = []

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

    @property
    def current_version(self) -> int:
        """The version that the sender looked at; 0, which no demand has, for what is no number."""
        return int(self.version.data) if str(self.version.data or "").isdecimal() else 0

    def opened(self) -> bool:
        """Whether the part that is not required stands open: something in it is filled or wrong."""
        return any(self[name].errors or self[name].data for name in LATER)

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
            description=self.description.data or "",
            max_distance_km=self.max_distance_km.data,
            accepts_hazards=tuple(self.accepts_hazards.data or ()),
            accepts_unknown_hazards=self.accepts_unknown_hazards.data,
            project=self.project.data or "",
            department=self.department.data or "",
            fields=self.own_wishes(),
        )


class PartsForm(Form):
    """Every part that stood on the page, as `12:150 14:100`. The listing and the quantity in its unit.

    So nobody asks for other amounts than stood there.
    """

    idempotency_key = IdempotencyField()
    parts = HiddenField()

    @classmethod
    def of(cls, proposal: Proposal) -> "PartsForm":
        """The form under this proposal."""
        return cls(formdata=None, data={"parts": " ".join(f"{number}:{plain(amount)}" for number, amount in proposal.amounts)})

    def seen(self) -> tuple[tuple[int, Decimal], ...]:
        """What stood there; nothing, which is no proposal, where it cannot be read."""
        pairs = [item.partition(":") for item in (self.parts.data or "")[:PARTS_LENGTH_MAX].split()]
        try:
            return tuple((int(number), read_decimal(amount)) for number, _colon, amount in pairs)
        except (ValueError, Invalid):
            return ()


class OfferForm(Form):
    """The button under a lot of one's own. Which lot, and the page of the search that it stood on."""

    listing_id = HiddenField()
    here = HiddenField()

    @property
    def number(self) -> int:
        """The number of the lot; 0, which no lot has, for what is no number."""
        typed = str(self.listing_id.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= DIGITS_MAX else 0
