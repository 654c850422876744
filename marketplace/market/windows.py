"""Whose turn it is: rings that open one after the other."""

from datetime import date, timedelta

PARTNERS_WAIT = timedelta(days=14)  # domain.md: partners from 14 days later


def windows(*, published_on: date, region_from: date | None, partners_from: date | None) -> tuple[date, date]:
    """The first day of the region and of the partners: at once, and 14 days later, unless the owner chose."""
    region = max(region_from or published_on, published_on)
    return region, max(partners_from or region + PARTNERS_WAIT, region)


def has_turn(
    *, kind: str, organisation_id: int | None, owner_id: int, region_from: date | None, partners_from: date | None, today: date
) -> bool:
    """Whether an organisation may reserve now: its own lots at once, the region from its day, partners from theirs."""
    if organisation_id == owner_id:
        return True
    opens = partners_from if kind == "partner" else region_from
    return opens is not None and opens <= today
