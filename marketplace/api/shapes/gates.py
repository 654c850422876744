"""What the rules say of a lot, each with its source."""

from marketplace.api.fields import Choice, Day, Line, Sentence, YesNo
from marketplace.api.schema import Shape
from marketplace.materials.rules.gates import Moment, Severity


class GateSchema(Shape):
    """What one rule says of a lot, and from which step on it stops it."""

    rule = Line("the id of the rule")
    severity = Choice(Severity, "whether it stops the lot, or asks and warns")
    moment = Choice(Moment, "from which step on")
    sentence = Sentence()
    source = Line("its id among the sources of the reference data")
    date = Day("the day on which that source was read", attribute="dated_on")
    verified = YesNo("whether the source was found; a rule that was not verified never stops a lot", attribute="is_verified")
    lifted = YesNo("whether it was lifted, or an adviser agreed: then it stops nothing", attribute="is_lifted")
