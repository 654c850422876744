"""What is asked of an asset, of its parts, and of how much is owned. What is needed first stands first, the rest is folded."""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from marketplace.accounts.models import Organisation
from marketplace.http.places import finder, located
from marketplace.kernel.clock import today
from marketplace.kernel.errors import FieldError, Invalid, Refusal
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import (
    ANSWER_LABELS,
    CERTAINTY_LABELS,
    CONDITION_LABELS,
    Answer,
    Certainty,
    Condition,
    Location,
)
from marketplace.materials.rules.taxonomy import Material, Taxonomy
from marketplace.passports.models import Asset, AssetItem
from marketplace.passports.queries.owned import OwnedYear
from marketplace.passports.rules.assets import NEN_2767_WORST, AssetDraft, AssetKind, Coming
from marketplace.passports.rules.items import ENTERED, ChangeDraft, ChangeKind, Detachability, ItemDetails, ItemDraft, KnownBy
from marketplace.passports.rules.owned import KG_PER_TONNE, OwnedDraft
from marketplace.passports.rules.shapes import clean_shape, middle_of
from marketplace.web.ui.choices import choices, material_choices
from marketplace.web.ui.forms import DecimalField, DutchDateField, Form, IdempotencyField, QuantityField, Required, options
from marketplace.web.ui.numbers import WholeField, YearField
from marketplace.web.ui.paging import NUMBER_DIGITS_MAX
from marketplace.web.ui.place_field import PlaceField

HAZARD = "hazard_"
_AT = re.compile(r"rows\[(\d+)\]\.(\w+)")
_HOW_MUCH = Required(_("Enter the quantity in digits, for example 40 or 12.5."))
_CHANGE_LABELS = {
    ChangeKind.TAKEN_OUT: _("Taken out"),
    ChangeKind.PUT_IN: _("Put in"),
    ChangeKind.COUNTED: _("Measured again"),
    ChangeKind.LOST: _("Lost, broken or stolen"),
}


