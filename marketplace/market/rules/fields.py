"""The fields of a listing, one row each. The form, its steps, the draft, the lot's page and the API follow from this table.

What is asked of one material only is a row of the reference files (materials/rules/fields.py). A kind that is made of more than one value (a place, a
quantity) has a form field and columns of its own; of such a field the table knows where it is asked and what is copied.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import partial
from typing import Any

from marketplace.kernel.language import Text, _
from marketplace.market.rules.listing import (
    ANSWER_LABELS,
    BASIS_LABELS,
    CERTAINTY_HINTS,
    CERTAINTY_LABELS,
    CONDITION_HINTS,
    CONDITION_LABELS,
    DESCRIPTION_LENGTH_MAX,
    KG_PER_UNIT_MAX,
    LINE_LENGTH_MAX,
    PACKAGING_LABELS,
    PRICE_CENTS_MAX,
    REMARKS_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    Answer,
    QuantityBasis,
)
from marketplace.market.rules.windows import REASON_LENGTH_MAX


class Kind(StrEnum):
    """What a field holds. The last seven are made of more than one value."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    AMOUNT = "amount"
    CENTS = "cents"
    YEAR = "year"
    DAY = "day"
    CHOICE = "choice"
    YES_NO = "yes_no"
    FLAG = "flag"
    MATERIAL = "material"
    QUANTITY = "quantity"
    PLACE = "place"
    DEPOT = "depot"
    PHOTOS = "photos"
    HAZARDS = "hazards"
    CIRCLE = "circle"


COMPOSITE = frozenset({Kind.MATERIAL, Kind.QUANTITY, Kind.PLACE, Kind.DEPOT, Kind.PHOTOS, Kind.HAZARDS, Kind.CIRCLE})
SPOKEN = frozenset({Kind.QUANTITY, Kind.NUMBER, Kind.AMOUNT, Kind.CENTS, Kind.DAY})


class Part(StrEnum):
    """Under which heading of the form a field is asked."""

    OFFER = "offer"
    TITLE = "title"
    ORIGIN = "origin"
    AMOUNT = "amount"
    CONDITION = "condition"
    PLACE = "place"
    PHOTOS = "photos"
    MORE = "more"
    WINDOWS = "windows"

    @property
    def step(self) -> int:
        """The step in which this part is asked: photos, what it is, where and when, check."""
        return {Part.PHOTOS: 1, Part.OFFER: 2, Part.AMOUNT: 2, Part.CONDITION: 2, Part.TITLE: 4}.get(self, 3)


class Needed(IntEnum):
    """From when a lot cannot do without a field."""

    NEVER = 0
    PUBLISHED = 1
    DRAFT = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ListingField:
    """One field of a listing."""

    name: str
    kind: Kind
    label: Text
    part: Part = Part.MORE
    hint: Text | None = None
    needed: Needed = Needed.NEVER
    missing: Text | None = None  # what to say where it is needed and empty
    choices: Mapping[Any, Text] | None = None
    choice_hints: Mapping[Any, Text] | None = None
    default: StrEnum | None = None  # a choice that is always answered
    unit: Text | str | None = None
    longest: int | None = None  # characters
    limits: Mapping[str, int] | None = None  # what the API's document says of bounds that a rule of its own keeps
    is_folded: bool = True  # under "More about this lot" on the page that asks everything
    is_again: bool = True  # copied when the same lot is offered once more
    is_of_project: bool = False  # copied to another lot of the same project
    heading: Text | None = None  # its name beside its value, where that is not the question
    is_feature: bool = False  # shown on the lot's page
    spoken_as: Mapping[bool, Text] | None = None  # yes and no on the lot's page
    is_inside: bool = False  # only the own organisation and whoever works with it see it on the lot's page
    is_checked: bool = False  # shown once more before publishing
    meaning: str = ""  # what the API's document says of it

    @property
    def is_plain(self) -> bool:
        """Whether it is one value."""
        return self.kind not in COMPOSITE

    @property
    def is_spoken(self) -> bool:
        """Whether it is written in another way in another language."""
        return self.kind in SPOKEN

    @property
    def step(self) -> int:
        """The step in which it is asked."""
        return self.part.step

    @property
    def empty(self) -> Any:
        """The value of a field that nobody filled in."""
        return {Kind.LINE: "", Kind.TEXT: "", Kind.FLAG: False}.get(self.kind, self.default)

    def choice(self, value: str | None) -> Any:
        """The word of this value; the default for what is none of them."""
        return next((word for word in self.choices or () if word.value == value), self.default)


