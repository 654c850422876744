"""What is taken of an appraisal and of a valuation."""

from collections.abc import Mapping
from typing import Any

from marketplace.api.fields import CODE_LENGTH_MAX, Amount, Day, Line, Lines, Whole
from marketplace.api.schema import Body
from marketplace.kernel import clock
from marketplace.valuations.rules.appraisals import APPRAISER_LENGTH_MAX, CENTS_MAX, SOURCE_LENGTH_MAX, AppraisalDraft


class AppraisalBody(Body):
    """What somebody appraised a part at, as a whole."""

    value_cents = Whole("in euro cents, for the whole quantity", required=True, most=CENTS_MAX, shape={"minimum": 1})
    quantity = Amount("of how much, in the unit of the part; absent: of all that is there")
    appraiser = Line("the name of whoever appraised it", required=True, longest=APPRAISER_LENGTH_MAX)
    valued_on = Day("the day of the appraisal; absent: today")
    source = Lines("where the appraisal stands", required=True, longest=SOURCE_LENGTH_MAX)
    taking_out_cents = Whole("cost of taking that quantity out; null: not known", most=CENTS_MAX)
    cleaning_cents = Whole("cost of cleaning it; null: not known", most=CENTS_MAX)
    transport_cents = Whole("cost of moving it; null: not known", most=CENTS_MAX)


class ValuationBody(Body):
    """Which organisation is valued, as of which day."""

    organisation = Line("slug of an organisation; absent: your own", longest=CODE_LENGTH_MAX)
    as_of = Day("absent: today; not before the first part was put in")


def new_appraisal(values: Mapping[str, Any]) -> AppraisalDraft:
    """The appraisal in the body."""
    return AppraisalDraft(
        value_cents=values["value_cents"],
        appraiser=values["appraiser"],
        valued_on=values.get("valued_on") or clock.today(),
        source=values["source"],
        quantity=values.get("quantity"),
        taking_out_cents=values.get("taking_out_cents"),
        cleaning_cents=values.get("cleaning_cents"),
        transport_cents=values.get("transport_cents"),
    )
