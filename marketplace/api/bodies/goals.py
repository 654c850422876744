"""What is taken of a decision about a goal, and of the setting of their figures."""

from marketplace.api.fields import CODE_LENGTH_MAX, Day, Line, Lines, Number, Whole
from marketplace.api.schema import Body
from marketplace.impact.rules.goals import BODY_MAX, DOCUMENT_MAX, LAST_TARGET_YEAR, TEXT_MAX
from marketplace.impact.rules.reports import WORDS_LENGTH_MAX


class CoverageBody(Body):
    """From how many percent of the inhabitants on there is a figure of the region, and why."""

    percent = Number("from 0 to 100", required=True, shape={"minimum": 0, "maximum": 100})
    reason = Lines("it stays readable", longest=WORDS_LENGTH_MAX, required=True)


class GoalBody(Body):
    """What was decided about a goal, by whom, when, and where that stands."""

    number = Whole("which goal, see /goals", required=True)
    organisation = Line("slug of a municipality; absent: the region", longest=CODE_LENGTH_MAX)
    percent = Number("at least this percentage", required=True, shape={"exclusiveMinimum": 0, "maximum": 100})
    year = Whole("in, or from, this year; not a year that is over", required=True, most=LAST_TARGET_YEAR)
    body = Line("who decided", longest=BODY_MAX, required=True)
    date = Day("the day of the decision; not in the future", required=True)
    document = Line("where the decision stands", longest=DOCUMENT_MAX, required=True)
    text = Lines("why", longest=TEXT_MAX)
    version = Whole("the newest version that you read (0: none yet); absent: whatever is there")
