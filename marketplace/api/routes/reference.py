"""Reference data that everyone may read: materials and places; and the token's owner."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api.query import LITERAL, MATERIAL_GROUPS, PAGE, WORDS, check_groups
from marketplace.api.reading import read_flag, read_page, read_value, read_values
from marketplace.api.routing import many, ok, route
from marketplace.api.shapes.material import DetailedMaterialSchema, MaterialsSchema, VehicleClassesSchema, current_taxonomy
from marketplace.api.shapes.organisation import MeSchema
from marketplace.api.shapes.place import PlacesSchema
from marketplace.http.places import finder
from marketplace.http.request import current_actor, permission, public
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.places.queries.gazetteer import MOST_SUGGESTIONS


@route("GET", "/materials", gives=MaterialsSchema, tag="reference", query=(*PAGE, WORDS, LITERAL, MATERIAL_GROUPS))
@public
def list_materials() -> Response:
    """The taxonomy in use: materials with their units, weights and hazards, and the groups."""
    page, words, wanted = read_page(), read_value("q"), read_values("materialGroup")
    taxonomy = current_taxonomy()
    check_groups(taxonomy, wanted)
    materials = taxonomy.search(words)
    meant = None if materials or read_flag("literal") else taxonomy.mend(words)
    rows = [item for item in (taxonomy.search(meant) if meant else materials) if not wanted or item.group.slug in wanted]
    visible = rows[page.offset : page.offset + page.size]
    corrected = meant if rows else None
    return many(MaterialsSchema, visible, total=len(rows), page=page, groups=taxonomy.groups, corrected_query=corrected)


@route("GET", "/materials/<slug>", gives=DetailedMaterialSchema, tag="reference")
@public
def get_material(slug: str) -> Response:
    """One material, with the fields that are asked of a lot of it."""
    material = current_taxonomy().find_material(slug)
    if material is None:
        raise Missing(_("That material is not in the list. Choose one from the list of materials."))
    return ok(DetailedMaterialSchema.write(material))


@route("GET", "/places", gives=PlacesSchema, tag="reference", query=(*PAGE, WORDS))
@public
def list_places() -> Response:
    """Places whose name or postcode begins with the words."""
    page = read_page()
    result = finder().suggest(read_value("q"), MOST_SUGGESTIONS)
    return many(PlacesSchema, result[page.offset : page.offset + page.size], total=len(result), page=page)


@route("GET", "/vehicle-classes", gives=VehicleClassesSchema, tag="reference", query=PAGE)
@public
def list_vehicle_classes() -> Response:
    """The ways to drive that a hand-over may name, each with what it emits."""
    page, rows = read_page(), current_taxonomy().vehicles
    return many(VehicleClassesSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("GET", "/me", gives=MeSchema, tag="reference")
@permission(Can.WORK)
def show_me() -> Response:
    """Who the token belongs to."""
    return ok(MeSchema.write(current_actor()))
