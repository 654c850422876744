"""The photos of a lot, finished or not: added, described, turned, taken away, put back. A script sends them one by one."""

import re
from typing import Any

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, require
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.actions.photos import (
    add_photo,
    delete_photo,
    describe_photos,
    edit_photo,
    replace_photo,
    restore_photo,
    turned,
)
from marketplace.market.models import Listing, Photo
from marketplace.market.queries.drafts import get_sketch, list_sketch_photos
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.drafts import SketchKind
from marketplace.market.rules.photos import StoredPicture
from marketplace.web.listings.forms import PhotosForm
from marketplace.web.listings.pictures import media
from marketplace.web.ui.form_page import attempt, done, page

FORM_BYTES_MAX = 250_000_000
DO = re.compile(r"(turn|delete|restore|move)-([0-9]{1,9})(?:-([0-9]{1,2}))?")
ALT = re.compile(r"alt-([0-9]{1,9})")
Owner = dict[str, int]  # listing_id or sketch_id


def register(blueprint: Blueprint) -> None:
    """Give this page to the area of listings."""
    blueprint.route("/aanbod/<int:listing_id>/fotos", methods=("GET", "POST"))(photos)


@permission(Can.EDIT_LISTING, max_body_bytes=FORM_BYTES_MAX)
def photos(listing_id: int) -> ResponseReturnValue:
    """The photos in order; new ones come behind the others."""
    form = PhotosForm()
    owner = {"listing_id": listing_id}
    sent = PhotosSent(form, owner)
    session = current_session()
    listing = _own(session, listing_id)
    if form.is_submitted() and sent.store(session, owner):
        if sent.is_by_script:
            return jsonify(photos=len(list_photos(session, owner)))
        if sent.did:
            return redirect(url_for("listings.photos", listing_id=listing_id, **sent.did), 303)
        if request.form.get("do") == "done":
            return done(_("The photos are saved."), url_for("catalogue.show_listing", listing_id=listing_id))
        return done(_("The photos are saved."), url_for("listings.photos", listing_id=listing_id))
    if sent.is_by_script and form.is_submitted():
        return sent.faults()
    return page("listings/photos.html", form, listing=listing, shots=list_photos(session, owner))


class PhotosSent:
    """What a request brings of photos. Made before the writing session opens: it develops pictures."""

    def __init__(self, form: PhotosForm, owner: Owner | None) -> None:
        self.form = form
        self.did: dict[str, Any] = {}
        self.is_by_script = request.accept_mimetypes.best == "application/json"
        deed = DO.fullmatch(request.form.get("do", ""))
        self.what, self.photo_id, self.place = (deed[1], int(deed[2]), int(deed[3] or 0)) if deed else ("", 0, 0)
        self.has_files = request.method == "POST" and bool(form.photos.data or request.form.getlist("kept"))
        self.is_valid = not self.has_files or form.validate()
        self.picture = _turned(owner, self.photo_id) if self.what == "turn" and owner else None

    def store(self, session: Session, owner: Owner) -> bool:
        """Write down what was said and sent. False where a photo is refused; the form says why."""
        where: dict[str, Any] = dict(owner)
        actor = current_actor()
        alts = {int(match[1]): text for name, text in request.form.items() if (match := ALT.fullmatch(name))}
        if not attempt(self.form, lambda: describe_photos(session, actor, **where, alts=alts)) or not self.is_valid:
            return False
        for picture in self.form.pictures() if self.has_files else ():
            if attempt(self.form, lambda picture=picture: add_photo(session, actor, **where, picture=picture)) is None:  # type: ignore[misc]
                return False
        if self.what:
            return attempt(self.form, lambda: self._change(session, where)) is not None
        return True

    def _change(self, session: Session, where: dict[str, Any]) -> bool:
        actor, number = current_actor(), self.photo_id
        if self.what == "delete":
            self.did = {"removed": number, "place": delete_photo(session, actor, **where, photo_id=number)}
            return True
        if self.what == "restore":
            restore_photo(session, actor, **where, photo_id=number)
        elif self.what == "move":
            edit_photo(session, actor, **where, photo_id=number, position=self.place)
        elif self.picture:
            replace_photo(session, actor, **where, photo_id=number, picture=self.picture)
        self.did = {"_anchor": f"photo-{number}"}
        return True

    def faults(self) -> ResponseReturnValue:
        """Why a photo is refused, for a script."""
        return jsonify(faults=[str(fault.message) for fault in self.form.summary()]), 422


def list_photos(session: Session, owner: Owner) -> list[Photo]:
    """The photos of this lot or this unfinished one, in order."""
    if "sketch_id" in owner:
        return list_sketch_photos(session, get_sketch(session, current_actor(), owner["sketch_id"], SketchKind.LISTING))
    return list(_own(session, owner["listing_id"]).photos)


def _own(session: Session, listing_id: int) -> Listing:
    listing = get_listing(session, current_actor(), listing_id)
    require(current_actor(), Can.EDIT_LISTING, listing)
    return listing


def _turned(owner: Owner, photo_id: int) -> StoredPicture:
    """The picture a quarter turn further, made before the writing session opens."""
    with database().read() as before:
        files = next((photo.files for photo in list_photos(before, owner) if photo.id == photo_id), None)
    if files is None:
        raise Missing(_("This photo does not exist any more. Open the listing again."))
    return turned(media(), files)
