"""A valuation whose workers are killed: each part once, by the prices it began with, and nothing counts before all of it is there."""

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.policy import Actor
from marketplace.http.sheets import read_factor_list
from marketplace.jobs import tasks
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.geo import Point
from marketplace.kernel.models import Task
from marketplace.kernel.units import Quantity, Unit
from marketplace.passports.actions.assets import create_asset
from marketplace.passports.actions.items import add_item
from marketplace.passports.rules.assets import AssetDraft, AssetKind
from marketplace.passports.rules.items import ItemDraft
from marketplace.valuations.actions.prices import load_prices
from marketplace.valuations.models import ValuationLine, ValuationRun, ValuationSum, ValuationTotals
from marketplace.valuations.queries.invariants import find_wrong_total
from marketplace.valuations.queries.runs import get_statement
from tests.apart import APART
from tests.factories import make_actor, seed_taxonomy
from tests.imported import reading
from tests.jobs.long_work import VALUED_AT_ONCE, value

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

TEGEL = "betontegel-30x30x6"
ASSETS, EACH, KILLS = 12, 20, 3  # 240 parts in chunks of 20
HEAD = "materiaal;kwaliteit;eenheid;laag;hoog;bron;peildatum"


@pytest.fixture
def keeper(database: Database) -> Actor:
    """Twelve streets with twenty parts of 10 m² of tiles, and tiles at € 4 to 6."""
    with database.transaction() as session:
        seed_taxonomy(session)
    loaded(database, "4,00;6,00")
    with database.transaction() as session:
        keeper = make_actor(session, "hengelo", "coordinator")
        for number in range(ASSETS):
            asset = create_asset(session, keeper, draft=AssetDraft(f"Straat {number}", AssetKind.ROAD, Point(52.26, 6.79)))
            for _part in range(EACH):
                add_item(session, keeper, asset_id=asset.id, draft=ItemDraft(TEGEL, Quantity(Decimal(10), Unit.M2)))
    return keeper


def loaded(database: Database, ends: str) -> None:
    row = f"{TEGEL};;m2;{ends};Voorbeeld;{clock.today().isoformat()}"
    file = read_factor_list("prijzen.csv", f"{HEAD}\r\n{row}".encode())
    with database.transaction() as session:
        load_prices(session, make_actor(session, "regio-twente", "reviewer"), file=file)


def counted(database: Database) -> tuple[int, int]:
    """Lines, and runs that count."""
    with reading(database) as session:
        counts = [session.scalar(select(func.count()).select_from(model)) or 0 for model in (ValuationLine, ValuationTotals)]
    return counts[0], counts[1]


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, "it did not happen within a minute"
        time.sleep(0.005)


def test_a_valuation_whose_worker_is_killed_values_each_part_once_by_its_first_prices(
    app: Flask, database: Database, database_url: str, instance: Path, keeper: Actor
) -> None:
    """240 parts of 10 m² at € 5 are € 12 000, though tiles cost € 9 by the time that it ends."""
    owner = int(keeper.organisation_id or 0)
    with database.transaction() as session:
        run = tasks.start_valuation(session, keeper, organisation_id=owner, as_of=clock.today())
        run_id, task_id = run.id, int(run.task_id or 0)
    for _kill in range(KILLS):
        before = counted(database)[0]
        worker = APART.Process(target=value, args=(database_url, instance))
        worker.start()
        wait_for(lambda before=before: counted(database)[0] > before)  # type: ignore[misc]
        worker.kill()
        worker.join(60)
        assert worker.exitcode == -9
        lines, counts = counted(database)
        assert counts == 0 and lines % VALUED_AT_ONCE == 0 and lines > before
        with reading(database) as session:
            left = session.get_one(Task, task_id)
            assert left.checkpoint is not None and left.checkpoint["chunks"] * VALUED_AT_ONCE == lines
            assert get_statement(session, keeper, owner, clock.today().year).closing is None  # it counts for nothing
        with database.transaction() as session:  # two minutes later
            session.get_one(Task, task_id).leased_until = clock.now()
    assert 0 < counted(database)[0] < ASSETS * EACH
    loaded(database, "8,00;10,00")
    assert tasks.work_off(app) == 1
    assert counted(database) == (ASSETS * EACH, 1)
    with reading(database) as session:
        totals = session.get_one(ValuationTotals, run_id)
        assert (totals.parts, totals.valued_parts, totals.value_cents) == (240, 240, 1_200_000)
        [whole] = session.scalars(select(ValuationSum).where(ValuationSum.run_id == run_id))
        assert (whole.kind, whole.method, whole.parts, whole.value_cents) == ("road", "price_table", 240, 1_200_000)
        assert session.scalar(select(func.count()).select_from(ValuationRun)) == 1
        assert find_wrong_total(session) is None
    assert tasks.work_off(app) == 0
