"""The fields of a lot that every material shares, in the order of looking at it.

A person who stands by the lot sees things in that order.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

from flask import request
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, StopValidation

from marketplace.depots.models import Depot
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Quantity
from marketplace.market.rules import fields
from marketplace.market.rules.fields import Kind, ListingField, Needed, Part
from marketplace.market.rules.freshness import OUTCOME_HINTS, OUTCOME_LABELS, Outcome
from marketplace.market.rules.listing import ANSWER_LABELS, Answer, ListingDraft
from marketplace.market.rules.photos import PHOTOS_MAX, StoredPicture
from marketplace.market.rules.values import FREE_DAYS, PLAN, deciding_gates, plain_fields
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.listings.pictures import WaitingPicture, read_stored, store_uploads
from marketplace.web.ui.choices import SelectChoice, choices, chosen_number, material_choices, or_nothing
from marketplace.web.ui.comparison import Row
from marketplace.web.ui.day_chips import TILL_LABELS, since_choices
from marketplace.web.ui.features import YES_OR_NO
from marketplace.web.ui.forms import (
    CentsField,
    ChecksField,
    DecimalField,
    DutchDateField,
    Form,
    IdempotencyField,
    PhotosField,
    QuantityField,
    Required,
)
from marketplace.web.ui.material_fields import MaterialForm
from marketplace.web.ui.numbers import YearField
from marketplace.web.ui.place_field import PlaceField
from marketplace.web.ui.returned import submitted_values

HAZARD_PREFIX = "hazard-"
CIRCLES = or_nothing(_("As our organisation agreed"), (("none", _("No circle")), ("chosen", _("These municipalities"))))
FLAGS = {"": False, "yes": True}
YES_NO = {"yes": True, "no": False, "": None}


def required(form: Any, field: Any) -> None:
    """Mark a field as required; a rule knows when it may stay empty.

    A place is not needed for a depot, a photo not for a draft.
    """


required.field_flags = {"required": True}  # type: ignore[attr-defined]


class When:
    """A check that counts where the lot is there, or where it comes free later."""

    def __init__(self, row: ListingField) -> None:
        self.row, self.is_of_plan = row, row.name in PLAN
        self.field_flags = {"required": True} if row.missing else {}

    def __call__(self, form: "ListingForm", field: Any) -> None:
        """Require it where it is asked; where it is not, nothing that was typed in it is wrong."""
        if form.is_planned != self.is_of_plan or (self.is_of_plan and form.kept_plan):
            field.errors = []
            raise StopValidation
        if self.row.missing is not None:
            Required(self.row.missing)(form, field)


def _checks(row: ListingField) -> list[Any]:
    if row.name in (*FREE_DAYS, *PLAN[1:]):
        return [When(row)]
    if row.needed is Needed.DRAFT:
        return [Required(row.missing)]
    if row.needed is Needed.PUBLISHED:
        return [required]
    return [Optional()] if row.kind is Kind.YEAR else []


def _select_or_radios(row: ListingField, given: dict[str, Any]) -> Any:
    always = row.default is not None or row.needed is Needed.DRAFT
    if row.name in PLAN:
        return RadioField(choices=choices(row.choices or {}), validate_choice=False, **given)
    if always:
        default = row.default.value if row.default else None
        return RadioField(choices=choices(row.choices or {}), default=default, **given)
    return SelectField(choices=choices(row.choices or {}, _("Not known")), default="", **given)


def _yes_or_no(row: ListingField, given: dict[str, Any]) -> Any:
    labels = row.choices or YES_OR_NO
    named = [(word, labels[value]) for word, value in YES_NO.items() if value is not None]
    return SelectField(choices=or_nothing(_("Not known"), named), default="", **given)


INPUTS: dict[Kind, Callable[..., Any]] = {
    Kind.LINE: StringField,
    Kind.TEXT: TextAreaField,
    Kind.NUMBER: DecimalField,
    Kind.AMOUNT: DecimalField,
    Kind.CENTS: CentsField,
    Kind.YEAR: YearField,
    Kind.DAY: DutchDateField,
    Kind.QUANTITY: QuantityField,
    Kind.PLACE: partial(PlaceField, hinted=True),
    Kind.PHOTOS: PhotosField,
    Kind.MATERIAL: partial(SelectField, validate_choice=False),
    Kind.DEPOT: partial(SelectField, validate_choice=False, default=""),
}


def _inputs(row: ListingField) -> dict[str, Any]:
    """Make the inputs of a field of a lot, by their names in the form. Hazards depend on the material and are none of them."""
    given = {"label": row.label, "validators": _checks(row), "description": row.hint or ""}
    match row.kind:
        case Kind.HAZARDS:
            return {}
        case Kind.CHOICE:
            return {row.name: _select_or_radios(row, given)}
        case Kind.YES_NO:
            return {row.name: _yes_or_no(row, given)}
        case Kind.FLAG:
            named = [SelectChoice(word, (row.choices or {})[meant]) for word, meant in FLAGS.items()]
            return {row.name: RadioField(choices=named, default="", validate_choice=False, **{**given, "validators": [required]})}
        case Kind.CIRCLE:
            whether = SelectField(_("Does a circle of municipalities go before the region?"), choices=CIRCLES, default="")
            return {"circle_by": whether, row.name: ChecksField(validate_choice=False, **given)}
    return {row.name: INPUTS[row.kind](**given)}


def names_of(row: ListingField) -> tuple[str, ...]:
    """The names in the form with which a field of a lot is asked."""
    return {Kind.HAZARDS: (), Kind.CIRCLE: ("circle_by", row.name)}.get(row.kind, (row.name,))


@cache
def _form_class(table: tuple[ListingField, ...]) -> "type[ListingForm]":
    return type("ListingForm", (ListingForm,), {name: field for row in table for name, field in _inputs(row).items()})


def listing_form(*args: Any, **kwargs: Any) -> "ListingForm":
    """The form of a lot, with the fields of the table."""
    return _form_class(fields.FIELDS)(*args, **kwargs)


class ListingForm(MaterialForm):
    """One lot. `draft()` is what was typed; photos travel beside it."""

    idempotency_key = IdempotencyField()
    version = HiddenField()
    material: SelectField
    quantity: QuantityField
    place: PlaceField
    depot: SelectField
    photos: PhotosField
    circle_by: SelectField
    circle: ChecksField
    confirm_unusual = BooleanField(_("Yes, this weight is right"))
    correction_reason = TextAreaField(
        _("Why did the quantity change?"),
        description=_("Only when you change the quantity. It stays with the lot, for whoever checks it later."),
    )

    answers = [(key.value, label) for key, label in ANSWER_LABELS.items()]
    changes: list[Row] = []
    stock: Any = None  # a `stored.Stock`: the lot in stock that says most of it
    listed: Quantity | None = None  # of a lot on offer: what others read of it now
    agreed: list[tuple[Text, Text | str]] = []  # what the organisation agreed about turns, ring by ring

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hazard_names: dict[str, str] = {}
        self.declared: dict[str, str] = {}
        self.stored_answers: dict[str, Any] = {}  # to the fields of the material, as stored
        self.stored: list[tuple[str, str]] = []  # file name and words of the photos that the lot has
        self.waiting: list[WaitingPicture] = []
        self.is_closed = False  # to others: its rings have no days before it is opened
        self.kept_plan: dict[str, Any] | None = None  # of what is on offer: its days move by a step of their own

    @property
    def is_planned(self) -> bool:
        """Whether the answer is that it comes free later."""
        return self.kept_plan["planned"] if self.kept_plan else FLAGS.get(self["planned"].data or "", False)

    def validate_circle(self, field: Any) -> None:
        """Require the municipalities when a circle is chosen."""
        if self.circle_by.data == "chosen" and not field.data:
            field.errors = [_("Choose at least one municipality for the circle, or choose that there is none.")]
            raise StopValidation

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape, place and photos. To be called before the session opens: it asks the address service and develops pictures."""
        is_valid = super().validate(extra_validators) and self._is_explained()
        self.waiting = read_stored(request.form.getlist("kept"), request.form.getlist("dropped"))
        taken, refused = store_uploads(self.photos.data or [], PHOTOS_MAX - len(self.stored) - len(self.waiting))
        self.waiting += taken
        self.photos.errors = [*self.photos.errors, *map(str, refused)]
        return bool(is_valid) and not refused

    def _is_explained(self) -> bool:
        """Whether it is said why a lot on offer is another quantity than it was, as at every count."""
        if self.listed is None or self.quantity.data == self.listed or (self.correction_reason.data or "").strip():
            return True
        self.correction_reason.errors = [_("Say in one sentence why the quantity is another than it was.")]
        return False

    def set_choices(self, taxonomy: Taxonomy, depots: list[Depot]) -> None:
        """Set the choices, and what the chosen material brings along. Its units and the hazards to declare."""
        self.material.choices = material_choices(taxonomy)
        self.depot.choices = or_nothing(_("No, it is somewhere else"), ((str(depot.id), depot.name) for depot in depots))
        chosen = taxonomy.find_material(self.material.data or "")
        if chosen:
            decided = deciding_gates(taxonomy.gates, chosen)
            self.hazard_names = {hazard.slug: hazard.name for hazard in chosen.hazards if hazard.slug not in decided}
            self.quantity.units = chosen.units
        self.ask_about(taxonomy)

    def ask_about(self, taxonomy: Taxonomy) -> None:
        """Ask what the chosen material asks of its own."""
        self.ask_answers(taxonomy.find_material(self.material.data or ""), self.stored_answers, before="place")

    def set_window_choices(self, own: str, names: Mapping[str, str], agreed: list[tuple[Text, Text | str]]) -> None:
        """Set which municipalities can be in a circle, and what the organisation agreed.

        All municipalities but the own one can be.
        """
        self.circle.choices = [SelectChoice(slug, name) for slug, name in names.items() if slug != own]
        self.agreed = agreed

    def pictures(self) -> list[StoredPicture]:
        """The photos that came along, in order."""
        return [item.picture for item in self.waiting]

    def turns_opened(self) -> bool:
        """Whether the part about turns stands open: something in it is wrong."""
        return any(field.errors for _row, field in self.questions(Part.WINDOWS))

    def chosen_circle(self) -> tuple[str, ...] | None:
        """Give the circle that goes before the region; None for what the organisation agreed."""
        return () if self.circle_by.data == "none" else tuple(self.circle.data or ()) or None

    def opened(self) -> bool:
        """Whether the part that is not required stands open: something in it is filled or wrong."""
        folded = (self[row.name] for row in fields.FIELDS if row.is_folded)
        return any(field.errors or field.data not in (None, "", Answer.UNKNOWN.value) for field in folded)

    def questions(self, *parts: str, folded: bool | None = None) -> list[tuple[ListingField, Any]]:
        """List what is asked under these headings, each row of the table with its field.

        With `folded` only what is folded away, or is not.
        """
        return [
            (row, self[name])
            for row in fields.FIELDS
            if row.part in parts and folded in (None, row.is_folded)
            for name in names_of(row)
        ]

    def folded(self) -> list[tuple[ListingField, Any]]:
        """What the page with everything folds away."""
        return self.questions(*Part, folded=True)

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
        typed = {
            code: submitted_values().get(HAZARD_PREFIX + code, self.declared.get(code, "unknown")) for code in self.hazard_names
        }
        return {code: Answer(answer) if answer in set(Answer) else Answer.UNKNOWN for code, answer in typed.items()}

    def draft(self) -> ListingDraft:
        """What was typed, as the rules of the market take it."""
        values = {row.name: self._value(row) for row in plain_fields()} | (self.kept_plan or {})
        values |= dict.fromkeys(FREE_DAYS if values["planned"] else PLAN[1:])  # was asked of the other kind of lot
        return ListingDraft(
            **values,
            material=self.material.data,
            quantity=self.quantity.data,
            location=None if self.depot.data else self.place.location,
            depot_id=chosen_number(self.depot.data),
            hazards=self.hazards(),
            fields=self.own_answers(),
            confirm_unusual=bool(self.confirm_unusual.data),
            circle=self.chosen_circle(),
        )

    def stated(self) -> ListingDraft:
        """The same, with the answers about the material as they would be stored, for the rules."""
        return replace(self.draft(), fields=self.stated_answers())

    def _value(self, row: ListingField) -> Any:
        data = self[row.name].data
        if row.kind is Kind.CHOICE:
            return row.choice(data)
        if row.kind is Kind.YES_NO:
            return YES_NO.get(data or "")
        if row.kind is Kind.FLAG:
            return FLAGS.get(data or "", False)
        return row.empty if data is None else data


