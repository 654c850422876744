"""Applying a loaded sheet as one long task: rows in chunks, what counts in one stroke."""

from functools import partial
from typing import Any

from marketplace.imports.actions.apply import apply_chunk, chunk_of, finish_apply
from marketplace.imports.queries.runs import count_good, get_import
from marketplace.jobs.running import Report, TaskRun
from marketplace.kernel.db import Session
from marketplace.kernel.language import ngettext
from marketplace.kernel.models import Task


def apply_import(run: TaskRun) -> dict[str, Any]:
    """Apply a sheet. Killed half-way it goes on behind the last chunk; nothing counts before the last step."""
    import_id = int(run.arguments["import"])
    with run.database.read() as reading:
        sheet = get_import(reading, run.actor, import_id)
        rows, chunk = count_good(sheet), chunk_of(sheet)
    total = -(-rows // chunk) + 1
    at: dict[str, Any] = run.checkpoint or {"after": 0, "chunks": 0, "summary": {}}
    while at["after"] is not None:
        at = run.step(partial(_take_chunk, run, at), done=min(at["chunks"] + 1, total - 1), total=total)
    if "result" not in at:
        at = run.step(partial(_finish, run, at), done=total, total=total)
    return {"import": import_id, "rows": rows, **at["result"]}


def _take_chunk(run: TaskRun, at: dict[str, Any], session: Session) -> dict[str, Any]:
    after, summary = apply_chunk(
        session,
        run.actor,
        import_id=int(run.arguments["import"]),
        after=at["after"],
        summary=at["summary"],
        overwrite=bool(run.arguments.get("overwrite")),
    )
    return {"after": after, "chunks": at["chunks"] + 1, "summary": summary}


def _finish(run: TaskRun, at: dict[str, Any], session: Session) -> dict[str, Any]:
    result = finish_apply(
        session,
        run.actor,
        import_id=int(run.arguments["import"]),
        summary=at["summary"],
        versions=run.arguments["versions"],
    )
    return {**at, "result": result}


def report_import(task: Task) -> Report:
    """How many rows were taken."""
    if task.result is None:
        return Report()
    rows = int(task.result["rows"])
    return Report(ngettext("%(num)s row of the sheet is applied.", "%(num)s rows of the sheet are applied.", rows))
