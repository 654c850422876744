"""What may be said of a photo, and how many there may be."""

from dataclasses import dataclass
from datetime import timedelta

from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.kernel.text import check_length

PHOTOS_MAX = 12
ALT_LENGTH_MAX = 300
REMOVED_KEPT = timedelta(days=1)  # how long a photo that was taken away can be put back


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A developed photo whose files lie in the media store.

    Variant (`webp-480` … `jpeg-1200`) to file name, width and height in pixels.
    """

    files: dict[str, tuple[str, int, int]]


def check_photo_count(present: int) -> None:
    """Up to 12 photos a listing."""
    if present >= PHOTOS_MAX:
        raise Conflict(_("A listing has at most %(most)s photos. Remove one first.", most=PHOTOS_MAX), "photo")


def check_alt(alt: str) -> None:
    """An alternative text is one or two sentences."""
    check_length(alt, ALT_LENGTH_MAX, "alt")