class AssetForm(Form):
    """What an asset is and where it stands. Folded: when it comes free and what else is known of it."""

    idempotency_key = IdempotencyField()
    version = HiddenField()
    name = StringField(
        _("What is it called?"),
        [Required(_("Fill in what it is called, for example “Dorpsstraat, between church and school”."))],
        description=_("People look for it by this name, for example “Dorpsstraat, between church and school”."),
    )
    kind = SelectField(
        _("What is it?"),
        [Required(_("Choose what it is."))],
        choices=options(((kind.value, kind.label) for kind in AssetKind), empty=_("Choose what it is")),
    )
    place = PlaceField(_("Where does it stand?"), hinted=True)
    shape = TextAreaField(
        _("Its line or area"),
        description=_("Paste GeoJSON here, for example from your map system. Longitude first, in WGS84."),
    )
    earliest = DutchDateField(_("First day on which it can come free"))
    latest = DutchDateField(_("Last day"))
    certainty = SelectField(
        _("How certain is that?"),
        choices=options(((certainty.value, CERTAINTY_LABELS[certainty]) for certainty in Certainty), empty=_("Not planned")),
    )
    reason = StringField(
        _("Why do the days move?"),
        description=_("Only needed where planned lots were made of this: whoever reserved them reads it and agrees again."),
    )
    built_year = YearField(_("Built in"), [Optional()], description=_("For example 1987."))
    maintainer = SelectField(_("Who maintains it?"), validate_choice=False)
    external_id = StringField(_("Its number in your asset system"))
    external_system = StringField(_("Which system is that?"), description=_("For example GBI or Obsurv."))
    nen_2767 = SelectField(
        _("Score of an inspection by NEN 2767"),
        choices=options(((str(score), str(score)) for score in range(1, NEN_2767_WORST + 1)), empty=_("None")),
        description=_(
            "From 1 (excellent) to 6 (very poor), for the object as a whole. The condition of materials is given with each part."
        ),
    )
    is_public = BooleanField(
        _("Everyone can read this passport"),
        description=_(
            "Without a tick only your organisation, whoever maintains it and the AO CE read it. What it is worth is never public."
        ),
    )

    folded_coming = ("earliest", "latest", "certainty", "reason")
    folded_more = ("shape", "built_year", "maintainer", "external_id", "external_system", "nen_2767")

    def offer(self, organisations: Iterable[Organisation], own: str) -> None:
        """Who may maintain it: the own organisation first."""
        ordered = sorted(organisations, key=lambda organisation: (organisation.slug != own, organisation.sort_key))
        self.maintainer.choices = [(organisation.slug, organisation.name) for organisation in ordered]

    def fill(self, asset: Asset, draft: AssetDraft, *, anew: bool = False) -> None:
        """Show an asset as it is, unless something was typed. `anew`: that does not matter."""
        where = {name: getattr(asset, name) for name in ("lat", "lon", "place_name", "municipality")}
        self.place.keep(SimpleNamespace(**where, place_basis="point", address=None))
        if not anew and (self.is_submitted() or self.name.raw_data):
            return
        coming = draft.coming
        self.version.data = str(asset.version)
        self.name.data, self.kind.data = draft.name, draft.kind.value
        self.shape.data = json.dumps(draft.shape) if draft.shape else ""
        self.earliest.data, self.latest.data = coming.earliest, coming.latest
        self.certainty.data = coming.certainty.value if coming.certainty else ""
        self.built_year.data, self.maintainer.data = draft.built_year, draft.maintainer
        self.external_id.data, self.external_system.data = draft.external_id, draft.external_system
        self.nen_2767.data = str(draft.nen_2767 or "")
        self.is_public.data = draft.is_public

    @property
    def read_version(self) -> int:
        """The version that was on the screen; 0, which no asset has, where that is no number."""
        typed = str(self.version.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= NUMBER_DIGITS_MAX else 0

    def opens(self, names: Iterable[str]) -> bool:
        """Whether a fold stands open: something in it is wrong, or was said."""
        always_filled = ("maintainer",)
        return any(self[name].errors or (self[name].data and name not in always_filled) for name in names)

    def validate_place(self, field: PlaceField) -> None:
        """Refuse an asset that stands nowhere: no place, and no shape."""
        if not (field.data or "").strip() and not (self.shape.data or "").strip():
            raise ValidationError(_("Say where it is: a place, a postcode or coordinates. Or paste its line or area below."))

    def validate_shape(self, field: TextAreaField) -> None:
        """Refuse what is no line or area."""
        try:
            self.geometry()
        except Refusal as refusal:
            raise ValidationError(refusal.message) from refusal

    def geometry(self) -> dict[str, Any] | None:
        """The line or area that was pasted: a geometry, or a feature with one in it."""
        typed = (self.shape.data or "").strip()
        if not typed:
            return None
        try:
            given = json.loads(typed)
        except (ValueError, RecursionError):
            raise Invalid(_("This is no GeoJSON. Copy it whole, from the first { to the last }."), "shape") from None
        features = given.get("features") if isinstance(given, dict) else None
        if isinstance(features, list):
            if len(features) != 1:
                raise Invalid(_("There is more than one object in it. Paste one line or area."), "shape")
            given = features[0]
        if isinstance(given, dict) and given.get("type") == "Feature":
            given = given.get("geometry")
        return clean_shape(given)

    def draft(self) -> AssetDraft:
        """What was typed. Without a place it stands in the middle of its shape."""
        shape = self.geometry()
        where = self.place.location or _middle(shape)
        certainty = self.certainty.data
        return AssetDraft(
            name=self.name.data or "",
            kind=AssetKind(self.kind.data),
            point=where.point,
            place_name=where.place_name,
            municipality=where.municipality or "",
            shape=shape,
            maintainer=self.maintainer.data or "",
            external_id=self.external_id.data or "",
            external_system=self.external_system.data or "",
            built_year=self.built_year.data,
            coming=Coming(self.earliest.data, self.latest.data, Certainty(certainty) if certainty else None),
            nen_2767=int(self.nen_2767.data) if self.nen_2767.data else None,
            is_public=bool(self.is_public.data),
        )


def _middle(shape: Mapping[str, Any] | None) -> Location:
    assert shape is not None  # validate_place asked for one of the two
    middle = middle_of(shape)
    return located(finder().find(f"{middle.lat}, {middle.lon}"))


def _basis_field() -> RadioField:
    return RadioField(
        _("How do you know?"),
        [Required(_("Choose how you know it."))],
        choices=options((known_by.value, known_by.label) for known_by in KnownBy),
        default=KnownBy.ARCHIVE.value,
    )


def _source_field() -> TextAreaField:
    return TextAreaField(
        _("Where is that from?"), description=_("For example: drawing 14, or 1,200 m² × 8 cm. Required for an estimate.")
    )


def _layer_field() -> WholeField:
    return WholeField(
        _("Which layer is it, from the top?"),
        [Optional()],
        description=_("1 is the top layer, 2 the one below it. Leave it empty for what is not in layers."),
    )


class ItemForm(Form):
    """A part: which material, how much, and how that is known. More can be said of it afterwards."""

    idempotency_key = IdempotencyField()
    material = SelectField(_("Which material is it?"), [Required(_("Choose a material."))], validate_choice=False)
    quantity = QuantityField(_("How much is there?"), [_HOW_MUCH])
    layer = _layer_field()
    known_by = _basis_field()
    source = _source_field()
    element = StringField(_("What is it in the object?"), description=_("For example carriageway, footpath, or deck."))
    use_count = WholeField(
        _("How often was it used before?"), [Optional()], description=_("Leave it empty when it was new when it came here.")
    )
    kg_per_unit = DecimalField(
        _("Weight of one unit in kg, as weighed"), description=_("Empty: what the list of materials says.")
    )
    confirm_unusual = BooleanField(_("Yes, this is right"))

    folded = ("element", "use_count", "kg_per_unit")

    def offer(self, taxonomy: Taxonomy) -> None:
        """Every material; the units follow the one that is chosen."""
        self.material.choices = material_choices(taxonomy)
        if chosen := taxonomy.find_material(self.material.data or ""):
            self.quantity.units = chosen.units

    def opened(self) -> bool:
        """Whether the fold stands open: something in it is filled in or wrong."""
        return any(self[name].errors or self[name].data for name in self.folded)

    def draft(self) -> ItemDraft:
        """What was typed."""
        assert self.quantity.data is not None
        details = ItemDetails(
            element=self.element.data or "",
            layer=self.layer.data,
            known_by=KnownBy(self.known_by.data),
            source=self.source.data or "",
        )
        return ItemDraft(
            material=self.material.data,
            quantity=self.quantity.data,
            details=details,
            kg_per_unit=self.kg_per_unit.data,
            use_count=self.use_count.data or 0,
            confirm_unusual=bool(self.confirm_unusual.data),
        )


class DescribeForm(Form):
    """What is said of a part beside its material and quantity. Its hazards follow the material: see `describe_form`."""

    layer = _layer_field()
    element = StringField(_("What is it in the object?"), description=_("For example carriageway, footpath, or deck."))
    condition = SelectField(_("Condition"), choices=choices(CONDITION_LABELS, nothing=_("Not inspected")))
    detachability = SelectField(
        _("How can it be removed?"),
        choices=options(((detachability.value, detachability.label) for detachability in Detachability), empty=_("Not known")),
    )
    known_by = _basis_field()
    source = _source_field()

    def hazard_fields(self) -> list[Any]:
        """A field for each hazard of the material."""
        return [field for field in self if field.short_name.startswith(HAZARD)]

    def fill(self, details: ItemDetails) -> None:
        """Show what is said of it now, unless something was typed."""
        if self.is_submitted() or self.known_by.raw_data:
            return
        self.layer.data, self.element.data, self.source.data = details.layer, details.element, details.source
        self.known_by.data = details.known_by.value
        self.condition.data = details.condition.value if details.condition else ""
        self.detachability.data = details.detachability.value if details.detachability else ""
        for field in self.hazard_fields():
            answer = details.hazards.get(field.short_name.removeprefix(HAZARD))
            field.data = answer.value if answer else ""

    def details(self) -> ItemDetails:
        """What was typed."""
        return ItemDetails(
            element=self.element.data or "",
            layer=self.layer.data,
            known_by=KnownBy(self.known_by.data),
            source=self.source.data or "",
            detachability=Detachability(self.detachability.data) if self.detachability.data else None,
            condition=Condition(self.condition.data) if self.condition.data else None,
            hazards={field.short_name.removeprefix(HAZARD): Answer(field.data) for field in self.hazard_fields() if field.data},
        )


def describe_form(material: Material) -> DescribeForm:
    """The form of a part of this material, with a question for each hazard that it may hold."""
    fields: dict[str, Any] = {
        f"{HAZARD}{hazard.slug}": SelectField(
            _("Is there %(hazard)s in it?", hazard=hazard.name),
            choices=choices(ANSWER_LABELS, nothing=_("Nothing said")),
        )
        for hazard in material.hazards
    }
    form: DescribeForm = type("DescribeItemForm", (DescribeForm,), fields)()
    return form


class ChangeForm(Form):
    """What happened to a part, how much of it, and on which day."""

    idempotency_key = IdempotencyField()
    kind = RadioField(
        _("What happened?"),
        [Required(_("Choose what happened."))],
        choices=options((kind.value, label) for kind, label in _CHANGE_LABELS.items() if kind in ENTERED),
    )
    quantity = DecimalField(_("How much?"), [_HOW_MUCH], description=_("Of what was measured again: how much is there now."))
    happened_on = DutchDateField(_("On which day?"), [Required(_("Enter the day, for example 12 January 2027."))], is_past=True)
    reason = TextAreaField(_("Why?"), description=_("Required for what was lost or measured again."))
    confirm_unusual = BooleanField(_("Yes, this is right"))

    unit_label: Text | None = None

    def prepare(self, item: AssetItem) -> None:
        """Today unless somebody says otherwise, in the unit of the part."""
        self.unit_label = Unit(item.unit).label
        if self.happened_on.raw_data is None:
            self.happened_on.data = today()

    def draft(self) -> ChangeDraft:
        """What was typed."""
        assert self.quantity.data is not None and self.happened_on.data is not None
        confirmed = bool(self.confirm_unusual.data)
        return ChangeDraft(
            ChangeKind(self.kind.data), self.quantity.data, self.happened_on.data, self.reason.data or "", confirmed
        )


class OwnedForm(Form):
    """An estimate of every class of asset. A class of which no tonnes are filled in is left out."""

    idempotency_key = IdempotencyField()
    confirm_unusual = BooleanField(_("Yes, this is right"))

    def rows(self) -> list[OwnedDraft]:
        """The classes of which something was typed."""
        drafts = []
        for kind in AssetKind:
            tonnes, source, year = self.fields_of(kind)
            if tonnes.data is not None or source.data:
                drafts.append(
                    OwnedDraft(kind, Decimal(-1) if tonnes.data is None else tonnes.data, source.data or "", year.data or 0)
                )
        return drafts

    def fields_of(self, kind: AssetKind) -> tuple[Any, Any, Any]:
        """The three fields of a class."""
        return self[f"{kind.value}_tonnes"], self[f"{kind.value}_source"], self[f"{kind.value}_source_year"]

    def at_fields(self, refusal: Refusal) -> Refusal:
        """The sentences at the fields of their class."""
        kinds = [row.kind for row in self.rows()]
        return Invalid.all([_at(error, kinds) for error in refusal.errors]) if refusal.errors else refusal

    def fill(self, year: OwnedYear) -> None:
        """Show an estimate that was made before, unless something was typed."""
        if self.is_submitted() or self[f"{AssetKind.ROAD.value}_tonnes"].raw_data:
            return
        for row in year.rows:
            tonnes, source, source_year = self.fields_of(AssetKind(row.kind))
            tonnes.data, source.data, source_year.data = row.mass_kg / KG_PER_TONNE, row.source, row.source_year


def _at(error: FieldError, kinds: list[AssetKind]) -> FieldError:
    match = _AT.fullmatch(error.field)
    return FieldError(f"{kinds[int(match[1])].value}_{match[2]}", error.message) if match else error


def owned_form() -> OwnedForm:
    """The form, with three fields for each class of asset."""
    fields: dict[str, Any] = {}
    for kind in AssetKind:
        fields[f"{kind.value}_tonnes"] = DecimalField(_("How many tonnes?"))
        fields[f"{kind.value}_source"] = StringField(_("Where is that from?"))
        fields[f"{kind.value}_source_year"] = YearField(_("Of which year?"))
    form: OwnedForm = type("OwnedYearForm", (OwnedForm,), fields)()
    return form
