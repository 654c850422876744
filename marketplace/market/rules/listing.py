"""What may stand in a listing, and how its life goes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marketplace.kernel.errors import Conflict, FieldError, Invalid, Taken
from marketplace.kernel.formats import number
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _, in_default_locale
from marketplace.kernel.text import clean, search_text
from marketplace.kernel.units import Quantity, Unit, check_amount
from marketplace.materials.rules.fields import UNKNOWN, Field, FieldKind
from marketplace.materials.rules.taxonomy import Material
from marketplace.places.rules import PlaceBasis

EXTERNAL_ID_LENGTH_MAX = 120
STUFF = frozenset({"material", "unit"})  # another of these is another lot


def clean_external_id(text: str | None) -> str | None:
    """One line, or None where nothing is said."""
    return clean(text or "", longest=EXTERNAL_ID_LENGTH_MAX, field="external_id") or None


def taken(external_id: str, number: int) -> Taken:
    """There is one already, with this id here."""
    sentence = _(
        "Your organisation has one with the external id “%(external_id)s” already: number %(number)s.",
        external_id=external_id,
        number=number,
    )
    return Taken(sentence, "external_id", id=number)


CORRECTION_LENGTH_MAX = 500  # why a quantity was corrected
TITLE_LENGTH_MAX = 120
DESCRIPTION_LENGTH_MAX = 5000
LINE_LENGTH_MAX = 200
REMARKS_LENGTH_MAX = 2000
PRICE_CENTS_MAX = 100_000_000
PRICE_EUROS_PER_KG_MAX = Decimal(10_000)  # no price here is more, by far
KG_PER_UNIT_MAX = Decimal(1_000_000)
LOT_KG_MAX = 100_000_000  # 100 000 tonnes: ten times what all depots of the region hold
OFFER_KG_MAX = 2_000_000_000  # 2 million tonnes: more than lies anywhere to be offered, or is needed anywhere
WEIGHT_TIMES = 3  # a measured weight that differs by more than this factor from the taxonomy's is asked again
WEIGHED = (Unit.TONNE, Unit.KG)
FIRST_YEAR = 1200
PLAN_YEARS_MAX = 3  # a period that is longer fits every demand, and tells nobody anything
STALE_AFTER = timedelta(days=60)  # domain.md: nobody has confirmed it for 60 days


class Condition(StrEnum):
    """How good it is: nieuw, goed, redelijk, matig."""

    NEW = "new"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"

    @property
    def rank(self) -> int:
        """4 for new, 1 for poor."""
        return 4 - list(Condition).index(self)


class ListingStatus(StrEnum):
    """draft → published → closed, with withdrawn from draft or published."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class QuantityBasis(StrEnum):
    """How the quantity is known: geschat, uit tekening, gemeten, gewogen."""

    ESTIMATED = "estimated"
    FROM_DRAWING = "from_drawing"
    MEASURED = "measured"
    WEIGHED = "weighed"


class Packaging(StrEnum):
    """How it lies there. Loose pavers may not be laid by hand again without packing."""

    LOOSE = "loose"
    PALLET = "pallet"
    MACHINE_PACK = "machine_pack"


class Certainty(StrEnum):
    """How sure a period is: idee, begroot, aanbesteed, in uitvoering."""

    IDEA = "idea"
    BUDGETED = "budgeted"
    TENDERED = "tendered"
    IN_EXECUTION = "in_execution"


