"""What a page asks about a lot: the common fields of every material, in the order in which a person stands looking at it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import request
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, StopValidation

from marketplace.kernel.formats import number
from marketplace.kernel.language import _
from marketplace.market.rules.freshness import OUTCOME_LABELS, Outcome
from marketplace.market.rules.listing import (
    ANSWER_LABELS,
    BASIS_LABELS,
    CONDITION_HINTS,
    CONDITION_LABELS,
    PACKAGING_LABELS,
    Answer,
    Condition,
    ListingDraft,
    Packaging,
    QuantityBasis,
)
from marketplace.market.rules.photos import PHOTOS_MAX, StoredPicture
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.listings.pictures import Kept, read_stored, store_uploads
from marketplace.web.ui.choices import SelectChoice, choices, material_choices, or_nothing
from marketplace.web.ui.comparison import Row
from marketplace.web.ui.forms import (
    ChecksField,
    DecimalField,
    DutchDateField,
    Form,
    IdempotencyField,
    PhotosField,
    QuantityField,
    Required,
)
from marketplace.web.ui.place_field import PlaceField
from marketplace.web.ui.returned import said

LATER = (
    "description", "packaging", "loading_possible", "kg_per_unit", "price_cents_per_unit", "project", "year_of_construction", "asbestos_suspected",
    "remarks", "minimum_part",
)  # fmt: skip
TURNS = ("circle_by", "circle", "circle_from", "region_from", "partners_from", "window_reason")
HAZARD_PREFIX = "hazard-"
LOADING = or_nothing(_("Not known"), (("yes", _("Yes, we load")), ("no", _("No, who collects it loads"))))
CIRCLES = or_nothing(_("As our organisation agreed"), (("none", _("No circle")), ("chosen", _("These municipalities"))))
PLACE_HINT = _("A place, a postcode, an address or coordinates, for example Hengelo, 7551 AB or 52.2658, 6.7931.")
PHOTOS_HINT = _("At least one photo to publish, at most 12. JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB each.")


def asked(form: Any, field: Any) -> None:
    """Asked of everybody, while a rule knows when it may stay empty: a place is not needed for a depot, a photo not for a draft."""


asked.field_flags = {"required": True}  # type: ignore[attr-defined]


class CentsField(DecimalField):
    """An amount typed in euro (`2,50`), kept in whole cents; parts of a cent are refused."""

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "" if self.data is None else number(Decimal(self.data) / 100, 2)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read euro, keep cents."""
        super().process_formdata(valuelist)
        if self.data is not None:
            if self.data * 100 % 1:
                raise ValueError(_("Enter a price in euro with at most two decimals, for example 2.50."))
            self.data = int(self.data * 100)  # type: ignore[assignment]


