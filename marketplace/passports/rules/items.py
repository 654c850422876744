"""What may be said of a part of an asset. One material, how much, how that is known, and what happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from marketplace.kernel.dates import FIRST_DAY
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean, find_length_faults, quoted
from marketplace.kernel.units import Amount, Quantity, Unit, check_amount
from marketplace.market.rules.listing import Answer, Condition
from marketplace.materials.rules.taxonomy import MASS_PLACES

ELEMENT_LENGTH_MAX = 120
SOURCE_LENGTH_MAX = 300
REASON_LENGTH_MAX = 500
USE_COUNT_MAX = 50
ITEMS_MAX = 500  # of one asset
UNUSUAL_KG = Decimal(20_000_000)  # 20 000 tonnes of one material in one asset: asked twice
PART_KG_MAX = Decimal(1_000_000_000)  # a million tonnes: fifty times that, and ten times the heaviest lot


class KnownBy(StrEnum):
    """How the quantity is known, from measured on the spot to worked out."""

    MEASURED = "measured"
    DESIGN = "design"
    ARCHIVE = "archive"
    ESTIMATE = "estimate"

    @property
    def label(self) -> Text:
        """The word as people read it."""
        return _KNOWN_LABELS[self]


_KNOWN_LABELS: dict[KnownBy, Text] = {
    KnownBy.MEASURED: _("Measured"),
    KnownBy.DESIGN: _("From the design or the bill of quantities"),
    KnownBy.ARCHIVE: _("From the archive"),
    KnownBy.ESTIMATE: _("Estimate"),
}


class Detachability(StrEnum):
    """How a part comes loose, as far as it decides whether it can be used again."""

    LOOSE = "loose"
    SCREWED = "screwed"
    BONDED = "bonded"
    MONOLITHIC = "monolithic"

    @property
    def label(self) -> Text:
        """The word as people read it."""
        return _DETACH_LABELS[self]


_DETACH_LABELS: dict[Detachability, Text] = {
    Detachability.LOOSE: _("Loosely laid"),
    Detachability.SCREWED: _("Screwed or clamped"),
    Detachability.BONDED: _("Glued, in mortar or welded"),
    Detachability.MONOLITHIC: _("Cast in one: comes loose by breaking"),
}


class ChangeKind(StrEnum):
    """What happened to a part. The first four a person says; the others follow from the bank."""

    PUT_IN = "put_in"
    TAKEN_OUT = "taken_out"
    COUNTED = "counted"
    LOST = "lost"
    HANDED_OVER = "handed_over"
    CAME_BACK = "came_back"
    UNDONE = "undone"

    @property
    def label(self) -> Text:
        """The word as people read it."""
        return _CHANGE_LABELS[self]


_CHANGE_LABELS: dict[ChangeKind, Text] = {
    ChangeKind.PUT_IN: _("Put in"),
    ChangeKind.TAKEN_OUT: _("Taken out"),
    ChangeKind.COUNTED: _("Measured again"),
    ChangeKind.LOST: _("Lost"),
    ChangeKind.HANDED_OVER: _("Handed over by the bank"),
    ChangeKind.CAME_BACK: _("Came back"),
    ChangeKind.UNDONE: _("Import undone"),
}
ENTERED = (ChangeKind.PUT_IN, ChangeKind.TAKEN_OUT, ChangeKind.COUNTED, ChangeKind.LOST)


@dataclass(frozen=True, slots=True)
class ItemDetails:
    """What is said of a part beside its material and its quantity.

    It may change without anything happening to the part.
    """

    element: str = ""
    layer: int | None = None
    known_by: KnownBy = KnownBy.ARCHIVE
    source: str = ""
    detachability: Detachability | None = None
    condition: Condition | None = None
    hazards: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A part of an asset. `layer` counts from the top, 1 first. `kg_per_unit` None: as the list of materials says.

    `use_count`: how often it was used before it came here.
    """

    material: str
    quantity: Quantity
    details: ItemDetails = ItemDetails()
    kg_per_unit: Decimal | None = None
    use_count: int = 0
    confirm_unusual: bool = False


@dataclass(frozen=True, slots=True)
class ChangeDraft:
    """What happened to a part, and how much went in or out. Of what was measured again: how much it is now."""

    kind: ChangeKind
    amount: Decimal
    happened_on: date
    reason: str = ""
    confirm_unusual: bool = False


