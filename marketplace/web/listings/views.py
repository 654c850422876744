"""Offering and changing a lot."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from marketplace.accounts.policy import Can, require
from marketplace.kernel.language import _
from marketplace.market.actions.listings import delete_draft
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.matching.actions.offer import amend, offer
from marketplace.matching.actions.publish import publish as publish_listing
from marketplace.matching.queries.matches import demands_for_listing
from marketplace.materials.queries import taxonomy
from marketplace.web.answers import attempt, done, page
from marketplace.web.listings import endings, photo_views
from marketplace.web.listings.forms import ListingForm
from marketplace.web.listings.stored import acquaint, form_of, meet
from marketplace.web.request import current_actor, current_session, database, permission
from marketplace.web.states import LISTING_BADGES
from marketplace.web.steps.estimates import estimate_of

blueprint = Blueprint("listings", __name__)
photo_views.register(blueprint)
endings.register(blueprint)
FORM_BYTES_MAX = 250_000_000


@blueprint.route("/aanbod/nieuw", methods=("GET", "POST"))
@permission(Can.OFFER, max_body_bytes=FORM_BYTES_MAX)
def create() -> Any:
    """A new lot: kept as a draft, or on offer at once."""
    form = ListingForm(data={"material": request.args.get("material", "")})
    right = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    acquaint(form, session, current_actor())
    listing = right and attempt(
        form, lambda: offer(session, actor, form.draft(), pictures=form.pictures(), publish=form.publishes)
    )
    return _saved(listing) if listing else page("listings/create.html", form, estimate=estimate_of(form, taxonomy(session)))


@blueprint.route("/aanbod/<int:listing_id>/bewerken", methods=("GET", "POST"))
@permission(Can.EDIT_LISTING, max_body_bytes=FORM_BYTES_MAX)
def edit(listing_id: int) -> Any:
    """Change a lot. Who saves after somebody else is shown the differences first."""
    with database().read() as before:
        form = form_of(_own(before, listing_id), taxonomy(before))
    right = form.is_submitted() and form.validate()
    session = current_session()
    acquaint(form, session, current_actor())
    if right and (listing := attempt(form, lambda: _amended(session, listing_id, form))):
        return _saved(listing)
    return _editing(session, listing_id, form)


def _editing(session: Any, listing_id: int, form: ListingForm) -> Any:
    listing = _own(session, listing_id)
    meet(form, listing, taxonomy(session))
    words = {"badge": LISTING_BADGES[listing.status], "is_draft": listing.status == ListingStatus.DRAFT}
    return page("listings/edit.html", form, listing=listing, estimate=estimate_of(form, taxonomy(session)), **words)


def _own(session: Any, listing_id: int) -> Any:
    listing = get_listing(session, current_actor(), listing_id)
    require(current_actor(), Can.EDIT_LISTING, listing)
    return listing


def _amended(session: Any, listing_id: int, form: ListingForm) -> Any:
    return amend(
        session,
        current_actor(),
        listing_id=listing_id,
        version=form.known_version,
        draft=form.draft(),
        pictures=form.pictures(),
        publish=form.publishes,
    )


def _saved(listing: Any) -> Any:
    if listing.status == ListingStatus.DRAFT:
        return done(
            _("Saved as a draft. Nobody outside your organisation sees it."), url_for("listings.edit", listing_id=listing.id)
        )
    return done(_("Your lot is on offer, as you see it here."), url_for("catalogue.show_listing", listing_id=listing.id))


@blueprint.get("/aanbod/<int:listing_id>/matches")
@permission(Can.READ_MATCHES)
def matches(listing_id: int) -> Any:
    """Who needs this lot: the demands that it serves, nearest first."""
    session, actor = current_session(), current_actor()
    listing = get_listing(session, actor, listing_id)
    found = demands_for_listing(session, actor, listing)
    return render_template("listings/matches.html", listing=listing, found=found)


@blueprint.post("/aanbod/<int:listing_id>/publiceren")
@permission(Can.EDIT_LISTING)
def publish(listing_id: int) -> Any:
    """Put a draft on offer. What is missing is told in its form."""
    session = current_session()
    form = form_of(_own(session, listing_id), taxonomy(session), sent=False)
    acquaint(form, session, current_actor())
    listing = attempt(form, lambda: publish_listing(session, current_actor(), listing_id=listing_id))
    return _saved(listing) if listing else _editing(session, listing_id, form)


@blueprint.post("/aanbod/<int:listing_id>/verwijderen")
@permission(Can.EDIT_LISTING)
def delete(listing_id: int) -> Any:
    """Throw a draft away."""
    delete_draft(current_session(), current_actor(), listing_id=listing_id)
    return done(_("The draft is deleted."), url_for("work.show"))
