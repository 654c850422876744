"""Reference data that everyone may read: materials and places; and the token's owner."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import shapes
from marketplace.api.query import MATERIAL_GROUPS, PAGE, WORDS, check_groups
from marketplace.api.reading import asked, asked_all, read_page
from marketplace.api.routing import answer, many, route
from marketplace.http.places import finder
from marketplace.http.request import current_actor, current_session, permission, public
from marketplace.materials.queries import taxonomy
from marketplace.places.queries.gazetteer import MOST_SUGGESTIONS


@route("GET", "/materials", gives="Materials", tag="reference", query=(*PAGE, WORDS, MATERIAL_GROUPS))
@public
def list_materials() -> Response:
    """The taxonomy in use: materials with their units, weights and hazards, and the groups."""
    page, words, wanted = read_page(), asked("q"), asked_all("materialGroup")
    materials = taxonomy(current_session())
    check_groups(materials, wanted)
    rows = [item for item in materials.search(words) if not wanted or item.group.slug in wanted]
    visible = [shapes.full_material(item) for item in rows[page.offset : page.offset + page.size]]
    return many(visible, total=len(rows), page=page, groups=[shapes.group(group) for group in materials.groups])


@route("GET", "/places", gives="Places", tag="reference", query=(*PAGE, WORDS))
@public
def list_places() -> Response:
    """Places whose name or postcode begins with the words."""
    page = read_page()
    result = finder().suggest(asked("q"), MOST_SUGGESTIONS)
    return many([shapes.place(item) for item in result[page.offset : page.offset + page.size]], total=len(result), page=page)


@route("GET", "/me", gives="Me", tag="reference")
@permission(Can.OWN_ACCOUNT)
def show_me() -> Response:
    """Who the token belongs to."""
    return answer(shapes.me(current_actor()))
