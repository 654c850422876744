"""Materials as values: names, units, weights, and conversion between units."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from marketplace.kernel import spelling
from marketplace.kernel.errors import Invalid, Missing
from marketplace.kernel.language import Named, _, in_words
from marketplace.kernel.text import search_prefixes, search_text
from marketplace.kernel.units import Unit
from marketplace.materials.rules.fields import UNKNOWN, Field, FieldSet

if TYPE_CHECKING:
    from marketplace.materials.rules.gates import Gate

NOT_TRADABLE = "niet_verhandelbaar"  # the one hazard code that forbids; it is no question to declare
UNCITED = ("", "ongeverifieerd", "algemeen bekend")  # what stands as a source where there is none
KG_PLACES = Decimal("0.000001")
MASS_PLACES = Decimal("0.001")
TOLERANCE_PERCENT = Decimal(5)
DETOUR_FACTOR = Decimal("1.3")  # road for a kilometre as the crow flies: the middle of the published 1.2 to 1.4


@dataclass(frozen=True, slots=True)
class MaterialGroup(Named):
    """One of the groups that people browse."""


@dataclass(frozen=True, slots=True)
class Hazard(Named):
    """Something that a material may hold and that its owner declares: yes, no or unknown. `slug` is its code."""

    blocking: str = ""  # ja, voorwaardelijk or nee, as in the file
    proof: str = ""
    eural: str = ""
    source: str = ""
    proof_en: str = ""

    @property
    def is_cited(self) -> bool:
        """Whether its source is one that SOURCES.md names."""
        return self.source not in UNCITED


@dataclass(frozen=True, slots=True)
class VehicleClass(Named):
    """A way to drive, with its emission from well to wheel."""

    kgco2e_per_tonne_km: Decimal = Decimal(0)
    load: str = ""
    source: str = ""
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class CarbonFactor:
    """The kg CO2e that making one kg of the new product emits (A1-A3), and its quality. A measured, B its class, C estimated."""

    kgco2e_per_kg: Decimal
    source: str
    confidence: str
    low: Decimal | None = None
    high: Decimal | None = None


class BankOrigin(StrEnum):
    """As what a material counts that comes from the bank. What was crushed first is recycled; a biobased product stays one."""

    REUSED = "reused"
    RECYCLED = "recycled"
    BIOBASED = "biobased"


@dataclass(frozen=True, slots=True)
class Material(Named):
    """One material, as the taxonomy's version in use says. `is_current` is false for one that a newer version left out."""

    id: int
    group: MaterialGroup
    default_unit: Unit
    weights_kg: Mapping[Unit, Decimal] = field(hash=False)  # kg that one unit weighs
    pieces_per_m2: Decimal | None = None
    carbon: CarbonFactor | None = None  # None: unknown, never zero
    processing_kgco2e_per_kg: Decimal | None = None  # of making it fit for reuse; None: unknown, never zero
    origin: BankOrigin = BankOrigin.REUSED
    is_bulk: bool | None = None  # sand or soil: many tonnes, little carbon; None: the file of that version did not say
    hazards: tuple[Hazard, ...] = ()  # to be declared, in the order of the file
    is_tradable: bool = True
    substitutes: tuple[str, ...] = ()  # slugs that may serve a demand for this one
    tolerance_percent: Decimal = TOLERANCE_PERCENT
    field_set: str = ""
    fields: tuple[Field, ...] = ()  # what is asked of a lot of it, what is needed to publish first
    synonyms_nl: tuple[str, ...] = ()
    synonyms_en: tuple[str, ...] = ()
    reference_size: str = ""
    weight_source: str = ""
    weight_confidence: str = ""
    eural: str = ""
    remark: str = ""
    mki_eur_per_kg: Decimal | None = None  # environmental cost of the new product; None: unknown, never zero
    mki_source: str = ""
    factor_licence: str = ""  # of the carbon factor and the MKI
    is_factor_public: bool = True  # false: the licence keeps both to its holder
    licence_holder: str = ""  # slug of the organisation
    imbor: str = ""  # the exact identifier in IMBOR; empty: none is known
    is_current: bool = True

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units that it goes by, its own first."""
        taken = {unit for unit in Unit if unit in self.weights_kg}
        return (self.default_unit, *(unit for unit in Unit if unit in taken - {self.default_unit}))

    @property
    def hazard_codes(self) -> frozenset[str]:
        """The codes to be declared."""
        return frozenset(hazard.slug for hazard in self.hazards)

    @property
    def search_words(self) -> tuple[str, ...]:
        """What people may call it: for `search_text` of a listing, and for choosing a material."""
        names = (self.name_nl, self.name_en, *self.synonyms_nl, *self.synonyms_en)
        return (*names, self.group.name_nl, self.group.name_en)

    def takes(self, unit: Unit) -> bool:
        return unit in self.weights_kg

    def kg_per_unit(self, unit: Unit) -> Decimal:
        """What one unit weighs, in kg. Refused: a unit that this material does not go by."""
        if unit not in self.weights_kg:
            names = ", ".join(str(item.label) for item in self.units)
            raise Invalid(_("This material is not measured in that unit. Choose one of: %(units)s.", units=names), "unit")
        return self.weights_kg[unit]

    def mass_kg(self, amount: Decimal, unit: Unit, measured_kg_per_unit: Decimal | None = None) -> Decimal:
        """Compute the mass that follows from a quantity, to the gram, rounded half up.

        A measured weight replaces the taxonomy's.
        """
        weight = self.kg_per_unit(unit) if measured_kg_per_unit is None else measured_kg_per_unit
        return (amount * weight).quantize(MASS_PLACES, rounding=ROUND_HALF_UP)


def weights(kg: Mapping[Unit, Decimal], pieces_per_m2: Decimal | None) -> dict[Unit, Decimal]:
    """Give the weights of every unit that the material goes by.

    A piece weighs its part of a m² (or the reverse) where only one is known.
    """
    full = {**kg, Unit.TONNE: Decimal(1000), Unit.KG: Decimal(1)}
    if pieces_per_m2 and Unit.M2 in kg and Unit.PIECE not in kg:
        full[Unit.PIECE] = (kg[Unit.M2] / pieces_per_m2).quantize(KG_PLACES, rounding=ROUND_HALF_UP)
    if pieces_per_m2 and Unit.PIECE in kg and Unit.M2 not in kg:
        full[Unit.M2] = (kg[Unit.PIECE] * pieces_per_m2).quantize(KG_PLACES, rounding=ROUND_HALF_UP)
    return full


def convert(
    amount: Decimal,
    from_unit: Unit,
    to_unit: Unit,
    material: Material,
    kg_per_unit_override: Decimal | None = None,
    override_unit: Unit | None = None,
) -> Decimal:
    """Convert a quantity to another unit, rounded down to a whole piece or a thousandth.

    May be zero. Between the same units nothing changes.
    """
    if from_unit == to_unit:
        return amount
    rate = conversion(from_unit, to_unit, material, kg_per_unit_override, override_unit)
    above, below = amount.as_integer_ratio()
    steps = above * rate.numerator * 10**to_unit.places // (below * rate.denominator)
    return Decimal(steps).scaleb(-to_unit.places)


def conversion(
    from_unit: Unit,
    to_unit: Unit,
    material: Material,
    kg_per_unit_override: Decimal | None = None,
    override_unit: Unit | None = None,
) -> Fraction:
    """How much of `to_unit` one `from_unit` is, exactly.

    Pieces and m² convert by pieces per m², every other pair by kilograms. A listing's measured weight replaces the taxonomy's for the
    listing's unit: `override_unit`, by default `from_unit`.
    """
    if from_unit == to_unit:
        return Fraction(1)
    if {from_unit, to_unit} == {Unit.PIECE, Unit.M2} and material.pieces_per_m2:
        rate = Fraction(material.pieces_per_m2)
        return rate if to_unit is Unit.PIECE else 1 / rate
    measured = override_unit or from_unit
    kg_from, kg_to = (
        kg_per_unit_override if kg_per_unit_override is not None and unit == measured else material.kg_per_unit(unit)
        for unit in (from_unit, to_unit)
    )
    return Fraction(kg_from) / Fraction(kg_to)


def whole(exact: Fraction, unit: Unit, *, up: bool = False) -> Decimal:
    """Down to a whole piece or a thousandth, or up to one: exact however large it is."""
    steps = exact * 10**unit.places
    count = -(-steps.numerator // steps.denominator) if up else steps.numerator // steps.denominator
    return Decimal(count).scaleb(-unit.places)


@dataclass(frozen=True, slots=True)
class PaperKind(Named):
    """A kind of paper that a lot may have. A proof says its number and who issued it, so that it can be looked up."""

    is_proof: bool
    hint_nl: str
    hint_en: str
    source: str
    dated_on: date

    @property
    def hint(self) -> str:
        """What it is, in the reader's language."""
        return in_words(self.hint_nl, self.hint_en)


