"""The forms of what is planned: other days, and what is said when it is there."""

from typing import Any

from flask import current_app
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, TextAreaField

from marketplace.kernel.errors import Refusal
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, Unit
from marketplace.market.actions.photos import store_picture
from marketplace.market.models import Listing
from marketplace.market.rules.listing import BASIS_LABELS, CERTAINTY_HINTS, CERTAINTY_LABELS, Certainty, QuantityBasis
from marketplace.market.rules.photos import StoredPicture
from marketplace.planned.rules import DatesDraft, Plan, ThereDraft
from marketplace.web.ui.choices import choices
from marketplace.web.ui.forms import DecimalField, DutchDateField, Form, IdempotencyField, Required


class DatesForm(Form):
    """Other days, how sure they are, and why they move."""

    idempotency_key = IdempotencyField()
    version = HiddenField()
    earliest = DutchDateField(
        _("From which day can it come free?"),
        [Required(_("Enter the first day on which it can come free, for example 1 July 2028."))],
    )
    latest = DutchDateField(
        _("And on which day at the latest?"),
        [Required(_("Enter the day on which it comes free at the latest, for example 30 September 2028."))],
    )
    certainty = RadioField(_("How certain is that?"), [Required()], choices=choices(CERTAINTY_LABELS))
    reason = TextAreaField(
        _("Why do the days move?"),
        [Required(_("Say why, in one sentence. Whoever reserved it reads it."))],
        description=_("Everyone who sees the lot can read this."),
    )
    hints = CERTAINTY_HINTS

    @classmethod
    def of(cls, listing: Listing) -> "DatesForm":
        """The form with the days as they are."""
        stored = {name: getattr(listing, name) for name in ("version", "earliest", "latest", "certainty")}
        return cls(data=stored)

    def draft(self) -> DatesDraft:
        """What was typed."""
        assert self.earliest.data is not None
        assert self.latest.data is not None
        return DatesDraft(Plan(self.earliest.data, self.latest.data, Certainty(self.certainty.data)), self.reason.data or "")

    @property
    def seen_version(self) -> int:
        """The version that the sender looked at; 0, which no lot has, for what is no number."""
        return int(self.version.data) if str(self.version.data or "").isdecimal() else 0


class ThereForm(Form):
    """What was measured, how, since when it is there, and how it lies there. The photo is developed before the session opens."""

    idempotency_key = IdempotencyField()
    quantity = DecimalField(
        _("How much is there?"), [Required(_("Enter what was measured in digits, for example 1,200 or 12.5."))]
    )
    basis = RadioField(
        _("How do you know the quantity?"), [Required()], choices=choices(BASIS_LABELS), default=QuantityBasis.MEASURED.value
    )
    came_on = DutchDateField(
        _("From which day is it there?"),
        [Required(_("Enter the day, for example today."))],
        description=_("Today or earlier."),
    )
    available_until = DutchDateField(_("Until which day can it stay?"), description=_("Leave empty if there is no last day."))
    photo = FileField(_("A photo of it as it is there"), description=_("JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB."))
    picture: StoredPicture | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape, and whether what was sent is a picture."""
        is_valid = bool(super().validate(extra_validators))
        if self.photo.data:
            try:
                self.picture = store_picture(current_app.extensions["media"], self.photo.data.stream.read())
            except Refusal as refusal:
                self.photo.errors, is_valid = [refusal.message], False
        return is_valid

    def pictures(self) -> list[StoredPicture]:
        """The photo, where one was sent."""
        return [self.picture] if self.picture else []

    def draft(self, unit: Unit) -> ThereDraft:
        """What was typed, in the unit of the lot."""
        assert self.quantity.data is not None
        assert self.came_on.data is not None
        amount = Amount(self.quantity.data, unit)
        return ThereDraft(amount, QuantityBasis(self.basis.data), self.came_on.data, self.available_until.data)
