"""Photos that arrived with a form that was not right yet.

Stored already, and carried along in signed words, so nobody sends them twice.

A word names a stored picture for one person and for half a day; what was not signed here is left out in silence.
"""

import base64
from dataclasses import dataclass
from typing import cast

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage

from marketplace.http.request import current_actor
from marketplace.kernel.errors import Missing, Refusal
from marketplace.kernel.files import Media
from marketplace.kernel.language import Text, _
from marketplace.market.actions.photos import store_picture
from marketplace.market.rules.photos import PHOTOS_MAX, StoredPicture

KEPT_S = 12 * 3600
PREVIEW = "webp-480"


@dataclass(frozen=True, slots=True)
class WaitingPicture:
    """A picture that waits for its lot, and the word that carries it through the form."""

    picture: StoredPicture
    token: str

    @property
    def url(self) -> str:
        """The picture itself, inside the page: it belongs to no lot yet, so it has no address."""
        try:
            with media().open(self.picture.files[PREVIEW][0]) as file:
                return f"data:image/webp;base64,{base64.b64encode(file.read()).decode()}"
        except Missing:
            return ""


def media() -> Media:
    """Where photos are stored."""
    return cast(Media, current_app.extensions["media"])


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"kept photo of {current_actor().person_id}")


def keep(picture: StoredPicture) -> WaitingPicture:
    """Sign a stored picture."""
    return WaitingPicture(picture, str(_signer().dumps(picture.files)))


def read_stored(tokens: list[str], dropped: list[str]) -> list[WaitingPicture]:
    """The pictures of these words, without those that the sender left out."""
    rows: list[WaitingPicture] = []
    for token in dict.fromkeys(tokens):
        try:
            payload = _signer().loads(token, max_age=KEPT_S)
        except BadSignature:
            continue
        if token not in dropped:
            rows.append(WaitingPicture(StoredPicture({variant: tuple(file) for variant, file in payload.items()}), token))
    return rows[:PHOTOS_MAX]


def store_uploads(uploads: list[FileStorage], room: int) -> tuple[list[WaitingPicture], list[Text]]:
    """Develop and store each upload, at most `room`. Returns what arrived well, and a sentence for each that did not."""
    taken: list[WaitingPicture] = []
    refused: list[Text] = []
    for upload in uploads:
        if len(taken) >= room:
            refused.append(_("A lot has at most %(most)s photos. Leave some out.", most=PHOTOS_MAX))
            break
        content = upload.stream.read()
        upload.stream.seek(0)
        try:
            taken.append(keep(store_picture(media(), content)))
        except Refusal as refusal:
            refused.append(_("“%(file)s” was left out: %(why)s", file=(upload.filename or "")[-80:], why=refusal.message))
    return taken, refused
