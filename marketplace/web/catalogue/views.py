"""The catalogue and the page of a lot: open to everybody."""

from flask import Blueprint, render_template, request, url_for

from marketplace.exchange.queries import sees_exact_place
from marketplace.market.queries import get_listing
from marketplace.market.search import nearest_outside, search
from marketplace.materials.queries import taxonomy
from marketplace.web.catalogue import results
from marketplace.web.catalogue.forms import FilterForm
from marketplace.web.catalogue.lots import lot_page
from marketplace.web.catalogue.question import Question
from marketplace.web.catalogue.taking import taking
from marketplace.web.freshness import until_changed
from marketplace.web.request import current_actor, current_session, public

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/")
@blueprint.get("/aanbod")
@public
@until_changed
def list_listings() -> str:
    """What is there, how much, how far and from when."""
    question = Question(url_for("catalogue.list_listings"), request.args)
    form = FilterForm(request.args)
    form.validate()
    typed = results.near_of(form)
    session, actor = current_session(), current_actor()
    here = typed or results.home_of(session, actor)
    near = here if typed or form.radius_km.data else None
    asked = results.asked_of(question, form, near, here)
    found = search(session, actor, asked)
    other = nearest_outside(session, actor, asked) if not found.total else None
    page = results.page_of(question, form, near, asked, found, other, taxonomy(session))
    return render_template("catalogue/list_listings.html", form=form, question=question, near=here, page=page)


@blueprint.get("/aanbod/<int:listing_id>")
@public
@until_changed
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
