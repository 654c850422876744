"""When a lot has gone from the public catalogue."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from marketplace.catalogue.rules.feed import GONE_KEPT, gone_at
from marketplace.kernel.clock import AMSTERDAM
from marketplace.market.rules.listing import ListingStatus

CHANGED = datetime(2027, 3, 10, 12, tzinfo=AMSTERDAM)


def left(status: ListingStatus = ListingStatus.PUBLISHED, **changes: Any) -> datetime | None:
    values = {"changed_at": CHANGED, "last_day": None, "confirmed_on": date(2027, 3, 1), "region_from": date(2027, 1, 1)}
    return gone_at(status, **{**values, **changes})


@pytest.mark.parametrize("status", [ListingStatus.WITHDRAWN, ListingStatus.CLOSED])
def test_what_is_withdrawn_or_has_nothing_left_goes_at_that_moment(status: ListingStatus) -> None:
    assert left(status, last_day=date(2027, 3, 2)) == CHANGED


def test_a_lot_goes_when_its_last_day_is_over() -> None:
    assert left(last_day=date(2027, 3, 31)) == datetime(2027, 4, 1, tzinfo=AMSTERDAM)


def test_a_lot_that_nobody_confirms_goes_after_sixty_days() -> None:
    assert left() == datetime(2027, 5, 1, tzinfo=AMSTERDAM)
    assert left(last_day=date(2027, 4, 30)) == left(last_day=date(2027, 5, 1)) == datetime(2027, 5, 1, tzinfo=AMSTERDAM)
    assert left(last_day=date(2027, 4, 29)) == datetime(2027, 4, 30, tzinfo=AMSTERDAM)


def test_what_the_public_had_not_seen_yet_does_not_go() -> None:
    withdrawn = ListingStatus.WITHDRAWN
    assert left(withdrawn, region_from=date(2027, 3, 10)) == CHANGED
    assert left(withdrawn, region_from=date(2027, 3, 11)) is None
    assert left(withdrawn, region_from=None) is None
    assert left(confirmed_on=None) is None


def test_a_feed_says_for_ninety_days_that_a_lot_has_gone() -> None:
    assert timedelta(days=90) == GONE_KEPT
