"""What is taken of the turns of lots."""

from marketplace.api.fields import Codes, Lines, Whole
from marketplace.api.schema import Body
from marketplace.market.rules.windows import REASON_LENGTH_MAX, WAIT_DAYS_MAX


class WindowsBody(Body):
    """What an organisation agrees about the turns of its lots; it replaces what stood there."""

    circle = Codes("slugs of municipalities that go before the region; absent: none")
    circle_days = Whole("days from publication until the circle's turn; absent: 0", most=WAIT_DAYS_MAX)
    region_days = Whole(
        "days until the region's turn, after the circle's or without one after publication", required=True, most=WAIT_DAYS_MAX
    )
    partners_days = Whole("days from the region's turn until the partners'", required=True, most=WAIT_DAYS_MAX)
    reason = Lines("why a ring does not wait; required when one does not", longest=REASON_LENGTH_MAX)
