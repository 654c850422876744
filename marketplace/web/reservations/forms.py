"""What an asker says: how much, where it goes, what it is for, and whether to wait when it does not fit."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField

from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel.errors import Refusal
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, Unit, read_decimal
from marketplace.web.choices import SelectChoice, or_nothing
from marketplace.web.filters import quantity
from marketplace.web.forms import DecimalField, DutchDateField, Form, IdempotencyField, QuantityField, Required
from marketplace.web.place_field import PlaceField

CENTS = Decimal(100)


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
    project = StringField(_("For which project?"), description=_("For example: reconstruction of Dorpsstraat."))
    use = StringField(
        _("What will you make of it?"), description=_("For example: parking places, or the foundation of a cycle path.")
    )
    needed_by = DutchDateField(_("By when do you need it?"), description=_("For example 12-1-2027."))
    replaces_purchase = RadioField(
        _("Does it replace a new purchase?"),
        choices=[SelectChoice("yes", _("Yes, otherwise we buy it new")), SelectChoice("no", _("No"))],
        validate_choice=False,
        description=_("When several ask for one lot, who avoids a purchase stands higher."),
    )
    purchase_price = DecimalField(
        _("What would that purchase cost, in euros?"),
        description=_("An estimate for everything that you ask, for example 1,250."),
    )
    purpose = TextAreaField(
        _("What is it for?"), description=_("The owner reads this. For example: parking places at the sports hall.")
    )
    join_waiting_list = BooleanField(_("If it does not fit, put me on the waiting list"))

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
            project=self.project.data or "",
            use=self.use.data or "",
            replaces_purchase={"yes": True, "no": False}.get(self.replaces_purchase.data or ""),
            purchase_price_cents=_cents(self.purchase_price.data),
            needed_by=self.needed_by.data,
            join_waiting_list=bool(self.join_waiting_list.data),
        )

    @property
    def is_too_much(self) -> bool:
        """Whether what was asked does not fit: then waiting is the way on."""
        return self.refusal is not None and "available" in self.refusal.facts


def _asked(typed: str, unit: Unit) -> Quantity | None:
    try:
        return Quantity(read_decimal(typed), unit)
    except Refusal:
        return None


def _cents(euros: Decimal | None) -> int | None:
    return None if euros is None else int((euros * CENTS).to_integral_value())
