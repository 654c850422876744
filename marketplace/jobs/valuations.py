"""Valuing what an organisation owns as one long task. The prices first, then parts in chunks, the totals last."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from marketplace.accounts.policy import Actor
from marketplace.exchange.queries.terms import list_paid
from marketplace.jobs.running import Report, TaskRun
from marketplace.kernel.db import Session
from marketplace.kernel.language import _
from marketplace.kernel.models import Task
from marketplace.materials.queries import get_taxonomy
from marketplace.valuations.actions.runs import CHUNK, count_parts, finish_run, fix_prices, start_run, value_chunk
from marketplace.valuations.models import ValuationRun
from marketplace.valuations.queries.runs import RunPlan, find_run_of_task, get_plan
from marketplace.valuations.rules.method import MONTHS_OF_PRICES, PricedExchange, medians_of, months_before


def list_exchanges(session: Session, as_of: date) -> Iterator[PricedExchange]:
    """List what was paid in the region in the 24 months up to a day."""
    taxonomy = get_taxonomy(session)
    for paid in list_paid(session, months_before(as_of, MONTHS_OF_PRICES), as_of):
        material = taxonomy.find_material(paid.material_slug)
        if material is not None:
            yield PricedExchange(material.id, paid.condition, paid.unit, paid.quantity, paid.price_cents, paid.happened_on)


def plan_valuation(session: Session, actor: Actor, *, organisation_id: int, as_of: date) -> RunPlan:
    """What a valuation as of a day would do."""
    return get_plan(session, actor, organisation_id, as_of, medians_of(list_exchanges(session, as_of)))


def value_at_once(session: Session, actor: Actor, *, organisation_id: int, as_of: date) -> ValuationRun:
    """Value every part in one transaction, without a task. For a few parts, as the demonstration has them."""
    run = start_run(session, actor, organisation_id=organisation_id, as_of=as_of, task_id=None)
    fix_prices(session, actor, run_id=run.id, exchanges=list_exchanges(session, as_of))
    after: int | None = 0
    while after is not None:
        after, _count = value_chunk(session, actor, run_id=run.id, after=after)
    finish_run(session, actor, run_id=run.id)
    return run


def value_assets(run: TaskRun) -> dict[str, Any]:
    """Value every part. Killed half-way it goes on behind the last chunk, by the prices that it began with."""
    with run.database.read() as reading:
        row = find_run_of_task(reading, run.task_id)
        assert row is not None
        run_id, as_of = row.id, row.as_of
        parts = count_parts(reading, run.actor, run_id=run_id)
    total = -(-parts // CHUNK) + 3
    at: dict[str, Any] = run.checkpoint or run.step(partial(_fix, run, run_id, as_of), done=1, total=total)
    while at["after"] is not None:
        at = run.step(partial(_take_chunk, run, run_id, at), done=min(at["chunks"] + 2, total - 1), total=total)
    if "result" not in at:
        at = run.step(partial(_finish, run, run_id, at), done=total, total=total)
    return dict(at["result"])


def _fix(run: TaskRun, run_id: int, as_of: date, session: Session) -> dict[str, Any]:
    prices = fix_prices(session, run.actor, run_id=run_id, exchanges=list_exchanges(session, as_of))
    return {"after": 0, "chunks": 0, "prices": prices}


def _take_chunk(run: TaskRun, run_id: int, at: dict[str, Any], session: Session) -> dict[str, Any]:
    after, _count = value_chunk(session, run.actor, run_id=run_id, after=at["after"])
    return {**at, "after": after, "chunks": at["chunks"] + 1}


def _finish(run: TaskRun, run_id: int, at: dict[str, Any], session: Session) -> dict[str, Any]:
    totals = finish_run(session, run.actor, run_id=run_id)
    return {**at, "result": {"valuation": run_id, "parts": totals.parts, "valued": totals.valued_parts}}


def report_valuation(task: Task) -> Report:
    """How many parts have a value."""
    if task.result is None:
        return Report()
    parts, valued = int(task.result["parts"]), int(task.result["valued"])
    return Report(_("Of %(parts)s parts %(valued)s have a value.", parts=parts, valued=valued))
