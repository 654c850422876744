"""What the outlook counts as there: what the catalogue shows, and of plans what members see."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.kernel import clock
from marketplace.outlook.queries import OutlookFilter, get_outlook
from tests.factories import make_actor, make_listing, seed_taxonomy


def present_kg(session: Session, reader: Actor) -> Decimal:
    return sum((row.present_kg for row in get_outlook(session, reader, OutlookFilter()).totals), Decimal(0))


@pytest.mark.parametrize(
    ("until", "days", "counts"),
    [(None, 60, True), (None, 61, False), (30, 30, True), (30, 31, False)],
)
def test_a_lot_counts_as_there_until_its_last_day_and_until_it_is_stale(
    session: Session, until: int | None, days: int, counts: bool
) -> None:
    seed_taxonomy(session)
    owner, other = make_actor(session, "hengelo"), make_actor(session, "borne")
    today = clock.today()
    make_listing(session, owner, available_until=None if until is None else today + timedelta(days=until))
    with clock.frozen(clock.now() + timedelta(days=days)):
        assert [present_kg(session, reader) > 0 for reader in (owner, other, ANONYMOUS)] == [counts] * 3
