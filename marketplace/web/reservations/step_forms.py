"""What the two sides of a transfer say at each step."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, TextAreaField

from marketplace.exchange.actions.reserve import collect_until
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.gate import newest
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import MEASURED_LABELS, HandoverDraft, MeasuredBy, ReceiptDraft, ReservationStatus
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.kernel.clock import last_moment, local, today
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.rules.taxonomy import VehicleClass
from marketplace.web.reservations.forms import DutchMomentField
from marketplace.web.ui.choices import SelectChoice, choices
from marketplace.web.ui.depot_field import DepotField
from marketplace.web.ui.driving import DRIVEN_HINT, VEHICLE_HINT, driven_field, vehicle_choices, vehicle_field
from marketplace.web.ui.forms import DutchDateField, Form, IdempotencyField, QuantityField, Required
from marketplace.web.ui.place_field import PlaceField

STAYS = "stays"
_HOW_MUCH = Required(_("Enter the quantity in digits, for example 40 or 12.5."))
_WHY = Required(_("Say why, in one sentence. The other side reads it."))


class StepForm(Form):
    """A form about one reservation; `prepare` fills in what is known of it."""

    idempotency_key = IdempotencyField()

    def prepare(self, reservation: Reservation, vehicles: Iterable[VehicleClass]) -> None:
        """Nothing to fill in, unless a form says otherwise."""

    def because(self) -> str:
        """The sentence that says why; empty where none was given."""
        return str(self["reason"].data or "")


class ApproveForm(StepForm):
    """The owner's approval, in full or in part, and at once when it can be collected. The sentence only where somebody is passed over."""

    quantity = QuantityField(_("How much do you approve?"), id="approve-quantity")
    hold_until = DutchDateField(_("Keep it until"))
    times = DutchMomentField(
        _("First time"), description=_("When can it be collected? For example 12 January 2027 10:00."), id="approve-meeting-1"
    )
    second_time = DutchMomentField(_("Second time"), id="approve-meeting-2")
    reason = TextAreaField(
        _("Why this request?"),
        description=_("Needed when a request that ranks higher then goes without. The AO CE can read it."),
        id="approve-reason",
    )

    def prepare(self, reservation: Reservation, vehicles: Iterable[VehicleClass]) -> None:
        _first_answer(self.quantity, reservation)
        if self.hold_until.raw_data is None:
            lot = reservation.listing
            until = collect_until(lot, None)
            self.hold_until.data = local(until).date()

    def meeting(self) -> AppointmentDraft | None:
        """When it can be collected, where the owner said so."""
        given = tuple(time for time in (self.times.data, self.second_time.data) if time is not None)
        return AppointmentDraft(given) if given else None

    def until(self) -> datetime | None:
        """The last moment of the day that was typed."""
        return last_moment(self.hold_until.data) if self.hold_until.data else None

    def approved(self) -> Decimal | None:
        """How much of what was asked."""
        return self.quantity.data.amount if self.quantity.data else None


class RejectForm(StepForm):
    """The owner says no, and why."""

    reason = TextAreaField(
        _("Why do you reject this request?"), [_WHY], description=_("Whoever asked can read this."), id="reject-reason"
    )


class CancelForm(StepForm):
    """One side steps back, and says why."""

    reason = TextAreaField(
        _("Why do you cancel?"),
        [_WHY],
        description=_("The other side reads this. What was held is free again at once."),
        id="cancel-reason",
    )


class ProposeCancelForm(CancelForm):
    """After the owner signed: stepping back is a proposal to the other side."""

    reason = TextAreaField(
        _("Why do you want to call it off?"),
        [_WHY],
        description=_("The other side reads this and has to agree: the hand-over has been signed for."),
        id="propose-reason",
    )


class NoShowForm(StepForm):
    """Nobody came."""

    reason = TextAreaField(
        _("What happened?"),
        description=_("For example: we waited until 11 o’clock and could not reach anybody."),
        id="no-show-reason",
    )


class PlainForm(StepForm):
    """One button: accept an offer, or agree to call it off."""


def confirmed_figure(name: str) -> BooleanField:
    """A second look: the yes to a figure that is asked again. It is only shown once that was asked."""
    return BooleanField(_("Yes, this is right"), id=f"{name}-unusual")


def measured(name: str) -> RadioField:
    """How a quantity at the gate became known; nothing chosen is not said."""
    choice = choices(MEASURED_LABELS)
    return RadioField(_("How was it measured?"), choices=choice, validate_choice=False, id=f"{name}-measured")


