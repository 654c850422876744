"""What is taken of a reported year."""

from marketplace.api.fields import CODE_LENGTH_MAX, Choice, Day, Line, Number, Whole
from marketplace.api.schema import Body, Rows
from marketplace.impact.rules.material_use import LARGEST_KG, Origin

USE_ROWS_MAX = 1000
MASS = {"minimum": 0, "maximum": float(LARGEST_KG)}


class UseRow(Body):
    """One row of a reported year."""

    group = Line(longest=CODE_LENGTH_MAX, required=True)
    origin = Choice(Origin, required=True)
    mass_kg = Number(required=True, shape=MASS)


class AskReportBody(Body):
    """Which municipality is asked for its report."""

    organisation = Line("slug of a municipality", longest=CODE_LENGTH_MAX, required=True)


class MaterialUseBody(Body):
    """What a municipality put to use in a year.

    It replaces what stood there, which stays as an earlier version.
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
