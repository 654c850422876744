"""A form with one photo, of a hand-over or of a lot."""

from typing import Any

from flask import current_app
from flask_wtf.file import FileField
from wtforms import StringField

from marketplace.kernel.errors import Refusal
from marketplace.kernel.language import _
from marketplace.market.actions.photos import store_picture
from marketplace.market.rules.photos import StoredPicture
from marketplace.web.ui.forms import Form, IdempotencyField, Required

PHOTO_FORM_BYTES_MAX = 21 * 1024 * 1024


class PhotoForm(Form):
    """One photo and what it shows. The picture is developed and stored while the form is looked at, before the session opens."""

    idempotency_key = IdempotencyField()
    photo = FileField(
        _("Photo"),
        [Required(_("Take or choose a photo."))],
        description=_("JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB."),
        id="one-photo",
    )
    alt = StringField(
        _("What does the photo show?"),
        description=_("For people who cannot see it. For example: two broken pallets."),
        id="one-alt",
    )
    picture: StoredPicture | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape, and whether it is a picture."""
        is_valid = bool(super().validate(extra_validators))
        if is_valid:
            try:
                self.picture = store_picture(current_app.extensions["media"], self.photo.data.stream.read())
            except Refusal as refusal:
                self.photo.errors, is_valid = [refusal.message], False
        return is_valid

    def stored(self) -> StoredPicture:
        """The picture in its sizes."""
        assert self.picture is not None
        return self.picture

    def words(self) -> str:
        """What it shows."""
        return self.alt.data or ""
