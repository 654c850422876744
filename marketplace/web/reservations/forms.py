"""What an asker says, and what the two sides say about meeting."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.widgets import TextInput

from marketplace.exchange.models import Appointment
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.exchange.rules.terms import TermsDraft
from marketplace.kernel.clock import local
from marketplace.kernel.dates import at_the_clock, parse_date
from marketplace.kernel.errors import Invalid, Refusal
from marketplace.kernel.formats import long_date, moment, quantity
from marketplace.kernel.language import Text, _, current_locale
from marketplace.kernel.units import Quantity, Unit, read_decimal
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.rules.soil import find_soil_class
from marketplace.web.ui.choices import SelectChoice, choices, chosen_number, or_nothing
from marketplace.web.ui.depot_field import DepotField
from marketplace.web.ui.forms import DecimalField, DutchDateField, Form, IdempotencyField, QuantityField, Required, options
from marketplace.web.ui.place_field import PlaceField
from marketplace.web.ui.soil_fields import soil_fields

CLOCK = re.compile(r"(?P<day>.*?)[ ,]+(?:om |at )?(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})(?: ?(?:uur|u|h))?", re.IGNORECASE)


def parse_moment(text: str, locale: str) -> datetime:
    """Read a day and a time on the clock of Twente, as people type them. `12-1-2027 10:00`, `12 januari 2027 om 10.00 uur`."""
    typed = " ".join(text.split())
    result = CLOCK.fullmatch(typed)
    if result is None:
        raise Invalid(_("Type a day and a time, for example 12 January 2027 10:00."))
    hour, minute = int(result["hour"]), int(result["minute"])
    if hour > 23 or minute > 59:
        raise Invalid(_("A time runs from 0:00 to 23:59."))
    return at_the_clock(parse_date(result["day"], locale), time(hour, minute))


class DutchMomentField(Field):
    """A day and a time in one field."""

    widget = TextInput()
    data: datetime | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{long_date(self.data)} {local(self.data):%H:%M}".replace("\u00a0", " ")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; nothing typed is None."""
        self.data = None
        if valuelist and str(valuelist[0]).strip():
            try:
                self.data = parse_moment(str(valuelist[0]), current_locale())
            except Refusal as refusal:
                raise ValueError(refusal.message) from refusal


class ProposeForm(Form):
    """Up to three moments, where, and what to know at the gate."""

    idempotency_key = IdempotencyField()
    times = DutchMomentField(
        _("First time"),
        [Required(_("Propose at least one time, for example 12 January 2027 10:00."))],
        description=_("A day and a time, for example 12 January 2027 10:00."),
        id="meeting-1",
    )
    second_time = DutchMomentField(_("Second time"), id="meeting-2")
    third_time = DutchMomentField(_("Third time"), id="meeting-3")
    place = StringField(_("Where do you meet?"), description=_("Leave empty for the place where the lot is."), id="meeting-place")
    notes = TextAreaField(
        _("What must somebody know at the gate?"),
        description=_("For example: gate on the left, call 5 minutes before. Only the two sides read this."),
        id="meeting-notes",
    )

    def draft(self) -> AppointmentDraft:
        """What was proposed."""
        given = (self.times.data, self.second_time.data, self.third_time.data)
        return AppointmentDraft(
            tuple(time for time in given if time is not None), place=self.place.data or "", notes=self.notes.data or ""
        )


class AgreeForm(Form):
    """One of the proposed times."""

    idempotency_key = IdempotencyField()
    time = RadioField(
        _("Which time suits you?"), [Required(_("Choose one of the times."))], validate_choice=False, id="meeting-time"
    )

    def prepare(self, appointment: Appointment | None) -> None:
        """The times that can be chosen; the only one stands chosen."""
        moments = appointment.moments if appointment else ()
        self.time.choices = options((item.isoformat(), moment(item)) for item in moments)
        if len(moments) == 1 and not self.is_submitted():
            self.time.data = moments[0].isoformat()

    def chosen(self) -> datetime:
        """The moment that was chosen; a word that is none was not on the page."""
        try:
            values = datetime.fromisoformat(self.time.data or "")
        except ValueError:
            values = None
        if values is None or values.tzinfo is None:
            raise Invalid(_("Choose one of the times that were proposed, or propose others."), "time")
        return values


