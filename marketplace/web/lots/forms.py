"""What is said when something is done with a lot. Each is short: what most people leave as it is stands folded below it."""

from collections.abc import Iterable, Sequence

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from marketplace.accounts.models import Organisation
from marketplace.depots.models import Arrival, Depot, Lot
from marketplace.http.written import Written
from marketplace.kernel.clock import today
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.rules.taxonomy import Taxonomy, VehicleClass
from marketplace.stock.rules.announcing import NO_REASON, Announcement, LotComing
from marketplace.stock.rules.chain import USUAL_REASON
from marketplace.stock.rules.driving import Drive
from marketplace.stock.rules.handling import ArrivalDraft, Going, Occasion
from marketplace.web.ui.choices import choices, material_choices
from marketplace.web.ui.driving import DRIVEN_HINT, VEHICLE_HINT, driven_field, vehicle_choices, vehicle_field
from marketplace.web.ui.forms import DecimalField, DutchDateField, Form, IdempotencyField, QuantityField, Required
from marketplace.web.ui.numbers import WholeField
from marketplace.web.ui.paging import NUMBER_DIGITS_MAX
from marketplace.web.ui.place_field import PlaceField

ELSEWHERE = "elders"
_HOW_MUCH = Required(_("Enter the quantity in digits, for example 40 or 12.5."))
_DAY = Required(_("Enter the day, for example 12 January 2027."))


class AmountField(DecimalField):
    """An amount of a lot, in the unit that the lot has."""

    unit_label: Text | None = None


class BayField(StringField):
    """A bay of a depot that is known, by its name."""

    def offer(self, depot: Depot) -> None:
        """Say which bays there are."""
        names = [bay.name for bay in depot.bays if bay.is_active]
        hint = _("In %(depot)s one of: %(bays)s.", depot=Written(depot.name), bays=", ".join(names))
        if not names:
            hint = _("%(depot)s has no bays. Leave it empty.", depot=Written(depot.name))
        self.description = hint  # type: ignore[assignment]


class LotForm(Form):
    """Something that is done with a lot."""

    idempotency_key = IdempotencyField()

    def prepare(self, lot: Lot) -> None:
        """Fill in what is known of the lot."""


class OfferForm(LotForm):
    """All of a lot is offered, or a part of it. The offer itself is filled in afterwards."""

    quantity = AmountField(_("How much is offered?"), [_HOW_MUCH])

    def prepare(self, lot: Lot) -> None:
        self.quantity.unit_label = lot.unit_of.label
        if self.quantity.raw_data is None:
            self.quantity.data = lot.quantity


class ChainForm(LotForm):
    """Why the chain may have it now."""

    reason = TextAreaField(
        _("Why need the chain not wait?"),
        [Required(_("Say why, in one sentence. Everyone can read it with the offer."))],
        description=_("Everyone can read it with the offer."),
    )

    def prepare(self, lot: Lot) -> None:
        if self.reason.raw_data is None:
            self.reason.data = str(USUAL_REASON)


class CallOffForm(Form):
    """Why something that was announced does not come."""

    idempotency_key = IdempotencyField()
    reason = TextAreaField(_("Why is it not coming?"), [Required(NO_REASON)], description=_("The other side reads it."))


class ActForm(LotForm):
    """What every movement asks: on which day it happened, today unless somebody says otherwise."""

    moved_on = DutchDateField(_("On which day?"), [_DAY], is_past=True)

    def prepare(self, lot: Lot) -> None:
        """Fill in what is known of the lot."""
        if self.moved_on.raw_data is None:
            self.moved_on.data = today()

    def occasion(self) -> Occasion:
        """On which day, and why, in the words that were typed."""
        assert self.moved_on.data is not None
        return Occasion(self.moved_on.data, str(self["reason"].data or "") if "reason" in self else "")


class AmountForm(ActForm):
    """An act with an amount. `prepare` says its unit."""

    def prepare(self, lot: Lot) -> None:
        super().prepare(lot)
        self["quantity"].unit_label = lot.unit_of.label


class SplitForm(AmountForm):
    """A part becomes a lot of its own, with a number of its own."""

    quantity = AmountField(_("How much is split off?"), [_HOW_MUCH])
    bay = BayField(_("In which bay does that part lie?"), description=_("Empty: where the lot is."))
    pallets = WholeField(_("Pallet places of that part"), [Optional()])


class CountForm(AmountForm):
    """A stocktake: what is there. A difference is explained."""

    quantity = AmountField(_("How much is there now?"), [_HOW_MUCH])
    reason = TextAreaField(_("Why is it more or less than it was?"), description=_("Only when it is not what the bank says."))


