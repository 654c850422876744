"""The photos of a lot: which ones, in what order, and what they show in words."""

from typing import Any

from flask import request, url_for

from marketplace.accounts.policy import Can, require
from marketplace.kernel.language import _
from marketplace.market.photo_actions import delete_photo, edit_photo
from marketplace.market.queries import get_listing
from marketplace.matching.offering import add_photos
from marketplace.web.answers import attempt, done, page
from marketplace.web.listings.forms import PhotoForm, PhotosForm
from marketplace.web.listings.views import FORM_BYTES_MAX, blueprint
from marketplace.web.request import current_actor, current_session, permission


@blueprint.route("/aanbod/<int:listing_id>/fotos", methods=("GET", "POST"))
@permission(Can.EDIT_LISTING, max_body_bytes=FORM_BYTES_MAX)
def photos(listing_id: int) -> Any:
    """The photos in order; new ones come behind the others."""
    form = PhotosForm()
    right = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    if right and attempt(form, lambda: add_photos(session, actor, listing_id=listing_id, pictures=form.pictures())):
        return done(_("The photos are added."), url_for("listings.photos", listing_id=listing_id))
    return page("listings/photos.html", form, listing=listing)


@blueprint.post("/aanbod/<int:listing_id>/fotos/<int:photo_id>")
@permission(Can.EDIT_LISTING)
def change_photo(listing_id: int, photo_id: int) -> Any:
    """Describe a photo, move it, or take it away: the button says which."""
    form = PhotoForm()
    session, actor = current_session(), current_actor()
    what = {"listing_id": listing_id, "photo_id": photo_id}
    if request.form.get("do") == "delete":
        delete_photo(session, actor, **what)
    else:
        edit_photo(session, actor, **what, alt=form.alt.data or "", position=form.position())
    return done(_("The photos are saved."), url_for("listings.photos", listing_id=listing_id, _anchor=f"photo-{photo_id}"))
