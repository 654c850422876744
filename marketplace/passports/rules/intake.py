"""How much there is of a part, where a table of an asset system does not say so itself. And one judgement for every way in."""

from dataclasses import dataclass, replace
from decimal import Decimal

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import clean, fold
from marketplace.kernel.units import Quantity, Unit, round_worked_out
from marketplace.market.rules.listing import Answer
from marketplace.market.rules.values import find_weight_faults
from marketplace.materials.rules.taxonomy import Material
from marketplace.passports.rules.assets import AssetDraft, clean_asset_name
from marketplace.passports.rules.items import ItemDetails, ItemDraft, check_mass, check_use_count, clean_details, mass_kg
from marketplace.passports.rules.shapes import clean_shape

HUNDRED = Decimal(100)
THICKEST_CM = Decimal(1_000)
_LAYERED = (Unit.M3, Unit.TONNE)
_ANSWERS = {
    **dict.fromkeys(("ja", "yes"), Answer.YES),
    **dict.fromkeys(("nee", "no"), Answer.NO),
    **dict.fromkeys(("onbekend", "unknown"), Answer.UNKNOWN),
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A part as it is written down: everything of it was judged."""

    material: Material
    quantity: Quantity
    details: ItemDetails
    kg_per_unit: Decimal
    kg_basis: str
    use_count: int

    @property
    def mass_kg(self) -> Decimal:
        """What it weighs, to the gram."""
        return mass_kg(self.quantity.amount, self.kg_per_unit)


def tidy_asset(draft: AssetDraft) -> AssetDraft:
    """The same with its texts and its shape as they are stored. Refused: no name, and a shape that is none."""
    return replace(
        draft,
        name=clean_asset_name(draft.name),
        external_id=clean(draft.external_id, field="external_id"),
        external_system=clean(draft.external_system, field="external_system"),
        shape=None if draft.shape is None else clean_shape(draft.shape),
    )


def weigh_item(draft: ItemDraft, material: Material) -> Weighed:
    """The part with its weight. Refused: a unit that the material has not, a weight far from the usual, too much of it."""
    unit = draft.quantity.unit
    if not material.takes(unit):
        units = ", ".join(str(unit.label) for unit in material.units)
        raise Invalid(_("This material is not counted in that unit. Choose one of: %(units)s.", units=units), "unit")
    details = clean_details(draft.details, tuple(material.hazard_codes))
    check_use_count(draft.use_count)
    usual, basis = material.kg_per_unit(unit), "taxonomy"
    each = usual
    if draft.kg_per_unit is not None:
        faults = find_weight_faults(draft.kg_per_unit, unit, usual=usual, confirmed=draft.confirm_unusual)
        if faults:
            raise Invalid.all(faults)
        each, basis = draft.kg_per_unit, "measured"
    check_mass(mass_kg(draft.quantity.amount, each), confirmed=draft.confirm_unusual)
    return Weighed(material, draft.quantity, details, each, basis, draft.use_count)


def find_layer(area_m2: Decimal, thickness_cm: Decimal, material: Material) -> Quantity:
    """How much there is of a layer. 1 200 m² of 8 cm are 96 m³; in tonnes where the material is weighed.

    Of what is counted by the m² alone, such as paving stones, it is the area itself: they bring their thickness along.
    Refused at `thickness`: nothing, more than ten metres, and what has no weight by volume.
    """
    if not 0 < thickness_cm <= THICKEST_CM:
        raise Invalid(_("A layer is between 0 and %(most)s cm thick. Check the number.", most=THICKEST_CM), "thickness")
    if material.default_unit is Unit.M2:
        return Quantity(round_worked_out(area_m2), Unit.M2)
    if not material.takes(Unit.M3):
        sentence = _("Of this material it is not known what a cubic metre weighs. Enter how much there is, with its unit.")
        raise Invalid(sentence, "thickness")
    volume = area_m2 * thickness_cm / HUNDRED
    unit = material.default_unit if material.default_unit in _LAYERED else Unit.M3
    return Quantity(round_worked_out(volume if unit is Unit.M3 else volume * material.kg_per_unit(Unit.M3) / 1000), unit)


def find_share(whole_kg: Decimal, percentage: Decimal) -> Decimal:
    """The kilograms of a material that makes up a share of an object. Refused: less than nothing, more than all of it."""
    if not 0 < percentage <= HUNDRED:
        raise Invalid(_("A share lies between 0 and 100 percent. Check the number."), "percentage")
    return round_worked_out(whole_kg * percentage / HUNDRED)


def read_hazards(typed: str, material: Material) -> dict[str, Answer]:
    """What a cell says of hazardous substances, such as “asbest: nee; pak: onbekend”.

    Refused: a substance that this material does not declare, another word than yes, no or unknown, and one that is said twice.
    """
    codes = {fold(word): hazard.slug for hazard in material.hazards for word in (hazard.slug, hazard.name_nl, hazard.name_en)}
    answers: dict[str, Answer] = {}
    for part in filter(str.strip, typed.split(";")):
        name, _colon, word = part.partition(":")
        code, answer = codes.get(fold(name.strip())), _ANSWERS.get(fold(word.strip()))
        if code is None or answer is None or code in answers:
            raise Invalid(
                _(
                    "“%(part)s” cannot be read. Write a substance that this material declares (%(names)s) and yes, no or unknown, "
                    "with a semicolon before the next.",
                    part=part.strip()[:60],
                    names=", ".join(hazard.name for hazard in material.hazards) or "–",
                ),
                "hazards",
            )
        answers[code] = answer
    return answers
