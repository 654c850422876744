"""Query parameters as the specification describes them."""

from collections.abc import Iterable
from typing import Any

from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.api.fields import ID_MAX, LISTED_MAX
from marketplace.api.reading import PAGE_SIZE, QUERY_LENGTH_MAX
from marketplace.catalogue.rules.query import Supply
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Invalid, Missing
from marketplace.kernel.language import _
from marketplace.kernel.paging import PAGE_MAX, PAGE_SIZE_MAX
from marketplace.kernel.text import quoted
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.places.queries.gazetteer import LONGEST_QUERY

Parameter = dict[str, Any]


def parameter(name: str, meaning: str, *, many: bool = False, **schema: Any) -> Parameter:
    """One key; with `many` it may be repeated, and any of its values will do. An empty value counts as none."""
    item = {"type": "string", "maxLength": QUERY_LENGTH_MAX, **schema} if schema.get("type", "string") == "string" else schema
    shape = {"type": "array", "items": item, "maxItems": LISTED_MAX} if many else item
    return {"in": "query", "name": name, "description": meaning, "schema": shape, "allowEmptyValue": True}


def words(name: str, meaning: str, values: Iterable[Any], *, many: bool) -> Parameter:
    """One of a few words."""
    return parameter(name, meaning, many=many, enum=[str(getattr(value, "value", value)) for value in values])


PAGE = (
    parameter("page", "from 1", type="integer", minimum=1, maximum=PAGE_MAX, default=1),
    parameter("pageSize", "how many to a page", type="integer", minimum=1, maximum=PAGE_SIZE_MAX, default=PAGE_SIZE),
)
YEAR = parameter("year", "by default the last year in which a municipality reported", type="integer", minimum=1, maximum=ID_MAX)
SINCE = parameter(
    "updatedSince",
    "what has changed since then, oldest change first: `next` of the answer before, or at first a moment with its offset; "
    "goes alone with pageSize, and with mine where there is one",
    example="2027-03-31T08:00:00Z",
)
OF = parameter("organisation", "slug of a municipality, for the reviewer")
WORDS = parameter("q", "words; the beginning of a word will do")
LITERAL = parameter("literal", "true: the words as they stand, without looking for typing errors", type="boolean")
MATERIAL_GROUPS = parameter("materialGroup", "slug of a material group", many=True)
MATERIALS = parameter("material", "slug of a material", many=True)
FIELDS = parameter(
    "field",
    "what owners answered: <field>:<choice>, <field>:min:<number> or <field>:max:<number>, as /materials/{slug} names them; "
    "several choices of one field mean or, several fields and; what was not said passes none",
    many=True,
    example="thickness-cm:min:8",
)
SUPPLY = words("supply", "there: what is there or comes on a fixed day; planned: what comes free in a period", Supply, many=True)
MUNICIPALITY = parameter("municipality", "slug of a municipality on either side", many=True)
ORGANISATION = parameter("organisation", "slug of an organisation", many=True)
FROM = parameter("from", "first day of a period", format="date")
UNTIL = parameter("until", "last day of a period", format="date")
POINT: dict[str, Any] = {"pattern": r"^[0-9]+(\.[0-9]+)?, ?[0-9]+(\.[0-9]+)?$", "example": "52.26,6.79"}
NEAR = parameter("near", "latitude,longitude to search around", **POINT)
PLACE = parameter("place", "a place name or postcode to search around", maxLength=LONGEST_QUERY)
RADIUS = parameter("radiusKm", "maximum distance in km; needs near or place", type="number", exclusiveMinimum=0, maximum=1000)


def check_groups(taxonomy: Taxonomy, slugs: Iterable[str]) -> None:
    """Refuse a material group that is not there. A typing mistake should not pass for an empty catalogue."""
    for slug in slugs:
        if taxonomy.group(slug) is None:
            raise Invalid(
                _("There is no material group “%(slug)s”. See /materials for the groups.", slug=quoted(slug)), "material_group"
            )


def check_materials(taxonomy: Taxonomy, slugs: Iterable[str]) -> None:
    """Refuse a material that is in no version of the list."""
    for slug in slugs:
        if taxonomy.find_material(slug) is None:
            raise Invalid(_("There is no material “%(slug)s”. See /materials for the list.", slug=quoted(slug)), "material")


def check_organisations(session: Session, slugs: Iterable[str], field: str = "organisation") -> tuple[int, ...]:
    """The ids of these organisations. One that is not there is refused."""
    try:
        return tuple(get_organisation_by_slug(session, slug).id for slug in slugs)
    except Missing as missing:
        raise Invalid(missing.message, field) from missing


def material_ids(taxonomy: Taxonomy, groups: Iterable[str], materials: Iterable[str]) -> tuple[int, ...]:
    """The ids that both filters leave, 0 where nothing is left; empty when neither is asked for."""
    groups, materials = tuple(groups), tuple(materials)
    wanted = [taxonomy.ids_of(groups=groups)] * bool(groups) + [taxonomy.ids_of(slugs=materials)] * bool(materials)
    return tuple(sorted(frozenset.intersection(*wanted))) or (0,) if wanted else ()
