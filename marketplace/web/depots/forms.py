"""What is asked about a storage place."""

from decimal import Decimal
from typing import Any

from wtforms import BooleanField, Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.widgets import TextInput

from marketplace.accounts.models import Person
from marketplace.depots.rules.capacity import CapacityKind
from marketplace.depots.rules.depot import STORER_LABELS
from marketplace.depots.rules.opening import Hours, Span, Weekday, read_spans
from marketplace.depots.rules.rates import RateDraft, RateUnit
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.forms import ChecksField, DecimalField, DutchDateField, Form, Required, options, or_value_error

_NAME = _("Fill in the name of the depot, for example “Works yard Borne”.")


class DepotForm(Form):
    """The name, place and address of a storage place."""

    name = StringField(
        _("What is the depot called?"),
        [Required(_NAME)],
        description=_("People choose it by this name when they offer something."),
    )
    place = StringField(
        _("Where is it?"),
        [Required(_("Fill in a place, a postcode or coordinates."))],
        description=_("A place, a postcode or coordinates, for example 52.3001, 6.7480. Distances are measured from here."),
    )
    address = StringField(_("Street and number"), description=_("Only people who collect something there get to see it."))


class DetailsForm(Form):
    """What everybody reads of a depot, and its address; its place stays."""

    name = StringField(_("What is the depot called?"), [Required(_NAME)])
    address = StringField(_("Street and number"), description=_("Only people who collect something there get to see it."))
    is_public = BooleanField(_("Everyone can see this depot on the site"))
    collecting = TextAreaField(
        _("What can be collected here, and how?"),
        description=_("Everyone can read this. Leave out names, phone numbers and email addresses."),
    )


class HoursField(Field):
    """The opening hours of one day, typed as `8:00-12:00, 13:00-17:00`."""

    widget = TextInput()
    data: tuple[Span, ...] | None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ", ".join(map(str, self.data or ()))

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; nothing typed is closed."""
        self.data = ()
        if valuelist:
            self.data = or_value_error(lambda: read_spans(str(valuelist[0]), self.short_name))


class HoursForm(Form):
    """A line for each day of the week."""

    monday = HoursField(
        Weekday.MONDAY.label, description=_("For example 8:00-12:00, 13:00-17:00. Leave a day empty when it is closed.")
    )
    tuesday = HoursField(Weekday.TUESDAY.label)
    wednesday = HoursField(Weekday.WEDNESDAY.label)
    thursday = HoursField(Weekday.THURSDAY.label)
    friday = HoursField(Weekday.FRIDAY.label)
    saturday = HoursField(Weekday.SATURDAY.label)
    sunday = HoursField(Weekday.SUNDAY.label)
    opening_note = TextAreaField(
        _("What else must people know?"),
        description=_("Everyone can read this, for example: closed between Christmas and New Year."),
    )

    @property
    def hours(self) -> Hours:
        """The week that was typed."""
        return {day: self[day.value].data or () for day in Weekday}


class RoomForm(Form):
    """How much fits of each kind, and the bays."""

    m2 = DecimalField(_("Square metres"), description=_("Leave a kind empty if it need not be counted."))
    m3 = DecimalField(_("Cubic metres"))
    tonne = DecimalField(_("Tonnes"), description=_("Of everything in it together."))
    pallet = DecimalField(_("Pallet places"))
    bays = TextAreaField(_("Bays"), description=_("One name on each line, for example A1. A bay that you leave out closes."))

    @property
    def amounts(self) -> dict[CapacityKind, Decimal | None]:
        """What fits of each kind, as it was typed."""
        return {kind: self[kind.value].data for kind in CapacityKind}


class StoringForm(Form):
    """What a depot takes, from whom, and for how long."""

    storers = RadioField(
        _("Who may store here?"), [Required()], choices=options((storer.value, label) for storer, label in STORER_LABELS.items())
    )
    takes = ChecksField(_("Which materials does the depot take?"), description=_("Tick none if it takes everything."))
    longest_stay_days = DecimalField(
        _("How many days may something stay at most?"),
        description=_("After that it appears on the list of its keepers, for example 182. Leave it empty if there is no limit."),
    )

    def offer(self, taxonomy: Taxonomy) -> None:
        """The groups of materials that are there."""
        self.takes.choices = options((group.slug, group.name) for group in taxonomy.groups)

    @property
    def stay(self) -> int | None:
        """The days that were typed. Refused: a part of a day."""
        days = self.longest_stay_days.data
        if days is not None and days != days.to_integral_value():
            raise Invalid(_("Enter a whole number of days, for example 14."), "longest_stay_days")
        return None if days is None else int(days)


class KeepersForm(Form):
    """The people who keep a depot."""

    keepers = ChecksField(
        _("Who keeps this depot?"),
        description=_(
            "They take in, count, move and give out. A coordinator of the organisation may do that without being named."
        ),
    )

    def offer(self, people: list[Person]) -> None:
        """The people who may keep it."""
        self.keepers.choices = options((str(person.id), person.name) for person in people)


class RateForm(Form):
    """What one unit costs a week, from a day on."""

    euros_per_week = DecimalField(_("Price for a week, in euros"), [Required()], description=_("For example 0.15."))
    unit = SelectField(_("For one"), [Required()], choices=options((unit.value, unit.one) for unit in RateUnit))
    from_on = DutchDateField(
        _("From which day?"), [Required()], description=_("Today or later. What was charged before does not change.")
    )

    def draft(self) -> RateDraft:
        """The price that was typed."""
        return RateDraft(RateUnit(self.unit.data), self.euros_per_week.data or Decimal(0), self.from_on.data)
