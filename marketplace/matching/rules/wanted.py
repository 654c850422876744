"""What somebody asks of the demands, and how well what lies at home fits them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from marketplace.kernel.geo import Box, Point
from marketplace.kernel.language import Text, _
from marketplace.kernel.paging import PAGE_MAX, PAGE_SIZE_MAX
from marketplace.kernel.text import search_prefixes, search_text
from marketplace.market.rules.demand import DemandStatus


class Fit(StrEnum):
    """How well a lot of one's own fits: it serves, or would but for one thing to talk about."""

    FITS = "fits"
    NEARLY = "nearly"


FIT_LABELS: dict[Fit, Text] = {Fit.FITS: _("Everything that fits"), Fit.NEARLY: _("Nearly")}


class WantedSort(StrEnum):
    """The orders of the demands. What cannot be, without lots of one's own or without a place, falls back to what is needed first."""

    FITS = "fits"
    DISTANCE = "distance"
    NEEDED_FROM = "needed_from"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class WantedQuery:
    """The conditions of a search in the demands.

    Several values of one filter mean *or*, several filters *and*; unknown slugs match nothing. `first` and `last`: a period in which it
    is needed. `mine`: of the own organisation only, those that are over as well; `statuses` and `mine` look inside, and the public gets
    the open ones whatever it asks. `is_literal`: the words are meant as they stand, so no typing error is looked for.
    """

    q: str = ""
    is_literal: bool = False
    groups: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    fits: tuple[Fit, ...] = ()
    point: Point | None = None
    radius_km: Decimal | None = None
    box: Box | None = None  # what the map shows
    first: date | None = None
    last: date | None = None
    sort: WantedSort = WantedSort.NEEDED_FROM
    page: int = 1
    page_size: int = 24
    mine: bool = False
    statuses: tuple[DemandStatus, ...] = (DemandStatus.OPEN,)

    @property
    def limit(self) -> int:
        """Rows on a page: at least one, at most a hundred."""
        return max(1, min(self.page_size, PAGE_SIZE_MAX))

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (max(1, min(self.page, PAGE_MAX)) - 1) * self.limit


def find_words(
    words: str, materials: Sequence[int], names: Mapping[int, Sequence[str]], texts: Sequence[Sequence[str]]
) -> list[int]:
    """Find where every word is held: in the texts of a demand, or in the names of its material."""
    begun = [f" {prefix} " if prefix.isdigit() else f" {prefix}" for prefix in search_prefixes(words)]
    held = {number: _words(*of) for number, of in names.items()}
    return [
        place
        for place, (material, own) in enumerate(zip(materials, texts, strict=True))
        if all(word in f" {held[material]} {_words(*own)} " for word in begun)
    ]


@lru_cache(maxsize=32_768)
def _words(*texts: str) -> str:
    return search_text(*texts)
