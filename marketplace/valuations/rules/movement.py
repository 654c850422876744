"""What became of the value of a part between two runs. What is new, what left, what was lost, and what only the price did.

Opening + new + revalued − released − lost = closing holds for every part by itself, to the cent, so it holds for their sum. What came in
is worth the price of the closing run, what left that of the opening run. Revalued is told apart: what the price or the method did,
what measuring again did, and what became known or is no longer known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from marketplace.passports.rules.items import ChangeKind

_ZERO = Decimal(0)
CAME_IN = (ChangeKind.PUT_IN, ChangeKind.CAME_BACK)
WENT_OUT = (ChangeKind.TAKEN_OUT, ChangeKind.HANDED_OVER)
MEASURED_AGAIN = (ChangeKind.COUNTED, ChangeKind.UNDONE)


@dataclass(frozen=True, slots=True)
class Stand:
    """How a part stands in a run.

    How much there is, and what that is worth; None: no value.
    """

    quantity: Decimal = _ZERO
    value_cents: int | None = None

    @property
    def cents(self) -> int:
        """What it adds to a sum."""
        return self.value_cents or 0

    @property
    def each(self) -> Decimal | None:
        """The price of one unit; None without a value."""
        return self.value_cents / self.quantity if self.value_cents is not None and self.quantity else None


NOTHING = Stand()


@dataclass(frozen=True, slots=True)
class Movement:
    """The line of one part in the statement, in cents. `released` and `lost` are what went, above nought."""

    opening_cents: int = 0
    new_cents: int = 0
    price_cents: int = 0
    counted_cents: int = 0
    known_cents: int = 0
    released_cents: int = 0
    lost_cents: int = 0
    closing_cents: int = 0

    @property
    def revalued_cents(self) -> int:
        """All that changed the value without anything coming or going."""
        return self.price_cents + self.counted_cents + self.known_cents

    @property
    def adds_up(self) -> bool:
        """Whether opening and what happened make closing."""
        made = self.opening_cents + self.new_cents + self.revalued_cents - self.released_cents - self.lost_cents
        return made == self.closing_cents


def movement_of(before: Stand, after: Stand, changes: Mapping[ChangeKind, Decimal]) -> Movement:
    """What became of one part. `changes`: the sum of each kind that the later run holds and the earlier one does not.

    What is left over by rounding goes to what happened most: with what is new, with what left, else with the price.
    """

    def total(kinds: tuple[ChangeKind, ...]) -> Decimal:
        return sum((changes.get(kind, _ZERO) for kind in kinds), _ZERO)

    is_new, is_gone = not before.quantity, not after.quantity
    was, now = before.each, after.each
    coming, going = was if is_gone else now, now if is_new else was
    put_in, out, lost = total(CAME_IN), -total(WENT_OUT), -total((ChangeKind.LOST,))
    counted = total(MEASURED_AGAIN)
    sums = {
        "new": _worth(put_in, coming),
        "counted": _worth(counted, going),
        "released": _worth(out, going),
        "lost": _worth(lost, going),
        "price": 0,
        "known": 0,
    }
    made = before.cents + sums["new"] + sums["counted"] - sums["released"] - sums["lost"]
    rest = after.cents - made
    if is_new and not is_gone:
        sums["new"] += rest
    elif is_gone:
        name = "lost" if lost > out else "released"
        sums[name] -= rest
    elif before.value_cents is None or after.value_cents is None:
        sums["known"] += rest
    else:
        sums["price"] += rest
    return Movement(
        before.cents,
        sums["new"],
        sums["price"],
        sums["counted"],
        sums["known"],
        sums["released"],
        sums["lost"],
        after.cents,
    )


def _worth(quantity: Decimal, each: Decimal | None) -> int:
    return 0 if each is None else int((quantity * each).quantize(Decimal(1), rounding=ROUND_HALF_UP))
