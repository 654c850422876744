"""Two people never hold the same stone, in one process or in four, on either database."""

import multiprocessing
from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.rooms.competition import ask_at_once

pytestmark = pytest.mark.slow

PROCESSES, THREADS = 4, 50


def test_200_simultaneous_requests_over_4_processes_hold_no_more_than_there_is(session: Session, database_url: str) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"), quantity=Quantity(Decimal(500), Unit.M2))
    askers = [make_actor(session, slug) for slug in ("borne", "almelo", "wierden", "losser")]
    session.commit()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        jobs = [pool.apply_async(ask_at_once, (database_url, asker, listing.id, "7", THREADS)) for asker in askers]
        answers = Counter(answer for job in jobs for answer in job.get(timeout=120))
    session.expire_all()
    assert answers == {"held": 71, "refused": 129}  # 500 / 7 is 71 and 3 m² are left
    assert session.get(Listing, listing.id).held == Decimal(497)
    assert session.scalar(select(func.count()).select_from(Reservation)) == 71
    assert [found for _name, question in INVARIANTS if (found := question(session))] == []
