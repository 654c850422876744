"""Two people never hold the same stone, in one process or in four, on either database."""

from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.depots.models import DepotKeeper, Lot
from marketplace.depots.queries.lots import list_movements
from marketplace.depots.rules.lots import Whereabouts
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from tests.apart import APART
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.rooms.competition import ask_at_once, take_out_at_once
from tests.rooms.test_movements import make_lot, make_yard

pytestmark = pytest.mark.slow

PROCESSES, THREADS = 4, 50


def test_200_simultaneous_requests_over_4_processes_hold_no_more_than_there_is(session: Session, database_url: str) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"), quantity=Quantity(Decimal(500), Unit.M2))
    askers = [make_actor(session, slug) for slug in ("borne", "almelo", "wierden", "losser")]
    session.commit()
    with APART.Pool(PROCESSES) as pool:
        jobs = [pool.apply_async(ask_at_once, (database_url, asker, listing.id, "7", THREADS)) for asker in askers]
        answers = Counter(answer for job in jobs for answer in job.get(timeout=120))
    session.expire_all()
    assert answers == {"held": 71, "refused": 129}  # 500 / 7 is 71 and 3 m² are left
    assert session.get(Listing, listing.id).held == Decimal(497)
    assert session.scalar(select(func.count()).select_from(Reservation)) == 71
    assert [breach for _name, question in INVARIANTS if (breach := question(session))] == []


def test_of_two_keepers_in_two_processes_one_takes_out_the_last_pallet(session: Session, database_url: str) -> None:
    seed_taxonomy(session)
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    keepers = [make_actor(session, "borne", "coordinator"), make_actor(session, "hengelo")]
    session.add(DepotKeeper(depot_id=yard.id, person_id=keepers[1].person_id))
    lot = make_lot(session, owner, Whereabouts(yard.id, pallets=1), "9.625")
    session.commit()
    with APART.Manager() as manager, APART.Pool(2) as pool:
        start = manager.Barrier(2)
        jobs = [pool.apply_async(take_out_at_once, (database_url, keeper, lot.id, "9.625", start)) for keeper in keepers]
        answers = Counter(job.get(timeout=120) for job in jobs)
    session.expire_all()
    left = session.get_one(Lot, lot.id)
    assert answers == {"out": 1, "refused": 1}
    assert (left.quantity, left.pallets) == (0, 0)
    assert [(row.kind, row.quantity) for row in list_movements(session, lot.id)] == [
        ("in", Decimal("9.625")),
        ("out", Decimal("-9.625")),
    ]