CENTS = Decimal(100)


class TermsForm(Form):
    """Other terms for one transfer. What is left empty stays as it was agreed."""

    idempotency_key = IdempotencyField()
    price = DecimalField(_("Price per unit, in euros"), description=_("0 is free of charge."), id="terms-price")
    kg_per_unit = DecimalField(_("Measured weight per unit, in kilograms"), id="terms-kg")
    available_from = DutchDateField(_("First day on which it can be collected"), id="terms-first")
    condition = SelectField(_("In which condition?"), validate_choice=False, default="", id="terms-condition")
    place = PlaceField(_("Where does the lot lie?"), id="terms-place")
    destination = PlaceField(_("Where does it go?"), id="terms-destination")
    replaces_purchase = SelectField(_("Does it replace a new purchase?"), validate_choice=False, default="", id="terms-replaces")
    reason = TextAreaField(
        _("Why do you propose other terms?"),
        [Required(_("Say why, in one sentence. The other side reads it."))],
        description=_("The other side reads this. Until it accepts, the terms stay as they were agreed."),
        id="terms-reason",
    )
    confirm_unusual = BooleanField(_("Yes, this is right"), id="terms-unusual")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.condition.choices = choices(CONDITION_LABELS, nothing=_("As it was agreed"))
        yes_or_no = [("yes", _("Yes, otherwise it is bought new")), ("no", _("No"))]
        self.replaces_purchase.choices = or_nothing(_("As it was agreed"), yes_or_no)

    def draft(self) -> TermsDraft:
        """What was proposed."""
        return TermsDraft(
            self.reason.data or "",
            price_cents_per_unit=_cents(self.price.data),
            kg_per_unit=self.kg_per_unit.data,
            available_from=self.available_from.data,
            condition=Condition(self.condition.data) if self.condition.data in set(Condition) else None,
            place=self.place.location,
            destination=self.destination.location,
            replaces_purchase=_yes_or_no(self.replaces_purchase),
        )

    def is_unusual(self) -> bool:
        """Whether a weight so far from the usual one is meant."""
        return bool(self.confirm_unusual.data)

    def at_fields(self, refusal: Refusal) -> Refusal:
        """A price by the name that it has here."""
        if refusal.field == "price_cents_per_unit":
            return type(refusal)(refusal.message, "price", **refusal.facts)
        return refusal


class AcceptTermsForm(Form):
    """One button."""

    idempotency_key = IdempotencyField()


class DeclineTermsForm(Form):
    """A no, and why."""

    idempotency_key = IdempotencyField()
    reason = TextAreaField(_("Why not?"), description=_("The other side reads this."), id="decline-reason")

    def because(self) -> str:
        """Why, where it was said."""
        return self.reason.data or ""


