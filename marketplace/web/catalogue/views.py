"""The catalogue and the page of a lot: open to everybody."""

from flask import Blueprint, render_template, request, url_for

from marketplace.exchange.queries import sees_exact_place
from marketplace.market.queries import get_listing
from marketplace.market.search import nearest_outside, search
from marketplace.materials.queries import taxonomy
from marketplace.web.catalogue import results
from marketplace.web.catalogue.forms import FilterForm
from marketplace.web.catalogue.lots import lot_of, lot_page
from marketplace.web.catalogue.question import Question
from marketplace.web.catalogue.taking import taking
from marketplace.web.request import current_actor, current_session, public

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/")
@blueprint.get("/aanbod")
@public
def list_listings() -> str:
    """What is there, how much, how far and from when."""
    question = Question(url_for("catalogue.list_listings"), request.args)
    form = FilterForm(request.args)
    form.validate()
    near = results.near_of(form)
    asked = results.asked_of(question, form, near)
    session, actor = current_session(), current_actor()
    found, known = search(session, actor, asked), taxonomy(session)
    other = nearest_outside(session, actor, asked) if not found.total else None
    facets = results.facets_of(question, found.facets)
    address = url_for("catalogue.show_listing", listing_id=0)
    return render_template(
        "catalogue/list_listings.html",
        form=form,
        question=question,
        near=near,
        facets=facets,
        chips=results.chips_of(question, form, known, facets, near),
        sorts=results.orders_of(question, asked),
        total=found.total,
        last_page=found.pages,
        lots=[lot_of(row.listing, known, distance_km=row.distance_km, address=address) for row in found.rows],
        nearest=[lot_of(other.listing, known, distance_km=other.distance_km, address=address)] if other else [],
    )


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
