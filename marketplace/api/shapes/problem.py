"""A refusal, as `http/errors.py` writes it."""

from marshmallow import INCLUDE

from marketplace.api.fields import Integer, Line, Property, Quantity
from marketplace.api.schema import List, Part, Shape
from marketplace.api.shapes.gates import GateSchema
from marketplace.http.errors import CAUSES, PROBLEM
from marketplace.kernel.errors import Conflict, Outdated, OutOfScope, Stale, Taken

OF_REFUSALS = {Conflict.cause, Stale.cause, Taken.cause, OutOfScope.cause, Outdated.cause, "quantity"}


class _ErrorSchema(Shape):
    """What is wrong with one property."""

    field = Line()
    message = Line()


class ProblemSchema(Shape):
    """An RFC 9457 problem."""

    class Meta:
        """A refusal may tell its own figures beside these."""

        unknown = INCLUDE

    type = Line(shape={"enum": [PROBLEM + cause for cause in sorted(OF_REFUSALS | set(CAUSES.values()))]})
    title = Line()
    status = Integer()
    detail = Line("one sentence, in the language of the client")
    request_id = Line("what to name when you ask about it")
    errors = List(Part(_ErrorSchema), optional=True)
    gates = List(Part(GateSchema), "invalid: the rules that stop it, where it is rules that do", optional=True)
    available = Quantity("quantity: what is left", optional=True)
    current = Property("version: the object as it is now", optional=True)
    changed = List(Line(), "version: the properties that differ", optional=True)
