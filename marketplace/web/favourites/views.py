"""Kept lots: look at them, keep one, let one go."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can
from marketplace.accounts.queries.preferences import get_preferences
from marketplace.catalogue.actions import favourites
from marketplace.catalogue.queries.saved import list_favourites
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.rules.kinds import CADENCE_LABELS, Notice
from marketplace.web.ui.finder import home_of
from marketplace.web.ui.form_page import done
from marketplace.web.ui.lots import lot_of
from marketplace.web.ui.search_results import whole_km_from

BACK_LENGTH_MAX = 2_000
blueprint = Blueprint("favourites", __name__)


@blueprint.get("/bewaard")
@permission(Can.OWN_ACCOUNT)
def list_kept() -> str:
    """The lots that somebody keeps, as they are now."""
    session, actor = current_session(), current_actor()
    rows, taxonomy, here = list_favourites(session, actor), get_taxonomy(session), home_of(session, actor)
    lots = [lot_of(listing, taxonomy, distance_km=whole_km_from(here, listing)) for _kept, listing in rows]
    mailed = CADENCE_LABELS[get_preferences(session, actor)[Notice.FAVOURITE_CHANGED]]
    return render_template("favourites/list_kept.html", lots=lots, favourites={lot.id for lot in lots}, mailed=mailed)


@blueprint.post("/aanbod/<int:listing_id>/bewaren")
@permission(Can.OWN_ACCOUNT)
def keep(listing_id: int) -> ResponseReturnValue:
    """Keep a lot, to be told when it changes."""
    favourites.keep_listing(current_session(), current_actor(), listing_id=listing_id)
    return done(_("You keep this lot. You will hear when it changes."), _back(listing_id))


@blueprint.post("/aanbod/<int:listing_id>/loslaten")
@permission(Can.OWN_ACCOUNT)
def drop(listing_id: int) -> ResponseReturnValue:
    """Keep a lot no longer."""
    favourites.drop_listing(current_session(), current_actor(), listing_id=listing_id)
    return done(_("You no longer keep this lot."), _back(listing_id))


def _back(listing_id: int) -> str:
    """Where the button stood: the list of kept lots, a search, or the page of the lot."""
    back = request.form.get("back", "")
    if back == "kept":
        return url_for("favourites.list_kept")
    if back.startswith("?") and back.isprintable():
        return f"{url_for('catalogue.list_listings')}{back[:BACK_LENGTH_MAX]}#lot-{listing_id}"
    return url_for("catalogue.show_listing", listing_id=listing_id)
