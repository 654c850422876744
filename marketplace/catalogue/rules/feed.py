"""When a lot leaves the public catalogue, for those who follow a feed."""

from datetime import date, datetime, time, timedelta

from marketplace.kernel.clock import AMSTERDAM, local
from marketplace.market.rules.listing import STALE_AFTER, ListingStatus

GONE_KEPT = timedelta(days=90)  # how long a feed says that a lot has gone


def gone_at(
    status: ListingStatus,
    *,
    changed_at: datetime,
    last_day: date | None,
    confirmed_on: date | None,
    region_from: date | None,
) -> datetime | None:
    """The moment at which a lot that is not in the catalogue left it.

    Withdrawn, nothing left, its period over, or stale. None where the public had not seen it yet.
    """
    left = changed_at
    if status is ListingStatus.PUBLISHED:
        stale_after = None if confirmed_on is None else confirmed_on + STALE_AFTER
        days = [day for day in (last_day, stale_after) if day is not None]
        if not days:
            return None
        left = datetime.combine(min(days) + timedelta(days=1), time(), AMSTERDAM)
    return left if region_from is not None and region_from <= local(left).date() else None
