"""Which parts of which lots cover a need together: reason only, over plain values.

The rule, in the order in which it is applied:

0. What is certain to fit is tried first, and alone where it meets the whole need. Otherwise all lots, those in doubt after the others.
1. Where one lot covers all that is needed by itself, it is that lot: the nearest such.
2. Else the lots are walked as matching ranks them, nearest first, and each gives all that it has until the need is met.
   The last one gives the least that meets it.
3. A lot of which the owner parts with no less than so much, while less is needed still, can meet the need at the price of a surplus. That
   is one way to end; passing it over and walking on is another. Of all ways that meet the whole need the one with the fewest tonne-km
   is proposed; of equals the one with the least surplus, then the fewest parts, then the nearest.
4. Where no way meets the need, everything that there is is proposed, with what is missing.

A part is a quantity of the lot's unit that can be reserved (pieces whole, else thousandths). What it gives is converted by exact fractions and
rounded down once, on the demand's side, as a completed reservation is counted; nothing is added up from rounded figures of another unit.
What all parts give, less the surplus, is what is covered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from marketplace.impact.rules.impact import mass_kg, tonne_km
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.market.rules.listing import is_part_allowed
from marketplace.matching.rules.pair import Lot
from marketplace.materials.rules.taxonomy import Material, conversion, whole


@dataclass(frozen=True, slots=True)
class Supply:
    """A lot that fits.

    Its number, its organisation, the distance to drive, and the smallest part that its owner gives away (in its unit).
    """

    number: int
    owner: str
    lot: Lot
    minimum: Decimal | None
    road_km: Decimal
    doubts: tuple[Text, ...] = ()  # what is not known of the fields that are asked for


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked of one lot: `takes` in its own unit, `gives` in the demand's. `is_forced`: more than needed, because the owner parts with no less."""

    supply: Supply
    takes: Amount
    gives: Amount
    mass_kg: Decimal
    tonne_km: Decimal
    is_forced: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Parts that cover `needed` together, nearest first. `covered + missing = needed`, and all that is given is `covered + surplus`."""

    needed: Amount
    parts: tuple[Part, ...]

    @property
    def given(self) -> Amount:
        return Amount(sum((part.gives.amount for part in self.parts), Decimal(0)), self.needed.unit)

    @property
    def covered(self) -> Amount:
        return Amount(min(self.given.amount, self.needed.amount), self.needed.unit)

    @property
    def surplus(self) -> Amount:
        return Amount(self.given.amount - self.covered.amount, self.needed.unit)

    @property
    def missing(self) -> Amount:
        return Amount(self.needed.amount - self.covered.amount, self.needed.unit)

    @property
    def mass_kg(self) -> Decimal:
        return sum((part.mass_kg for part in self.parts), Decimal(0))

    @property
    def tonne_km(self) -> Decimal:
        return sum((part.tonne_km for part in self.parts), Decimal(0))


def plan(needed: Amount, material: Material, supplies: Sequence[Supply]) -> Plan:
    """The parts that the rule above chooses. `material`: what is asked for; `supplies`: what fits, as matching ranks them."""
    certain = [supply for supply in supplies if not supply.doubts]
    first = _plan(needed, material, certain)
    return first if len(certain) == len(supplies) or not first.missing.amount else _plan(needed, material, supplies)


def _plan(needed: Amount, material: Material, supplies: Sequence[Supply]) -> Plan:
    if needed.amount <= 0:
        return Plan(needed, ())
    alone = next((part for supply in supplies if (part := _covers_alone(supply, needed, material))), None)
    if alone is not None:
        return Plan(needed, (alone,))
    taken: list[Part] = []
    ways: list[Plan] = []
    left = needed.amount
    for supply in supplies:
        part = _part(supply, Amount(left, needed.unit), material)
        if part is None:
            continue
        if part.is_forced:
            ways.append(Plan(needed, (*taken, part)))
            continue
        taken.append(part)
        left -= part.gives.amount
        if left <= 0:
            break
    if left <= 0 or not ways:
        ways.append(Plan(needed, tuple(taken)))
    return min(ways, key=lambda way: (way.tonne_km, way.surplus.amount, len(way.parts)))


def _covers_alone(supply: Supply, needed: Amount, material: Material) -> Part | None:
    part = _part(supply, needed, material)
    return part if part is not None and not part.is_forced and part.gives.amount >= needed.amount else None


def _part(supply: Supply, needed: Amount, material: Material) -> Part | None:
    """Work out what this lot gives towards a need.

    All that it has, or the least that meets the need and that the owner parts with.
    """
    lot, source, wanted = supply.lot, supply.lot.available.unit, needed.unit
    existing = next((of for of in (lot.material, material) if of.takes(wanted) and of.takes(source)), None)
    if existing is None:
        return None
    rate = conversion(source, wanted, existing, lot.kg_per_unit, source)
    takes, is_forced = lot.available.amount, False
    if whole(Fraction(takes) * rate, wanted) > needed.amount:
        least = whole(Fraction(needed.amount) / rate, source, up=True)
        takes = least
        if supply.minimum is not None and not is_part_allowed(least, lot.available.amount, supply.minimum):
            takes = min(whole(Fraction(supply.minimum), source, up=True), lot.available.amount)
            is_forced = True
    gives = whole(Fraction(takes) * rate, wanted)
    if gives <= 0:
        return None
    weight = lot.kg_per_unit if lot.kg_per_unit is not None else existing.kg_per_unit(source)
    mass = mass_kg(takes, weight)
    return Part(supply, Amount(takes, source), Amount(gives, wanted), mass, tonne_km(mass, supply.road_km), is_forced)


def sentences(of: Plan, under_way: Amount) -> tuple[Text, ...]:
    """Write what the plan comes to, in words and figures.

    What is under way, what is covered, what is surplus and why, what is missing.
    """
    values: list[Text] = []
    if under_way.amount:
        values.append(
            _(
                "%(under_way)s is reserved for this demand already. Then %(needed)s is still needed.",
                under_way=under_way,
                needed=of.needed,
            )
        )
    if of.parts and of.missing.amount:
        values.append(
            _(
                "Together this is %(given)s of the %(needed)s that is needed. %(missing)s remains to be found.",
                given=of.given,
                needed=of.needed,
                missing=of.missing,
            )
        )
    elif of.parts:
        values.append(
            _("Together this is %(given)s, and %(needed)s is needed: all is covered.", given=of.given, needed=of.needed)
        )
    if of.surplus.amount:
        values.append(_surplus(of))
    if unsure := [part for part in of.parts if part.supply.doubts]:
        given = Amount(sum((part.gives.amount for part in unsure), Decimal(0)), of.needed.unit)
        values.append(_("Of %(given)s it is not certain that it fits. Ask its owner before you reserve.", given=given))
    return tuple(values)


def _surplus(of: Plan) -> Text:
    forced = next((part for part in of.parts if part.is_forced and part.supply.minimum is not None), None)
    if forced is None or forced.supply.minimum is None:
        return _("%(surplus)s is surplus: this lot does not come in smaller steps.", surplus=of.surplus)
    return _(
        "%(surplus)s is surplus, because %(owner)s parts with no less than %(minimum)s.",
        surplus=of.surplus,
        owner=forced.supply.owner,
        minimum=Amount(forced.supply.minimum, Unit(forced.takes.unit)),
    )
