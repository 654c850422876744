"""What is taken to publish a report."""

from marketplace.api.fields import CODE_LENGTH_MAX, Line, Whole
from marketplace.api.schema import Body


class PublishBody(Body):
    """Of which year, and of whom."""

    year = Whole("a year that is over and adopted", required=True)
    organisation = Line("slug of a municipality; absent: the region", longest=CODE_LENGTH_MAX)