def form_value(row: ListingField, value: Any) -> Any:
    """A value of a draft as its field of the form has it."""
    if row.kind is Kind.CHOICE:
        return value.value if value else ""
    words: dict[Any, Any] = YES_NO if row.kind is Kind.YES_NO else FLAGS if row.kind is Kind.FLAG else {value: value}
    return next(word for word, meant in words.items() if meant is value)


class PhotosForm(Form):
    """More photos for a lot that is there already."""

    idempotency_key = IdempotencyField()
    photos = PhotosField(
        _("Add photos"),
        [Required(_("Choose at least one photo."))],
        description=_("At least one photo to publish, at most 12. JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB each."),
    )

    waiting: list[WaitingPicture] = []

    def validate(self, extra_validators: Any = None) -> bool:
        """Develop what was sent, before the session opens. One that is no picture stops only itself: the others are in the form."""
        is_valid = super().validate(extra_validators)
        self.waiting = read_stored(request.form.getlist("kept"), request.form.getlist("dropped"))
        taken, refused = store_uploads(self.photos.data or [], PHOTOS_MAX - len(self.waiting))
        self.waiting += taken
        self.photos.errors = [*([] if self.waiting else self.photos.errors), *map(str, refused)]
        return (bool(is_valid) or bool(self.waiting)) and not refused

    def pictures(self) -> list[StoredPicture]:
        """The photos that came along, in order."""
        return [item.picture for item in self.waiting]