class ListingForm(Form):
    """One lot. `draft()` is what was typed; photos travel beside it."""

    idempotency_key = IdempotencyField()
    version = HiddenField()
    material = SelectField(
        _("Which material is it?"),
        [Required(_("Choose the material. It decides the weight, and what it saves."))],
        description=_("Choose from the list. Type the first letters to find it faster."),
        validate_choice=False,
    )
    title = StringField(
        _("What do you call this lot?"),
        [Required(_("Enter a title, for example “Grey concrete pavers from Dorpsstraat”."))],
        description=_("Name the material and where it comes from, for example: Grey concrete pavers from Dorpsstraat."),
    )
    quantity = QuantityField(_("How much is there?"), [Required(_("Enter the quantity in digits, for example 1,200 or 12.5."))])
    quantity_basis = RadioField(
        _("How do you know the quantity?"), [Required()], choices=choices(BASIS_LABELS), default=QuantityBasis.ESTIMATED.value
    )
    condition = RadioField(
        _("In what condition is it?"), [Required(_("Choose the condition."))], choices=choices(CONDITION_LABELS)
    )
    place = PlaceField(_("Where does it lie?"), [asked], description=PLACE_HINT)
    depot = SelectField(
        _("Or does it lie in a depot?"), description=_("Then the place of the depot counts."), validate_choice=False, default=""
    )
    available_from = DutchDateField(
        _("From which day can it be collected?"),
        [Required(_("Enter the first day, for example 12 January 2027."))],
        description=_("For example 12-1-2027 or 12 jan 2027. A day in the past is fine."),
    )
    available_until = DutchDateField(_("Until which day?"), description=_("Leave empty if there is no last day."))
    photos = PhotosField(_("Take or choose photos"), [asked], description=PHOTOS_HINT)
    asbestos_suspected = RadioField(_("Do you suspect asbestos?"), choices=choices(ANSWER_LABELS), default=Answer.UNKNOWN.value)
    description = TextAreaField(
        _("Description"), description=_("For example size, colour, how it was taken out and how much is broken.")
    )
    packaging = SelectField(_("How is it packed?"), choices=choices(PACKAGING_LABELS, _("Not known")), default="")
    loading_possible = SelectField(
        _("Can you load it for the one who collects it?"),
        choices=LOADING,
        default="",
    )
    kg_per_unit = DecimalField(
        _("Measured weight per unit, in kilograms"),
        description=_("Only if it was weighed. Otherwise we use the weight of the material."),
    )
    price_cents_per_unit = CentsField(_("Price per unit, in euro"), description=_("Leave empty if it is free of charge."))
    project = StringField(_("From which project does it come?"))
    year_of_construction = IntegerField(
        _("In which year was it built?"), [Optional()], description=_("In four digits, for example 1987.")
    )
    remarks = TextAreaField(_("Remarks"), description=_("For example when you can be reached, or what somebody must bring."))
    minimum_part = DecimalField(
        _("What is the smallest part that you give away?"),
        description=_("In the unit of the quantity. Leave empty if any part is fine. What is left at the end always goes."),
    )
    circle_by = SelectField(_("Does a circle of municipalities go before the region?"), choices=CIRCLES, default="")
    circle = ChecksField(
        _("Which municipalities are in the circle?"),
        description=_("They may reserve before the rest of the region."),
        validate_choice=False,
    )
    circle_from = DutchDateField(
        _("From which day may the circle reserve?"), description=_("Leave empty for what your organisation agreed.")
    )
    region_from = DutchDateField(
        _("From which day may the other municipalities reserve?"), description=_("Leave empty for what your organisation agreed.")
    )
    partners_from = DutchDateField(
        _("From which day may partners reserve?"), description=_("Leave empty for what your organisation agreed.")
    )
    window_reason = TextAreaField(
        _("Why does somebody not wait for the one before?"),
        description=_("Only if you let the region or the partners in together with the ones before them. Everybody reads this."),
    )

    condition_hints = {key.value: hint for key, hint in CONDITION_HINTS.items()}
    answers = [(key.value, label) for key, label in ANSWER_LABELS.items()]
    changes: list[Row] = []
    agreed: list[Any] = []  # what the organisation agreed about turns, ring by ring

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hazard_names: dict[str, str] = {}
        self.declared: dict[str, str] = {}
        self.stored: list[tuple[str, str]] = []  # file name and words of the photos that the lot has
        self.kept: list[Kept] = []

    def validate_circle(self, field: Any) -> None:
        """Who chooses a circle says which."""
        if self.circle_by.data == "chosen" and not field.data:
            field.errors = [_("Choose at least one municipality for the circle, or choose that there is none.")]
            raise StopValidation

    def validate_year_of_construction(self, field: Any) -> None:
        """The rule has its own sentence for a year that cannot be; this one is for what is no number."""
        if field.process_errors:
            field.errors = [_("Enter a year in four digits, for example 1987.")]

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape, place and photos. To be called before the session opens: it asks the address service and develops pictures."""
        is_valid = super().validate(extra_validators)
        self.kept = read_stored(request.form.getlist("kept"), request.form.getlist("dropped"))
        taken, refused = store_uploads(self.photos.data or [], PHOTOS_MAX - len(self.stored) - len(self.kept))
        self.kept += taken
        self.photos.errors = [*self.photos.errors, *map(str, refused)]
        return bool(is_valid) and not refused

    def set_choices(self, taxonomy: Taxonomy, depots: list[Any]) -> None:
        """What there is to choose from, and what the chosen material brings along: its units and the hazards to declare."""
        self.material.choices = material_choices(taxonomy)
        self.depot.choices = or_nothing(_("No, it lies somewhere else"), ((str(depot.id), depot.name) for depot in depots))
        chosen = taxonomy.find_material(self.material.data or "")
        if chosen:
            self.hazard_names = {hazard.slug: hazard.name for hazard in chosen.hazards}
            self.quantity.units = chosen.units

    def set_window_choices(self, own: str, names: Mapping[str, str], agreed: list[Any]) -> None:
        """Which municipalities can be in a circle (all but one's own), and what the organisation agreed."""
        self.circle.choices = [SelectChoice(slug, name) for slug, name in names.items() if slug != own]
        self.agreed = agreed

    def pictures(self) -> list[StoredPicture]:
        """The photos that came along, in order."""
        return [item.picture for item in self.kept]

    def turns_opened(self) -> bool:
        """Whether the part about turns stands open: something in it is wrong."""
        return any(self[name].errors for name in TURNS)

    def chosen_circle(self) -> tuple[str, ...] | None:
        """Who goes before the region; None for what the organisation agreed."""
        return () if self.circle_by.data == "none" else tuple(self.circle.data or ()) or None

    def opened(self) -> bool:
        """Whether the part that is not required stands open: something in it is filled or wrong."""
        return any(self[name].errors or self[name].data not in (None, "", Answer.UNKNOWN.value) for name in LATER)

    @property
    def current_version(self) -> int:
        """The version that the sender looked at; 0, which no lot has, for what is no number."""
        return int(self.version.data) if str(self.version.data or "").isdecimal() else 0

    @property
    def publishes(self) -> bool:
        """Whether the button was the one that publishes."""
        return request.form.get("step") == "publish"

    def hazards(self) -> dict[str, Answer]:
        """The answers about the hazards of the chosen material; what was not answered is unknown."""
        typed = {code: said().get(HAZARD_PREFIX + code, self.declared.get(code, "unknown")) for code in self.hazard_names}
        return {code: Answer(answer) if answer in set(Answer) else Answer.UNKNOWN for code, answer in typed.items()}

    def draft(self) -> ListingDraft:
        """What was typed, as the rules of the market take it."""
        return ListingDraft(
            title=self.title.data or "",
            material=self.material.data,
            quantity=self.quantity.data,
            condition=Condition(self.condition.data),
            available_from=self.available_from.data,
            available_until=self.available_until.data,
            location=None if self.depot.data else self.place.location,
            depot_id=int(self.depot.data) if (self.depot.data or "").isdecimal() else None,
            description=self.description.data or "",
            quantity_basis=QuantityBasis(self.quantity_basis.data),
            kg_per_unit=self.kg_per_unit.data,
            packaging=Packaging(self.packaging.data) if self.packaging.data else None,
            loading_possible={"yes": True, "no": False}.get(self.loading_possible.data or ""),
            price_cents_per_unit=self.price_cents_per_unit.data,
            project=self.project.data or "",
            year_of_construction=self.year_of_construction.data,
            asbestos_suspected=Answer(self.asbestos_suspected.data or "unknown"),
            hazards=self.hazards(),
            remarks=self.remarks.data or "",
            minimum_part=self.minimum_part.data,
            circle=self.chosen_circle(),
            circle_from=self.circle_from.data,
            region_from=self.region_from.data,
            partners_from=self.partners_from.data,
            window_reason=self.window_reason.data or "",
        )


class PhotosForm(Form):
    """More photos for a lot that is there already."""

    photos = PhotosField(_("Add photos"), [Required(_("Choose at least one photo."))], description=PHOTOS_HINT)

    kept: list[Kept] = []

    def validate(self, extra_validators: Any = None) -> bool:
        """Develop what was sent, before the session opens. One that is no picture stops only itself: the others are in the form."""
        is_valid = super().validate(extra_validators)
        self.kept = read_stored(request.form.getlist("kept"), request.form.getlist("dropped"))
        taken, refused = store_uploads(self.photos.data or [], PHOTOS_MAX - len(self.kept))
        self.kept += taken
        self.photos.errors = [*([] if self.kept else self.photos.errors), *map(str, refused)]
        return (bool(is_valid) or bool(self.kept)) and not refused

    def pictures(self) -> list[StoredPicture]:
        """The photos that came along, in order."""
        return [item.picture for item in self.kept]


class PhotoForm(Form):
    """One photo: what it shows, and its place in the row."""

    alt = StringField(_("What does this photo show?"))

    def position(self) -> int | None:
        """The place that the button asks for; None leaves it where it is."""
        wanted = request.form.get("position", "")
        return int(wanted) if wanted.isdecimal() and len(wanted) < 4 else None


class CloseForm(Form):
    """What became of the part of a lot that found no taker here."""

    idempotency_key = IdempotencyField()
    outcome = RadioField(
        _("What became of the rest?"),
        [Required(_("Choose what became of the rest. The region learns from it why material is lost."))],
        choices=choices(OUTCOME_LABELS),
    )
    reason = TextAreaField(
        _("Why did it find no taker here?"), description=_("One sentence will do. Who answers for the region reads it.")
    )

    @property
    def chosen(self) -> Outcome | None:
        """The answer; None where the question was left out."""
        field = self._fields.get("outcome")
        return Outcome(field.data) if field is not None and field.data in set(Outcome) else None

    @property
    def said(self) -> str:
        """The sentence; empty where the question was left out."""
        field = self._fields.get("reason")
        return (field.data or "") if field is not None else ""


class WithdrawForm(CloseForm):
    """Why a lot goes off the bank though somebody had reserved something of it: they read it."""

    reason = TextAreaField(
        _("Why do you withdraw this lot?"),
        [Required(_("Say why, in one sentence. The other side reads it."))],
        description=_("Everyone who reserved something reads this."),
    )