@dataclass(frozen=True, slots=True)
class LotAnswers:
    """What was said of a lot. What was not said is absent; `unknown` is said."""

    fields: Mapping[str, str] = field(default_factory=dict)
    hazards: Mapping[str, str] = field(default_factory=dict)
    asbestos_suspected: str = UNKNOWN
    year_of_construction: int | None = None


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """A paper that stands with a lot. Without a last day it stays valid."""

    kind: str
    number: str = ""
    issued_on: date | None = None
    valid_until: date | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether it still counts on this day; its last day is one of them."""
        return self.valid_until is None or day <= self.valid_until


def find_expired(papers: Collection[PaperFacts], day: date) -> list[PaperFacts]:
    """Of each kind of which no paper counts on this day, the one that did so last."""
    latest = {paper.kind: paper for paper in sorted(papers, key=lambda paper: paper.valid_until or date.max)}
    return [last for last in latest.values() if not last.is_valid_on(day)]


@dataclass(frozen=True)
class Taxonomy:
    """One version of the reference data, in memory. `version` is what the ledger writes down as the factors' version."""

    version: int
    materials: tuple[Material, ...]
    groups: tuple[MaterialGroup, ...]
    hazards: tuple[Hazard, ...]
    vehicles: tuple[VehicleClass, ...]
    retired: tuple[Material, ...] = ()
    field_sets: tuple[FieldSet, ...] = ()
    fields: tuple[Field, ...] = ()  # of all sets
    gates: "tuple[Gate, ...]" = ()
    paper_kinds: tuple[PaperKind, ...] = ()
    group_slugs: dict[int, str] = field(init=False, repr=False, compare=False)  # of each material by its id
    _by_slug: dict[str, Material] = field(init=False, repr=False, compare=False)
    _by_id: dict[int, Material] = field(init=False, repr=False, compare=False)
    _words: dict[str, frozenset[str]] = field(init=False, repr=False, compare=False)
    fields_by_slug: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        existing = (*self.materials, *self.retired)
        object.__setattr__(self, "_by_slug", {material.slug: material for material in existing})
        object.__setattr__(self, "_by_id", {material.id: material for material in existing})
        object.__setattr__(self, "group_slugs", {material.id: material.group.slug for material in existing})
        words = {material.slug: frozenset(search_text(*material.search_words).split()) for material in self.materials}
        object.__setattr__(self, "_words", words)
        object.__setattr__(self, "fields_by_slug", {field.slug: field for field in self.fields})

    def material(self, slug: str, name: str = "material") -> Material:
        """The material to list or ask for. Refused at field `name`: one that is not in the version in use."""
        result = self._by_slug.get(slug)
        if result is None or not result.is_current:
            raise Invalid(_("That material is not in the list. Choose one from the list of materials."), name)
        return result

    def find_material(self, slug: str) -> Material | None:
        """The material, also one that a newer version left out: history keeps its name."""
        return self._by_slug.get(slug)

    def material_by_id(self, material_id: int) -> Material:
        """The material that a listing or a demand points at."""
        if material_id not in self._by_id:
            raise Missing(_("That material is not in the list. Choose one from the list of materials."))
        return self._by_id[material_id]

    def group(self, slug: str) -> MaterialGroup | None:
        """A group by its slug."""
        return next((group for group in self.groups if group.slug == slug), None)

    def hazard(self, code: str) -> Hazard | None:
        """A hazard by its code."""
        return next((hazard for hazard in self.hazards if hazard.slug == code), None)

    def paper_kind(self, slug: str, name: str = "kind") -> PaperKind:
        """A kind of paper to add. Refused at field `name`: one that is not in the version in use."""
        kind = self.find_paper_kind(slug)
        if kind is None:
            raise Invalid(_("That kind of paper is not in the list. Choose one from the list."), name)
        return kind

    def find_paper_kind(self, slug: str) -> PaperKind | None:
        """A kind of paper by its slug; None where the version in use has no such kind."""
        return next((kind for kind in self.paper_kinds if kind.slug == slug), None)

    def wanted_paper_kinds(self, material: Material) -> frozenset[str]:
        """The slugs of the kinds of papers that the rules ask of a material."""
        return frozenset(kind for gate in self.gates if gate.applies_to(material) for kind in gate.paper_kinds)

    def name_of_paper_kind(self, slug: str) -> str:
        """What a paper is called, also where its kind is not in the version in use any more."""
        kind = self.find_paper_kind(slug)
        return slug if kind is None else kind.name

    def materials_in(self, group_slug: str) -> tuple[Material, ...]:
        """The materials of one group, in the order of the file."""
        return tuple(material for material in self.materials if material.group.slug == group_slug)

    def ids_of(self, *, groups: Iterable[str] = (), slugs: Iterable[str] = ()) -> frozenset[int]:
        """Give the ids of the materials in any of these groups or with any of these slugs.

        For a search; empty when none is known.
        """
        wanted_groups, wanted_slugs = frozenset(groups), frozenset(slugs)
        return frozenset(
            item.id for item in self._by_id.values() if item.group.slug in wanted_groups or item.slug in wanted_slugs
        )

    def serving(self, material: Material) -> tuple[Material, ...]:
        """The materials that may serve a demand for this one: itself first, then its substitutes."""
        return (material, *(self._by_slug[slug] for slug in material.substitutes if slug in self._by_slug))

    def served_by(self, material: Material) -> tuple[Material, ...]:
        """List the materials whose demands this one may serve. Itself first, then those that name it as a substitute."""
        return (material, *(other for other in self._by_slug.values() if material.slug in other.substitutes))

    def search(self, query: str) -> tuple[Material, ...]:
        """Search materials by these words, synonyms too. All of them when nothing was typed."""
        prefixes = search_prefixes(query)
        return tuple(
            material
            for material in self.materials
            if all(any(_begins(word, prefix) for word in self._words[material.slug]) for prefix in prefixes)
        )

    @cached_property
    def vocabulary(self) -> spelling.Vocabulary:
        """The words by which people may call the materials."""
        return spelling.Vocabulary(text for material in self.materials for text in material.search_words)

    def mend(self, query: str) -> str | None:
        """The words without typing errors. None where there are none, or no material is near."""
        return spelling.mend(
            query,
            is_known=self.vocabulary.__contains__,
            near=lambda word: spelling.nearest(word, self.vocabulary),
            helps=lambda word: bool(self.search(word)),
        )

    def vehicle(self, slug: str, name: str = "vehicle_class") -> VehicleClass:
        """The vehicle class that was entered. Refused at field `name`: one that is not in the list."""
        for vehicle in self.vehicles:
            if vehicle.slug == slug:
                return vehicle
        raise Invalid(_("That vehicle class is not in the list. Choose one from the list, or leave it empty."), name)

    @property
    def vehicle_factors(self) -> dict[str, Decimal]:
        """kg CO2e per tonne-km by vehicle class."""
        return {vehicle.slug: vehicle.kgco2e_per_tonne_km for vehicle in self.vehicles}


def _begins(word: str, prefix: str) -> bool:
    return word == prefix if prefix.isdigit() else word.startswith(prefix)
