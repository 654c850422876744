"""Pictures in letters: the logo of the bank, and small ones of the lots. They travel inside, so nobody asks for them elsewhere."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from typing import cast

from marketplace.accounts.queries.sessions import find_actor
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Refusal
from marketplace.kernel.files import SHIPPED, Media
from marketplace.kernel.images import Variant, shrunk
from marketplace.market.queries.listings import find_first_photos, may_see_photo
from marketplace.notices.actions.deliveries import Letter

log = logging.getLogger(__name__)
LOGO_PX = 48  # on screen; the file has twice as many
LONGEST_SIDE_PX = 360
BYTES_MAX = 50_000  # of all lots in one letter; with text and coding a letter stays below 100 kB
LOTS_MAX = 4


@dataclass(frozen=True, slots=True)
class Inline:
    """A picture in a letter, by the name under which its text shows it."""

    cid: str
    alt: str
    variant: Variant


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """The photo of a lot: the file of its smallest size and its words."""

    file: str
    alt: str


def photos_of(session: Session, letter: Letter) -> dict[int, Thumbnail]:
    """The first photo of the lots that a letter is about, by the lot's id.

    As far as its reader may see them.
    """
    actor = find_actor(session, letter.person_id, origin="mail") if letter.person_id is not None else None
    lots = list(dict.fromkeys(int(item.facts["listing_id"]) for item in letter.along if item.facts.get("listing_id")))
    if actor is None or not lots:
        return {}
    first_photos = find_first_photos(session, lots[:LOTS_MAX])
    return {
        listing_id: Thumbnail(photo.files["webp-480"]["name"], photo.alt)
        for listing_id, photo in first_photos.items()
        if may_see_photo(session, actor, photo.files["webp-480"]["name"])
    }


def inline(media: Media, photos: Mapping[int, Thumbnail]) -> dict[int, Inline]:
    """The same as small pictures, as many as a letter can bear. One that cannot be read is left out."""
    made: dict[int, Inline] = {}
    left = BYTES_MAX
    for listing_id, photo in photos.items():
        try:
            with media.open(photo.file) as file:
                variant = shrunk(file.read(), LONGEST_SIDE_PX)
        except (Refusal, OSError) as error:
            log.warning("a letter goes without the photo of lot %s: %s", listing_id, type(error).__name__)
            continue
        if len(variant.content) <= left:
            made[listing_id] = Inline(f"lot-{listing_id}", photo.alt, variant)
            left -= len(variant.content)
    return made


@cache
def logo() -> bytes:
    """The logo as PNG: mail programs show no SVG."""
    return (SHIPPED / "mail-logo.png").read_bytes()


def attach(message: EmailMessage, pictures: Mapping[int, Inline]) -> None:
    """Put the logo and the pictures beside the HTML of a letter."""
    html = cast(EmailMessage, message.get_body(("html",)))
    html.add_related(logo(), "image", "png", cid="<logo>", filename="logo.png", disposition="inline")
    for picture in pictures.values():
        html.add_related(
            picture.variant.content, "image", "jpeg", cid=f"<{picture.cid}>", filename=f"{picture.cid}.jpeg", disposition="inline"
        )
