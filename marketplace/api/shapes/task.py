"""Long tasks: how far they are, and what came of them."""

from marketplace.api.fields import Choice, Integer, Line, LineOrNull, Moment, Property, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.jobs.tasks import KINDS
from marketplace.kernel.models import TaskState


class TaskSchema(Shape):
    """A long task as it stands now."""

    id = Integer()
    kind = Line(shape={"enum": list(KINDS)})
    state = Choice(TaskState)
    done = Integer("steps that were taken")
    total = Integer("steps that there are; null: not known yet", allow_none=True)
    percent = Integer(shape={"minimum": 0, "maximum": 100})
    created_at = Moment()
    started_at = Moment(allow_none=True)
    finished_at = Moment(allow_none=True)
    result = Property("what came of it, by kind; null: it is not done", shape={"type": "object"}, allow_none=True)
    error = LineOrNull("why it failed")
    cancel_requested = YesNo(get=lambda task: task.cancel_requested_at is not None)


class TasksSchema(PageSchema):
    """A page of long tasks, newest first."""

    items = List(Part(TaskSchema))
