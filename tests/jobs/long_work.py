"""Long work for tests: so many steps, each of which leaves a row; and workers that do it as a process of their own."""

import time
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Can
from marketplace.app import create_app
from marketplace.jobs import tasks, valuations
from marketplace.jobs.running import Kind, Report, TaskRun
from marketplace.kernel.language import Text
from marketplace.notices.actions import audit
from marketplace.valuations.actions import runs
from tests.databases import settings

STEPS = 60
STEP_S = 0.02  # where a process has to be caught at work; elsewhere a step takes no time
VALUED_AT_ONCE, VALUED_IN_S = 20, 0.1  # a valuation of some parts, slow enough to be caught at work
pace = {"step_s": 0.0}


def count_to_sixty(run: TaskRun) -> dict[str, Any]:
    first = run.checkpoint["next"] if run.checkpoint else 0
    for number in range(first, STEPS):
        run.step(partial(leave_a_row, number), done=number + 1, total=STEPS)
    return {"counted": STEPS}


def leave_a_row(number: int, session: Session) -> dict[str, Any]:
    audit.record(session, CLOCK, action=f"step {number}", object_type="test")
    session.flush()
    time.sleep(pace["step_s"])
    return {"next": number + 1}


def fail(run: TaskRun) -> dict[str, Any]:
    raise RuntimeError("out of order\nand more that nobody needs to read")


def kind(run: Any = count_to_sixty) -> Kind:
    return Kind(Text("Count"), Text("Count"), Text("Counts."), Can.READ_CATALOGUE, run, lambda task: Report())


def work(url: str, folder: Path, step_s: float = STEP_S) -> None:
    """Whatever waits, until it is done or this process is killed."""
    tasks.KINDS["count"] = kind()
    pace["step_s"] = step_s
    app = create_app(settings(url, folder))
    tasks.work_off(app)
    app.extensions["database"].dispose()


def value(url: str, folder: Path) -> None:
    """A valuation that waits, some parts at a time, until it is done or this process is killed."""
    runs.CHUNK = valuations.CHUNK = VALUED_AT_ONCE
    value_chunk = valuations.value_chunk

    def slowly(*args: Any, **more: Any) -> Any:
        time.sleep(VALUED_IN_S)
        return value_chunk(*args, **more)

    valuations.value_chunk = slowly  # type: ignore[assignment]
    app = create_app(settings(url, folder))
    tasks.work_off(app)
    app.extensions["database"].dispose()
