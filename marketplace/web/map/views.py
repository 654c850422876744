"""What the map asks while somebody pans and zooms: marks in view and the list beside. Open to everybody, like the lists."""

from dataclasses import replace

from flask import Blueprint, Response, request, url_for

from marketplace.catalogue.queries.map import search_map
from marketplace.http.request import current_actor, current_session, public
from marketplace.matching.queries.wanted import map_wanted
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.queries.assets import holdings_of
from marketplace.passports.queries.map import map_assets
from marketplace.web.map import marks
from marketplace.web.ui import finder, passports, search_results, wanted
from marketplace.web.ui.search_address import Question
from marketplace.web.ui.search_form import FilterForm, WantedForm

blueprint = Blueprint("map", __name__)


@blueprint.get("/aanbod/kaart.json")
@public
def show_marks() -> Response:
    """`bbox` (west, south, east, north in degrees), `zoom`, and every filter of the catalogue."""
    question = Question(url_for("catalogue.list_listings"), request.args)
    form = FilterForm(request.args)
    form.validate()
    box, zoom = marks.box_of(request.args), marks.zoom_of(request.args)
    typed = finder.near_of(form)
    session, actor = current_session(), current_actor()
    here = typed or finder.home_of(session, actor)
    near = here if typed or form.radius_km.data else None
    taxonomy = get_taxonomy(session)
    requested = replace(search_results.read_catalogue_query(question, form, near, here, taxonomy), box=box)
    result = search_map(session, actor, requested, zoom=zoom)
    return marks.answer(result, taxonomy, requested)


@blueprint.get("/gezocht/kaart.json")
@public
def show_wanted_marks() -> Response:
    """`bbox`, `zoom`, and every filter of what is wanted."""
    question = Question(url_for("demands.list_demands"), request.args, wanted.KEYS)
    form = WantedForm(request.args)
    form.validate()
    box, zoom = marks.box_of(request.args), marks.zoom_of(request.args)
    typed = finder.near_of(form)
    session, actor = current_session(), current_actor()
    here = typed or finder.home_of(session, actor)
    near = here if typed or form.radius_km.data else None
    requested = replace(wanted.read_wanted_query(question, form, near, here, actor), box=box)
    return marks.wanted_answer(map_wanted(session, actor, requested, zoom=zoom), get_taxonomy(session), requested, actor)


@blueprint.get("/paspoorten/kaart.json")
@public
def show_asset_marks() -> Response:
    """`bbox`, `zoom`, and every filter of the passports."""
    session, actor = current_session(), current_actor()
    question = Question(url_for("passports.index"), request.args, passports.KEYS)
    form = passports.read_search_form()
    box, zoom = marks.box_of(request.args), marks.zoom_of(request.args)
    requested = passports.read_filter(session, actor, question, form)
    on_map = map_assets(session, actor, requested, box=box, zoom=zoom)
    held = holdings_of(session, {*on_map.alone, *(asset.id for asset, _key in on_map.rows)})
    return marks.assets_answer(on_map, requested, held, actor)
