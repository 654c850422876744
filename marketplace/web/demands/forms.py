"""What a page asks about a need for material, and the forms that are one button."""

from dataclasses import replace
from decimal import Decimal

from wtforms import HiddenField, TextAreaField

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import plain, read_decimal
from marketplace.market.rules.demand import DemandDraft
from marketplace.matching.queries.proposals import Proposal
from marketplace.web.ui.comparison import Row
from marketplace.web.ui.forms import Form, IdempotencyField
from marketplace.web.ui.need_form import NeedForm

PARTS_LENGTH_MAX = 4000  # a hundred parts, generously
DIGITS_MAX = 9


class DemandForm(NeedForm):
    """One demand. `draft()` is what was typed."""

    version = HiddenField()
    description = TextAreaField(_("Description"), description=_("For example colour, size, or what it will be used for."))

    changes: list[Row] = []

    @property
    def current_version(self) -> int:
        """The version that the sender looked at; 0, which no demand has, for what is no number."""
        return int(self.version.data) if str(self.version.data or "").isdecimal() else 0

    def draft(self) -> DemandDraft:
        """What was typed, as the rules of the market take it."""
        return replace(super().draft(), description=self.description.data or "")


class PartsForm(Form):
    """Every part that stood on the page, as `12:150 14:100`. The listing and the quantity in its unit.

    So nobody asks for other amounts than stood there.
    """

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


class OfferForm(Form):
    """The button under a lot of one's own. Which lot, and the page of the search that it stood on."""

    listing_id = HiddenField()
    here = HiddenField()

    @property
    def number(self) -> int:
        """The number of the lot; 0, which no lot has, for what is no number."""
        typed = str(self.listing_id.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= DIGITS_MAX else 0
