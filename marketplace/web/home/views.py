"""The home page. Signed-in readers find the way to work there; everyone else how to join."""

from flask import Blueprint, render_template
from werkzeug.datastructures import MultiDict

from marketplace.accounts.policy import ANONYMOUS
from marketplace.catalogue.queries.search import browse
from marketplace.catalogue.rules.query import CatalogueQuery, Sort
from marketplace.http.page_cache import cached_page
from marketplace.http.request import current_actor, current_session, one_moment, public, site_address
from marketplace.impact.queries.standings import get_goals
from marketplace.impact.queries.statistics import get_statistics
from marketplace.impact.rules.path import say_too_few
from marketplace.materials.queries import get_taxonomy
from marketplace.web.home.reuse import reuse_of
from marketplace.web.ui.finder import home_of
from marketplace.web.ui.meters import meter_of
from marketplace.web.ui.open_formats import share_picture
from marketplace.web.ui.search_form import FilterForm
from marketplace.web.ui.search_results import result_lots

blueprint = Blueprint("home", __name__)
NEWEST, LOOKED_AT = 4, 24  # a lot of which nothing is left is in the catalogue, and not among the newest here
GROUPS = 6


@blueprint.get("/")
@public
@one_moment
@cached_page
def show() -> str:
    """What this is, what lies ready now, what the region used again, and how to join."""
    session, actor = current_session(), current_actor()
    here = home_of(session, actor)
    requested = CatalogueQuery(point=here.point if here else None, sort=Sort.NEWEST, page_size=LOOKED_AT)
    result = browse(session, actor, requested)
    newest = [row for row in result.rows if row.listing.available > 0][:NEWEST]
    groups = sorted(result.facets.groups if result.facets else (), key=lambda item: (-item.count, str(item.name)))
    goals = get_goals(session, ANONYMOUS)
    return render_template(
        "home/show.html",
        search=FilterForm(MultiDict()),
        total=result.total,
        groups=groups[:GROUPS],
        lots=result_lots(newest, get_taxonomy(session)),
        picture=next((share_picture(photo) for row in newest for photo in row.listing.photos[:1]), ""),
        reuse=reuse_of(get_statistics(session, ANONYMOUS)),
        goals=goals,
        nearest=goals.region.nearest,
        say_too_few=say_too_few,
        meter=meter_of,
        site=site_address(),
    )
