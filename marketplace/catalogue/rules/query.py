"""What somebody asks of the catalogue."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.catalogue.rules.fields import FieldFilter
from marketplace.kernel.geo import Box, Point
from marketplace.kernel.language import Text, _
from marketplace.kernel.paging import PAGE_MAX, PAGE_SIZE_MAX
from marketplace.market.rules.listing import Condition, ListingStatus

RADII_KM = (5, 10, 15, 25, 50)  # what a page offers, and a saved search keeps


class Supply(StrEnum):
    """Whether it is there, on whatever day it is free, or is planned and comes free in a period."""

    THERE = "there"
    PLANNED = "planned"


SUPPLY_LABELS: dict[Supply, Text] = {Supply.THERE: _("Now or on a fixed day"), Supply.PLANNED: _("Planned")}


class Sort(StrEnum):
    """The orders of the catalogue. By distance without a place falls back to newest; equal ones stand by number."""

    DISTANCE = "distance"
    NEWEST = "newest"
    AVAILABLE_FROM = "available_from"


@dataclass(frozen=True, slots=True)
class CatalogueQuery:
    """The conditions of a catalogue search.

    Several values of one filter mean *or*, several filters *and*; unknown slugs match nothing.

    Free from: to be had on `available_from`, so it starts on or before that day and does not end before it. `mine` and `statuses`
    look inside: at the own organisation's listings, the reviewer at everybody's. Whoever may not look inside finds nothing of their own,
    and of all states only what is published. `is_literal`: the words are meant as they stand, so no typing error is looked for.
    """

    q: str = ""
    is_literal: bool = False
    groups: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    supplies: tuple[Supply, ...] = ()
    fields: tuple[FieldFilter, ...] = ()
    point: Point | None = None
    radius_km: Decimal | None = None
    box: Box | None = None  # what the map shows
    available_from: date | None = None
    sort: Sort = Sort.NEWEST
    page: int = 1
    page_size: int = 24
    mine: bool = False
    statuses: tuple[ListingStatus, ...] = ()

    @property
    def limit(self) -> int:
        """Rows on a page: at least one, at most a hundred."""
        return max(1, min(self.page_size, PAGE_SIZE_MAX))

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (max(1, min(self.page, PAGE_MAX)) - 1) * self.limit