class HandoverForm(StepForm):
    """What the owner saw at the gate."""

    quantity = QuantityField(_("How much was handed over?"), [_HOW_MUCH])
    measured_by = measured("given")
    condition = SelectField(_("In which condition?"), validate_choice=False, default="", id="given-condition")
    handed_over_on = DutchDateField(
        _("On which day?"), [Required(_("Enter the day, for example 12 January 2027."))], is_past=True
    )
    write_off_reason = TextAreaField(
        _("Is what is missing gone for good? Say why"),
        description=_(
            "For example: broken while loading. Leave empty if it is still there: then it is free again once the transfer is completed."
        ),
        id="given-gone",
    )
    confirm_unusual = confirmed_figure("given")
    vehicle_class = vehicle_field(description=VEHICLE_HINT)
    driven_km = driven_field(description=DRIVEN_HINT)

    def prepare(self, reservation: Reservation, vehicles: Iterable[VehicleClass]) -> None:
        _first_answer(self.quantity, reservation)
        _gate_choices(self)
        self.vehicle_class.choices = vehicle_choices(vehicles)
        if self.handed_over_on.raw_data is None:
            latest = newest(reservation)
            agreed_day = local(latest.agreed_time).date() if latest and latest.agreed_time else today()
            self.handed_over_on.data = min(agreed_day, today())  # who collects early is told no day that has yet to come

    def draft(self) -> HandoverDraft:
        """What was measured."""
        return HandoverDraft(
            quantity=self.quantity.data,
            handed_over_on=self.handed_over_on.data,
            vehicle_class=self.vehicle_class.data or None,
            driven_km=self.driven_km.data,
            measured_by=_measured(self.measured_by.data),
            condition=_condition(self.condition.data),
            write_off_reason=self.write_off_reason.data or "",
            confirm_unusual=bool(self.confirm_unusual.data),
        )


class LateHandoverForm(HandoverForm):
    """A hand-over of before the approval: the same questions, and why the paperwork is late."""

    quantity = QuantityField(_("How much was handed over?"), [_HOW_MUCH], id="late-quantity")
    measured_by = measured("late")
    condition = SelectField(_("In which condition?"), validate_choice=False, default="", id="late-condition")
    handed_over_on = DutchDateField(
        _("On which day?"), [Required(_("Enter the day, for example 12 January 2027."))], id="late-day", is_past=True
    )
    write_off_reason = TextAreaField(_("Is what is missing gone for good? Say why"), id="late-gone")
    vehicle_class = vehicle_field(id="late-vehicle")
    driven_km = driven_field(id="late-km")
    reason = TextAreaField(
        _("Why does the paperwork come after the hand-over?"),
        [_WHY],
        description=_("It counts in the period in which you book it; the day on which it happened is shown beside it."),
        id="late-reason",
    )
    confirm_unusual = confirmed_figure("late")


class ObjectForm(StepForm):
    """The asker objects to a no-show."""

    reason = TextAreaField(
        _("Why is it not right that you did not come?"),
        [_WHY],
        description=_("The owner and the broker of the region read this. You can object once."),
        id="object-reason",
    )


class DecideObjectionForm(StepForm):
    """The broker decides whether a no-show counts."""

    upheld = RadioField(
        _("Does the no-show count?"),
        [Required(_("Choose whether it counts."))],
        choices=[SelectChoice("no", _("Yes, it counts")), SelectChoice("yes", _("No, the objection is right"))],
        validate_choice=False,
        id="objection-upheld",
    )
    reason = TextAreaField(_("Why do you decide so?"), [_WHY], description=_("Both sides read this."), id="objection-reason")

    def is_upheld(self) -> bool:
        """Whether the objection is right."""
        return bool(self.upheld.data == "yes")


class ConfirmForm(StepForm):
    """What the receiver measured: the owner's figure stands there as the first answer."""

    quantity = QuantityField(
        _("How much did you receive?"),
        description=_("A small difference is accepted; a larger one you settle together."),
        id="received-quantity",
    )
    measured_by = measured("received")
    condition = SelectField(_("In which condition?"), validate_choice=False, default="", id="received-condition")

    def prepare(self, reservation: Reservation, vehicles: Iterable[VehicleClass]) -> None:
        _first_answer(self.quantity, reservation)
        _gate_choices(self)

    def draft(self) -> ReceiptDraft:
        """What was measured."""
        return ReceiptDraft(
            quantity=self.quantity.data,
            measured_by=_measured(self.measured_by.data),
            condition=_condition(self.condition.data),
        )