class ReserveForm(Form):
    """How much of this lot, and for what: for one of the own demands, or for a place."""

    idempotency_key = IdempotencyField()
    quantity = QuantityField(
        _("How much do you want to reserve?"), [Required(_("Enter the quantity in digits, for example 40 or 12.5."))]
    )
    demand_id = SelectField(_("For which demand?"), validate_choice=False, default="")
    place = PlaceField(
        _("Where will it be used?"),
        description=_(
            "A place, a postcode or coordinates. Without a place or a demand, the main place of your municipality counts."
        ),
    )
    depot = DepotField(
        _("Or does it go to a depot first?"),
        description=_("Then it waits there for you, and kilometres count to the depot."),
    )
    project = StringField(_("For which project?"), description=_("For example: reconstruction of Dorpsstraat."))
    use = StringField(
        _("What will you make of it?"), description=_("For example: parking places, or the foundation of a cycle path.")
    )
    receiving_soil, function_class = soil_fields()
    needed_by = DutchDateField(
        _("By when do you need it?"), description=_("For example 12 January 2027, 12 January or tomorrow.")
    )
    reused_as_is = RadioField(
        _("Is it used again as it is?"),
        choices=[SelectChoice("yes", _("Yes, without being processed first")), SelectChoice("no", _("No"))],
        validate_choice=False,
        description=_("With yes here and to the next question, the note says for what use it goes and that it is not waste."),
    )
    same_grade = RadioField(
        _("Is it used for what it was made for, or for something of a higher grade?"),
        choices=[SelectChoice("yes", _("Yes")), SelectChoice("no", _("No"))],
        validate_choice=False,
    )
    replaces_purchase = RadioField(
        _("Does it replace a new purchase?"),
        choices=[SelectChoice("yes", _("Yes, otherwise we buy it new")), SelectChoice("no", _("No"))],
        validate_choice=False,
        description=_("When several ask for one lot, the one that avoids a purchase ranks higher."),
    )
    purchase_price = DecimalField(
        _("What would this cost new, in euros?"),
        description=_("An estimate for everything that you ask for, for example 1,250. Less the price it is the money saved."),
    )
    purpose = TextAreaField(
        _("What is it for?"), description=_("The owner reads this. For example: parking places at the sports hall.")
    )
    join_waiting_list = BooleanField(_("If it does not fit, put me on the waiting list"))
    confirm_unusual = BooleanField(_("Yes, I want it anyway"))

    def prepare(
        self, listing: Listing, demands: list[Demand], linked: Mapping[str, str], under_way: Mapping[int, Decimal] | None = None
    ) -> None:
        """Fill in the listing's unit, the demands that it can serve, and what a link asked for.

        The demands are the organisation's own; the link has `quantity` with a point, and `demand`.
        """
        self.quantity.units = (Unit(listing.unit),)
        choices = [(str(demand.id), _needed(demand, (under_way or {}).get(demand.id))) for demand in demands]
        self.demand_id.choices = or_nothing(_("For no demand on the bank"), choices)
        self.depot.offer(_("No, to no depot"))
        if not self.is_submitted():
            self.demand_id.data = linked.get("demand", "")
            self.quantity.data = _read_quantity(linked.get("quantity", ""), Unit(listing.unit))

    def draft(self) -> ReservationDraft:
        """What was asked."""
        return ReservationDraft(
            quantity=self.quantity.data,
            demand_id=chosen_number(self.demand_id.data),
            location=self.place.location,
            depot_id=self.depot.depot_id,
            purpose=self.purpose.data or "",
            project=self.project.data or "",
            use=self.use.data or "",
            reused_as_is=_yes_or_no(self.reused_as_is),
            same_grade=_yes_or_no(self.same_grade),
            receiving_soil=find_soil_class(self.receiving_soil.data),
            function_class=find_soil_class(self.function_class.data),
            replaces_purchase=_yes_or_no(self.replaces_purchase),
            purchase_price_cents=_cents(self.purchase_price.data),
            needed_by=self.needed_by.data,
            join_waiting_list=bool(self.join_waiting_list.data),
            confirm_unusual=bool(self.confirm_unusual.data),
        )

    def at_fields(self, refusal: Refusal) -> Refusal:
        """A price by the name that it has here."""
        if refusal.field == "purchase_price_cents":
            return type(refusal)(refusal.message, "purchase_price", **refusal.facts)
        return refusal

    @property
    def is_too_much(self) -> bool:
        """Whether what was asked does not fit: then waiting is the way on."""
        return self.refusal is not None and "available" in self.refusal.facts


def _read_quantity(typed: str, unit: Unit) -> Quantity | None:
    try:
        return Quantity(read_decimal(typed), unit)
    except Refusal:
        return None


def _needed(demand: Demand, under_way: Decimal | None) -> Text:
    """A demand with what it still needs, and what is on its way to it already."""
    facts: dict[str, Any] = {"title": demand.title, "needed": quantity(demand.remaining, demand.unit)}
    if not under_way:
        return _("%(title)s (%(needed)s)", **facts)
    return _("%(title)s (%(needed)s, of which %(under_way)s on its way)", **facts, under_way=quantity(under_way, demand.unit))


def _yes_or_no(field: Any) -> bool | None:
    return {"yes": True, "no": False}.get(field.data or "")


def _cents(euros: Decimal | None) -> int | None:
    return None if euros is None else int((euros * CENTS).to_integral_value())
