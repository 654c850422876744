"""Materials: the taxonomy, and a material inside something else."""

from collections.abc import Callable
from decimal import Decimal

from flask import g

from marketplace.api.fields import Choice, Codes, Day, Integer, Line, LineOrNull, Number, Sentence, UnitChoice, YesNo
from marketplace.api.schema import Dict, List, PageSchema, Part, Shape
from marketplace.http.request import current_actor, current_session
from marketplace.market.models import Demand, Listing
from marketplace.materials.queries import get_taxonomy, may_read_factor
from marketplace.materials.rules.fields import FieldKind
from marketplace.materials.rules.taxonomy import BankOrigin, Material, Taxonomy


class GroupSchema(Shape):
    """A material group."""

    slug = Line()
    name = Line()


class MaterialSchema(Shape):
    """A material inside something else; the group by its slug."""

    slug = Line()
    name = Line()
    group = Line(attribute="group.slug")


class _HazardSchema(Shape):
    """What the owner of such a material declares."""

    code = Line(attribute="slug")
    name = Line()


class FullMaterialSchema(MaterialSchema):
    """A material with what a client needs to list it."""

    units = List(UnitChoice())
    kg_per_unit = Dict(Number(), get=lambda material: {unit.value: material.weights_kg[unit] for unit in material.units})
    hazards = List(Part(_HazardSchema))
    is_tradable = YesNo()
    substitutes = Codes("slugs of materials that may serve a demand for this one")
    tolerance_percent = Number("by how much the receiver's figure may differ from the owner's")
    avoided_kgco2e_per_kg = Number(
        "null: unknown, or kept to the holder of its licence",
        allow_none=True,
        get=lambda material: (
            material.carbon.kgco2e_per_kg if material.carbon and may_read_factor(current_actor(), material) else None
        ),
    )
    processing_kgco2e_per_kg = Number(
        "of making it fit for reuse; null: unknown, or kept to the holder of its licence",
        allow_none=True,
        get=lambda material: material.processing_kgco2e_per_kg if may_read_factor(current_actor(), material) else None,
    )
    origin = Choice(BankOrigin, "as what it counts when it comes from the bank")


class _FieldChoiceSchema(Shape):
    """One of the answers to choose from."""

    value = Line(attribute="slug")
    name = Line()


class FieldSchema(Shape):
    """Something that is asked of a lot of this material. `unknown` may be said of every field."""

    slug = Line("its key in `fields` of listings and demands")
    name = Line()
    kind = Choice(FieldKind, "answer is yes or no")
    unit = LineOrNull()
    choices = List(Part(_FieldChoiceSchema), "empty where the answer is not chosen")
    minimum = Number(allow_none=True)
    maximum = Number(allow_none=True)
    places = Integer("decimals that a number may have")
    needed = YesNo("whether a lot is not published without an answer", attribute="is_needed")
    searchable = YesNo("whether a demand or a search may ask for it", attribute="is_searchable")
    hint = LineOrNull()
    source = Line("why it is asked, see the list of sources")
    dated_on = Day("day of that source")


def _licensed(get: Callable[[Material], Decimal | None], meaning: str) -> Number:
    """A figure that a licence may keep to its holder."""
    return Number(
        meaning, allow_none=True, get=lambda material: get(material) if may_read_factor(current_actor(), material) else None
    )


class DetailedMaterialSchema(FullMaterialSchema):
    """A material with what is asked of a lot of it, what is needed to publish first."""

    carbon_low = _licensed(
        lambda material: material.carbon.low if material.carbon else None, "the low end of the published values"
    )
    carbon_high = _licensed(
        lambda material: material.carbon.high if material.carbon else None, "the high end of the published values"
    )
    carbon_confidence = LineOrNull(
        "A measured, B of the class of material, C estimated",
        get=lambda material: material.carbon.confidence if material.carbon else None,
    )
    factor_source = LineOrNull(get=lambda material: material.carbon.source if material.carbon else None)
    mki_eur_per_kg = _licensed(
        lambda material: material.mki_eur_per_kg, "environmental cost (MKI), euro per kg of the new product; null: unknown"
    )
    mki_source = LineOrNull()
    factor_licence = LineOrNull("of the factors and the MKI; null: not known")
    is_factor_public = YesNo("false: the licence keeps factors and MKI to its holder")
    imbor = LineOrNull("the exact identifier in IMBOR; null: none is known")

    class Meta:
        """`fields` is also a word of marshmallow, so it stands here."""

        include = {"fields": List(Part(FieldSchema))}


class MaterialsSchema(PageSchema):
    """A page of the taxonomy, with all its groups."""

    items = List(Part(FullMaterialSchema))
    groups = List(Part(GroupSchema))
    corrected_query = Line("the words that were searched for, where nothing was found for q as it was typed", optional=True)


def current_taxonomy() -> Taxonomy:
    """The taxonomy in use, asked for once in a request."""
    try:
        taxonomy: Taxonomy = g.taxonomy  # the quickest question that can be asked of g: a page of listings asks it 200 times
    except AttributeError:
        taxonomy = g.taxonomy = get_taxonomy(current_session())
    return taxonomy


def material_of(row: Listing | Demand) -> Material:
    """The material of a listing or a demand."""
    return current_taxonomy().material_by_id(row.material_id)


class VehicleClassSchema(Shape):
    """A way to drive, from well to wheel."""

    slug = Line()
    name = Sentence()
    kgco2e_per_tonne_km = Number()
    loading = Line("how full it drives", attribute="load")
    source = Line()


class VehicleClassesSchema(PageSchema):
    """A page of vehicle classes."""

    items = List(Part(VehicleClassSchema))