class DisputeForm(StepForm):
    """The receiver does not agree."""

    quantity = QuantityField(
        _("How much was it by your count?"), description=_("Leave empty if you do not know yet."), id="dispute-quantity"
    )
    reason = TextAreaField(_("What is not right?"), [_WHY], description=_("The owner reads this."), id="dispute-reason")

    def prepare(self, reservation: Reservation, vehicles: Iterable[VehicleClass]) -> None:
        self.quantity.units = (Unit(reservation.unit),)

    def figure(self) -> Quantity | None:
        """The receiver's own figure, where there is one."""
        return self.quantity.data


class ResolveForm(StepForm):
    """A figure that one side can live with."""

    quantity = QuantityField(
        _("Which quantity do you agree with?"),
        [_HOW_MUCH],
        description=_("The other side’s figure settles it at once. Another figure is a proposal to them."),
        id="resolve-quantity",
    )
    reason = TextAreaField(
        _("Why this quantity?"), description=_("Needed when it is not the other side’s figure."), id="resolve-reason"
    )
    write_off_reason = TextAreaField(
        _("Is what is missing gone for good? Say why"),
        description=_("Leave empty if it is still there: then it is free again."),
        id="resolve-gone",
    )
    confirm_unusual = confirmed_figure("resolve")

    def prepare(self, reservation: Reservation, vehicles: Iterable[VehicleClass]) -> None:
        self.quantity.units = (Unit(reservation.unit),)

    def figure(self) -> Quantity | None:
        """The quantity."""
        return self.quantity.data

    def is_unusual(self) -> bool:
        """Whether so much more than was ordered is meant."""
        return bool(self.confirm_unusual.data)

    def gone(self) -> str:
        """Why what is missing is gone, where it is."""
        return self.write_off_reason.data or ""


class ReturnForm(StepForm):
    """What comes back after completion."""

    quantity = QuantityField(_("How much comes back?"), [_HOW_MUCH], id="return-quantity")
    condition = RadioField(
        _("In which condition?"),
        [Required(_("Choose the condition in which it comes back."))],
        choices=choices(CONDITION_LABELS),
        validate_choice=False,
        id="return-condition",
    )
    returned_on = DutchDateField(_("On which day did it come back?"), [Required()], id="returned-on", is_past=True)
    place = PlaceField(
        _("Where is it now?"),
        description=_("A place, a postcode or coordinates. Leave empty if it is where it came from."),
        id="return-place",
    )
    depot = DepotField(
        _("Or is it in a depot, or does it stay with the receiver?"),
        description=_("What stays with the receiver is the owner's again, and was not driven."),
        id="return-depot",
    )
    driven_km = driven_field(_("Kilometres driven with the load, on the way back"), description=DRIVEN_HINT, id="return-km")
    vehicle_class = vehicle_field(
        _("With which vehicle did it come back?"),
        description=_("Not known? Then we assume a van up to 1 tonne and a heavy lorry above."),
        id="return-vehicle",
    )
    reason = TextAreaField(_("Why does it come back?"), [_WHY], id="return-reason")

    def prepare(self, reservation: Reservation, vehicles: Iterable[VehicleClass]) -> None:
        self.vehicle_class.choices = vehicle_choices(vehicles)
        self.quantity.units = (Unit(reservation.unit),)
        if reservation.status == ReservationStatus.COMPLETED:
            self.depot.offer(_("No"), (STAYS, _("It stays with the receiver")))
        if self.returned_on.raw_data is None:
            self.returned_on.data = today()

    def draft(self) -> ReturnDraft:
        """What comes back."""
        return ReturnDraft(
            self.quantity.data,
            Condition(self.condition.data),
            self.returned_on.data,
            reason=self.reason.data or "",
            location=self.place.location,
            depot_id=self.depot.depot_id,
            stays=self.depot.data == STAYS,
            driven_km=self.driven_km.data,
            vehicle_class=self.vehicle_class.data or None,
        )


def _first_answer(field: Any, reservation: Reservation) -> None:
    unit = Unit(reservation.unit)
    field.units = (unit,)
    if field.raw_data is None:
        field.data = Quantity(reservation.quantity, unit)


def _gate_choices(form: Any) -> None:
    form.condition.choices = choices(CONDITION_LABELS, nothing=_("As offered"))


def _measured(word: str | None) -> MeasuredBy | None:
    return MeasuredBy(word) if word in set(MeasuredBy) else None


def _condition(word: str | None) -> Condition | None:
    return Condition(word) if word in set(Condition) else None
