"""Saved searches: whoever saves one gets a notice when something new fits."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.saved_search import SavedSearchBody, SavedSearchPatch, SearchChange, read_search
from marketplace.api.reading import read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.material import current_taxonomy
from marketplace.api.shapes.saved_search import SavedSearchesSchema, SavedSearchSchema, write_search
from marketplace.catalogue.actions import saved_searches as catalogue
from marketplace.catalogue.queries.saved import get_saved_search, list_saved_searches
from marketplace.catalogue.rules.fields import read_terms, term_of
from marketplace.catalogue.rules.saved_query import SavedFilters, read_filters
from marketplace.http.request import current_actor, current_session, permission

SAVED_SEARCH = "/saved-searches/<int:search_id>"


@route("GET", "/saved-searches", gives=SavedSearchesSchema, tag="searches", query=query.PAGE)
@permission(Can.OWN_ACCOUNT)
def list_searches() -> Response:
    """List your saved searches, newest first."""
    page = read_page()
    rows = list_saved_searches(current_session(), current_actor())
    visible = [write_search(row) for row in rows[page.offset : page.offset + page.size]]
    return many(SavedSearchesSchema, visible, total=len(rows), page=page)


@route("POST", "/saved-searches", takes=SavedSearchBody(), gives=SavedSearchSchema, status=201, tag="searches")
@permission(Can.OWN_ACCOUNT)
def create_search() -> Response:
    """Keep a search of the catalogue under a name; you get a notice when something new fits."""
    change = read_search(SavedSearchBody())
    filters = _checked(change, SavedFilters())
    search = catalogue.save_search(current_session(), current_actor(), name=change.name(), query=filters.address())
    return created(write_search(search), "show_search", search_id=search.id)


@route("GET", SAVED_SEARCH, gives=SavedSearchSchema, tag="searches")
@permission(Can.OWN_ACCOUNT)
def show_search(search_id: int) -> Response:
    """One of your saved searches."""
    return ok(write_search(get_saved_search(current_session(), current_actor(), search_id)))


@route("PATCH", SAVED_SEARCH, takes=SavedSearchPatch(), gives=SavedSearchSchema, tag="searches")
@permission(Can.OWN_ACCOUNT)
def edit_search(search_id: int) -> Response:
    """Change the name or the filters that are sent and leave the rest."""
    change, session, actor = read_search(SavedSearchPatch()), current_session(), current_actor()
    before = get_saved_search(session, actor, search_id)
    name, filters = change.name(before.name), _checked(change, read_filters(before.query))
    return ok(write_search(catalogue.edit_search(session, actor, search_id=search_id, name=name, query=filters.address())))


@route("DELETE", SAVED_SEARCH, gives=SavedSearchSchema, tag="searches")
@permission(Can.OWN_ACCOUNT)
def delete_search(search_id: int) -> Response:
    """Delete a saved search; the answer shows it as it was."""
    session, actor = current_session(), current_actor()
    gone = write_search(get_saved_search(session, actor, search_id))
    catalogue.delete_search(session, actor, search_id=search_id)
    return ok(gone)


def _checked(change: SearchChange, before: SavedFilters) -> SavedFilters:
    """The filters as they should become. Refused: a material, group, organisation or field that is not there."""
    after, taxonomy = change.of(before), current_taxonomy()
    query.check_groups(taxonomy, set(after.groups) - set(before.groups))
    query.check_materials(taxonomy, set(after.materials) - set(before.materials))
    query.check_organisations(current_session(), set(after.organisations) - set(before.organisations))
    new = [pair for pair in after.fields if pair not in before.fields]
    read_terms([term_of(*pair) for pair in new], taxonomy.fields_by_slug.get)
    return after
