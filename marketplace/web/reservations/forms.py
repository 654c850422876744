"""What the two sides of a transfer say at each step."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from wtforms import SelectField, TextAreaField

from marketplace.exchange.rules import HandoverDraft, ReservationDraft
from marketplace.kernel.clock import AMSTERDAM, today
from marketplace.kernel.errors import Refusal
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, Unit, read_decimal
from marketplace.materials.rules import VehicleClass
from marketplace.web.choices import or_nothing
from marketplace.web.filters import quantity
from marketplace.web.forms import DecimalField, DutchDateField, Form, IdempotencyField, QuantityField, Required
from marketplace.web.place_field import PlaceField


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
    purpose = TextAreaField(
        _("What is it for?"), description=_("The owner reads this. For example: parking places at the sports hall.")
    )

    def about(self, listing: Any, demands: list[Any], asked: Mapping[str, str]) -> None:
        """The listing's unit, the own demands that it can serve, and what a link asked for (`quantity` with a point, `demand`)."""
        self.quantity.units = (Unit(listing.unit),)
        told = [(str(demand.id), f"{demand.title} ({quantity(demand.remaining, demand.unit)})") for demand in demands]
        self.demand_id.choices = or_nothing(_("For no demand on the bank"), told)
        if not self.is_submitted():
            self.demand_id.data = asked.get("demand", "")
            self.quantity.data = _asked(asked.get("quantity", ""), Unit(listing.unit))

    def draft(self) -> ReservationDraft:
        """What was asked."""
        demand = self.demand_id.data or ""
        return ReservationDraft(
            quantity=self.quantity.data,
            demand_id=int(demand) if demand.isdecimal() else None,
            location=self.place.location,
            purpose=self.purpose.data or "",
        )


def _asked(typed: str, unit: Unit) -> Quantity | None:
    try:
        return Quantity(read_decimal(typed), unit)
    except Refusal:
        return None


class ApproveForm(Form):
    """The owner agrees; the day is optional."""

    idempotency_key = IdempotencyField()
    hold_until = DutchDateField(_("Keep it until"), description=_("Leave empty for 30 days. For example 12-1-2027."))

    def until(self) -> datetime | None:
        """The last moment of the day that was typed."""
        return datetime.combine(self.hold_until.data, time(23, 59, 59), AMSTERDAM) if self.hold_until.data else None


class RejectForm(Form):
    """The owner says no, and why."""

    idempotency_key = IdempotencyField()
    reason = TextAreaField(
        _("Why do you reject this request?"),
        [Required(_("Say why, in one sentence. The other side reads it."))],
        description=_("The asker reads this."),
        id="reject-reason",
    )

    def because(self) -> str:
        """The reason."""
        return self.reason.data or ""


class CancelForm(Form):
    """One side steps back, and says why."""

    idempotency_key = IdempotencyField()
    reason = TextAreaField(
        _("Why do you cancel?"),
        [Required(_("Say why, in one sentence. The other side reads it."))],
        description=_("The other side reads this. What was held is free again at once."),
        id="cancel-reason",
    )

    def because(self) -> str:
        """The reason."""
        return self.reason.data or ""


class HandoverForm(Form):
    """What the owner saw at the gate."""

    idempotency_key = IdempotencyField()
    quantity = QuantityField(
        _("How much was handed over?"),
        [Required(_("Enter the quantity in digits, for example 40 or 12.5."))],
        description=_("As measured on the spot. The rest is free again."),
    )
    handed_over_on = DutchDateField(_("On which day?"), [Required(_("Enter the day, for example 12 January 2027."))])
    vehicle_class = SelectField(
        _("With which vehicle?"),
        validate_choice=False,
        default="",
        description=_(
            "It decides the carbon of the transport. Not known? Then we count with a van up to 1 tonne and a heavy lorry above."
        ),
    )
    driven_km = DecimalField(
        _("Kilometres driven with the load"),
        description=_("Leave empty if you do not know. Then we count the straight line times 1.3."),
    )

    def about(self, reservation: Any, vehicles: Iterable[VehicleClass]) -> None:
        """The listing's unit, the vehicle classes that the factors know, and what was reserved as the first answer."""
        unit = Unit(reservation.unit)
        self.quantity.units = (unit,)
        self.vehicle_class.choices = or_nothing(_("Not known"), ((vehicle.slug, vehicle.name) for vehicle in vehicles))
        if self.quantity.raw_data is None:
            self.quantity.data, self.handed_over_on.data = Quantity(reservation.quantity, unit), today()

    def draft(self) -> HandoverDraft:
        """What was measured."""
        return HandoverDraft(
            quantity=self.quantity.data,
            handed_over_on=self.handed_over_on.data,
            vehicle_class=self.vehicle_class.data or None,
            driven_km=self.driven_km.data,
        )


class ConfirmForm(Form):
    """The receiver agrees with what was measured."""

    idempotency_key = IdempotencyField()


STEPS = {"approve": ApproveForm, "reject": RejectForm, "cancel": CancelForm, "hand_over": HandoverForm, "confirm": ConfirmForm}


def sheets(sent: Any, reservation: Any, vehicles: Iterable[VehicleClass]) -> dict[str, Any]:
    """The form of every step by its name: the one that was sent as it was sent, the others empty."""
    made = {step: sent if isinstance(sent, form) else form(formdata=None) for step, form in STEPS.items()}
    made["hand_over"].about(reservation, vehicles)
    return made
