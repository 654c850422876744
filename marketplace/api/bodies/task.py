"""What is taken of a long task."""

from marketplace.api.fields import Line
from marketplace.api.schema import Body
from marketplace.jobs.tasks import KINDS


class TaskBody(Body):
    """What is to be done."""

    kind = Line(
        "check: prove every invariant; rebuild: count the figures again",
        required=True,
        shape={"enum": [name for name, kind in KINDS.items() if kind.is_offered]},
    )
