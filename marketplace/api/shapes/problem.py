"""A refusal, as `http/errors.py` writes it."""

from marshmallow import INCLUDE

from marketplace.api.fields import Integer, Line, Property, Quantity
from marketplace.api.schema import List, Part, Shape


class _ErrorSchema(Shape):
    """What is wrong with one property."""

    field = Line()
    message = Line()


class ProblemSchema(Shape):
    """An RFC 9457 problem."""

    class Meta:
        """A refusal may tell its own figures beside these."""

        unknown = INCLUDE

    type = Line()
    title = Line()
    status = Integer()
    detail = Line()
    errors = List(Part(_ErrorSchema), optional=True)
    available = Quantity("409 quantity: what is left", optional=True)
    current = Property("409 version: the object as it is now", optional=True)
    changed = List(Line(), "409 version: the properties that differ", optional=True)
