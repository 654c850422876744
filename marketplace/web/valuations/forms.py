"""What is asked to value what an organisation owns, and to write down an appraisal."""

from datetime import date

from werkzeug.datastructures import MultiDict
from wtforms import StringField, TextAreaField

from marketplace.kernel.clock import today
from marketplace.kernel.formats import quantity
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Unit
from marketplace.passports.models import AssetItem
from marketplace.valuations.rules.appraisals import AppraisalDraft
from marketplace.web.ui.forms import CentsField, DecimalField, DutchDateField, Form, IdempotencyField, Required


class StartForm(Form):
    """As of which day everything is valued."""

    idempotency_key = IdempotencyField()
    as_of = DutchDateField(
        _("As of which day?"),
        [Required(_("Enter the day, for example 12 January 2027."))],
        description=_("Today or an earlier day. What happened after that day does not count."),
        is_past=True,
        name="dag",
    )

    def look_at(self, args: MultiDict[str, str], today: date) -> None:
        """The day in the address; today where none stands there. What is no day is told at the field."""
        self.as_of.process(args if self.as_of.name in args else None, today)
        self.as_of.errors = list(self.as_of.process_errors)

    @property
    def day(self) -> date:
        """The day that was typed, or is looked at."""
        assert self.as_of.data is not None
        return self.as_of.data


class AppraisalForm(Form):
    """What a named person appraised a part at, on which day, and where that stands."""

    idempotency_key = IdempotencyField()
    appraiser = StringField(
        _("Who appraised it?"),
        [Required(_("Fill in the name of whoever appraised it."))],
        description=_("The name of a person, for example J. de Boer."),
    )
    valued_on = DutchDateField(_("On which day?"), [Required(_("Enter the day, for example 12 January 2027."))], is_past=True)
    quantity = DecimalField(_("Of how much?"), [Required(_("Enter the quantity in digits, for example 40 or 12.5."))])
    value_cents = CentsField(
        _("What is that worth, as a whole?"),
        [Required(_("Fill in the amount in euro, for example 1,250.00."))],
        description=_("For all of that quantity, in euro and without what it costs to take out, clean or move."),
    )
    source = TextAreaField(
        _("Where does the appraisal stand?"),
        [Required(_("Say where the appraisal stands, for example the name and number of the report."))],
        description=_("For example the name and number of the report."),
    )
    taking_out_cents = CentsField(_("Cost of taking it out, in euro"), description=_("For all of that quantity."))
    cleaning_cents = CentsField(_("Cost of cleaning it, in euro"), description=_("For all of that quantity."))
    transport_cents = CentsField(_("Cost of moving it, in euro"), description=_("For all of that quantity."))

    folded_costs = ("taking_out_cents", "cleaning_cents", "transport_cents")
    unit_label: Text | None = None
    there: str = ""

    def prepare(self, item: AssetItem) -> None:
        """All that is there, today, unless somebody says otherwise; in the unit of the part."""
        self.unit_label, self.there = Unit(item.unit).label, quantity(item.quantity, item.unit)
        if self.valued_on.raw_data is None:
            self.valued_on.data = today()
        if self.quantity.raw_data is None and item.quantity > 0:
            self.quantity.data = item.quantity

    def opens(self) -> bool:
        """Whether the costs stand open: something in them is wrong, or was said."""
        return any(self[name].errors or self[name].data is not None for name in self.folded_costs)

    def draft(self) -> AppraisalDraft:
        """What was typed."""
        assert self.valued_on.data is not None
        return AppraisalDraft(
            value_cents=int(self.value_cents.data or 0),
            appraiser=self.appraiser.data or "",
            valued_on=self.valued_on.data,
            source=self.source.data or "",
            quantity=self.quantity.data,
            **{name: None if self[name].data is None else int(self[name].data) for name in self.folded_costs},
        )
