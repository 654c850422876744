"""Whatever people do with lots, in any order, over several processes: afterwards every invariant and the ledger hold.

WORKLOAD_OPERATIONS sets how many things each of the four processes does: 250 here, 5000 for 20 000 (docs/contributing.md).
"""

import os
from collections import Counter

import pytest
from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import find_breach
from marketplace.ledger.rules import RowKind
from tests.apart import APART
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.rooms.workload import work

pytestmark = pytest.mark.slow

PROCESSES = 4
MORE_ROUNDS = 20
OPERATIONS = int(os.environ.get("WORKLOAD_OPERATIONS", "250"))
MUST_HAPPEN = (
    *("reserve", "approve", "reject", "accept_offer", "cancel", "no_show", "hand_over", "confirm", "dispute", "resolve"),
    *("return_part", "expire", "in_vain", "withdraw", "publish", "propose_terms", "accept_terms", "decline_terms", "silence"),
    *("object", "decide_objection", "hand_over_late"),
)


def test_after_a_random_workload_over_four_processes_every_invariant_holds(session: Session, database_url: str) -> None:
    seed_taxonomy(session)
    actors = [make_actor(session, slug) for slug in ("hengelo", "borne", "almelo", "wierden", "losser")]
    broker = make_actor(session, "regio-twente", "coordinator")
    for actor in actors:
        make_listing(session, actor)
    session.commit()
    done: Counter[str] = Counter()
    faults: list[str] = []
    with APART.Pool(PROCESSES) as pool:
        jobs = [pool.apply_async(work, (database_url, actors, broker, seed, OPERATIONS)) for seed in range(PROCESSES)]
        for job in jobs:
            counted, wrong = job.get(timeout=3600)
            done.update(counted)
            faults += wrong
    assert sum(done.values()) == PROCESSES * OPERATIONS
    assert done["busy"] * 10 <= PROCESSES * OPERATIONS  # a busy machine makes SQLite's writers wait too long
    for seed in range(PROCESSES, PROCESSES + MORE_ROUNDS):  # what chance has left out
        if all(done[name] for name in MUST_HAPPEN):
            break
        counted, wrong = work(database_url, actors, broker, seed, OPERATIONS)
        done.update(counted)
        faults += wrong
    assert faults == []
    assert [name for name in MUST_HAPPEN if not done[name]] == []
    session.expire_all()
    assert [(name, fault) for name, question in INVARIANTS if (fault := question(session))] == []
    assert find_breach(session) is None
    assert set(session.scalars(select(Exchange.kind))) == set(RowKind)
    assert session.scalar(
        select(func.count()).where(Exchange.period > func.substr(cast(Exchange.happened_on, String), 1, 7))
    )  # what was booked late
