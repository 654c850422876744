"""A long task in the API: how it is described, and how a row is shown."""

from marketplace.api.schema import MOMENT, TEXT, WHOLE, YES_NO, Schema, listed, maybe, shape, words
from marketplace.api.shapes import Shape, moment
from marketplace.jobs.tasks import KINDS
from marketplace.kernel.models import Task, TaskState

TASK_SHAPES: dict[str, Schema] = {
    "Task": shape(
        id=WHOLE,
        kind={"type": "string", "enum": list(KINDS)},
        state=words(TaskState),
        done={**WHOLE, "description": "steps that were taken"},
        total={**maybe(WHOLE), "description": "steps that there are; null: not known yet"},
        percent={**WHOLE, "minimum": 0, "maximum": 100},
        createdAt=MOMENT,
        startedAt=maybe(MOMENT),
        finishedAt=maybe(MOMENT),
        result={"type": ["object", "null"], "description": "what came of it, by kind; null: it is not done"},
        error={**maybe(TEXT), "description": "why it failed"},
        cancelRequested=YES_NO,
    ),
    "Tasks": listed("Task"),
}


def task(row: Task) -> Shape:
    """A long task as it stands now."""
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "done": row.done,
        "total": row.total,
        "percent": row.percent,
        "createdAt": moment(row.created_at),
        "startedAt": moment(row.started_at),
        "finishedAt": moment(row.finished_at),
        "result": row.result,
        "error": row.error or None,
        "cancelRequested": row.cancel_requested_at is not None,
    }