_BY_AGREEMENT = _("Leave empty for what your organisation agreed.")
_when = partial(ListingField, part=Part.PLACE, is_folded=False, is_again=False, is_of_project=True)
_day = partial(_when, kind=Kind.DAY)
_turn = partial(ListingField, kind=Kind.DAY, part=Part.WINDOWS, hint=_BY_AGREEMENT, is_folded=False, is_again=False)

FIELDS: tuple[ListingField, ...] = (
    ListingField(
        name="material",
        kind=Kind.MATERIAL,
        label=_("Which material is it?"),
        part=Part.OFFER,
        hint=_("Choose from the list. Type the first letters to find it faster."),
        needed=Needed.DRAFT,
        missing=_("Choose the material. It determines the weight, and what is saved."),
        is_folded=False,
    ),
    ListingField(
        name="title",
        kind=Kind.LINE,
        label=_("What do you call this lot?"),
        part=Part.TITLE,
        hint=_("Name the material and where it comes from, for example: Grey concrete pavers from Dorpsstraat."),
        needed=Needed.DRAFT,
        missing=_("Enter a title, for example “Grey concrete pavers from Dorpsstraat”."),
        longest=TITLE_LENGTH_MAX,
        is_folded=False,
        meaning="at most 120 characters",
    ),
    ListingField(
        name="quantity",
        kind=Kind.QUANTITY,
        label=_("How much is there?"),
        part=Part.AMOUNT,
        needed=Needed.DRAFT,
        missing=_("Enter the quantity in digits, for example 1,200 or 12.5."),
        is_folded=False,
        is_again=False,
    ),
    ListingField(
        name="quantity_basis",
        kind=Kind.CHOICE,
        label=_("How do you know the quantity?"),
        part=Part.AMOUNT,
        needed=Needed.DRAFT,
        choices=BASIS_LABELS,
        default=QuantityBasis.ESTIMATED,
        is_folded=False,
    ),
    ListingField(
        name="condition",
        kind=Kind.CHOICE,
        label=_("In what condition is it?"),
        part=Part.CONDITION,
        needed=Needed.DRAFT,
        missing=_("Choose the condition."),
        choices=CONDITION_LABELS,
        choice_hints=CONDITION_HINTS,
        is_folded=False,
    ),
    ListingField(
        name="place",
        kind=Kind.PLACE,
        label=_("Where is it?"),
        part=Part.PLACE,
        needed=Needed.PUBLISHED,
        is_folded=False,
        is_of_project=True,
    ),
    ListingField(
        name="depot",
        kind=Kind.DEPOT,
        label=_("Or is it in a depot?"),
        part=Part.PLACE,
        hint=_("Then the place of the depot counts."),
        is_folded=False,
        is_of_project=True,
    ),
    _when(
        name="planned",
        kind=Kind.FLAG,
        label=_("Is it there already?"),
        choices={False: _("It is there, or the day is fixed"), True: _("It comes free later")},
        meaning="not there yet: it comes free between earliest and latest, and availableFrom and availableUntil follow from those; absent: false",
    ),
    _day(
        name="available_from",
        label=_("From which day can it be collected?"),
        hint=_("For example 12 January 2027, 12 January or today. A day in the past is fine."),
        needed=Needed.DRAFT,
        missing=_("Enter the first day, for example 12 January 2027."),
        meaning="first day on which it is free; may be in the past; required unless planned, and then left out",
    ),
    _day(
        name="available_until",
        label=_("Until which day?"),
        hint=_("Leave empty if there is no last day."),
        meaning="last day",
    ),
    _day(
        name="earliest",
        label=_("From which day can it come free?"),
        hint=_("For example 1 July 2028. You can move it later, with a reason."),
        missing=_("Enter the first day on which it can come free, for example 1 July 2028."),
        meaning="of what is planned: first day on which it can come free; today or later",
    ),
    _day(
        name="latest",
        label=_("And on which day at the latest?"),
        missing=_("Enter the day on which it comes free at the latest, for example 30 September 2028."),
        meaning="of what is planned: last day on which it can come free, at most three years after earliest",
    ),
    _when(
        name="certainty",
        kind=Kind.CHOICE,
        label=_("How certain is that?"),
        missing=_("Choose how sure it is that it comes free in that period."),
        choices=CERTAINTY_LABELS,
        choice_hints=CERTAINTY_HINTS,
        meaning="of what is planned: how sure its period is",
    ),
    ListingField(
        name="photos",
        kind=Kind.PHOTOS,
        label=_("Take or choose photos"),
        part=Part.PHOTOS,
        hint=_("At least one photo to publish, at most 12. JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB each."),
        needed=Needed.PUBLISHED,
        missing=_("Add at least one photo. A listing without a photo cannot be published."),
        is_folded=False,
    ),
    ListingField(
        name="hazards",
        kind=Kind.HAZARDS,
        label=_("Hazardous substances"),
        part=Part.CONDITION,
        is_folded=False,
        meaning="hazard code of the material to yes, no or unknown",
    ),
    ListingField(
        name="description",
        kind=Kind.TEXT,
        label=_("Description"),
        hint=_("For example size, colour, how it was removed and how much is broken."),
        longest=DESCRIPTION_LENGTH_MAX,
        meaning="at most 5 000 characters",
    ),
    ListingField(
        name="packaging",
        kind=Kind.CHOICE,
        label=_("How is it packed?"),
        choices=PACKAGING_LABELS,
        heading=_("How it is packed"),
        is_feature=True,
    ),
    ListingField(
        name="loading_possible",
        kind=Kind.YES_NO,
        label=_("Can you load it for whoever collects it?"),
        choices={True: _("Yes, we load it"), False: _("No, whoever collects it loads it")},
        heading=_("Loading on the spot"),
        is_feature=True,
        spoken_as={True: _("possible"), False: _("not possible")},
        meaning="whether there is help with loading",
    ),
    ListingField(
        name="kg_per_unit",
        kind=Kind.NUMBER,
        label=_("Measured weight per unit, in kilograms"),
        hint=_("Only if it was weighed. Otherwise we use the weight of the material."),
        unit="kg",
        meaning="measured weight of one unit in kg; replaces the taxonomy's",
        limits={"exclusiveMinimum": 0, "maximum": int(KG_PER_UNIT_MAX)},
    ),
    ListingField(
        name="price_cents_per_unit",
        kind=Kind.CENTS,
        label=_("Price per unit, in euro"),
        hint=_("Leave empty if it is free of charge."),
        unit=_("euro"),
        meaning="in euro cents per unit; absent: free",
        limits={"maximum": PRICE_CENTS_MAX},
    ),
    ListingField(
        name="project",
        kind=Kind.LINE,
        label=_("From which project does it come?"),
        part=Part.ORIGIN,
        longest=LINE_LENGTH_MAX,
        is_of_project=True,
        heading=_("Project"),
        is_feature=True,
        is_inside=True,
        is_checked=True,
    ),
    ListingField(
        name="year_of_construction",
        kind=Kind.YEAR,
        label=_("In which year was it built?"),
        part=Part.ORIGIN,
        hint=_("In four digits, for example 1987."),
        heading=_("Year of construction"),
        is_feature=True,
        is_checked=True,
    ),
    ListingField(
        name="asbestos_suspected",
        kind=Kind.CHOICE,
        label=_("Do you suspect asbestos?"),
        part=Part.CONDITION,
        choices=ANSWER_LABELS,
        default=Answer.UNKNOWN,
    ),
    ListingField(
        name="remarks",
        kind=Kind.TEXT,
        label=_("Remarks"),
        hint=_("For example when you can be reached, or what somebody must bring."),
        longest=REMARKS_LENGTH_MAX,
    ),
    ListingField(
        name="minimum_part",
        kind=Kind.AMOUNT,
        label=_("What is the smallest part that you give away?"),
        hint=_("In the unit of the quantity. Leave empty if any part is fine. What is left at the end always goes."),
        heading=_("Smallest part"),
        is_again=False,
        is_checked=True,
        meaning="the smallest part that is given away, in the unit of the quantity; absent: any",
    ),
    ListingField(
        name="circle",
        kind=Kind.CIRCLE,
        label=_("Which municipalities are in the circle?"),
        part=Part.WINDOWS,
        hint=_("They may reserve before the rest of the region."),
        is_folded=False,
        meaning="slugs of municipalities that go before the region; empty: none; absent: as the organisation agreed",
    ),
    _turn(
        name="circle_from",
        label=_("From which day may the circle reserve?"),
        meaning="first day on which that circle may reserve",
    ),
    _turn(
        name="region_from",
        label=_("From which day may the other municipalities reserve?"),
        meaning="first day on which the region's municipalities may reserve",
    ),
    _turn(
        name="partners_from", label=_("From which day may partners reserve?"), meaning="first day on which partners may reserve"
    ),
    _turn(
        name="window_reason",
        kind=Kind.TEXT,
        label=_("Why does somebody not wait for the one before?"),
        hint=_("Only if you let the region or the partners in together with the ones before them. Everyone can read this."),
        meaning="why a ring is skipped; required when one is",
        limits={"maxLength": REASON_LENGTH_MAX},
    ),
)
