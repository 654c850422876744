"""Photos by the digest in their name: the same address always shows the same picture.

For whoever may see a listing, a lot, a transfer or a conversation that it belongs to.
"""

from typing import cast

from flask import Blueprint, Response, current_app, request, send_file

from marketplace.depots.queries.attached import may_see_lot_photo
from marketplace.exchange.queries.gate import may_see_gate_photo
from marketplace.http.request import current_actor, current_session, public
from marketplace.kernel.errors import Missing
from marketplace.kernel.files import Media
from marketplace.kernel.language import _
from marketplace.market.queries.listings import may_see_photo
from marketplace.messages.queries import may_see_message_photo

blueprint = Blueprint("media", __name__)
TYPES = {".webp": "image/webp", ".jpeg": "image/jpeg", ".jpg": "image/jpeg"}
KEPT_S = 24 * 3600


@blueprint.get("/media/<string:name>")
@public
def show_photo(name: str) -> Response:
    """One file of a photo. Kept a day by browsers, by shared caches only where everybody may see it."""
    actor, session = current_actor(), current_session()
    suffix = name[name.rfind(".") :]
    questions = (may_see_photo, may_see_gate_photo, may_see_message_photo, may_see_lot_photo)
    if suffix not in TYPES or not any(may_see(session, actor, name) for may_see in questions):
        raise Missing(_("This photo does not exist, or you may not see it."))
    answer = send_file(cast(Media, current_app.extensions["media"]).open(name), mimetype=TYPES[suffix], etag=False)
    answer.set_etag(name)
    answer.headers["Cache-Control"] = f"{'private' if actor.is_member else 'public'}, max-age={KEPT_S}"
    answer.make_conditional(request)
    return answer
