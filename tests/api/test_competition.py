"""200 simultaneous reservations over 4 processes on one listing: every answer 201 or 409, and nothing oversold."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from tests.apart import APART
from tests.api.askers import ask_at_once
from tests.factories import make_actor, make_listing, make_token, seed_taxonomy

pytestmark = pytest.mark.slow

THREADS = 50


def test_200_simultaneous_reservations_answer_201_or_409(session: Session, database_url: str, instance: Path) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"), quantity=Quantity(Decimal(500), Unit.M2))
    tokens = [make_token(session, make_actor(session, slug), name="test") for slug in ("borne", "almelo", "wierden", "losser")]
    session.commit()
    with APART.Pool(len(tokens)) as pool:
        jobs = [pool.apply_async(ask_at_once, (database_url, instance, token, listing.id, "7", THREADS)) for token in tokens]
        answers = Counter(status for job in jobs for status in job.get(timeout=240))
    session.expire_all()
    assert answers == {201: 71, 409: 129}  # 500 / 7 is 71 and 3 m² are left
    assert session.get(Listing, listing.id).held == Decimal(497)
    assert [breach for _name, question in INVARIANTS if (breach := question(session))] == []