class LetOutForm(AmountForm):
    """The owner takes it to use it."""

    quantity = AmountField(_("How much goes out?"), [_HOW_MUCH])
    reason = TextAreaField(_("What is it for?"), [Required(_("Say what it is for, for example the project or the street."))])

    def prepare(self, lot: Lot) -> None:
        super().prepare(lot)
        if self.quantity.raw_data is None:
            self.quantity.data = lot.quantity


class WriteOffForm(AmountForm):
    """It is gone for good: broken, disposed of, stolen."""

    quantity = AmountField(_("How much is written off?"), [_HOW_MUCH])
    reason = TextAreaField(_("Why?"), [Required(_("Say why it is written off, in one sentence. An auditor reads it later."))])

    def prepare(self, lot: Lot) -> None:
        super().prepare(lot)
        if self.quantity.raw_data is None:
            self.quantity.data = lot.quantity


class DrivenForm(ActForm):
    """Something that was brought. With which vehicle and how far, as at a hand-over."""

    vehicle_class = vehicle_field(description=VEHICLE_HINT)
    driven_km = driven_field(description=DRIVEN_HINT)

    def offer_vehicles(self, vehicles: Iterable[VehicleClass]) -> None:
        """The classes of vehicles to choose from."""
        self.vehicle_class.choices = vehicle_choices(vehicles)

    def drive(self) -> Drive:
        """How it was brought, as far as somebody knows."""
        return Drive(self.driven_km.data, self.vehicle_class.data or None)


class MoveForm(DrivenForm):
    """Another bay, another depot, or another place."""

    depot = SelectField(_("Where to?"), [Required(_("Choose where it goes."))], validate_choice=False)
    place = PlaceField(
        _("Which other place?"), description=_("Only where you chose another place. A place, a postcode or coordinates.")
    )
    bay = BayField(_("Bay"), description=_("As on the sign, for example A3."))
    pallets = WholeField(_("Pallet places"), [Optional()])
    reason = StringField(_("Remark"))

    def offer(self, lot: Lot, depots: Iterable[Depot]) -> None:
        """The depots to choose from, the one where it lies first."""
        ordered = sorted(depots, key=lambda depot: (depot.id != lot.depot_id, depot.name))
        self.depot.choices = [*((str(depot.id), depot.name) for depot in ordered), (ELSEWHERE, _("Another place"))]
        if self.depot.raw_data is None:
            self.depot.data = str(lot.depot_id or (ordered[0].id if ordered else ELSEWHERE))
            self.pallets.data = lot.pallets or None

    @property
    def depot_id(self) -> int | None:
        """The depot that was chosen; None for another place. What is in no list is no depot either."""
        chosen = str(self.depot.data or "")
        return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) <= NUMBER_DIGITS_MAX else None

    def validate_place(self, field: PlaceField) -> None:
        """Refuse another place that has no name."""
        if self.depot_id is None and not (field.data or "").strip():
            raise ValidationError(_("Fill in a place, a postcode or coordinates."))


def _group_of(taxonomy: Taxonomy, slug: str) -> str:
    material = taxonomy.find_material(slug)
    return material.group.slug if material else ""


class BringInForm(DrivenForm):
    """A lot with a number comes in. Its label says what it is."""

    quantity = AmountField(
        _("How much of it comes in?"), [_HOW_MUCH], description=_("Less than all of it becomes a lot of its own.")
    )
    bay = BayField(_("Bay"))
    pallets = WholeField(_("Pallet places"), [Optional()])
    reason = StringField(_("Remark"))

    def prepare(self, lot: Lot) -> None:
        super().prepare(lot)
        self.quantity.unit_label = lot.unit_of.label
        if self.quantity.raw_data is None:
            self.quantity.data = lot.quantity

    def going(self) -> Going:
        """Where it stands, and how it was brought."""
        return Going(bay=self.bay.data or "", pallets=self.pallets.data, drive=self.drive())


class ComingForm(Form):
    """When something is going to come to a depot."""

    idempotency_key = IdempotencyField()
    expected_on = DutchDateField(
        _("On which day?"), [_DAY], description=_("About when, for example tomorrow or 12 January 2027.")
    )
    words = TextAreaField(_("What should the keeper know?"), description=_("For example how many loads, and at what time."))


