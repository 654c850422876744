"""What an organisation agrees about the turns of its lots."""

from marketplace.api.fields import Codes, Integer, Line
from marketplace.api.schema import Shape


class WindowsSchema(Shape):
    """The agreement."""

    circle = Codes()
    circle_days = Integer()
    region_days = Integer()
    partners_days = Integer()
    reason = Line()
