"""The catalogue and the page of a lot: open to everybody."""

from flask import Blueprint, render_template

from marketplace.exchange.queries import sees_exact_place
from marketplace.market.queries import get_listing
from marketplace.materials.queries import taxonomy
from marketplace.web.catalogue.lots import lot_page
from marketplace.web.catalogue.taking import taking
from marketplace.web.request import current_actor, current_session, public

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/aanbod/<int:listing_id>")
@public
def show_listing(listing_id: int) -> str:
    """Whether this lot is what somebody needs; and for who may: reserve it, or change it."""
    session, actor = current_session(), current_actor()
    listing = get_listing(session, actor, listing_id)
    return render_template(
        "catalogue/show_listing.html",
        listing=listing,
        lot=lot_page(listing, taxonomy(session)),
        taking=taking(actor, listing),
        exact=listing if sees_exact_place(session, actor, listing) else None,
    )