class Answer(StrEnum):
    """Unknown is an answer of its own and never passes for no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


CONDITION_LABELS: dict[Condition, Text] = {
    Condition.NEW: _("New"),
    Condition.GOOD: _("Good"),
    Condition.FAIR: _("Fair"),
    Condition.POOR: _("Poor"),
}
CONDITION_HINTS: dict[Condition, Text] = {
    Condition.NEW: _("never used"),
    Condition.GOOD: _("light traces of use, ready to be used again"),
    Condition.FAIR: _("some breakage or wear, sorting or repair needed"),
    Condition.POOR: _("much damage, fit for repair or as raw material"),
}
BASIS_LABELS: dict[QuantityBasis, Text] = {
    QuantityBasis.ESTIMATED: _("Estimated"),
    QuantityBasis.FROM_DRAWING: _("From a drawing"),
    QuantityBasis.MEASURED: _("Measured"),
    QuantityBasis.WEIGHED: _("Weighed"),
}
PACKAGING_LABELS: dict[Packaging, Text] = {
    Packaging.LOOSE: _("Loose"),
    Packaging.PALLET: _("On pallets"),
    Packaging.MACHINE_PACK: _("In machine packs"),
}
CERTAINTY_LABELS: dict[Certainty, Text] = {
    Certainty.IDEA: _("Idea"),
    Certainty.BUDGETED: _("Budgeted"),
    Certainty.TENDERED: _("Tendered"),
    Certainty.IN_EXECUTION: _("In execution"),
}
CERTAINTY_HINTS: dict[Certainty, Text] = {
    Certainty.IDEA: _("there is no money for the work yet"),
    Certainty.BUDGETED: _("the work is in the budget"),
    Certainty.TENDERED: _("a contractor has the work"),
    Certainty.IN_EXECUTION: _("the work has begun"),
}
ANSWER_LABELS: dict[Answer, Text] = {Answer.YES: _("Yes"), Answer.NO: _("No"), Answer.UNKNOWN: _("Unknown")}
LISTING_STATUS_LABELS: dict[ListingStatus, Text] = {
    ListingStatus.DRAFT: _("Draft"),
    ListingStatus.PUBLISHED: _("Published"),
    ListingStatus.CLOSED: _("Closed"),
    ListingStatus.WITHDRAWN: _("Withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """An exact place as one reader may know it.

    The point, and the address only where that is theirs to read.
    """

    lat: float
    lon: float
    address: str | None


@dataclass(frozen=True, slots=True)
class Location:
    """Where something lies: an exact point, and how it is known. `municipality` is a slug, empty outside the region."""

    place_name: str
    municipality: str
    point: Point
    basis: PlaceBasis
    address: str | None = None


@dataclass(frozen=True, slots=True)
class ListingDraft:
    """What a person says of a lot. Organisation, owner, status and counters never come from here."""

    title: str
    material: str
    quantity: Quantity
    condition: Condition
    available_from: date | None = None  # None of what is planned: its period says it
    location: Location | None = None
    depot_id: int | None = None
    description: str = ""
    available_until: date | None = None
    planned: bool = False
    earliest: date | None = None
    latest: date | None = None
    certainty: Certainty | None = None
    quantity_basis: QuantityBasis = QuantityBasis.ESTIMATED
    kg_per_unit: Decimal | None = None
    packaging: Packaging | None = None
    loading_possible: bool | None = None
    price_cents_per_unit: int | None = None
    project: str = ""
    year_of_construction: int | None = None
    asbestos_suspected: Answer = Answer.UNKNOWN
    hazards: dict[str, Answer] = field(default_factory=dict)
    remarks: str = ""
    minimum_part: Decimal | None = None  # in the unit of the quantity; None: any part
    circle: tuple[str, ...] | None = None  # slugs; None: as the organisation agreed, empty: no circle
    circle_from: date | None = None
    region_from: date | None = None
    partners_from: date | None = None
    window_reason: str = ""
    confirm_unusual: bool = False  # yes, a weight so far from the taxonomy's
    fields: Mapping[str, Any] | None = None  # by the slugs of the material's fields; None: as it was


def find_unit_faults(quantity: Quantity, units: tuple[Unit, ...]) -> list[FieldError]:
    """A sentence where the material does not go by the unit of the quantity, else none."""
    if quantity.unit in units:
        return []
    names = ", ".join(str(unit.label) for unit in units)
    return [FieldError("unit", _("This material is not measured in that unit. Choose one of: %(units)s.", units=names))]


def find_mass_faults(amount: Decimal, kg_per_unit: Decimal | None, most_kg: int = LOT_KG_MAX) -> list[FieldError]:
    """A sentence where so much would weigh more than any lot, or than all that is offered.

    That is a slip in the quantity, the unit or the weight. Without a weight there is none; another sentence says so then.
    """
    if kg_per_unit is None or amount * kg_per_unit <= most_kg:
        return []
    sentence = _("This would weigh more than %(most)s tonnes. Check the quantity, the unit and the weight.", most=most_kg // 1000)
    return [FieldError("quantity", sentence)]


def find_dear_faults(field: str, cents: Decimal, kg: Decimal | None) -> list[FieldError]:
    """A sentence where an amount of money is more for each kilogram than any material costs. A slip in it would be in every sum.

    Without a weight there is none; another sentence says so then.
    """
    if kg is None or cents <= kg * PRICE_EUROS_PER_KG_MAX * 100:
        return []
    sentence = _(
        "That is more than € %(most)s for each kilogram. Check the amount, the unit and the weight.", most=PRICE_EUROS_PER_KG_MAX
    )
    return [FieldError(field, sentence)]


def check_mass(amount: Decimal, kg_per_unit: Decimal, field: str = "quantity") -> None:
    """Refuse so much that it would weigh more than any lot does."""
    for fault in find_mass_faults(amount, kg_per_unit):
        raise Invalid(fault.message, field)


def is_part_allowed(amount: Decimal, available: Decimal, minimum: Decimal | None) -> bool:
    """Whether the owner gives away a part of this size.

    The smallest part or more, or all that is left. No smallest part means any.
    """
    return minimum is None or amount >= minimum or amount == available


def returned_title(title: str) -> str:
    """The title of a lot that came back, in the language of the bank. It says so once, however often it comes back."""
    mark = in_default_locale(_("Came back: %(title)s", title=""))
    return title if title.startswith(mark) else f"{mark}{title}"[:TITLE_LENGTH_MAX]


def is_stale(confirmed_on: date, today: date) -> bool:
    """Nobody has confirmed it for 60 days: it leaves the catalogue until somebody does."""
    return confirmed_on + STALE_AFTER < today


def find_part_faults(smallest: Decimal | None, quantity: Quantity) -> list[FieldError]:
    """What a smallest part cannot be: nothing, part of a piece, or more than there is. In the unit of the quantity; None is any part."""
    if smallest is None:
        return []
    try:
        check_amount(smallest, quantity.unit)
    except Invalid as refusal:
        return [FieldError("minimum_part", refusal.message)]
    if smallest > quantity.amount:
        return [FieldError("minimum_part", _("The smallest part is more than there is. Enter %(most)s or less.", most=quantity))]
    return []


def listing_search_text(title: str, description: str, material: Material, answers: Iterable[str] = ()) -> str:
    """Make the search text of a listing.

    Title, the material's names, synonyms and group and the answers to its fields in both languages, and the description, which may be
    too long to store whole.
    """
    return search_text(title, *material.search_words, *answers, description)


def answer_words(fields: Mapping[str, Field], answers: Mapping[str, Any]) -> tuple[str, ...]:
    """The words by which a lot is found for what it says of its fields.

    Choices and lines, numbers with their unit, and the name of the field where the answer is yes. What is unknown has none.
    """
    known_answers = [(fields[slug], value) for slug, value in sorted(answers.items()) if slug in fields and value != UNKNOWN]
    return tuple(word for field, value in known_answers for word in _words_of(field, value))


def _words_of(field: Field, value: Any) -> tuple[str, ...]:
    match field.kind:
        case FieldKind.CHOICE:
            chosen = field.choice(value)
            return (chosen.name_nl, chosen.name_en) if chosen else ()
        case FieldKind.ANSWER:
            return (field.name_nl, field.name_en) if value == Answer.YES else ()
        case FieldKind.NUMBER:
            return (f"{value} {field.unit_nl}", field.unit_en)
        case FieldKind.DAY:
            return ()
    return (str(value),)


def check_said_of_lot(changed: set[str], *, has: str | None, is_stored: bool) -> None:
    """What is offered from stock is what lies there. How much, what and where is said of the lot; a depot says itself where it is.

    `has`: who has it instead of its owner, a depot (`is_stored`) or an organisation.
    """
    with_holder = () if is_stored else ("place",) if has is None else ("kg_per_unit", "place")
    fixed = ("quantity", *sorted(STUFF), "depot", *with_holder)
    field = next((name for name in fixed if name in changed), None)
    if field is None:
        return
    if has is None:
        raise Conflict(_("This offers a lot in stock. Count, split or move the lot itself; the listing says the same."), field)
    raise Conflict(
        _("%(has)s has this lot: it is counted, weighed and moved there, and the listing says the same. Ask them.", has=has),
        field,
    )


def check_weight_of_lot(stated_kg: Decimal | None, kg_per_unit: Decimal, *, unit: Unit, is_measured: bool) -> None:
    """Refuse another weight than a lot in stock has. Nothing said is the usual weight, which is not that of a lot that was weighed."""
    if stated_kg == kg_per_unit or (stated_kg is None and not is_measured):
        return
    facts = {"weight": number(kg_per_unit, max(0, -int(kg_per_unit.normalize().as_tuple().exponent))), "unit": unit.one}
    if is_measured:
        sentence = _("This lot was weighed: one %(unit)s weighs %(weight)s kg. Fill in that weight.", **facts)
    else:
        sentence = _(
            "This lot was not weighed: the usual %(weight)s kg for one %(unit)s counts. Leave the weight empty.", **facts
        )
    raise Invalid(sentence, "kg_per_unit")