def mass_kg(amount: Decimal, kg_per_unit: Decimal) -> Decimal:
    """What an amount weighs, to the gram, halves away from nought."""
    return (amount * kg_per_unit).quantize(MASS_PLACES, rounding=ROUND_HALF_UP)


def clean_details(details: ItemDetails, hazards: tuple[str, ...]) -> ItemDetails:
    """The same, tidy; or a sentence for each fault. An estimate says what it was worked out from. `hazards`: what the material may hold."""
    element = clean(details.element, field="element")
    source = clean(details.source, lines=True, field="source")
    faults = find_length_faults("element", element, ELEMENT_LENGTH_MAX) + find_length_faults("source", source, SOURCE_LENGTH_MAX)
    if details.layer is not None and not 1 <= details.layer <= ITEMS_MAX:
        faults.append(FieldError("layer", _("Layers are numbered from the top: 1, 2, 3 and so on.")))
    if details.known_by is KnownBy.ESTIMATE and not source:
        faults.append(
            FieldError("source", _("Say what the estimate was worked out from, for example: 1 200 m² × 8 cm, drawing 14."))
        )
    faults += [
        FieldError("hazards", _("“%(code)s” is not declared for this material. Leave it out.", code=quoted(code)))
        for code in details.hazards
        if code not in hazards
    ]
    if faults:
        raise Invalid.all(faults)
    return ItemDetails(
        element, details.layer, details.known_by, source, details.detachability, details.condition, dict(details.hazards)
    )


def check_mass(kg: Decimal, *, confirmed: bool) -> None:
    """Ask twice for more than 20 000 tonnes of one material in one asset. Most often it is a slip of the keyboard.

    More than a million tonnes is refused, however often it is confirmed.
    """
    if kg > PART_KG_MAX:
        sentence = _(
            "This would be more than %(most)s tonnes in this one asset. Check the quantity, the unit and the weight.",
            most=PART_KG_MAX / 1000,
        )
        raise Invalid(sentence, "quantity")
    if kg > UNUSUAL_KG and not confirmed:
        tonnes = Amount((kg / 1000).quantize(Decimal(1)), Unit.TONNE)
        raise Invalid(
            _("Do you mean %(tonnes)s in this one asset? If it is right, confirm it.", tonnes=tonnes), "confirm_unusual"
        )


def check_use_count(count: int) -> None:
    """Refuse how often it was used before that cannot be."""
    if not 0 <= count <= USE_COUNT_MAX:
        raise Invalid(_("Enter how often it was used before, from 0 to %(most)s.", most=USE_COUNT_MAX), "use_count")


def find_delta(change: ChangeDraft, there: Decimal, unit: Unit) -> Decimal:
    """What the part gains or loses by a change. Refused: more taken out or lost than there is, and a count that changes nothing."""
    if change.kind is ChangeKind.COUNTED:
        if change.amount == there:
            raise Invalid(_("It is %(there)s already: nothing changes.", there=Amount(there, unit)), "quantity")
        return change.amount - there
    if change.kind is ChangeKind.PUT_IN:
        return change.amount
    if change.amount > there:
        raise Invalid(_("Of this part there is %(there)s. Enter that or less.", there=Amount(there, unit)), "quantity")
    return -change.amount


def check_left(change: ChangeDraft, left: Decimal, unit: Unit, kg_per_unit: Decimal) -> None:
    """Refuse that a change makes a part more than a new part may be.

    What is asked twice of a new part is asked twice here.
    """
    check_amount(left, unit)
    check_mass(mass_kg(left, kg_per_unit), confirmed=change.confirm_unusual)


def clean_change(change: ChangeDraft, today: date) -> ChangeDraft:
    """The change with a tidy reason. Refused: a day to come or before 1990, and no reason for what was lost or measured again."""
    reason = clean(change.reason, lines=True, longest=REASON_LENGTH_MAX, field="reason")
    if change.kind not in ENTERED:
        raise Invalid(_("This follows from a transfer and cannot be entered by hand."), "kind")
    if change.happened_on > today:
        raise Invalid(_("This day has not come yet. Enter the day on which it happened."), "happened_on")
    if change.happened_on < FIRST_DAY:
        raise Invalid(_("This day is too long ago. Check the year."), "happened_on")
    if not reason and change.kind in (ChangeKind.LOST, ChangeKind.COUNTED):
        raise Invalid(_("Say why, in one sentence: it stays with this part for whoever checks it later."), "reason")
    return replace(change, reason=reason)