class WhereForm(Form):
    """Where a lot lies and when it is there, as what can be chosen with one tap."""

    spot = RadioField(_("Where is it?"), [required], validate_choice=False)
    since = RadioField(_("From when can it be collected?"), [required])
    till = RadioField(_("Until when?"), [required], choices=choices(TILL_LABELS))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.since.choices = choices(since_choices())


class CloseForm(Form):
    """What became of the part of a lot that was not taken here."""

    idempotency_key = IdempotencyField()
    outcome = RadioField(
        _("What became of the rest?"),
        [Required(_("Choose what became of the rest. The region learns from it why material is lost."))],
        choices=choices(OUTCOME_LABELS),
    )
    hints = OUTCOME_HINTS
    reason = TextAreaField(
        _("Why did it find no taker here?"), description=_("One sentence will do. Whoever answers for the region reads it.")
    )

    @property
    def chosen(self) -> Outcome | None:
        """The answer; None where the question was left out."""
        field = self._fields.get("outcome")
        return Outcome(field.data) if field is not None and field.data in set(Outcome) else None

    @property
    def explanation(self) -> str:
        """The sentence; empty where the question was left out."""
        field = self._fields.get("reason")
        return (field.data or "") if field is not None else ""


class WithdrawForm(CloseForm):
    """Why a lot goes off the bank though somebody had reserved something of it: they read it."""

    reason = TextAreaField(
        _("Why do you withdraw this lot?"),
        [Required(_("Say why, in one sentence. The other side reads it."))],
        description=_("Everyone who reserved something can read this."),
    )
