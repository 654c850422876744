"""What is asked of what comes free, and of what was received."""

from collections.abc import Collection, Sequence

from wtforms import RadioField, SelectField, StringField

from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount
from marketplace.market.rules.listing import CERTAINTY_LABELS, CONDITION_LABELS, Certainty, Condition
from marketplace.passports.models import Asset, AssetItem
from marketplace.passports.queries.releases import Free
from marketplace.passports.rules.assets import Coming
from marketplace.passports.rules.items import ItemDetails
from marketplace.passports.rules.releasing import Piece, ReleaseDraft
from marketplace.web.ui.forms import ChecksField, DecimalField, DutchDateField, Form, IdempotencyField, Required, options

_HOW_MUCH = Required(_("Enter the quantity in digits, for example 40 or 12.5."))


class ReleaseForm(Form):
    """How much comes free of a part, when, and how sure that is."""

    idempotency_key = IdempotencyField()
    quantity = DecimalField(_("How much comes free?"), [_HOW_MUCH])
    also = ChecksField(
        _("Do these come free with it?"), description=_("Parts of the same material, for one lot."), validate_choice=False
    )
    earliest = DutchDateField(_("First day"), [Required(_("Enter the first day, for example 1 July 2028."))])
    latest = DutchDateField(_("Last day"), [Required(_("Enter the last day, for example 30 September 2028."))])
    certainty = SelectField(
        _("How certain is that?"),
        [Required(_("Choose how sure it is that it comes free in that period."))],
        choices=options(
            ((certainty.value, CERTAINTY_LABELS[certainty]) for certainty in Certainty), empty=_("Choose how certain it is")
        ),
    )
    condition = RadioField(
        _("In which condition is it?"),
        [Required(_("Choose the condition."))],
        choices=options((condition.value, CONDITION_LABELS[condition]) for condition in Condition),
    )

    unit_label: Text | None = None
    offered: Collection[str] = ()

    def prepare(self, asset: Asset, item: AssetItem, left: Amount, others: Sequence[Free]) -> None:
        """What the asset and the part say already, unless something was typed."""
        self.unit_label = item.unit_of.label
        self.also.choices = [
            (str(other.item.number), str(_("%(part)s: %(left)s", part=other.name, left=other.left))) for other in others
        ]
        self.offered = {str(other.item.number) for other in others}
        if self.is_submitted():
            return
        self.quantity.data, self.condition.data = left.amount, item.condition
        self.earliest.data, self.latest.data = asset.release_earliest, asset.release_latest
        self.certainty.data = asset.certainty or ""

    def draft(self, item: AssetItem) -> ReleaseDraft:
        """What was typed; of the other parts that were ticked all that is left."""
        also = (Piece(item.asset_id, int(number)) for number in self.also.data or () if number in self.offered)
        return ReleaseDraft(
            pieces=(Piece(item.asset_id, item.number, self.quantity.data), *also),
            condition=Condition(self.condition.data),
            coming=Coming(self.earliest.data, self.latest.data, Certainty(self.certainty.data)),
        )


class ReceiveForm(Form):
    """Into which asset what was received goes, and how much of it."""

    idempotency_key = IdempotencyField()
    asset = SelectField(_("Into which passport does it go?"), [Required(_("Choose a passport."))], validate_choice=False)
    quantity = DecimalField(_("How much of it?"), [_HOW_MUCH])
    element = StringField(_("As what?"), description=_("For example the carriageway. May stay empty."))

    unit_label: Text | None = None
    offered: Collection[str] = ()

    def prepare(self, assets: Sequence[Asset], left: Amount) -> None:
        """The own passports by name, and all that is not in one yet."""
        self.unit_label = left.unit.label
        self.offered = {str(asset.id) for asset in assets}
        self.asset.choices = [("", str(_("Choose a passport"))), *((str(asset.id), asset.name) for asset in assets)]
        if not self.is_submitted():
            self.quantity.data = left.amount

    def chosen(self) -> int:
        """The number of the passport, 0 for what is none of the list."""
        return int(self.asset.data) if self.asset.data in self.offered else 0

    def details(self) -> ItemDetails:
        """What was said of it."""
        return ItemDetails(element=self.element.data or "")