class AnnounceLotForm(ComingForm):
    """A lot with a number that somebody is going to bring to a depot."""

    quantity = AmountField(_("How much of it comes?"), [_HOW_MUCH])

    def prepare(self, lot: Lot) -> None:
        """Fill in that all of it comes today."""
        self.quantity.unit_label = lot.unit_of.label
        if not self.is_submitted():
            self.quantity.data, self.expected_on.data = lot.quantity, today()

    def coming(self, lot_id: int) -> LotComing:
        """What was typed."""
        assert self.expected_on.data is not None
        return LotComing(lot_id, self.quantity.data, self.expected_on.data, self.words.data or "")


class AnnounceForm(ComingForm):
    """What somebody is going to bring to a depot, and about when."""

    material = SelectField(_("What do you bring?"), [Required(_("Choose a material."))], validate_choice=False)
    quantity = QuantityField(_("How much?"), [_HOW_MUCH])

    def offer(self, taxonomy: Taxonomy, depot: Depot) -> None:
        """The materials that this depot takes."""
        taken = [*depot.taken_groups]
        every = material_choices(taxonomy)
        self.material.choices = [
            choice for choice in every if not taken or not choice.value or _group_of(taxonomy, choice.value) in taken
        ]

    def draft(self) -> Announcement:
        """What was typed."""
        assert self.quantity.data is not None and self.expected_on.data is not None
        return Announcement(self.material.data, self.quantity.data, self.expected_on.data, self.words.data or "")


class TakeInForm(DrivenForm):
    """Something comes in that has no number yet."""

    material = SelectField(_("What is it?"), [Required(_("Choose a material."))], validate_choice=False)
    quantity = QuantityField(_("How much?"), [_HOW_MUCH])
    condition = SelectField(_("Condition"), [Required(_("Choose how good it is."))], validate_choice=False)
    owner = SelectField(_("Whose is it?"), [Required(_("Choose whose it is."))], validate_choice=False)
    bay = BayField(_("Bay"))
    title = StringField(_("Name"), description=_("What people call it. Empty: the name of the material."))
    pallets = WholeField(_("Pallet places"), [Optional()])
    kg_per_unit = DecimalField(
        _("Weight of one unit in kg, as weighed"), description=_("Empty: what the list of materials says.")
    )
    confirm_unusual = BooleanField(_("Yes, this weight is right"))
    arrival = HiddenField()
    place = PlaceField(
        _("Where was it brought from?"), description=_("A place or a postcode. Then its kilometres are counted too.")
    )
    reason = StringField(_("Remark"))

    def offer(self, taxonomy: Taxonomy, organisations: Sequence[Organisation], own: str) -> None:
        """What there is to choose from; one's own organisation first."""
        self.material.choices = material_choices(taxonomy)
        ordered = sorted(organisations, key=lambda organisation: (organisation.slug != own, organisation.sort_key))
        self.owner.choices = [(organisation.slug, organisation.name) for organisation in ordered]
        self.condition.choices = choices(CONDITION_LABELS, nothing=_("Choose how good it is"))
        if self.moved_on.raw_data is None:
            self.moved_on.data = today()

    def fill(self, arrival: Arrival, taxonomy: Taxonomy) -> None:
        """Fill in what was announced, unless something was typed."""
        if not self.is_submitted():
            self.material.data = taxonomy.material_by_id(arrival.material_id).slug
            self.quantity.data = Quantity(arrival.quantity, Unit(arrival.unit))
            self.owner.data, self.arrival.data = arrival.organisation.slug, str(arrival.id)

    def draft(self) -> ArrivalDraft:
        """What came, as it was said."""
        assert self.quantity.data is not None
        return ArrivalDraft(
            material=self.material.data,
            quantity=self.quantity.data,
            condition=Condition(self.condition.data),
            title=self.title.data or "",
            owner=self.owner.data or "",
            came_from=self.place.location,
            kg_per_unit=self.kg_per_unit.data,
            confirm_unusual=bool(self.confirm_unusual.data),
        )

    def going(self) -> Going:
        """Where it stands, and how it was brought."""
        return Going(bay=self.bay.data or "", pallets=self.pallets.data, drive=self.drive())

    def announced(self) -> int | None:
        """The arrival that it is."""
        typed = str(self.arrival.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= NUMBER_DIGITS_MAX else None

    def validate_condition(self, field: SelectField) -> None:
        """Refuse a word that is no condition."""
        if field.data not in set(Condition):
            raise ValidationError(_("Choose how good it is."))


class FindForm(Form):
    """The number on a label, or a word of the name."""

    nummer = StringField(_("Number on the label"), description=_("For example P1042-76."))
