"""The one button under a proposal, which sends what was seen. So nobody asks for other amounts than stood on the page."""

from decimal import Decimal

from wtforms import HiddenField

from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import plain, read_decimal
from marketplace.matching.queries.proposals import Proposal
from marketplace.web.ui.forms import Form, IdempotencyField

PARTS_LENGTH_MAX = 4000  # a hundred parts, generously


class PartsForm(Form):
    """Every part that stood on the page, as `12:150 14:100`. The listing and the quantity in its unit."""

    idempotency_key = IdempotencyField()
    parts = HiddenField()

    @classmethod
    def of(cls, proposal: Proposal) -> "PartsForm":
        """The form under this proposal."""
        return cls(formdata=None, data={"parts": " ".join(f"{number}:{plain(amount)}" for number, amount in proposal.amounts)})

    def seen(self) -> tuple[tuple[int, Decimal], ...]:
        """What stood there; nothing, which is no proposal, where it cannot be read."""
        pairs = [item.partition(":") for item in (self.parts.data or "")[:PARTS_LENGTH_MAX].split()]
        try:
            return tuple((int(number), read_decimal(amount)) for number, _colon, amount in pairs)
        except (ValueError, Invalid):
            return ()
