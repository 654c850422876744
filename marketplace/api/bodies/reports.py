"""What is taken of a report and of its review."""

from marketplace.api.fields import CODE_LENGTH_MAX, Choice, Day, Line, Lines, Number, Whole
from marketplace.api.schema import Body, Rows
from marketplace.impact.rules.goals import BODY_MAX, DOCUMENT_MAX, TEXT_MAX
from marketplace.impact.rules.material_use import LARGEST_KG, Flow, Origin, Scope
from marketplace.impact.rules.reports import WORDS_LENGTH_MAX

USE_ROWS_MAX = 1000
MASS = {"minimum": 0, "maximum": float(LARGEST_KG)}


class UseRow(Body):
    """One row of a reported year."""

    group = Line(longest=CODE_LENGTH_MAX, required=True)
    origin = Choice(Origin, "unknown only of what stays or leaves", required=True)
    mass_kg = Number(required=True, shape=MASS)
    scope = Choice(Scope, "whose material; absent: organisation")
    flow = Choice(Flow, "whether it came in, stays or left; absent: in")


class AskReportBody(Body):
    """Which municipality is asked for its report."""

    organisation = Line("slug of a municipality", longest=CODE_LENGTH_MAX, required=True)


class MaterialUseBody(Body):
    """What a municipality put to use in a year.

    It becomes a new concept; what stood there stays as an earlier version.
    """

    version = Whole("the version that you read (0: nothing yet); absent: whatever is there")
    includes_bank_kg = Number(
        "how many kilograms of the reused, recycled and biobased mass came through the materials bank; what is left out is added",
        required=True,
        shape=MASS,
    )
    includes_bank_as_of = Day("the day on which that was read; required when more than 0 kg is included")
    rows = Rows(
        UseRow(),
        "kilograms by material group and origin (`primary`, `biobased`, `reused`, `recycled`)",
        most=USE_ROWS_MAX,
        required=True,
    )
    scope = Choice(Scope, "whose rows count for the goals; absent: organisation")
    explanation = Lines("of what looks odd; without it a report with findings is not submitted", longest=WORDS_LENGTH_MAX)


class SubmitBody(Body):
    """Which version is submitted."""

    version = Whole("the version that you read; absent: the newest")


class SendBackBody(Body):
    """With which question a report is sent back."""

    question = Lines(longest=WORDS_LENGTH_MAX, required=True)
    version = Whole("the version that you read; absent: the one that was submitted")


class RemarkBody(Body):
    """What is said about a report."""

    text = Lines(longest=WORDS_LENGTH_MAX, required=True)


class AdoptBody(Body):
    """The decision by which a year is adopted."""

    body = Line("who decided, such as the college or the council", longest=BODY_MAX, required=True)
    date = Day("of the decision: after the year, and not to come", required=True)
    document = Line("where it stands, with its number", longest=DOCUMENT_MAX, required=True)
    text = Lines(longest=TEXT_MAX)
    version = Whole("the version that you read; absent: the one that was submitted")
